"""One instant at which a whole build reads raw rows, whatever syncs write meanwhile.

Belongs here: holding that instant open. Does not: reading at it (`dbt_project/macros/engine/snapshot.sql`).
Why: docs/decisions/0017-a-build-reads-raw-at-one-instant.md.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from connectors.registry import Warehouse, warehouse
from orchestration.environment import holding


@contextmanager
def held(target: Warehouse) -> Iterator[None]:
    """Builds in the block read raw as it stands now. Costs a connection that waits, and keeps no writer waiting."""
    with closing(warehouse.connect(target)) as db:  # nothing to commit: one that was cut off late harms no build
        # A server that ends idle transactions would end the instant, and the build with it.
        db.execute("set idle_in_transaction_session_timeout = 0")
        db.execute("begin transaction isolation level repeatable read, read only")
        [(snapshot,)] = db.execute("select pg_export_snapshot()").fetchall()
        with holding({"LEADLINE_RAW_SNAPSHOT": snapshot}):
            yield

"""A whole sync of Stripe, from HTTP to rows, against bare COPY of the same bytes and against itself done again."""

from functools import partial

import psycopg

from connectors.connector import Connection
from connectors.registry import connector, sync
from connectors.warehouse import resolve
from tests.bench import worlds
from tests.bench.landing import per_second, ratio
from tests.bench.surroundings import UNPACED, copy, surroundings
from tests.bench.table import Size, Table
from tests.connectors.sandbox_process import played_elsewhere


def measure(table: Table, server_url: str, size: Size) -> None:
    """A row and its repetition for each size of history."""
    for objects in size.histories:
        _measure(table, server_url, objects, size.pairs)


def _measure(table: Table, server_url: str, objects: int, pairs: int) -> None:
    """Pairs of a sync and a COPY; then the same history read again over the rows that are there."""
    first, again, copied = [], [], []
    with played_elsewhere(worlds.equal_objects, ("charges",), objects, 5_000, {}) as sandbox:
        for _ in range(pairs):
            with surroundings(server_url, {**sandbox.env, **UNPACED}) as url:
                first.append(per_second(objects, _sync))
                with psycopg.connect(url, autocommit=True) as db:
                    rows = db.execute("select id, data::text from raw_stripe.charges").fetchall()
                    db.execute("delete from ingest.windows")  # so that history is read again
                again.append(per_second(objects, _sync))
                copied.append(per_second(objects, partial(copy, url, rows)))
        cpu = sandbox.cpu_seconds()
    what = f"end to end into Postgres, {objects:,} charges of 5 KB"
    table.add(what, ratio(first, copied) + " COPY", "0.4 x", "0.8 x", cpu)
    table.add("  read whole again over the same rows", ratio(again, first) + " the first", "1 x", "")


def _sync() -> None:
    sync(connector("stripe"), Connection("stripe"), resolve(), tables=["charges"])

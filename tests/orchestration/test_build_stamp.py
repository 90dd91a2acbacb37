"""The stamp moves with everything a build reads, and with nothing else."""

import psycopg
import pytest

from connectors.registry import CONNECTORS, prepare
from connectors.warehouse import resolve
from orchestration import build_stamp

MANIFEST = {
    "sources": {
        "charges": {"schema": "raw_stripe", "name": "charges"},
        "connections": {"schema": "ingest", "name": "connections"},
    },
    "nodes": {},
}
CHARGE = (
    "insert into raw_stripe.charges (connection, id, version, is_deleted, synced_at, content_hash, data)"
    " values ('stripe', 'ch_1', 1, false, '2026-01-01', 'x', '{}')"
)


def stamp(db: psycopg.Connection, project: str = "p", **settings: str) -> str:
    return build_stamp.current(db, MANIFEST, settings, project)


@pytest.mark.parametrize(
    "change",
    [
        CHARGE,
        "insert into ingest.connections values ('stripe', 'stripe', true, now())",
        "insert into ingest.access values ('stripe', 'charges', false, 'why', now())",
        "insert into ingest.windows values ('w', 'stripe', 'charges', 'history', 0, 'first', now(), null)",
        "alter role leadline_reader rename to leadline_reader_renamed",
    ],
)
def test_what_a_build_reads_moves_the_stamp(warehouse_url: str, change: str) -> None:
    prepare(CONNECTORS, resolve())
    with psycopg.connect(warehouse_url) as db:
        before = stamp(db)
        assert stamp(db) == before
        db.execute(change)
        assert stamp(db) != before
        db.rollback()


def test_what_the_same_sync_overwrites_a_moment_later_moves_it_too(warehouse_url: str) -> None:
    prepare(CONNECTORS, resolve())
    with psycopg.connect(warehouse_url) as db:
        db.execute(CHARGE)
        before = stamp(db)
        db.execute("update raw_stripe.charges set content_hash = 'y', version = 2")
        assert stamp(db) != before
        db.rollback()


def test_settings_and_project_move_it_and_a_sync_that_wrote_nothing_does_not(warehouse_url: str) -> None:
    prepare(CONNECTORS, resolve())
    with psycopg.connect(warehouse_url) as db:
        db.execute("insert into ingest.connections values ('stripe', 'stripe', false, '2026-01-01')")
        before = stamp(db)
        assert stamp(db, project="other") != before != stamp(db, REPORT_TIMEZONE="Asia/Tokyo")
        db.execute("update ingest.connections set synced_at = now()")
        db.execute("insert into ingest.access values ('stripe', 'charges', true, null, now())")
        db.execute("insert into ingest.windows values ('w', 'stripe', 'charges', 'history', 0, '', now(), now())")
        db.execute("insert into ingest.windows values ('v', 'stripe', 'charges', 'follow', 0, '', now(), null)")
        assert stamp(db) == before

"""What is remembered of rows that were overwritten, and rows that vanish: real Postgres, no vendor."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from connectors import warehouse as warehouses
from connectors.connector import Connection, Connector, Object, Page, Table
from connectors.sync import cursors, gone, rows, tenant
from connectors.sync.landing import landing
from connectors.sync.session import Session
from connectors.sync.spool import Spool
from connectors.warehouse import resolve

PEOPLE = Table(
    "people",
    "One row per person.",
    identify=lambda obj: obj.get("id"),
    created=lambda obj: datetime(2026, 1, obj["day"], tzinfo=UTC) if "day" in obj else None,
    remembers=("mail.address", "mail.other", "tags"),
)
TOY = Connector("toy", "Toy", (PEOPLE,), (), timedelta(hours=1), read=lambda _, __: iter(()))
NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)


@contextmanager
def session(folder: Path, connector: Connector = TOY) -> Iterator[Session]:
    toy = Connection("toy")
    target = resolve()
    with warehouses.connect(target, autocommit=True) as db, landing(toy, target, db, ["people"]) as landed:
        tenant.move_in(db, [connector], tenant.wanted())
        spool = Spool(folder / "spool")
        yield Session(connector, toy, db, landed, spool, NOON, ["people"], lambda _: None)


def see(on: Session, hours: int, *people: Object) -> None:
    page = Page(list(people), NOON + timedelta(hours=hours))
    on.landing.land({"people": [rows.of_page(PEOPLE, on.connection, page, NOON)]})


def past(db: psycopg.Connection) -> list[tuple]:
    return db.execute("select id, is_deleted, data from raw_toy.people_past order by id, version").fetchall()


@pytest.fixture
def toy(warehouse_url: str, tmp_path: Path) -> Iterator[Session]:
    with session(tmp_path) as on:
        yield on


def test_only_what_is_remembered_is_kept_and_only_when_it_changes(toy: Session) -> None:
    see(toy, 0, {"id": "1", "mail": {"address": "a@x.org"}, "name": "A", "tags": ["t"]})
    see(toy, 1, {"id": "1", "mail": {"address": "a@x.org"}, "name": "Ann", "tags": ["t"]})
    assert past(toy.db) == []
    see(toy, 2, {"id": "1", "mail": {"address": "ann@x.org"}, "name": "Ann", "tags": ["t"]})
    assert past(toy.db) == [("1", False, {"mail": {"address": "a@x.org", "other": None}, "tags": ["t"]})]
    held = toy.db.execute("select version, replaced_version from raw_toy.people_past").fetchone()
    assert held == tuple(rows.version_of(NOON + timedelta(hours=hours)) for hours in (1, 2))


def test_a_row_that_vanishes_and_comes_back_leaves_both_its_states(toy: Session) -> None:
    see(toy, 0, {"id": "1", "mail": {"address": "a@x.org"}})
    assert gone.bury(toy, PEOPLE, ["1", "never seen"], NOON + timedelta(hours=1)) == 1
    assert gone.bury(toy, PEOPLE, ["1"], NOON + timedelta(hours=2)) == 0
    see(toy, 3, {"id": "1", "mail": {"address": "a@x.org"}})
    assert [deleted for _, deleted, _ in past(toy.db)] == [False, True]
    assert gone.living(toy, PEOPLE) == {"1"}


def test_an_older_answer_buries_nothing_that_was_seen_since(toy: Session) -> None:
    see(toy, 5, {"id": "1"})
    assert gone.bury(toy, PEOPLE, ["1"], NOON) == 0
    assert gone.living(toy, PEOPLE) == {"1"}


def test_what_a_whole_answer_no_longer_shows_is_buried_and_the_rest_stays(toy: Session) -> None:
    see(toy, 0, {"id": "1", "day": 1}, {"id": "2", "day": 2}, {"id": "3", "day": 3})
    first = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 3)]
    held = gone.living(toy, PEOPLE, *first)
    assert held == {"1", "2"}
    again = Page([{"id": "2", "day": 2, "name": "B"}], NOON + timedelta(hours=1))
    assert gone.replace(toy, PEOPLE, [again], held) == 2
    assert gone.living(toy, PEOPLE) == {"2", "3"}


def test_remembering_another_part_later_needs_no_new_tables(toy: Session, tmp_path: Path) -> None:
    see(toy, 0, {"id": "1", "name": "A"})
    wider = replace(TOY, tables=(replace(PEOPLE, remembers=("name",)),))
    with session(tmp_path, wider) as on:
        see(on, 1, {"id": "1", "name": "B"})
        assert past(on.db) == [("1", False, {"name": "A"})]


def test_a_cursor_moves_and_is_forgotten(toy: Session) -> None:
    assert cursors.get(toy.db, toy.connection, "contacts") is None
    for value in ("5", "5", "7"):
        cursors.put(toy.db, toy.connection, "contacts", value)
    assert cursors.get(toy.db, toy.connection, "contacts") == "7"
    cursors.forget(toy.db, toy.connection, "contacts")
    assert cursors.get(toy.db, toy.connection, "contacts") is None

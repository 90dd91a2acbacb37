"""Erasing a person: after deploy/erase_person.sql no raw table says who it was, and no sync brings it back."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from connectors.connector import Connection
from connectors.registry import connector, sync
from connectors.sandbox.hubspot_world import HubSpotWorld
from connectors.sandbox.serving import serving
from connectors.sandbox.world import World
from connectors.warehouse import resolve

SCRIPT = Path(__file__).parents[2] / "deploy" / "erase_person.sql"
DAY = 86_400


def erase(db: psycopg.Connection, address: str) -> None:
    """As psql runs the script."""
    db.execute(re.sub(r"^--.*$", "", SCRIPT.read_text(), flags=re.MULTILINE).replace(":'address'", f"'{address}'"))


def told(db: psycopg.Connection) -> str:
    """Everything that the raw tables hold, former states too."""
    tables = db.execute(
        "select table_schema, table_name from information_schema.columns"
        " where column_name = 'data' and (table_schema like 'raw%' or table_name = 'quarantine')"
    ).fetchall()
    return "\n".join(
        sorted(str(row) for schema, table in tables for row in db.execute(f"select * from {schema}.{table}").fetchall())
    )


@pytest.fixture
def held(
    warehouse_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[HubSpotWorld, psycopg.Connection]]:
    """Jane, who changed her address, and others, of HubSpot, of files and of a website."""
    hubspot, (files, events) = HubSpotWorld(), (tmp_path / name for name in ("files", "events"))
    files.mkdir()
    (files / "contacts.csv").write_text(
        "email,first_name,date_created\nJane@Old.example,Jane,2026-01-01\nmaryjane@old.example,Mary,2026-01-01\n"
    )
    (files / "orders.csv").write_text(
        "id,email,currency,amount,date_created\n1,maryjane@old.example,usd,5,2026-01-02\n"
    )
    events.mkdir()
    message = {"type": "identify", "messageId": "m1", "anonymousId": "a1", "timestamp": "2026-01-31T16:15:00Z"}
    who = {"traits": {"email": "jane@old.example", "name": "Jane Roe"}}
    page = {**message, "type": "page", "messageId": "m2", "context": {"page": {"url": "https://x.com/"}}}
    (events / "events.jsonl").write_text("".join(json.dumps(one) + "\n" for one in ({**message, **who}, page)))
    world = World(others={"hubspot": hubspot})
    world.clock.stop(at=1_770_000_000)
    hubspot.clock = world.clock
    hubspot.create("contacts", "1", email="jane@old.example", firstname="Jane")
    hubspot.create("contacts", "2", email="maryjane@old.example", firstname="Mary")
    with ExitStack() as stack:
        env = stack.enter_context(serving(world)).env
        env = {**env, "SOURCES__FILES__URL": str(files), "SOURCES__WEB_EVENTS__SOURCE": str(events)}
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        world.clock.advance(60)
        sync_all()
        world.clock.advance(60)
        hubspot.update("contacts", "1", email="jane@new.example")
        sync(connector("hubspot"), Connection("hubspot"), resolve())
        yield hubspot, stack.enter_context(psycopg.connect(warehouse_url, autocommit=True))


def sync_all() -> int:
    results = [sync(connector(name), Connection(name), resolve()) for name in ("hubspot", "files", "web_events")]
    return sum(table.written for result in results for table in result.tables)


def test_a_person_erased_at_the_vendor_and_here_is_told_by_no_row_and_comes_back_with_no_sync(held) -> None:
    hubspot, db = held
    hubspot.clock.advance(2 * DAY)
    hubspot.gdpr_delete("1")
    sync_all()
    before = told(db)
    assert before.count("jane@new.example") and before.count("jane@old.example") and "Jane" in before
    erase(db, "jane@old.example")
    after = told(db)
    assert "jane@new.example" not in after and "Jane" not in after
    assert re.sub("maryjane@old.example", "", after).count("jane@old.example") == 0
    assert after.count("Mary") == 2, "one of HubSpot, one of files, whose address ends like the other's"
    tombstone = db.execute("select is_deleted, data from raw_hubspot.contacts where id = '1'").fetchall()
    assert tombstone == [(True, {"id": "1"})]
    assert db.execute("select count(*) from raw_files.orders where not is_deleted").fetchone() == (1,)
    assert db.execute("select count(*) from raw_web_events.pages").fetchone() == (1,), "nobody's visit by now"
    hubspot.clock.advance(2 * DAY)
    assert sync_all() == 0
    erase(db, "jane@old.example")
    assert told(db) == after


def test_whoever_is_still_at_the_vendor_comes_back(held) -> None:
    hubspot, db = held
    erase(db, "jane@new.example")
    hubspot.clock.advance(2 * DAY)
    sync_all()
    assert db.execute("select is_deleted from raw_hubspot.contacts where id = '1'").fetchone() == (False,)


@pytest.mark.parametrize("address", ["", "%", "jane"])
def test_what_is_no_address_erases_nobody(held, address: str) -> None:
    _, db = held
    before = told(db)
    with pytest.raises(psycopg.errors.RaiseException, match="no address to erase"):
        erase(db, address)
    db.execute("rollback")
    assert told(db) == before

"""One sync of a made-up vendor into a real Postgres: what is kept, what is refused, which sight wins."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from connectors.connector import Connection, Connector, Page, Table
from connectors.errors import ConfigError, RetryError, StopError
from connectors.sync import tenant
from connectors.sync.lock import alone
from connectors.sync.run import SyncResult, sync
from connectors.warehouse import connect, resolve

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
THINGS = Table("things", "One row per thing.", lambda thing: thing.get("id"), lambda _: None)


def toy(*pages: Page | Exception) -> Connector:
    def read(_: Connection, __: Table) -> Iterator[Page]:
        for page in pages:
            if isinstance(page, Exception):
                raise page
            yield page

    return Connector("toy", "Toy", (THINGS,), (), timedelta(minutes=1), read)


def page(*objects: dict, at: datetime = NOON) -> Page:
    return Page(list(objects), at, "v1")


def run(*pages: Page | Exception) -> SyncResult:
    return sync(toy(*pages), Connection("toy"), resolve())


def held(url: str) -> dict[str, object]:
    with psycopg.connect(url) as db:
        return dict(db.execute("select id, data from raw_toy.things").fetchall())


def test_every_object_lands_whole_with_its_sight(warehouse_url: str) -> None:
    (table,) = run(page({"id": "a", "n": 1}), page({"id": "b"})).tables
    assert (table.read, table.written, table.total) == (2, 2, 2)
    assert held(warehouse_url) == {"a": {"id": "a", "n": 1}, "b": {"id": "b"}}
    with psycopg.connect(warehouse_url) as db:
        row = db.execute("select connection, version, api_version, is_deleted from raw_toy.things").fetchone()
    assert row == ("toy", int(NOON.timestamp() * 1_000_000), "v1", False)


def test_an_equal_sight_writes_nothing_and_a_changed_one_only_its_row(warehouse_url: str) -> None:
    run(page({"id": "a", "n": 1}, {"id": "b", "n": 1}))
    (again,) = run(page({"id": "a", "n": 1}, {"n": 1, "id": "b"}, at=NOON + timedelta(hours=1))).tables
    assert (again.read, again.written) == (2, 0)
    (changed,) = run(page({"id": "a", "n": 2}, {"id": "b", "n": 1}, at=NOON + timedelta(hours=2))).tables
    assert changed.written == 1
    assert held(warehouse_url)["a"] == {"id": "a", "n": 2}


def test_a_late_sight_never_overwrites_a_newer_one(warehouse_url: str) -> None:
    run(page({"id": "a", "n": "new"}))
    (late,) = run(page({"id": "a", "n": "old"}, {"id": "b"}, at=NOON - timedelta(seconds=1))).tables
    assert late.written == 1
    assert held(warehouse_url)["a"] == {"id": "a", "n": "new"}


def test_an_id_seen_twice_in_one_run_is_kept_once(warehouse_url: str) -> None:
    run(page({"id": "a", "n": 1}), page({"id": "a", "n": 2}))
    assert held(warehouse_url) == {"a": {"id": "a", "n": 1}}


def test_an_object_without_an_id_is_quarantined_and_counted_once(warehouse_url: str) -> None:
    for _ in range(2):
        (table,) = run(page({"id": "a"}, {"name": "nobody"})).tables
        assert (table.read, table.quarantined, table.total) == (2, 1, 1)
    with psycopg.connect(warehouse_url) as db:
        assert db.execute("select table_name, data, reason from ingest.quarantine").fetchall() == [
            ("things", {"name": "nobody"}, "the object has no id")
        ]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(text="a\x00b", number=0)
@example(text="\\u0000", number=0)
@given(text=st.text(st.characters(exclude_categories=["Cs"])), number=st.integers(-(2**53), 2**53))
def test_any_text_a_vendor_sends_is_stored_and_readable_as_jsonb(warehouse_url: str, text: str, number: int) -> None:
    run(page({"id": "x", "text": text, "nested": [{f"key {text}": number}, None, True]}, at=datetime.now(UTC)))
    with psycopg.connect(warehouse_url) as db:
        stored = db.execute("select data::jsonb from raw_toy.things where id = 'x'").fetchone()
    kept = text.replace("\x00", "\ufffd")
    assert stored == ({"id": "x", "text": kept, "nested": [{f"key {kept}": number}, None, True]},)


@pytest.mark.parametrize("kind", [ConfigError, StopError, RetryError])
def test_a_failure_in_mid_read_keeps_its_kind_and_leaves_what_was_held(warehouse_url: str, kind: type) -> None:
    run(page({"id": "a", "n": 1}))
    with pytest.raises(kind, match="on page two"):
        run(page({"id": "a", "n": 2}, at=NOON + timedelta(hours=1)), kind("on page two"))
    assert held(warehouse_url) == {"a": {"id": "a", "n": 1}}


def test_an_unforeseen_error_is_told_with_its_connection(warehouse_url: str) -> None:
    with pytest.raises(RetryError, match=r"toy: .*ZeroDivisionError"):
        run(ZeroDivisionError("division"))


def test_two_syncs_of_one_vendor_never_run_at_once(warehouse_url: str) -> None:
    with (
        connect(resolve()) as db,
        alone(db, "leadline-sync-toy"),
        pytest.raises(RetryError, match="Another leadline-sync-toy"),
    ):
        run(page({"id": "a"}))


def test_what_a_killed_run_left_behind_is_ended_first(warehouse_url: str) -> None:
    orphan = psycopg.connect(warehouse_url, application_name="leadline-sync-toy", autocommit=True)
    run(page({"id": "a"}))
    with pytest.raises(psycopg.OperationalError):
        orphan.execute("select 1")


def test_a_demo_makes_place_and_real_accounts_never_do(warehouse_url: str) -> None:
    connector = toy(page({"id": "a"}))
    with connect(resolve()) as db:
        assert tenant.move_in(db, [connector], "demo:one") is False
        sync(connector, Connection("toy"), resolve())  # real accounts move in: the demo's rows go
        assert tenant.move_in(db, [connector], tenant.ACCOUNTS) is False
        with pytest.raises(ConfigError, match="real accounts"):
            tenant.move_in(db, [connector], "demo:two")
    assert held(warehouse_url) == {"a": {"id": "a"}}


def test_another_demo_world_starts_from_empty_tables(warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_WORLD", "one")
    run(page({"id": "a"}))
    monkeypatch.setenv("SANDBOX_WORLD", "two")
    run(page({"id": "b"}, at=NOON - timedelta(days=1)))
    assert held(warehouse_url) == {"b": {"id": "b"}}


def test_raw_tables_explain_themselves(warehouse_url: str) -> None:
    run(page({"id": "a"}))
    with psycopg.connect(warehouse_url) as db:
        comments = db.execute(
            "select a.attname, col_description(a.attrelid, a.attnum) from pg_attribute as a"
            " where a.attrelid = 'raw_toy.things'::regclass and a.attnum > 0"
        ).fetchall()
        assert db.execute("select obj_description('raw_toy.things'::regclass)").fetchone() == ("One row per thing.",)
    assert all(comment for _, comment in comments), json.dumps(comments)


def test_a_raw_table_of_an_older_version_gets_to_name_its_load_packages(warehouse_url: str) -> None:
    run(page({"id": "a"}))
    with psycopg.connect(warehouse_url, autocommit=True) as db:
        db.execute("alter table raw_toy.things drop column _dlt_load_id")
        db.execute("alter table raw_toy_staging.things drop column _dlt_load_id")
        db.execute("truncate raw_toy._dlt_version, raw_toy_staging._dlt_version")
    run(page({"id": "a", "changed": True}, at=NOON + timedelta(hours=1)), page({"id": "b"}))
    with psycopg.connect(warehouse_url) as db:
        named = db.execute(
            "select id from raw_toy.things join raw_toy._dlt_loads on load_id = _dlt_load_id order by id"
        ).fetchall()
    assert named == [("a",), ("b",)]

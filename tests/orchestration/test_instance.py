"""Dagster's storage in the warehouse: made whole once, made anew when half made, left alone when not ours."""

from pathlib import Path

import psycopg
import pytest

from connectors.warehouse import resolve
from orchestration import instance


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path))
    for name in ("DAGSTER_HOME", "DAGSTER_POSTGRES_URL"):
        monkeypatch.setenv(name, "")  # so that what the code sets is undone after the test


def open_once(monkeypatch: pytest.MonkeyPatch) -> int:
    with instance.opened(resolve()) as opened:
        runs = len(opened.get_runs())
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", "")
    return runs


def comment(url: str) -> str | None:
    with psycopg.connect(url) as db:
        row = db.execute("select obj_description('dagster'::regnamespace, 'pg_namespace')").fetchone()
    return row[0] if row else None


def test_a_first_start_makes_the_tables_whole_and_a_second_keeps_them(
    warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert open_once(monkeypatch) == 0
    assert comment(warehouse_url) == instance.READY
    with psycopg.connect(warehouse_url, autocommit=True) as db:
        db.execute("create table dagster.kept ()")
    assert open_once(monkeypatch) == 0
    with psycopg.connect(warehouse_url) as db:
        assert db.execute("select to_regclass('dagster.kept') is not null").fetchone() == (True,)


def test_what_a_killed_first_start_left_is_made_anew(warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with psycopg.connect(warehouse_url, autocommit=True) as db:
        db.execute("create schema dagster; create table dagster.event_logs (id int)")
        db.execute(f"comment on schema dagster is '{instance.SETTING_UP.replace(chr(39), chr(39) * 2)}'")
    assert open_once(monkeypatch) == 0
    assert comment(warehouse_url) == instance.READY


def test_a_schema_of_that_name_that_is_not_ours_is_left_alone(
    warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(warehouse_url, autocommit=True) as db:
        db.execute("create schema dagster; create table dagster.theirs (n int); insert into dagster.theirs values (1)")
    open_once(monkeypatch)
    with psycopg.connect(warehouse_url) as db:
        assert db.execute("select n from dagster.theirs").fetchall() == [(1,)]
    assert comment(warehouse_url) is None

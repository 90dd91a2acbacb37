"""`leadline connections`: what it lists, in any state of the warehouse, and what its exit code says of credentials."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Event

import psycopg
import pytest
from click.testing import CliRunner, Result

from connectors import registry
from connectors.connector import Connection, Connector, Credential, Opened, Page, Table
from connectors.errors import ConfigError, RetryError
from connectors.registry import prepare, sync
from connectors.sync import tenant
from connectors.warehouse import resolve
from orchestration import connections, paths, probing
from orchestration.cli import main

THINGS = Table("things", "One row per thing.", lambda obj: obj["id"], lambda _: None, permission="Things")
OPENED = Opened("acc-1", "Works Ltd")


def toy(name: str, probe: Callable[[Connection], Opened] | None) -> Connector:
    return Connector(
        name=name,
        title=name.title(),
        tables=(THINGS, replace(THINGS, name="others")),
        credentials=(Credential("key", "The key."),),
        cadence=timedelta(minutes=1),
        read=lambda *_: iter([Page([{"id": "1"}, {"id": "2"}, {"id": "3"}], datetime.now(UTC))]),
        probe=probe,
    )


def raising(error: Exception) -> Callable[[Connection], Opened]:
    def probe(_: Connection) -> Opened:
        raise error

    return probe


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Call it with connectors: they are all there is, and connected. There is no warehouse unless one is asked for."""
    for name in list(os.environ):
        if name.startswith(("SOURCES__", "SANDBOX_")) or name == "CONNECTIONS":
            monkeypatch.delenv(name)
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(paths, "ENV_FILE", tmp_path / ".env")

    def connected(*connectors: Connector) -> None:
        monkeypatch.setattr(registry, "CONNECTORS", connectors)
        monkeypatch.setattr(connections, "CONNECTORS", connectors)
        for connector in connectors:
            monkeypatch.setenv(f"SOURCES__{connector.name.upper()}__KEY", "key-1")

    connected()
    yield connected
    assert not (tmp_path / "home" / "postgres").exists()  # no embedded warehouse was started for any of this


def hold(connector: Connector) -> None:
    """Leave in the warehouse what a first sync of it would, three rows in one of its tables."""
    prepare([connector], resolve())
    with psycopg.connect(resolve().url) as db:
        db.execute(
            "insert into ingest.connections (connection, connector, is_test) values (%s, %s, false)",
            [connector.name, connector.name],
        )
        db.execute(
            f"insert into {connector.schema}.things (connection, id, version, is_deleted, synced_at, content_hash,"
            " data)"
            " select %s, n, 1, false, now(), n, '{}' from generate_series(1, 3) as n",
            [connector.name],
        )


def listed(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["connections", *arguments])


def cells(done: Result, name: str) -> list[str]:
    """The row of that connection, by cell."""
    [row] = [line for line in done.stdout.splitlines() if line.startswith(f"{name}  ")]
    return [cell.strip() for cell in row.split("  ") if cell.strip()]


def test_nothing_is_connected_and_nothing_is_started(on: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WAREHOUSE_URL", raising=False)
    done = listed()
    assert done.exit_code == 0, done.output
    assert "Nothing is connected" in done.stdout
    assert "does not run" in done.stdout


def test_since_when_how_much_and_whether_it_works(on: Callable[..., None], warehouse_url: str) -> None:
    works = toy("works", lambda _: OPENED)
    on(works, toy("silent", None))
    before = cells(listed(), "works")
    assert before == ["works", "Works Ltd", "-", "-", "-", "work"]
    for _ in range(2):
        sync(works, Connection("works"), resolve())
    with psycopg.connect(warehouse_url) as db:
        held = db.execute(
            "select to_char(connected_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'),"
            " to_char(synced_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'), connected_at < synced_at"
            " from ingest.connections"
        ).fetchone()
    assert held and held[2]  # the second sync moved the one and not the other
    done = listed()
    assert done.exit_code == 0, done.output
    assert cells(done, "works") == ["works", "Works Ltd", f"{held[0]} UTC", f"{held[1]} UTC", "6", "work"]
    assert cells(done, "silent")[-1] == "cannot be asked"


def test_credentials_that_do_not_work_are_told_with_the_reason(
    on: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WAREHOUSE_URL", raising=False)
    on(
        toy("works", lambda _: OPENED),
        toy("refused", raising(ConfigError("refused: the key was revoked; make another."))),
        toy("away", raising(RetryError("away: answered 503."))),
    )
    done = listed()
    assert done.exit_code == 1
    assert [cells(done, name)[-1] for name in ("works", "refused", "away")] == ["work", "do not work", "no answer"]
    assert "refused: the key was revoked; make another." in done.stdout
    assert "away: answered 503." in done.stdout
    on(toy("works", lambda _: OPENED), toy("refused", raising(ConfigError("refused: the key was revoked."))))
    assert listed().exit_code == 1
    offline = listed("--offline")
    assert offline.exit_code == 0
    assert [cells(offline, name)[-1] for name in ("works", "refused")] == ["not asked", "not asked"]


def test_a_fault_of_ours_is_not_taken_for_the_vendors(on: Callable[..., None]) -> None:
    on(toy("broken", raising(KeyError("results"))))
    assert isinstance(listed().exception, KeyError)


def test_all_are_asked_at_once(on: Callable[..., None]) -> None:
    together = Barrier(4)

    def meet(_: Connection) -> Opened:
        together.wait(timeout=30)
        return OPENED

    each = [toy(name, meet) for name in ("a", "b", "c", "d")]
    on(*each)
    verdicts = probing.verdicts([Connection(connector.name) for connector in each], 30)
    assert [verdict.works for verdict in verdicts.values()] == [True] * 4


def test_nobody_is_waited_for_longer_than_the_limit(on: Callable[..., None]) -> None:
    never = Event()

    def wait(_: Connection) -> Opened:
        never.wait()
        return OPENED

    on(toy("works", lambda _: OPENED), toy("slow", wait))
    try:
        verdicts = probing.verdicts([Connection("works"), Connection("slow")], 0.2)
    finally:
        never.set()
    assert verdicts["works"].works
    assert verdicts["slow"].is_pending
    assert verdicts["slow"].reason.startswith("slow: no answer within 0.2 s")


def test_the_command_ends_though_a_vendor_never_answers(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("SOURCES__", "SANDBOX_"))}
        program = (
            "import pathlib; from orchestration import paths; paths.ENV_FILE = pathlib.Path('none');"
            "from orchestration.cli import main; main(['connections', '--timeout', '0.5'])"
        )
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={
                **clean,
                "LEADLINE_HOME": str(tmp_path),
                "CONNECTIONS": "stripe",
                "WAREHOUSE_URL": "postgresql://nobody@127.0.0.1:9/none",
                "SOURCES__STRIPE__API_KEY": "sk_live_waiting",
                "SOURCES__STRIPE__BASE_URL": f"http://127.0.0.1:{deaf.getsockname()[1]}",
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1, done.stderr
    assert "stripe: no answer within 0.5 s" in done.stdout
    assert "The warehouse does not answer" in done.stdout
    assert "sk_live_waiting" not in done.stdout


def test_gaps_are_named_and_are_no_failure(on: Callable[..., None]) -> None:
    on(toy("works", lambda _: replace(OPENED, is_test=True, missing={"others": "add Others"})))
    done = listed()
    assert done.exit_code == 0
    assert "works: cannot read others: add Others" in done.stdout
    assert "Works Ltd (test mode)" in done.stdout


def test_credentials_of_another_account_or_mode_than_is_held_do_not_work(
    on: Callable[..., None], warehouse_url: str
) -> None:
    works = toy("works", lambda _: OPENED)
    on(works)
    hold(works)
    for column, value, said in (("account_id", "acc-0", "account acc-0"), ("is_test", True, "holds test data")):
        with psycopg.connect(warehouse_url) as db:
            db.execute("update ingest.connections set account_id = 'acc-1', is_test = false")
            db.execute(f"update ingest.connections set {column} = %s", [value])
        done = listed()
        assert done.exit_code == 1
        assert cells(done, "works")[-1] == "of another account"
        assert said in done.stdout
        with psycopg.connect(warehouse_url) as db:  # looking changed nothing
            assert db.execute(f"select {column} from ingest.connections").fetchone() == (value,)


def test_a_connection_that_is_off_is_listed_for_what_is_held_of_it(
    on: Callable[..., None], warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = toy("works", lambda _: OPENED)
    on(works)
    hold(works)
    monkeypatch.delenv("SOURCES__WORKS__KEY")
    done = listed()
    assert done.exit_code == 0
    assert cells(done, "works")[-2:] == ["3", "none set"]


def test_a_demos_rows_are_not_taken_for_an_accounts(
    on: Callable[..., None], warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = toy("works", lambda _: OPENED)
    on(works)
    monkeypatch.setenv("SANDBOX_WORLD", "a-demo")
    hold(works)
    monkeypatch.delenv("SANDBOX_WORLD")
    done = listed()
    assert cells(done, "works") == ["works", "Works Ltd", "-", "-", "-", "work"]
    assert "holds nothing of these accounts yet" in done.stdout


def test_a_warehouse_of_an_older_version_is_listed_and_then_brought_up_to_date(
    on: Callable[..., None], warehouse_url: str
) -> None:
    works = toy("works", lambda _: OPENED)
    on(works)
    hold(works)
    with psycopg.connect(warehouse_url) as db:
        db.execute("alter table ingest.connections drop column connected_at")
        db.execute("comment on schema ingest is null")
    assert cells(listed(), "works")[2] == "not kept"
    prepare([works], resolve())
    with psycopg.connect(warehouse_url) as db:
        assert db.execute("select connected_at from ingest.connections").fetchone() == (None,)
        db.execute("insert into ingest.connections (connection, connector, is_test) values ('new', 'works', false)")
        assert db.execute(
            "select connected_at is null from ingest.connections where connection = 'new'"
        ).fetchone() == (False,)
        assert tenant.is_wanted(db)

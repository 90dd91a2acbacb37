"""`leadline connect` as a person or a script uses it: what it says, what it asks, what it leaves in `.env`."""

import os
import pty
import stat
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result
from dotenv import dotenv_values

from connectors.registry import connection, connector, sync
from connectors.sandbox.serving import Playing, serving
from connectors.sandbox.settings import Settings
from connectors.sandbox.shapes import times
from connectors.sandbox.shapes.sales import sales_world
from connectors.sandbox.stripe_settings import StripeSettings
from connectors.stripe.tables import TABLES
from connectors.warehouse import resolve
from orchestration import paths
from orchestration.cli import main

OWN, RESTRICTED, TEST, NOTHING, EU = (
    "sk_live_sandbox",
    "rk_live_reader1234",
    "rk_test_reader5678",
    "rk_live_none",
    "sk_live_eu",
)
LISTS = [table.path for table in TABLES if table.is_listed]
KEY, EU_KEY = "SOURCES__STRIPE__API_KEY", "SOURCES__STRIPE__EU__API_KEY"


@pytest.fixture(scope="module")
def playing() -> Iterator[Playing]:
    reads = ("charges", "events", "accounts")
    settings = StripeSettings(
        account="acct_own",
        restricted={RESTRICTED: ("charges", "events"), TEST: reads, NOTHING: ()},
        account_keys={EU: "acct_eu"},
    )
    one = sales_world(times.uniform(10, days=40))
    with serving(replace(one, settings=Settings(stripe=settings), connected={"acct_eu": one.stripe})) as played:
        yield played


@pytest.fixture
def env(playing: Playing, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The `.env` of a project that plays the sandbox; nothing is connected, and there is no warehouse."""
    for name in list(os.environ):
        if name.startswith("SOURCES__") or name in ("CONNECTIONS", "WAREHOUSE_URL", "SANDBOX_WORLD"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SANDBOX_URL", playing.url)
    monkeypatch.setenv("SOURCES__STRIPE__RATE_LIMIT", "10000")
    monkeypatch.setenv("SOURCES__STRIPE__EU__RATE_LIMIT", "10000")
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(paths, "ENV_FILE", tmp_path / ".env")
    return tmp_path / ".env"


def connect(*arguments: str, typed: str) -> Result:
    """Run it with `typed` coming from a pipe, in an environment that is as before afterwards."""
    before = dict(os.environ)
    try:
        return CliRunner().invoke(main, ["connect", *arguments], input=typed)
    finally:
        os.environ.clear()
        os.environ.update(before)


def test_a_key_is_named_tried_and_written_where_only_its_owner_reads_it(env: Path, playing: Playing) -> None:
    done = connect("stripe", typed=f"{OWN}\n")
    assert done.exit_code == 0, done.output
    assert "stripe opens: Sandbox world (acct_own, US), in live mode" in done.stdout
    assert f"{len(TABLES)} of {len(TABLES)} kinds" in done.stdout
    assert " no " not in done.stdout
    assert OWN not in done.output
    assert dotenv_values(env)[KEY] == OWN
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert "CONNECTIONS" not in dotenv_values(env)
    assert dotenv_values(env)["REPORT_TIMEZONE"] == "UTC"  # a new file starts as the documented example


def test_each_list_is_asked_once_for_one_object(env: Path, playing: Playing) -> None:
    playing.stripe.counters.reset()
    assert connect("stripe", typed=f"{OWN}\n").exit_code == 0
    assert playing.stripe.counters.by_operation == dict.fromkeys(("/v1/account", *LISTS), 1)


def test_a_restricted_key_shows_what_it_may_not_read_and_the_permission_to_add(env: Path) -> None:
    done = connect("stripe", typed=f"{RESTRICTED}\n")
    assert done.exit_code == 0, done.output
    assert "account unknown (the key may not read it), in live mode" in done.stdout
    said = {line.split()[0]: line.split(maxsplit=1)[1] for line in done.stdout.splitlines() if line.startswith("  ")}
    assert {table for table, answer in said.items() if answer == "yes"} == {"charges", "refunds", "events"}
    assert said["invoices"] == 'no   add the permission "Invoices: Read"'
    assert said["payout_transactions"] == said["balance_transactions"]
    assert said.keys() == {table.name for table in TABLES}
    assert dotenv_values(env)[KEY] == RESTRICTED


def test_a_test_key_is_recognised(env: Path) -> None:
    assert "(acct_own, US), in test mode" in connect("stripe", typed=f"{TEST}\n").stdout


@pytest.mark.parametrize(
    ("typed", "said", "is_sent"),
    [
        ("pk_live_1234567890123456", "publishable key pk_live…3456", False),
        ("sk_live_ümlaut", "characters that no key of Stripe's has", False),
        ("", "No value was given for SOURCES__STRIPE__API_KEY", False),
        ("sk_live_of_nobody_1234", "Stripe refused the key sk_live…1234 (401", True),
        (NOTHING, "may read nothing that is synced", True),
    ],
)
def test_what_will_not_do_is_refused_in_a_sentence_and_nothing_is_written(
    env: Path, monkeypatch: pytest.MonkeyPatch, typed: str, said: str, is_sent: bool
) -> None:
    env.write_text(f"{KEY}=sk_live_before\n")
    if not is_sent:
        monkeypatch.setenv("SANDBOX_URL", "http://127.0.0.1:9")  # where nobody answers
    done = connect("stripe", typed=f"{typed}\n")
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.output
    assert not typed or typed not in done.output
    assert env.read_text() == f"{KEY}=sk_live_before\n"


def test_a_further_account_is_switched_on_beside_the_first(env: Path) -> None:
    assert connect("stripe", typed=f"{OWN}\n").exit_code == 0
    done = connect("stripe", "--account", "eu", typed=f"{EU}\n")
    assert done.exit_code == 0, done.output
    assert "stripe@eu opens: Sandbox world (acct_eu" in done.stdout
    held = dotenv_values(env)
    assert (held[KEY], held[EU_KEY], held["CONNECTIONS"]) == (OWN, EU, "stripe,stripe@eu")
    assert connect("stripe", "--account", "eu", typed=f"{EU}\n").exit_code == 0
    assert dotenv_values(env) == held


def test_a_vendor_that_cannot_be_asked_is_written_as_it_is(env: Path) -> None:
    env.write_text("CONNECTIONS=stripe\n")
    done = connect("google_ads", typed="one\ntwo\nthree\nfour\nfive\n")
    assert done.exit_code == 0, done.output
    assert "Google Ads was not asked" in done.stdout
    held = dotenv_values(env)
    assert [value for name, value in held.items() if name.startswith("SOURCES__")] == [
        "one",
        "two",
        "three",
        "four",
        "five",
    ]
    assert held["CONNECTIONS"] == "stripe,google_ads"  # it would be off without


@pytest.mark.parametrize("wrong", [["shopify"], ["stripe", "--account", "E U"], ["stripe@"]])
def test_a_name_that_is_none_is_refused_before_anything_is_asked(env: Path, wrong: list[str]) -> None:
    done = connect(*wrong, typed="")
    assert done.exit_code == 2
    assert "is no connection" in done.stderr


def test_another_account_or_mode_than_the_warehouse_holds_is_refused(
    env: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, OWN)
    sync(connector("stripe"), connection("stripe"), resolve())
    with psycopg.connect(warehouse_url) as db:
        before = db.execute("select * from ingest.connections").fetchall()
    monkeypatch.delenv(KEY)
    for key, said in ((EU, "holds the data of account acct_own"), (TEST, "holds live data")):
        done = connect("stripe", typed=f"{key}\n")
        assert done.exit_code == 2
        assert said in done.stderr
        assert not env.exists()
    assert connect("stripe", typed=f"{OWN}\n").exit_code == 0
    assert connect("stripe", "--account", "eu", typed=f"{EU}\n").exit_code == 0
    with psycopg.connect(warehouse_url) as db:  # comparing left nothing behind
        assert db.execute("select * from ingest.connections").fetchall() == before


def test_a_demos_rows_stand_in_nobodys_way(env: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, OWN)
    monkeypatch.setenv("SANDBOX_WORLD", "a-demo")
    sync(connector("stripe"), connection("stripe"), resolve())
    monkeypatch.delenv(KEY)
    monkeypatch.delenv("SANDBOX_WORLD")
    assert connect("stripe", typed=f"{EU}\n").exit_code == 0


def test_no_embedded_warehouse_is_started_for_it(env: Path) -> None:
    assert connect("stripe", typed=f"{OWN}\n").exit_code == 0
    assert not (env.parent / "home").exists()


def test_a_variable_that_the_shell_sets_otherwise_is_pointed_out(env: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "sk_live_exported")
    assert f"{KEY} is also set in this shell" in connect("stripe", typed=f"{OWN}\n").stderr
    monkeypatch.delenv(KEY)
    assert "also set" not in connect("stripe", typed=f"{RESTRICTED}\n").stderr  # .env's own former key is none


def test_a_key_typed_at_a_terminal_is_not_echoed(env: Path) -> None:
    program = (
        "import pathlib, sys; from orchestration import paths; paths.ENV_FILE = pathlib.Path(sys.argv.pop(1));"
        "from orchestration.cli import main; main()"
    )
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-c", program, str(env), "connect", "stripe"])
    shown = b""
    while b"(not shown)" not in shown:
        shown += os.read(terminal, 1024)
    os.write(terminal, f"{OWN}\n".encode())
    try:
        while more := os.read(terminal, 1024):
            shown += more
    except OSError:  # the child closed its side
        pass
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, shown.decode()
    os.close(terminal)
    assert dotenv_values(env)[KEY] == OWN
    assert OWN.encode() not in shown
    assert b"22 kinds" in shown


def test_every_permission_is_named_in_the_operators_handbook() -> None:
    handbook = (paths.PROJECT / "docs" / "operations.md").read_text()
    rows = "\n".join(line.split("|")[1] for line in handbook.splitlines() if line.startswith("| "))
    assert [table.permission for table in TABLES if table.permission not in rows] == []

"""`leadline connect` as a person or a script uses it: what it says, what it asks, what it leaves in `.env`."""

import os
import pty
import stat
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread

import psycopg
import pytest
import requests
from click.testing import CliRunner, Result
from dotenv import dotenv_values

from connectors import registry
from connectors.connector import Connector, Credential, OAuth, Table
from connectors.registry import connection, connector, play_world, sync
from connectors.sandbox.google_ads_settings import GoogleAdsSettings
from connectors.sandbox.serving import Playing, serving
from connectors.sandbox.settings import Settings
from connectors.sandbox.shapes import times
from connectors.sandbox.shapes.sales import sales_world
from connectors.sandbox.stripe_settings import StripeSettings
from connectors.stripe.tables import TABLES
from connectors.warehouse import resolve
from orchestration import paths
from orchestration.cli import main
from tests.connectors.authorization_server import (
    CLIENT_ID,
    CLIENT_SECRET,
    REFRESH_TOKEN,
    AuthorizationServer,
    authorizing,
)

STUDIO = Path(__file__).parent.parent / "worlds" / "studio"
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


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Iterator[AuthorizationServer]:
    """A vendor that cannot be asked what credentials open; its refresh token comes by consent."""
    credentials = (
        Credential("region", "Where it lives.", is_required=False, is_offered=True, is_secret=False),
        Credential("client_id", "The client's id.", is_secret=False),
        Credential("client_secret", "The client's secret."),
        Credential("refresh_token", "The token."),
        Credential("unheard_of", "Never asked for.", is_required=False),
    )
    connector = Connector(
        name="toy",
        title="Toy",
        tables=(Table("things", "One row per thing.", lambda _: None, lambda _: None),),
        credentials=credentials,
        cadence=timedelta(minutes=1),
        read=lambda *_: iter(()),
        oauth=OAuth("http://127.0.0.1:9/never", "http://127.0.0.1:9/never", ("read",)),
    )
    monkeypatch.setattr(registry, "CONNECTORS", (*registry.CONNECTORS, connector))
    with authorizing() as played:
        monkeypatch.setenv("SOURCES__TOY__BASE_URL", played.url)
        yield played


def test_a_vendor_that_cannot_be_asked_is_written_as_it_is(env: Path, toy: AuthorizationServer) -> None:
    env.write_text("CONNECTIONS=stripe\n")
    done = connect("toy", typed="one\ntwo\nthree\n")
    assert done.exit_code == 0, done.output
    assert "Toy was not asked" in done.stdout
    held = dotenv_values(env)
    assert {name: value for name, value in held.items() if name.startswith("SOURCES__")} == {
        "SOURCES__TOY__CLIENT_ID": "one",
        "SOURCES__TOY__CLIENT_SECRET": "two",
        "SOURCES__TOY__REFRESH_TOKEN": "three",
    }
    assert held["CONNECTIONS"] == "stripe,toy"  # it would be off without
    assert toy.asked == []


def test_an_empty_line_is_consent_in_the_browser_and_the_end_of_the_pipe_is_none(
    env: Path, toy: AuthorizationServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webbrowser.open", lambda url: Thread(target=requests.get, args=(url,)).start())
    done = connect("toy", typed=f"{CLIENT_ID}\n{CLIENT_SECRET}\n\neurope\n")
    assert done.exit_code == 0, done.output
    assert f"{toy.url}/authorize?" in done.stdout  # for a browser that did not open
    held = dotenv_values(env)
    assert held["SOURCES__TOY__REFRESH_TOKEN"] == REFRESH_TOKEN
    assert held["SOURCES__TOY__REGION"] == "europe"
    assert REFRESH_TOKEN not in done.output
    before = env.read_bytes()
    toy.denies = True
    denied = connect("toy", typed=f"{CLIENT_ID}\n{CLIENT_SECRET}\n\n")
    assert denied.exit_code == 2
    assert "was not given (access_denied)" in denied.stderr
    ended = connect("toy", typed=f"{CLIENT_ID}\n{CLIENT_SECRET}\n")
    assert ended.exit_code == 2
    assert "No value was given for SOURCES__TOY__REFRESH_TOKEN" in ended.stderr
    assert env.read_bytes() == before


def test_without_a_vendor_they_are_listed(env: Path) -> None:
    done = connect(typed="")
    assert done.exit_code == 0, done.output
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == [c.name for c in registry.CONNECTORS]


@pytest.mark.parametrize("each", registry.CONNECTORS, ids=lambda each: each.name)
def test_every_vendor_says_what_to_create_and_describes_what_it_asks(each: Connector) -> None:
    assert each.guide
    assert all(step.endswith((".", "…")) for step in each.guide)
    assert all(credential.description for credential in each.credentials)
    granted = {table.permission for table in each.tables} - {""}
    assert [permission for permission in granted if permission not in " ".join(each.guide)] == []


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


class Terminal:
    """`leadline connect` run at a terminal of its own; `shown` is all that stood there."""

    def __init__(self, env: Path, *arguments: str) -> None:
        program = (
            "import pathlib, sys; from orchestration import paths; paths.ENV_FILE = pathlib.Path(sys.argv.pop(1));"
            "from orchestration.cli import main; main()"
        )
        self._child, self._terminal = pty.fork()
        if self._child == 0:
            os.execv(sys.executable, [sys.executable, "-c", program, str(env), "connect", *arguments])
        self.shown, self._seen = "", 0

    def until(self, prompt: str) -> str:
        """Wait until `prompt` stands there; returns what was shown since the last one."""
        while prompt not in self.shown[self._seen :]:
            self.shown += os.read(self._terminal, 1024).decode(errors="replace")
        seen, self._seen = self._seen, len(self.shown)
        return self.shown[seen:]

    def type(self, text: str) -> None:
        """Type a line."""
        os.write(self._terminal, f"{text}\n".encode())

    def answer(self, prompt: str, text: str) -> str:
        """Both; returns what was shown until then."""
        shown = self.until(prompt)
        self.type(text)
        return shown

    def end(self) -> int:
        """Read to the end; the exit code."""
        try:
            while more := os.read(self._terminal, 1024):
                self.shown += more.decode(errors="replace")
        except OSError:  # the child closed its side
            pass
        os.close(self._terminal)
        return os.waitstatus_to_exitcode(os.waitpid(self._child, 0)[1])


def test_a_key_typed_at_a_terminal_is_not_echoed(env: Path) -> None:
    terminal = Terminal(env, "stripe")
    asked = terminal.answer("(not shown)", OWN)
    assert terminal.end() == 0, terminal.shown
    assert dotenv_values(env)[KEY] == OWN
    assert OWN not in terminal.shown
    assert f"{len(TABLES)} kinds" in terminal.shown
    assert "  1. In Stripe's dashboard" in asked


def test_a_newcomer_is_walked_through_consent_with_a_browser_on_another_machine(
    env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against the sandbox's own Google, from the first step to a request that needs the new token."""
    client = GoogleAdsSettings()
    with play_world(STUDIO) as variables:
        monkeypatch.setenv("SANDBOX_URL", variables["SANDBOX_URL"])
        monkeypatch.setenv("SOURCES__GOOGLE_ADS__CUSTOMER_ID", variables["SOURCES__GOOGLE_ADS__CUSTOMER_ID"])
        terminal = Terminal(env, "google_ads", "--no-browser")
        assert "5. The ad account's id" in terminal.answer("CLIENT_ID (shown)", client.client_id)
        terminal.answer("CLIENT_SECRET (not shown)", client.client_secret)
        terminal.answer("REFRESH_TOKEN (not shown, Enter: get it by consent in the browser)", "")
        terminal.answer(f"CUSTOMER_ID (shown, Enter: keep {variables['SOURCES__GOOGLE_ADS__CUSTOMER_ID']})", "")
        terminal.answer("LOGIN_CUSTOMER_ID (shown, Enter: leave it out)", "")
        url = next(word for word in terminal.until("Its address").split() if word.startswith("http"))
        terminal.type(requests.get(url, allow_redirects=False, timeout=10).headers["Location"])
        assert terminal.end() == 0, terminal.shown
    held = dotenv_values(env)
    assert held["SOURCES__GOOGLE_ADS__REFRESH_TOKEN"] == client.refresh_token
    assert held["SOURCES__GOOGLE_ADS__CUSTOMER_ID"] == variables["SOURCES__GOOGLE_ADS__CUSTOMER_ID"]
    assert not held.get("SOURCES__GOOGLE_ADS__LOGIN_CUSTOMER_ID")
    assert "google_ads opens:" in terminal.shown
    assert "mode" not in terminal.shown.split("google_ads opens:")[1].splitlines()[0]
    for secret in (client.client_secret, client.refresh_token):
        assert secret not in terminal.shown


def test_every_permission_is_named_in_the_operators_handbook() -> None:
    handbook = (paths.PROJECT / "docs" / "operations.md").read_text()
    rows = "\n".join(line.split("|")[1] for line in handbook.splitlines() if line.startswith("| "))
    assert [t.permission for t in TABLES if t.permission.removesuffix(": Read") not in rows] == []

"""The contract every connector keeps, one suite over the registry, played by the sandbox into a real Postgres."""

import csv
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from tenacity import RetryCallState

from connectors.__main__ import main
from connectors.connections import configured
from connectors.connector import Connection, Connector
from connectors.errors import ConfigError, RetryError, StopError
from connectors.registry import CONNECTORS, play_world, sync
from connectors.sandbox.pacing import RollingLimit
from connectors.sandbox.serving import Playing, serving
from connectors.sandbox.world import load
from connectors.sync import http
from connectors.sync.loading import Package
from connectors.warehouse import resolve

WORLDS = Path(__file__).parent.parent / "worlds"
WORLD_OF = {"activecampaign": "crms", "kit": "crms", "linkedin_ads": "social"}
"""The world a connector is played from, when it is not the studio, the one business that all others share."""

FILES = {
    "google_ads/campaigns": "google_ads/campaign",
    "google_ads/ad_groups": "google_ads/ad_group_ad",
    "google_ads/ads": "google_ads/ad_group_ad",
    "google_ads/ad_days": "google_ads/ad_group_ad",
    "google_ads/campaign_days": "google_ads/campaign",
    "meta_ads/ad_days": "meta_ads/insights",
    "meta_ads/campaign_days": "meta_ads/campaign_insights",
    "stripe/invoice_items": "stripe/invoiceitems",
}
"""Where a table's objects stand in a world, when not under the table's own name."""

DERIVED = ("accounts", "discounts", "payout_transactions")
"""Tables of Stripe's that no list of a world holds: its own account, and what comes inside or about other objects."""

DELETES = {
    "stripe": "coupons",
    "hubspot": "contacts",
    "google_ads": "ad_days",
    "meta_ads": "ad_days",
    "linkedin_ads": "ad_days",
    "activecampaign": "contact_tags",
    "kit": "tag_subscriptions",
    "files": "refunds",
}
"""A table of each vendor's in which an object is deleted; what a website sent once is never taken back."""

DAY_AFTER = {"studio": datetime(2026, 7, 2, 12, tzinfo=UTC), "social": datetime(2026, 3, 8, 12, tzinfo=UTC)}
"""When a world's last days are yesterday, so that ad platforms still correct them."""

LIMITED = ("stripe", "hubspot", "meta_ads", "activecampaign", "kit")
"""Vendors whose limit the sandbox keeps, each refusing in its own words."""

LISTING = {"hubspot": 6, "google_ads": 1, "meta_ads": 4, "linkedin_ads": 4, "activecampaign": 9, "kit": 7}
"""How many kinds of lists a vendor's world has; Stripe's, read as they arrive, are tested with its client."""

TOLD = {"stripe": "requests_per_second = 30", "activecampaign": "requests_per_second = 4"}
"""Limits that a connector is told of and would pass if it asked as fast as it could."""

every_connector = pytest.mark.parametrize("connector", CONNECTORS, ids=lambda connector: connector.name)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[dict[str, str]]:
    """The environment in which every connector is on, each played from its world."""
    with ExitStack() as stack:
        variables = dict(stack.enter_context(play_world(WORLDS / "studio")))
        for world in sorted(set(WORLD_OF.values())):
            played = stack.enter_context(play_world(WORLDS / world))
            for name in (name for name in WORLD_OF if WORLD_OF[name] == world):
                prefix = f"SOURCES__{name.upper()}__"
                variables |= {variable: value for variable, value in played.items() if variable.startswith(prefix)}
                variables[f"{prefix}BASE_URL"] = f"{played['SANDBOX_URL']}/{name}"
        yield variables


@pytest.fixture(autouse=True)
def connected(sandbox: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in sandbox.items():
        monkeypatch.setenv(name, value)


def of_files(table: str) -> list[dict]:
    """The records of a table's CSV file; an empty field says nothing."""
    file = WORLDS / "studio" / "files" / f"{table}.csv"
    found = csv.DictReader(file.read_text().splitlines()) if file.exists() else []
    return [{name: value for name, value in record.items() if value} for record in found]


def of_web_events(table: str) -> list[dict]:
    """The messages of a table's type, in whichever file."""
    kind = {"pages": "page", "identifies": "identify", "tracks": "track"}[table]
    files = sorted((WORLDS / "studio" / "web_events").glob("*.jsonl"))
    messages = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    return [message for message in messages if message["type"] == kind]


OF_FOLDERS = {"files": of_files, "web_events": of_web_events}
"""Connectors that read a folder of the world as it lies there."""


def in_world(connector: Connector, table: str) -> list[dict]:
    if connector.name in OF_FOLDERS:
        return OF_FOLDERS[connector.name](table)
    name = f"{connector.name}/{table}"
    file = WORLDS / WORLD_OF.get(connector.name, "studio") / f"{FILES.get(name, name)}.jsonl"
    objects = [json.loads(line) for line in file.read_text().splitlines() if line] if file.exists() else []
    if name == "stripe/balance_transactions":  # Stripe knows which payout paid them out, and does not show it
        for transaction in objects:
            transaction.pop("payout", None)
    if connector.name == "stripe":  # which names discounts by their ids; whole ones land in a table of their own
        for obj in objects:
            if isinstance(obj.get("discounts"), list):
                obj["discounts"] = [one.get("id", one) if isinstance(one, dict) else one for one in obj["discounts"]]
    return objects


def in_raw(url: str, connector: Connector, table: str) -> dict[str, dict]:
    with psycopg.connect(url) as db:
        return dict(db.execute(f"select id, data from {connector.schema}.{table}").fetchall())


def forget_what_was_read(db: psycopg.Connection) -> None:
    """Let connectors that follow changes read everything again, as those that cannot do each time."""
    db.execute("delete from ingest.windows")
    db.execute("delete from ingest.cursors")
    db.execute("delete from ingest.days")


def kept(sent: dict, landed: dict) -> bool:
    """Every value that landed is the world's; a connector may ask for fewer fields than the world has."""
    if isinstance(sent, dict) and isinstance(landed, dict):
        return all(key not in sent or kept(sent[key], value) for key, value in landed.items())
    return sent == landed


@every_connector
def test_history_lands_row_for_row(warehouse_url: str, connector: Connector) -> None:
    result = sync(connector, Connection(connector.name), resolve())
    for table in (table for table in connector.tables if table.name not in DERIVED):
        world = {table.identify(obj): obj for obj in in_world(connector, table.name)}
        raw = in_raw(warehouse_url, connector, table.name)
        assert raw.keys() == world.keys(), table.name
        for identity, landed in raw.items():
            assert kept(world[identity], landed), (table.name, identity)
    assert {t.table: t.total for t in result.tables if t.table not in DERIVED} == {
        t.name: len({t.identify(obj) for obj in in_world(connector, t.name)})
        for t in connector.tables
        if t.name not in DERIVED
    }
    assert not any(t.denied for t in result.tables)


def test_stripes_objects_land_whole_nested_lists_included(warehouse_url: str) -> None:
    stripe = CONNECTORS[0]
    sync(stripe, Connection("stripe"), resolve())
    for table in (table for table in stripe.tables if table.name not in DERIVED):
        world = {obj["id"]: obj for obj in in_world(stripe, table.name)}
        assert in_raw(warehouse_url, stripe, table.name) == world, table.name
    whole = {
        one["id"]: one
        for table in ("subscriptions", "invoices")
        for line in (WORLDS / "studio" / "stripe" / f"{table}.jsonl").read_text().splitlines()
        for one in json.loads(line).get("discounts") or []
        if isinstance(one, dict)
    }
    landed = in_raw(warehouse_url, stripe, "discounts")
    assert whole and {identity: landed.get(identity) for identity in whole} == whole
    longest = max(len(obj["lines"]["data"]) for obj in in_world(stripe, "invoices"))
    assert longest > 10, "no invoice here has a nested list that Stripe would cut"


@every_connector
def test_a_second_sync_writes_nothing(warehouse_url: str, connector: Connector) -> None:
    sync(connector, Connection(connector.name), resolve())
    again = sync(connector, Connection(connector.name), resolve())
    assert [table.written for table in again.tables] == [0] * len(connector.tables)


@every_connector
def test_syncs_that_break_off_are_completed_by_the_next(
    warehouse_url: str, connector: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The warehouse goes away before the first load package, then after it: nothing is lost, nothing taken for gone."""
    commit = Package.commit
    for packages in (0, 1):
        left = iter(range(packages))

        def break_off(self: Package, left: Iterator[int] = left) -> None:
            if self.rows and next(left, None) is None:
                raise RetryError("the warehouse went away")
            commit(self)

        with monkeypatch.context() as patch:
            patch.setattr(Package, "commit", break_off)
            with suppress(RetryError):  # where one package holds everything, the second sync is through
                sync(connector, Connection(connector.name), resolve())
    sync(connector, Connection(connector.name), resolve())
    for table in (table for table in connector.tables if table.name not in DERIVED):
        world = {table.identify(obj) for obj in in_world(connector, table.name)}
        assert in_raw(warehouse_url, connector, table.name).keys() == world, table.name
    with psycopg.connect(warehouse_url) as db:
        for table in connector.tables:
            query = f"select count(*) from {connector.schema}.{table.name} where is_deleted"
            assert db.execute(query).fetchone() == (0,), table.name


@every_connector
def test_a_change_at_the_vendor_reaches_its_row_alone(warehouse_url: str, connector: Connector) -> None:
    """What is held is made older and different, as if the vendor had changed every object but one since."""
    sync(connector, Connection(connector.name), resolve())
    table = next(t for t in connector.tables if len(in_world(connector, t.name)) > 1).name
    with psycopg.connect(warehouse_url, autocommit=True) as db:
        changed = db.execute(
            f"update {connector.schema}.{table} set version = 1, content_hash = '', data = '{{}}'"
            f" where id <> (select min(id) from {connector.schema}.{table})"
        ).rowcount
        forget_what_was_read(db)
    again = sync(connector, Connection(connector.name), resolve())
    assert {t.table: t.written for t in again.tables if t.written} == {table: changed}
    assert {} not in in_raw(warehouse_url, connector, table).values()


def without_the_last(connector: Connector, table: str, world: Path) -> None:
    """Take the last object of a table out of a world's folder."""
    name = FILES.get(f"{connector.name}/{table}", f"{connector.name}/{table}")
    file = next(file for suffix in ("jsonl", "csv") if (file := world / f"{name}.{suffix}").exists())
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:-1]))


@contextmanager
def played_at(world: Path, moment: datetime, monkeypatch: pytest.MonkeyPatch) -> Iterator[Playing]:
    """The world, played on its own from that moment on."""
    loaded = load(world)
    loaded.clock.set(moment.timestamp())
    with serving(loaded) as playing:
        for variable, value in playing.env.items():
            monkeypatch.setenv(variable, value)
        for name in {**loaded.others, "stripe": None}:
            monkeypatch.setenv(f"SOURCES__{name.upper()}__BASE_URL", f"{playing.url}/{name}")
        yield playing


@pytest.mark.parametrize("connector", [c for c in CONNECTORS if c.name in DELETES], ids=lambda c: c.name)
def test_what_is_deleted_at_the_vendor_is_seen_and_kept_in_its_last_state(
    warehouse_url: str, connector: Connector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, table, named = tmp_path / "world", DELETES[connector.name], WORLD_OF.get(connector.name, "studio")
    shutil.copytree(WORLDS / named, world)
    moment = DAY_AFTER.get(named, DAY_AFTER["studio"])
    with played_at(world, moment, monkeypatch) as playing:
        sync(connector, Connection(connector.name), resolve())
        before = in_raw(warehouse_url, connector, table)
        if connector.name == "stripe":  # which tells of it
            playing.stripe.clock.advance(60)
            playing.stripe.delete(table, max(before))
            playing.stripe.clock.advance(3_600)
            sync(connector, Connection(connector.name), resolve())
    if connector.name != "stripe":
        without_the_last(connector, table, world)
        with played_at(world, moment + timedelta(days=2), monkeypatch):
            sync(connector, Connection(connector.name), resolve())
    assert in_raw(warehouse_url, connector, table) == before
    with psycopg.connect(warehouse_url) as db:
        for name in (found.name for found in connector.tables):
            gone = db.execute(f"select count(*) from {connector.schema}.{name} where is_deleted").fetchone()
            assert gone == (int(name == table),), name


def test_every_connector_says_what_its_vendor_deletes() -> None:
    assert {connector.name for connector in CONNECTORS} == {*DELETES, "web_events"}


def refusals(monkeypatch: pytest.MonkeyPatch, every: int = 0) -> Counter[bool]:
    """Counts what the sandbox's limits admit and refuse; with `every`, one request of so many is refused anyway.

    Which one is drawn: counted off, readers who ask in turn would always have the same one of them refused. Stripe
    counts each request against two limits.
    """
    said: Counter[bool] = Counter()
    take, draws = RollingLimit.take, Random(4)

    def taken(limit: RollingLimit) -> bool:
        passes = take(limit) and not (every and draws.randrange(every) == 0)
        said[passes] += 1
        return passes

    monkeypatch.setattr(RollingLimit, "take", taken)
    return said


def assert_whole(url: str, connector: Connector) -> None:
    for table in (table for table in connector.tables if table.name not in DERIVED):
        world = {table.identify(obj) for obj in in_world(connector, table.name)}
        assert in_raw(url, connector, table.name).keys() == world, table.name


@pytest.mark.parametrize("connector", [c for c in CONNECTORS if c.name in LIMITED], ids=lambda c: c.name)
def test_a_refusal_for_asking_too_much_is_waited_out_and_costs_no_row(
    warehouse_url: str, connector: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, waits, wait = refusals(monkeypatch, every=10), [], http._wait

    def soon(state: RetryCallState) -> float:
        waits.append(wait(state))
        return min(waits[-1], 0.05)

    monkeypatch.setattr(http, "_wait", soon)
    sync(connector, Connection(connector.name), resolve())
    assert len(waits) == said[False] >= 1
    assert_whole(warehouse_url, connector)


@pytest.mark.parametrize("connector", [c for c in CONNECTORS if c.name in TOLD], ids=lambda c: c.name)
def test_a_limit_that_is_told_is_never_passed(
    warehouse_url: str, connector: Connector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named, world = WORLD_OF.get(connector.name, "studio"), tmp_path / "world"
    shutil.copytree(WORLDS / named, world)
    with (world / "world.toml").open("a") as settings:
        settings.write(f"\n[{connector.name}]\n{TOLD[connector.name]}\n")
    said = refusals(monkeypatch)
    with played_at(world, DAY_AFTER["studio"], monkeypatch):
        sync(connector, Connection(connector.name), resolve())
    assert said[False] == 0
    assert said[True] >= 10
    assert_whole(warehouse_url, connector)


@every_connector
def test_what_is_held_from_a_later_sight_stays(warehouse_url: str, connector: Connector) -> None:
    sync(connector, Connection(connector.name), resolve())
    later = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp() * 1_000_000)
    table = next(t for t in connector.tables if len(in_world(connector, t.name)) > 1).name
    with psycopg.connect(warehouse_url, autocommit=True) as db:
        db.execute(
            f"update {connector.schema}.{table} set version = {later}, content_hash = 'later', is_deleted = true"
        )
        forget_what_was_read(db)
    sync(connector, Connection(connector.name), resolve())
    with psycopg.connect(warehouse_url) as db:
        rows = db.execute(f"select distinct content_hash, is_deleted from {connector.schema}.{table}").fetchall()
    assert rows == [("later", True)]


@every_connector
def test_refused_credentials_are_named_with_their_variable(
    warehouse_url: str, connector: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = Connection(connector.name)
    for credential in connector.required_credentials:
        wrong = "99999999999999999999"
        with monkeypatch.context() as patch, pytest.raises(ConfigError) as refused:
            patch.setenv(connection.variable(credential.name), wrong)
            sync(connector, connection, resolve())
        assert f"SOURCES__{connector.name.upper()}__" in str(refused.value), credential
        assert wrong not in str(refused.value)
    assert all(not in_raw(warehouse_url, connector, table.name) for table in connector.tables)


@pytest.mark.parametrize("connector", [c for c in CONNECTORS if c.name in LISTING], ids=lambda c: c.name)
def test_a_list_of_something_else_than_objects_is_an_error_in_words(
    warehouse_url: str, connector: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection, send, seen, spoiled = Connection(connector.name), HTTPAdapter.send, set[str](), list[str]()

    def sent(adapter: HTTPAdapter, request: PreparedRequest, **options: Any) -> Response:
        response = send(adapter, request, **options)
        body = response.json() if response.ok and response.content else None
        chunks = body if isinstance(body, list) else [body]
        lists = [value for chunk in chunks for value in dict(chunk or {}).values() if isinstance(value, list) and value]
        path = re.sub(r"\d+", "", request.path_url.partition("?")[0])
        seen.update({path} if lists and isinstance(lists[0][0], dict) else set())
        if path in spoiled:
            for listed in lists:
                listed.append(None)
            response._content = json.dumps(body).encode()
        return response

    monkeypatch.setattr(HTTPAdapter, "send", sent)
    sync(connector, connection, resolve())
    for path in sorted(seen):
        spoiled[:] = [path]
        with psycopg.connect(warehouse_url, autocommit=True) as db:
            forget_what_was_read(db)
        with pytest.raises(StopError, match=f"{connector.name}.*: .*answered"):
            sync(connector, connection, resolve())
    assert len(seen) >= LISTING[connector.name]


@every_connector
def test_a_connector_is_on_when_its_credentials_are_set_and_half_of_them_is_an_error(
    connector: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Connection(connector.name) in configured(CONNECTORS)
    names = [Connection(connector.name).variable(c.name) for c in connector.required_credentials]
    for name in names[1:]:
        monkeypatch.delenv(name)
    if len(names) > 1:
        with pytest.raises(ConfigError, match="half configured"):
            configured(CONNECTORS)
    monkeypatch.delenv(names[0])
    assert Connection(connector.name) not in configured(CONNECTORS)


@every_connector
def test_every_table_and_setting_is_documented(connector: Connector) -> None:
    folder = Path(__file__).parents[2]
    readme = (folder / "connectors" / connector.name / "README.md").read_text().lower()
    example = (folder / ".env.example").read_text()
    for table in connector.tables:
        assert table.name.replace("_", " ") in readme or table.name in readme, table.name
    for credential in connector.required_credentials:
        assert f"__{credential.name.upper()}" in readme.upper(), credential.name
        assert Connection(connector.name).variable(credential.name) in example, credential.name


def test_connections_are_narrowed_and_further_accounts_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTIONS", "stripe, stripe@eu")
    with pytest.raises(ConfigError, match="SOURCES__STRIPE__EU__API_KEY is not set"):
        configured(CONNECTORS)
    monkeypatch.setenv("SOURCES__STRIPE__EU__API_KEY", "sk_live_sandbox")
    assert [c.name for c in configured(CONNECTORS)] == ["stripe", "stripe@eu"]
    for wrong in ("stripe@", "shopify", "stripe@E U"):
        monkeypatch.setenv("CONNECTIONS", wrong)
        with pytest.raises(ConfigError, match="CONNECTIONS names"):
            configured(CONNECTORS)


def test_two_accounts_of_one_vendor_stay_apart(warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCES__STRIPE__EU__API_KEY", "sk_live_sandbox")
    stripe = CONNECTORS[0]
    for connection in (Connection("stripe"), Connection("stripe", "eu")):
        sync(stripe, connection, resolve())
    with psycopg.connect(warehouse_url) as db:
        counts = dict(db.execute("select connection, count(*) from raw_stripe.charges group by 1").fetchall())
        assert db.execute("select connection, is_test from ingest.connections order by 1").fetchall() == [
            ("stripe", False),
            ("stripe@eu", False),
        ]
    charges = len(in_world(stripe, "charges"))
    assert counts == {"stripe": charges, "stripe@eu": charges}


def test_one_vendor_is_synced_alone_without_dagster(
    warehouse_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.__main__.load_dotenv", lambda: None)
    assert main(["hubspot"]) == 0
    contacts = len(in_world(CONNECTORS[1], "contacts"))
    assert f"hubspot/contacts: {contacts} read, {contacts} written, {contacts} held" in capsys.readouterr().out
    assert main(["shopify"]) == 2
    assert "the connectors are stripe, hubspot, google_ads" in capsys.readouterr().err
    monkeypatch.delenv("SOURCES__STRIPE__API_KEY")
    assert main(["stripe"]) == 2
    assert "SOURCES__STRIPE__" in capsys.readouterr().err

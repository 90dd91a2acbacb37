"""Kit read through dlt's REST client: removals and re-additions, refusals in our own words; played and scripted."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from connectors.connector import Connection
from connectors.errors import ConfigError, RetryError, StopError
from connectors.kit.client import KitApi
from connectors.kit.source import CONNECTOR
from connectors.kit.tables import TABLES
from connectors.registry import SyncResult, sync
from connectors.sandbox.kit_settings import KitSettings
from connectors.sandbox.kit_world import KitWorld
from connectors.sandbox.serving import serving
from connectors.sandbox.settings import Settings
from connectors.sandbox.world import World
from connectors.sync import http
from connectors.warehouse import resolve
from tests.connectors.scripted_server import Answer, Script, scripted

CONNECTION = Connection("kit")
DATE = {"Date": "Mon, 23 Nov 2026 00:00:00 GMT"}


class Account(KitWorld):
    """A world of one tag, and its clock."""

    clock: Any

    def subscriber(self, id_: int, email: str | None = None, state: str = "active") -> None:
        since = "2026-01-01T00:00:00Z"
        self.put(
            "subscribers", {"id": id_, "email_address": email or f"p{id_}@x.org", "state": state, "created_at": since}
        )

    def tag(self, id_: int, at: str) -> None:
        self.put("tag_subscriptions", {"tag_id": 7, "id": id_, "tagged_at": at})


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "BACKOFF", lambda _: 0.0)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    with ExitStack() as stack:
        account = Account()
        settings = replace(Settings(), others={"kit": KitSettings()})
        world = World(settings=settings, others={"kit": account})
        account.clock = world.clock
        world.clock.stop(at=datetime(2026, 2, 5, tzinfo=UTC).timestamp())
        account.put("tags", {"id": 7, "name": "roses", "created_at": "2026-01-01T00:00:00Z"})
        for n in (1, 2):
            account.subscriber(n)
        for name, value in stack.enter_context(serving(world)).env.items():
            monkeypatch.setenv(name, value)
        yield account


def run(*tables: str) -> SyncResult:
    return sync(CONNECTOR, CONNECTION, resolve(), tables=tables or None)


def additions(url: str) -> list[tuple]:
    with psycopg.connect(url) as db:
        return db.execute(
            "select id, is_deleted, to_timestamp(version / 1000000)::date::text"
            " from raw_kit.tag_subscriptions order by id"
        ).fetchall()


def test_a_tag_removed_and_added_again_is_two_additions(warehouse_url: str, account: Account) -> None:
    account.tag(1, "2026-02-02T00:00:00Z")
    account.tag(2, "2026-02-03T00:00:00Z")
    run("tag_subscriptions")
    account.remove("tag_subscriptions", 7, 1)
    account.clock.advance(86_400)
    run("tag_subscriptions")
    account.tag(1, "2026-02-09T00:00:00Z")
    account.clock.advance(4 * 86_400)
    run("tag_subscriptions")
    assert additions(warehouse_url) == [
        ("7/1/2026-02-02T00:00:00Z", True, "2026-02-06"),
        ("7/1/2026-02-09T00:00:00Z", False, "2026-02-10"),
        ("7/2/2026-02-03T00:00:00Z", False, "2026-02-05"),
    ]


def test_additions_to_a_tag_that_is_deleted_are_gone(warehouse_url: str, account: Account) -> None:
    account.tag(1, "2026-02-02T00:00:00Z")
    run("tags", "tag_subscriptions")
    account.remove("tags", 7)
    account.remove("tag_subscriptions", 7, 1)
    account.clock.advance(86_400)
    run("tags", "tag_subscriptions")
    assert additions(warehouse_url) == [("7/1/2026-02-02T00:00:00Z", True, "2026-02-06")]


def test_every_state_is_read_and_a_former_address_stays(warehouse_url: str, account: Account) -> None:
    account.subscriber(3, state="cancelled")
    run("subscribers")
    account.clock.advance(3_600)
    account.subscriber(1, "new@x.org")
    account.remove("subscribers", 2)
    (table,) = run("subscribers").tables
    assert (table.written, table.total) == (2, 3)
    with psycopg.connect(warehouse_url) as db:
        assert db.execute("select id from raw_kit.subscribers where is_deleted").fetchall() == [("2",)]
        past = db.execute("select id, data from raw_kit.subscribers_past where not is_deleted order by id").fetchall()
    assert past == [("1", {"email_address": "p1@x.org"}), ("2", {"email_address": "p2@x.org"})]


def test_more_than_a_page_is_read_to_its_end(warehouse_url: str, account: Account) -> None:
    for n in range(1, 2_102):
        account.subscriber(n)
        account.tag(n, "2026-02-02T00:00:00Z")
    result = run("subscribers", "tag_subscriptions")
    assert {table.table: table.total for table in result.tables} == {"subscribers": 2_101, "tag_subscriptions": 2_101}
    assert result.requests == 7, "three pages of each, and the tags"


def test_what_breaks_off_buries_nothing(
    warehouse_url: str, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    for n in range(1, 4):
        account.tag(n if n < 3 else 2, f"2026-02-0{n}T00:00:00Z")
    run("tag_subscriptions")
    before = additions(warehouse_url)
    one = {"id": 7}
    tags = {"tags": [one], "pagination": {"has_next_page": False, "end_cursor": None}}
    with scripted(Answer(tags, headers=DATE), Answer({"errors": ["Internal"]}, 500)) as script:
        monkeypatch.setenv("SOURCES__KIT__BASE_URL", script.url)
        with pytest.raises(RetryError, match="500"):
            run("tag_subscriptions")
    assert additions(warehouse_url) == before


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch):
    def pages(script: Script) -> list[dict]:
        monkeypatch.setenv("SOURCES__KIT__API_KEY", "kit_secret")
        monkeypatch.setenv("SOURCES__KIT__BASE_URL", script.url)
        return [obj for page in KitApi(CONNECTION).pages(TABLES[1]) for obj in page.objects]

    return pages


def listing(*ids: int, after: str | None = None) -> Answer:
    pagination = {"has_next_page": after is not None, "end_cursor": after}
    return Answer({"tags": [{"id": n} for n in ids], "pagination": pagination}, headers=DATE)


def test_a_passing_429_is_asked_again_within_the_keys_limit(read, monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(Answer({"errors": ["Too many requests"]}, 429), listing(1, 2)) as script:
        assert [tag["id"] for tag in read(script)] == [1, 2]
    assert KitApi(CONNECTION).session.budget.allowed * 60 <= 120
    monkeypatch.setenv("SOURCES__KIT__RATE_LIMIT", "often")
    with pytest.raises(ConfigError, match="SOURCES__KIT__RATE_LIMIT"):
        KitApi(CONNECTION)


def test_a_redirect_is_followed_within_the_request_that_holds_the_budget(read) -> None:
    moved = Answer(b"", 308, {"Location": "/v4/moved"})
    with scripted(moved, listing(1)) as script:
        assert [tag["id"] for tag in read(script)] == [1]
    assert script.asked[1].path == "/v4/moved"


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_named_and_never_shown(read, status: int) -> None:
    with scripted(Answer({"errors": ["no"]}, status)) as script, pytest.raises(ConfigError) as refused:
        read(script)
    assert "SOURCES__KIT__API_KEY" in str(refused.value)
    assert "kit_secret" not in str(refused.value)


def test_a_tag_deleted_since_it_was_listed_is_noted_and_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    added = {"subscribers": [{"id": 1, "tagged_at": "2026-02-02T00:00:00Z"}]}
    added |= {"pagination": {"has_next_page": False, "end_cursor": None}}
    table = next(table for table in TABLES if table.name == "tag_subscriptions")
    monkeypatch.setenv("SOURCES__KIT__API_KEY", "kit_secret")
    with scripted(listing(7, 8), Answer({"errors": ["Not Found"]}, 404), Answer(added, headers=DATE)) as script:
        monkeypatch.setenv("SOURCES__KIT__BASE_URL", script.url)
        api = KitApi(CONNECTION)
        found = [obj for page in api.pages(table) for obj in page.objects]
    assert found == [{"tag_id": 8, "id": 1, "tagged_at": "2026-02-02T00:00:00Z"}]
    assert api.absent == ["Of tags 7 there are no subscribers: deleted since listed?"]


def test_a_cursor_that_stands_still_and_another_server_are_refused(read) -> None:
    with scripted(listing(1, after="x")) as script, pytest.raises(StopError, match="cursor x does not advance"):
        read(script)
    for body in ({"hello": 1}, ["hello"]):
        with scripted(Answer(body, headers=DATE)) as script, pytest.raises(StopError, match="is the base URL Kit's"):
            read(script)


def test_half_a_surrogate_pair_costs_one_character_not_the_page(read) -> None:
    page = b'{"tags": [{"id": 1, "name": "J\\ud83d"}], "pagination": {"has_next_page": false, "end_cursor": null}}'
    with scripted(Answer(page, headers=DATE)) as script:
        assert read(script)[0]["name"] == "J\ufffd"


def test_a_key_says_whose_account_it_opens(account: Account) -> None:
    assert CONNECTOR.probe
    opened = CONNECTOR.probe(CONNECTION)
    assert (opened.account_id, opened.title) == ("1", "Sandbox")

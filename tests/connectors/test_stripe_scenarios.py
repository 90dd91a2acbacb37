"""Stripe synced in every scenario that other connectors lose data in; raw is the account, row for row, each time.

`SCENARIO_SCALE=10` plays ten times as many sales.
"""

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from connectors.connector import Connection, Page
from connectors.errors import ConfigError, StopError
from connectors.registry import connector, sync
from connectors.sandbox.change import MovingWorld
from connectors.sandbox.clock import Clock
from connectors.sandbox.serving import Playing, serving
from connectors.sandbox.settings import Settings
from connectors.sandbox.shapes import times
from connectors.sandbox.shapes.sales import sales_world
from connectors.sandbox.stripe_resources import RESOURCES
from connectors.sandbox.stripe_settings import StripeEvents, StripeFaults, StripeSettings
from connectors.sandbox.world import World
from connectors.stripe import client
from connectors.stripe.tables import StripeTable
from connectors.sync.run import SyncResult
from connectors.warehouse import resolve
from tests.connectors import stripe_mirror
from tests.connectors.stripe_shop import Shop

SCALE = float(os.environ.get("SCENARIO_SCALE", "1"))
DAY = 86_400
HANDFUL = 15
LATER = 300
"""Seconds after which every event has shown up, whatever its delay here."""


def sales(count: int) -> int:
    return round(count * SCALE)


@dataclass
class Played:
    """One account of a world being played, and the warehouse it is synced into."""

    playing: Playing
    warehouse_url: str
    connection: Connection = field(default_factory=lambda: Connection("stripe"))
    world: MovingWorld = field(init=False)
    key: str = field(init=False)

    def __post_init__(self) -> None:
        self.world = self.playing.stripe
        self.key = self.playing.env["SOURCES__STRIPE__API_KEY"]

    def sync(self) -> SyncResult:
        return sync(connector("stripe"), self.connection, resolve())

    def sync_later(self) -> SyncResult:
        """Sync when all events of what happened so far have shown up."""
        self.world.clock.advance(LATER)
        return self.sync()

    def assert_mirrored(self, unknowable: tuple[str, ...] = (), without: tuple[str, ...] = ()) -> None:
        counted = self.world.counters.requests
        truth = stripe_mirror.truth(self.world, self.playing.url, self.key, without)
        stripe_mirror.assert_mirrored(self.warehouse_url, truth, self.connection.name, unknowable)
        assert counted, "nothing was ever asked"

    def count(self) -> Counter[str]:
        """Requests by operation since the last `reset`."""
        return Counter(self.world.counters.by_operation)

    def rows(self, query: str) -> list[tuple]:
        with psycopg.connect(self.warehouse_url) as db:
            return db.execute(query).fetchall()

    def ids(self, *tables: str, where: str = "true") -> set[str]:
        """The ids that the raw tables hold."""
        each = (f"select id from raw_stripe.{table} where {where}" for table in tables)
        return {id_ for (id_,) in self.rows(" union all ".join(each))}


Play = Callable[..., Played]


@pytest.fixture
def unpaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """No rate limit here, so none to wait for; how limits are kept is tested where there are some."""
    for account in ("", "EU__"):
        monkeypatch.setenv(f"SOURCES__STRIPE__{account}RATE_LIMIT", "100000")
        monkeypatch.setenv(f"SOURCES__STRIPE__{account}RATE_SHARE", "1")


@pytest.fixture
def start(warehouse_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[World], Played]]:
    """Play a world and connect it."""
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path))
    with ExitStack() as stack:

        def play(world: World) -> Played:
            playing = stack.enter_context(serving(world))
            for name, value in playing.env.items():
                monkeypatch.setenv(name, value)
            return Played(playing, warehouse_url)

        yield play


@pytest.fixture
def play(start: Callable[[World], Played], unpaced: None) -> Play:
    """Play sales at the times given, without a limit."""

    def sold(at: list[int], *, many_children: float = 0.1, seed: int = 1, **settings: Any) -> Played:
        return start(sales_world(at, many_children=many_children, settings=StripeSettings(**settings), seed=seed))

    return sold


def uniform(count: int = 200, days: int = 40) -> list[int]:
    return times.uniform(sales(count), days=days)


def written(result: SyncResult) -> int:
    return sum(table.written for table in result.tables)


def missed(result: SyncResult) -> dict[str, int]:
    return {table.table: table.missed for table in result.tables if table.missed}


def denied(result: SyncResult) -> dict[str, str]:
    return {table.table: table.denied for table in result.tables if table.denied}


HISTORIES = {
    "evenly spread": lambda: (times.uniform(sales(600), days=200), 0.0),
    "99 percent in one hour": lambda: (times.burst(sales(600), days=200), 0.0),
    "5,000 objects in one second": lambda: (times.one_second(sales(1_250), around=sales(100), days=200), 0.0),
    "twelve sparse years": lambda: (times.sparse(sales(250), years=12), 0.0),
    "many children": lambda: (times.uniform(sales(400), days=100), 0.15),
}


@pytest.mark.parametrize("history", HISTORIES)
def test_all_history_lands_and_a_second_sync_costs_a_handful_of_requests_and_writes_nothing(
    play: Play, history: str
) -> None:
    at, many_children = HISTORIES[history]()
    played = play(at, many_children=many_children)
    ended = next(iter(played.world.state("subscriptions")))
    played.world.update("subscriptions", ended, event="", status="canceled")  # which lists leave out unless asked
    result = played.sync()
    played.assert_mirrored()
    assert result.requests > 20
    assert sum(table.total for table in result.tables) > 3 * len(at)
    played.world.counters.reset()
    again = played.sync_later()
    requests = played.world.counters.requests
    assert (written(again), again.requests) == (0, requests)
    assert requests <= HANDFUL * max(1, SCALE), played.count()


def test_history_is_read_once_page_by_page(play: Play) -> None:
    played = play(times.uniform(sales(1_500), days=300), many_children=0.15)
    played.sync()
    pages = {
        address: count
        for address, count in played.world.counters.served.items()
        if not address.startswith(("/v1/events", "/v1/account"))
    }
    again = sum(count - 1 for count in pages.values())
    assert again <= 0.01 * sum(pages.values()), [address for address, count in pages.items() if count > 1]


@pytest.mark.parametrize("cursor", ["continue", "refuse"])
def test_objects_deleted_in_mid_scan_become_tombstones_or_were_never_there(play: Play, cursor: str) -> None:
    played = play(uniform(1_300, days=100), deleted_cursor=cursor)
    world, draw = played.world, random.Random(7)
    kinds = ("customers", "invoices", "invoiceitems", "coupons", "products", "prices")
    left = {RESOURCES[kind].url: (kind, max(1, len(world.state(kind)) // 50)) for kind in kinds}
    cursors = []

    def delete(address: str) -> None:
        """Delete the very object the next page is asked after, and some others, until 2 % are gone."""
        path = urlsplit(address).path
        if path not in left or left[path][1] == 0:
            return
        kind, count = left[path]
        there = world.state(kind)
        after = parse_qs(urlsplit(address).query).get("starting_after", [""])[0]
        chosen = draw.sample(sorted(there), 1)
        if after in there:
            chosen.append(after)
            cursors.append(after)
        for id_ in set(chosen):
            world.delete(kind, id_)
        left[path] = kind, max(0, count - len(set(chosen)))

    with world.watching(delete):
        played.sync()
    assert cursors, "no page was asked for after an object that was gone"
    played.sync_later()
    gone_before_seen = {id_ for kind in kinds for id_ in world.deleted(kind)}
    told = {id_ for (id_,) in played.rows("select data #>> '{data,object,id}' from raw_stripe.events")}
    assert gone_before_seen <= told
    played.assert_mirrored()


def test_what_happens_during_the_backfill_is_there_after_it(play: Play) -> None:
    played = play(uniform(1_500, days=100))
    shop = Shop(played.world, seed=3)
    asked: list[str] = []

    def happen(address: str) -> None:
        asked.append(urlsplit(address).path)
        if len(asked) <= 40:
            shop.act(3)

    with played.world.watching(happen):
        played.sync()
    assert {"/v1/charges", "/v1/invoices"} <= set(asked[40:]), "history was whole before the last thing happened"
    played.assert_mirrored()


def test_a_pause_of_31_days_is_noticed_and_read_over(play: Play) -> None:
    played = play(uniform(500, days=60))
    world, shop = played.world, Shop(played.world, seed=5)
    played.sync()
    shop.act(60)
    silent = sorted(world.state("invoiceitems"))[:2] + sorted(world.state("customers"))[:3]
    for id_ in silent:
        world.delete("customers" if id_.startswith("cus") else "invoiceitems", id_, event="")
    for id_ in sorted(world.state("charges"))[:20]:
        world.update("charges", id_, event="", description="changed while nobody looked")
    never_seen = {id_ for kind in ("customers", "invoiceitems", "products", "prices") for id_ in world.deleted(kind)}
    held = played.ids("customers", "invoice_items", "products", "prices")
    world.clock.advance(31 * DAY)
    result = played.sync()
    assert any("30 days" in note for note in result.notes), result.notes
    played.sync_later()
    played.assert_mirrored(unknowable=tuple(never_seen - held))
    assert set(silent) <= played.ids("customers", "invoice_items", where="is_deleted")
    world.counters.reset()
    assert written(played.sync_later()) == 0
    assert world.counters.requests <= HANDFUL


def test_a_pause_of_20_days_needs_no_second_reading(play: Play) -> None:
    played = play(uniform(300))
    shop = Shop(played.world, seed=6)
    played.sync()
    for _ in range(20):
        shop.act(3)
        played.world.clock.advance(DAY)
    played.world.counters.reset()
    result = played.sync()
    assert not any("30 days" in note for note in result.notes), result.notes
    asked = played.count()
    assert sum(count for operation, count in asked.items() if "{id}" not in operation) <= 40, asked
    played.assert_mirrored()


def test_nothing_is_lost_though_five_percent_of_all_requests_fail(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "TIMEOUT", (5, 1))
    faults = StripeFaults(
        error_rate=0.01,
        unavailable_rate=0.01,
        timeout_rate=0.01,
        reset_rate=0.01,
        truncated_rate=0.01,
        timeout_seconds=1.5,
        seed=4,
    )
    played = play(uniform(900, days=100), many_children=0.15, faults=faults)
    shop = Shop(played.world, seed=8)
    played.sync()
    shop.act(60)
    played.sync_later()
    assert len(played.world.counters.faults) >= 4, played.world.counters.faults
    played.assert_mirrored()


@pytest.mark.parametrize("seed", range(1, 1 + sales(1)))
def test_late_events_in_disorder_several_a_second_and_twice_are_all_followed(play: Play, seed: int) -> None:
    played = play(uniform(), events=StripeEvents(least_delay_seconds=0, most_delay_seconds=25, seed=seed))
    world, shop, draw = played.world, Shop(played.world, seed), random.Random(seed)
    world.clock.stop()
    played.sync()
    crowd = sorted(world.state("customers"))[:5]
    for _ in range(5):
        shop.act(draw.randint(5, 25))
        for customer in crowd:
            for n in range(draw.randint(1, 4)):  # in the same second, their events in any order
                told = world.update("customers", customer, name=f"Name {n} {draw.random()}")
        world.emit("customer.updated", told)
        world.emit("customer.updated", told)
        world.clock.advance(draw.choice([0, 1, 1, 3, 10]))
        played.sync()
        world.clock.advance(draw.choice([0, 1, 2]))
    assert world.events_waiting, "every event came at once"
    played.sync_later()
    assert world.events_waiting == 0
    played.assert_mirrored()


def test_events_that_are_listed_in_no_order_are_followed(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    def stirred(api: client.StripeApi, table: StripeTable, *window: Any, **filters: Any) -> Page:
        page = in_order(api, table, *window, **filters)
        if table.name == "events":
            page.objects[:-1] = reversed(page.objects[:-1])
        return page

    played, in_order = play(uniform(100)), client.StripeApi.page
    played.world.clock.stop()
    played.sync()
    shop = Shop(played.world, seed=4)
    for _ in range(40):
        shop.act(3)
        played.world.clock.advance(2)
    monkeypatch.setattr(client.StripeApi, "page", stirred)
    played.sync_later()
    played.assert_mirrored()


@pytest.mark.parametrize("version", ["2024-06-20", "2025-08-27.basil"])
def test_an_account_in_an_older_api_version_is_read_in_ours(play: Play, version: str) -> None:
    played = play(uniform(), many_children=0.15, api_version=version)
    shop = Shop(played.world, seed=9)
    played.sync()
    shop.act(80)
    played.world.counters.reset()
    played.sync_later()
    assert sum(count for operation, count in played.count().items() if "{id}" in operation) > 20
    played.assert_mirrored()
    assert {version for (version,) in played.rows("select distinct api_version from raw_stripe.charges")} == {
        client.API_VERSION
    }


def test_discounts_which_cannot_be_asked_for_are_taken_from_their_events_in_any_version(play: Play) -> None:
    played = play(uniform(100), api_version="2024-06-20")
    played.sync()
    kept, ended = ({"id": f"di_{n}", "object": "discount", "coupon": {"id": "coupon1"}, "start": n} for n in (1, 2))
    for discount in (kept, ended):
        played.world.emit("customer.discount.created", discount)
    played.world.emit("customer.discount.deleted", ended)  # in the same second
    played.sync_later()
    assert played.rows("select id, data, is_deleted from raw_stripe.discounts order by id") == [
        ("di_1", kept, False),
        ("di_2", ended, True),
    ]


def test_a_connected_account_is_taken_from_its_events_for_one_that_left_is_a_403(play: Play) -> None:
    played = play(uniform(100), api_version="2024-06-20")
    joined = {"id": "acct_eu", "object": "account", "created": int(played.world.clock.now()) - DAY, "email": "a@x.org"}
    played.world.create("accounts", joined)
    played.sync()
    played.world.counters.reset()
    played.world.update("accounts", "acct_eu", email="b@x.org")
    played.sync_later()
    assert "/v1/accounts/{id}" not in str(played.count())
    played.assert_mirrored()


def test_children_are_replaced_with_their_parent(play: Play) -> None:
    played = play(uniform(100), many_children=0.5)
    world = played.world
    invoices = world.state("invoices")
    longest = max(invoices, key=lambda id_: len(invoices[id_]["lines"]["data"]))
    lines = invoices[longest]["lines"]
    played.sync()
    for count in (12, 0):
        world.update("invoices", longest, lines={**lines, "data": lines["data"][:count], "total_count": count})
        played.sync_later()
        played.assert_mirrored()
        (held,) = played.rows(
            f"select json_array_length(data #> '{{lines,data}}') from raw_stripe.invoices where id = '{longest}'"
        )
        assert held == (count,)


def test_what_no_event_told_of_is_found_by_looking_again_and_counted(play: Play) -> None:
    played = play(uniform())
    world = played.world
    intents = [f"pi_1Open{n}" for n in range(12)]
    intent = next(iter(world.state("payment_intents").values()))
    for n, id_ in enumerate(intents):
        status = ("requires_action", "processing", "requires_capture", "requires_payment_method")[n % 4]
        world.create("payment_intents", {**intent, "id": id_, "status": status})
    invoice = next(iter(world.state("invoices").values()))
    invoices = [f"in_1Open{n}" for n in range(7)]
    for id_ in invoices:
        world.create("invoices", {**invoice, "id": id_, "status": "open"})
    played.sync()
    for id_ in intents[:5]:
        world.update("payment_intents", id_, description="no event tells of this")
    for id_ in invoices[:3]:
        world.update("invoices", id_, event="", status="paid", amount_paid=100)
    subscription = sorted(world.state("subscriptions"))[0]
    world.update("subscriptions", subscription, event="", status="canceled")
    world.update("invoices", invoices[4], status="void")  # told of as ever: not missed
    world.clock.advance(DAY)
    result = played.sync()
    played.assert_mirrored()
    assert missed(result) == {"payment_intents": 5, "invoices": 3, "subscriptions": 1}
    world.clock.advance(DAY)
    again = played.sync()
    assert (missed(again), written(again)) == ({}, 0)


def test_an_invoice_item_that_moved_onto_its_invoice_in_silence_is_found(play: Play) -> None:
    played = play(uniform())
    world = played.world
    invoice = next(iter(world.state("invoices")))
    pending = [id_ for id_, item in world.state("invoiceitems").items() if item["invoice"] is None]
    played.sync()
    world.update("invoiceitems", pending[0], invoice=invoice)
    world.clock.advance(DAY)
    result = played.sync()
    played.assert_mirrored()
    assert missed(result) == {"invoice_items": 1}


def test_money_that_becomes_available_in_silence_is_seen(play: Play) -> None:
    played = play(uniform())
    world = played.world
    moved = next(iter(world.state("balance_transactions").values()))
    world.create("balance_transactions", {**moved, "id": "txn_1Pending", "status": "pending"})
    played.sync()
    world.update("balance_transactions", "txn_1Pending", status="available")
    world.clock.advance(DAY)
    played.sync()
    played.assert_mirrored()


def test_a_discount_of_a_customer_is_followed_to_its_end(play: Play) -> None:
    played = play(uniform(100))
    world = played.world
    customer = next(iter(world.state("customers")))
    discount = {"id": "di_1", "object": "discount", "customer": customer, "start": 5, "end": None, "livemode": True}
    played.sync()
    states = []
    for type_, end in (("created", None), ("updated", 9), ("deleted", 9)):
        world.emit(f"customer.discount.{type_}", {**discount, "end": end}, {"end": None} if end else None)
        played.sync_later()
        states += played.rows("select data ->> 'end', is_deleted from raw_stripe.discounts")
    assert states == [(None, False), ("9", False), ("9", True)]


def test_a_payout_whose_list_is_refused_holds_up_no_other(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    def members(api: client.StripeApi, name: str, *asked: Any, **more: Any) -> list[dict[str, Any]]:
        if name.endswith(refused):
            raise StopError(f"{name}: only automatic payouts have one")
        return every(api, name, *asked, **more)

    played, every = play(uniform()), client.StripeApi.members
    automatic = {id_ for id_, payout in played.world.state("payouts").items() if payout["automatic"]}
    refused, *others = sorted(automatic)
    monkeypatch.setattr(client.StripeApi, "members", members)
    assert f"{refused}: only automatic" in denied(played.sync())["payout_transactions"]
    assert played.ids("payout_transactions") == set(others)
    monkeypatch.setattr(client.StripeApi, "members", every)
    assert denied(played.sync_later()) == {}
    played.assert_mirrored()


def test_a_coupon_made_again_under_its_old_id_lives_again(play: Play) -> None:
    played = play(uniform(100))
    world = played.world
    coupon = world.state("coupons")["coupon1"]
    played.sync()
    world.delete("coupons", "coupon1")
    played.sync_later()
    assert played.rows("select is_deleted from raw_stripe.coupons where id = 'coupon1'") == [(True,)]
    world.create("coupons", {**coupon, "created": int(world.clock.now()), "percent_off": 99.0})
    played.sync_later()
    played.assert_mirrored()


SMALL_KEY, WHOLE_KEY = "rk_live_small", "rk_live_whole"
MAY_READ = ("charges", "customers", "events", "accounts")


def restricted(played: Played, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("SOURCES__STRIPE__API_KEY", key)


def test_a_restricted_key_reads_what_it_may_and_names_what_it_may_not(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = play(uniform(), restricted={SMALL_KEY: MAY_READ, WHOLE_KEY: tuple(RESOURCES)})
    restricted(played, monkeypatch, SMALL_KEY)
    result = played.sync()
    readable = {*MAY_READ, "refunds"}  # one permission reads charges and refunds
    without = {stripe_mirror.RAW_NAMES[kind] for kind in RESOURCES} - readable | {"payout_transactions"}
    played.assert_mirrored(without=tuple(without))
    refused = denied(result)
    assert set(refused) - {"payout_transactions"} == without - {"payout_transactions"}
    assert "Invoices" in refused["invoices"]
    assert SMALL_KEY not in " ".join(refused.values())
    recorded = played.rows("select table_name from ingest.access where connection = 'stripe' and not may_read")
    assert {name for (name,) in recorded} == set(refused)
    Shop(played.world, seed=1).act(20)
    played.sync_later()
    played.assert_mirrored(without=tuple(without))
    restricted(played, monkeypatch, WHOLE_KEY)  # the permissions were added
    healed = played.sync_later()
    assert denied(healed) == {}
    played.sync_later()
    played.assert_mirrored()


def test_a_key_that_may_not_name_its_account_follows_it_all_the_same(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its world's clock is not ours: the time has to come from the refusal."""
    names = tuple(name for name in RESOURCES if name != "accounts")
    played = play(uniform(100), restricted={SMALL_KEY: names})
    restricted(played, monkeypatch, SMALL_KEY)
    played.sync()
    Shop(played.world, seed=3).act(30)
    assert set(denied(played.sync_later())) == {"accounts"}
    played.assert_mirrored(without=("accounts",))


def test_without_the_permission_to_read_events_every_sync_reads_everything(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = play(uniform(100), restricted={SMALL_KEY: tuple(name for name in RESOURCES if name != "events")})
    restricted(played, monkeypatch, SMALL_KEY)
    played.sync()
    Shop(played.world, seed=2).act(40)
    deleted_unseen = played.world.deleted("prices").keys() | played.world.deleted("products").keys()
    result = played.sync_later()
    assert set(denied(result)) == {"events"}
    unknowable = tuple(deleted_unseen | {id_ for id_ in played.world.deleted("customers") if "Shop" in id_})
    played.assert_mirrored(unknowable=unknowable, without=("events",))


def test_two_accounts_are_synced_each_by_itself(
    start: Callable[[World], Played], unpaced: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = sales_world(uniform(150), many_children=0.1), sales_world(uniform(90), many_children=0.3, seed=2)
    settings = Settings(stripe=StripeSettings(account_keys={"sk_live_eu": "acct_eu"}))
    both = World(settings=settings, stripe=one.stripe, connected={"acct_eu": other.stripe}, clock=one.clock)
    played = start(both)
    monkeypatch.setenv("SOURCES__STRIPE__EU__API_KEY", "sk_live_eu")
    monkeypatch.setenv("SOURCES__STRIPE__EU__BASE_URL", f"{played.playing.url}/stripe")
    eu = Played(played.playing, played.warehouse_url, Connection("stripe", "eu"))
    eu.world, eu.key = played.world.account("acct_eu"), "sk_live_eu"
    for account in (played, eu):
        account.sync()
    Shop(eu.world, seed=1, name="Eu").act(30)
    for account in (played, eu):
        account.sync_later()
    for account in (played, eu):
        account.assert_mirrored()


def test_a_key_of_another_mode_or_account_is_refused_and_changes_nothing(
    start: Callable[[World], Played], unpaced: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = sales_world(uniform(60)), sales_world(uniform(60), seed=2)
    settings = StripeSettings(account_keys={"sk_live_eu": "acct_eu"}, restricted={"rk_test_all": tuple(RESOURCES)})
    both = World(
        settings=Settings(stripe=settings), stripe=one.stripe, connected={"acct_eu": other.stripe}, clock=one.clock
    )
    played = start(both)
    played.sync()
    Shop(played.world, seed=1).act(20)
    before = played.rows("select id, version, data::text from raw_stripe.charges order by id")
    for key, said in (("rk_test_all", "test"), ("sk_live_eu", "acct_eu")):
        monkeypatch.setenv("SOURCES__STRIPE__API_KEY", key)
        with pytest.raises(ConfigError, match=said):
            played.sync_later()
        assert played.rows("select id, version, data::text from raw_stripe.charges order by id") == before
    monkeypatch.setenv("SOURCES__STRIPE__API_KEY", played.key)
    played.sync_later()
    played.assert_mirrored()


def test_a_day_of_changes_costs_a_page_of_events_a_hundred(play: Play) -> None:
    played = play(uniform(100))
    world, changes = played.world, sales(2_000)
    world.clock.stop()
    customer = next(iter(world.state("customers").values()))
    del customer["created"]
    played.sync()
    for n in range(changes // 2):
        world.create("customers", {**customer, "id": f"cus_1Day{n:07d}"})
        world.clock.advance(DAY / changes)
    for n in range(changes // 2):
        world.update("customers", f"cus_1Day{n:07d}", name=f"Changed {n}")
        world.clock.advance(DAY / changes)
    world.counters.reset()
    result = played.sync()
    asked = played.count()
    fetched = sum(count for operation, count in asked.items() if operation.endswith("{id}"))
    assert sum(asked.values()) <= changes / 100 + 10 + fetched, asked
    assert fetched == 0, "the payloads say it all"
    assert result.requests == sum(asked.values())
    played.assert_mirrored()


LIVE = {"requests_per_second": 100, "endpoint_requests_per_second": 25, "concurrent_requests": 40}


def test_stripes_live_limits_are_never_hit(start: Callable[[World], Played]) -> None:
    settings = StripeSettings(latency_seconds=0.05, **LIVE)  # type: ignore[arg-type]
    played = start(sales_world(uniform(600, days=30), settings=settings))
    played.sync()
    assert played.world.counters.requests > 60
    assert played.world.counters.rate_limited == {}
    assert played.world.counters.most_in_flight <= 20
    played.assert_mirrored()


def test_a_merchant_that_uses_up_the_limits_is_made_way_for(start: Callable[[World], Played]) -> None:
    settings = StripeSettings(requests_per_second=20, endpoint_requests_per_second=10)
    played = start(sales_world(uniform(800, days=20), many_children=0.2, settings=settings))
    played.sync()
    assert {"global-rate", "endpoint-rate"} & set(played.world.counters.rate_limited)
    played.assert_mirrored()


def test_a_world_whose_clock_is_ours_is_followed_too(start: Callable[[World], Played], unpaced: None) -> None:
    world = sales_world(uniform(100))
    now = World(settings=world.settings, stripe=world.stripe, clock=Clock())
    played = start(now)
    shop = Shop(played.world, seed=1)
    for _ in range(2):
        played.sync()
        shop.act(20)
    played.sync()
    played.assert_mirrored()

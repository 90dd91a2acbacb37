"""Whether the subscriptions of a generated world do all that plans do, and whether their truth closes."""

import csv
import json
from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from connectors.sandbox.generator import generate
from connectors.sandbox.generator.balance import Balance
from connectors.sandbox.generator.biller import Biller
from connectors.sandbox.generator.catalogue import Price, Product
from connectors.sandbox.generator.contracts import Contract, Shop
from connectors.sandbox.generator.csv_files import opened_csv
from connectors.sandbox.generator.folder import CSV_FILES, FILES
from connectors.sandbox.generator.mrr import MrrBook, a_month
from connectors.sandbox.generator.payer import Payer
from connectors.sandbox.generator.people import People
from connectors.sandbox.generator.sink import opened
from connectors.sandbox.generator.terms import HALF_3_MONTHS, HALF_FOREVER, HALF_ONCE, Offers
from connectors.sandbox.generator.till import Till

START = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
END = int(datetime(2027, 3, 1, tzinfo=UTC).timestamp())
DAY = 86_400
GOLD = Product("gold", "Gold")
MONTHS = {"day": Fraction(365, 12), "week": Fraction(52, 12), "month": Fraction(1), "year": Fraction(1, 12)}


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "truth" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def stored(folder: Path, name: str) -> list[dict]:
    return [json.loads(line) for line in (folder / "stripe" / f"{name}.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("plans") / "world"
    generate(made, seed=5, contacts=1500, until=date(2026, 3, 15))
    return made


class Stage:
    """Contracts of one payer, played into a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._opened, self._csv = opened(folder, list(FILES)), opened_csv(folder, CSV_FILES)
        sink, files = self._opened.__enter__(), self._csv.__enter__()
        till = Till(sink, Balance(sink, START, END), Random("till"), END)
        self.book = MrrBook(files, END)
        self.shop = Shop(sink, Biller(sink, till, START), Offers(sink, START), END, START)
        person = People(Random("people")).make(Random("person"), 0, "1", buys=False)
        self.payer = Payer(person, Random("payer"), "cus_1", person.primary)
        object.__setattr__(person, "currency", "usd")

    def begin(self, price: Price, quantity: int = 1, at: int = START, **more) -> Contract:
        return Contract(self.shop, self.payer, at, {"main": (price, quantity)}, **more)

    def days(self) -> dict[str, dict[str, int]]:
        """Every day's figures by its date, once all contracts are told."""
        self.book.note("1", self.payer.held, None)
        (self.folder / "truth").mkdir(exist_ok=True)
        self.book.write(self.folder / "truth")
        self._opened.__exit__(None, None, None)
        self._csv.__exit__(None, None, None)
        return {
            row["date"]: {name: int(value) for name, value in row.items() if name not in ("date", "currency")}
            for row in rows(self.folder, "mrr_daily")
        }


@pytest.fixture
def stage(tmp_path) -> Stage:
    return Stage(tmp_path)


def moved(days: dict[str, dict[str, int]], name: str) -> dict[str, int]:
    return {day: figures[f"{name}_minor"] for day, figures in days.items() if figures[f"{name}_minor"]}


def test_g5_g6_e8_prices_of_every_interval_come_to_their_month():
    def price(cents: int, interval: str, count: int = 1) -> Price:
        return Price(GOLD, "usd", cents, interval, count)

    assert a_month([(price(120_000, "year"), 1)]) == 10_000
    assert a_month([(price(240_000, "year", 2), 1)]) == 10_000
    assert a_month([(price(1_000, "week"), 1)]) == 4_333
    assert a_month([(price(100, "day"), 1)]) == 3_042
    assert a_month([(price(10_000, "month"), 1)] * 100 + [(price(60_000, "year"), 1)] * 50) == 1_250_000
    assert a_month([(price(10_000, "month"), 1), (Price(GOLD, "usd", 500, "month", 1, "metered"), 9)]) == 10_000
    assert a_month([(price(12_000, "month"), 1)], 50) == 6_000


def test_g8_a_team_grows_shrinks_leaves_and_comes_back(stage):
    gold = stage.begin(Price(GOLD, "usd", 50_000, "year"), 4)
    gold.bill()
    silver = stage.begin(Price(GOLD, "usd", 3_000, "month"), 2, at=START + 40 * DAY)
    silver.bill(2)
    silver.cancel(0.5, at_once=True)
    gold.cancel(0.5, at_once=False)
    again = stage.begin(Price(GOLD, "usd", 5_000, "month"), 3, at=START + 380 * DAY)
    again.bill_on()
    days = stage.days()
    assert moved(days, "new") == {"2026-01-01": 16_667}
    assert moved(days, "expansion") == {"2026-02-10": 6_000}
    assert moved(days, "contraction") == {"2026-03-25": 6_000}
    assert moved(days, "churn") == {"2027-01-01": 16_667}
    assert moved(days, "reactivation") == {"2027-01-16": 15_000}
    assert gold.held.requested_at == START + 365 * DAY // 2


def test_g10_an_upgrade_after_a_quarter_is_billed_with_the_next_period(stage):
    plan = stage.begin(Price(GOLD, "usd", 1_200, "month"))
    plan.bill()
    plan.change(0.25, {"main": (Price(GOLD, "usd", 2_400, "month"), 1)})
    plan.bill()
    plan.finish()
    days = stage.days()
    invoice = stored(stage.folder, "invoices")[-1]
    assert [line["amount"] for line in invoice["lines"]["data"]] == [-900, 1_800, 2_400]
    assert invoice["total"] == 3_300
    details = [line["parent"]["subscription_item_details"] for line in invoice["lines"]["data"]]
    assert [detail["proration"] for detail in details] == [True, True, False]
    changed = START + 31 * DAY // 4
    assert [line["period"]["start"] for line in invoice["lines"]["data"]] == [changed, changed, START + 31 * DAY]
    assert moved(days, "expansion") == {"2026-01-08": 1_200}


@pytest.mark.parametrize(
    ("offer", "contracted", "billed"),
    [(HALF_FOREVER, 50, [50, 50, 50, 50]), (HALF_ONCE, 100, [50, 100, 100, 100]),
     (HALF_3_MONTHS, 100, [50, 50, 50, 100])],
    ids=["forever", "once", "three_months"],
)  # fmt: skip
def test_g7_only_a_coupon_for_ever_lowers_what_is_contracted(stage, offer, contracted, billed):
    plan = stage.begin(Price(GOLD, "usd", 10_000, "month"), offer=offer)
    plan.bill(4)
    days = stage.days()
    ends = [days[day] for day in ("2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30")]
    assert [end["closing_minor"] for end in ends] == [contracted * 100] * 4
    assert [end["billed_mrr_minor"] for end in ends] == [share * 100 for share in billed]
    assert [invoice["total"] for invoice in stored(stage.folder, "invoices")] == [share * 100 for share in billed]


def test_e6_a_trial_is_worth_something_from_its_end_on(stage):
    plan = stage.begin(Price(GOLD, "usd", 5_000, "month"), trial_days=14)
    plan.bill()
    days = stage.days()
    assert (days["2026-01-14"]["closing_minor"], days["2026-01-15"]["closing_minor"]) == (0, 5_000)
    assert [invoice["total"] for invoice in stored(stage.folder, "invoices")] == [0, 5_000]
    (written,) = rows(stage.folder, "subscriptions")
    assert (written["trial_outcome"], written["trial_converted_at"][:10]) == ("converted", "2026-01-15")


def test_e11_a_pause_is_no_churn_and_going_on_is_not_new(stage):
    plan = stage.begin(Price(GOLD, "usd", 5_000, "month"))
    plan.bill()
    plan.bill(2, "paused")
    plan.bill()
    days = stage.days()
    assert (days["2026-02-01"]["closing_minor"], days["2026-02-01"]["paused_mrr_minor"]) == (0, 5_000)
    assert moved(days, "paused") == {"2026-02-01": 5_000}
    assert moved(days, "resumed") == {"2026-04-01": 5_000}
    assert (moved(days, "churn"), moved(days, "new")) == ({}, {"2026-01-01": 5_000})
    assert [invoice["status"] for invoice in stored(stage.folder, "invoices")] == ["paid", "void", "void", "paid"]


def test_mrr_closes_on_every_day_and_in_every_currency(folder):
    closing: dict[str, int] = {}
    for row in rows(folder, "mrr_daily"):
        day = {name: int(value) for name, value in row.items() if name.endswith("_minor")}
        assert day["opening_minor"] == closing.get(row["currency"], 0)
        gained = day["new_minor"] + day["expansion_minor"] + day["reactivation_minor"] + day["resumed_minor"]
        lost = day["contraction_minor"] + day["churn_minor"] + day["paused_minor"]
        assert day["opening_minor"] + gained - lost == day["closing_minor"]
        assert min(day.values()) >= 0
        closing[row["currency"]] = day["closing_minor"]
    held: Counter = Counter()
    for one in rows(folder, "subscriptions"):
        held[one["currency"]] += int(one["mrr_minor"])
    assert closing == held
    assert closing.keys() == {"usd", "eur", "jpy"}


def test_what_a_subscription_is_worth_is_found_again_from_its_object(folder):
    forever = {c["id"]: c["percent_off"] for c in stored(folder, "coupons") if c["duration"] == "forever"}
    customers = {c["id"]: c["discount"] for c in stored(folder, "customers")}
    written = {one["subscription_id"]: one for one in rows(folder, "subscriptions")}
    started = 0
    for one in stored(folder, "subscriptions"):
        if not one["livemode"] or one["status"].startswith("incomplete"):
            assert one["id"] not in written
            continue
        started += 1
        truth = written[one["id"]]
        off = sum(forever.get(d["source"]["coupon"], 0) for d in [*one["discounts"], customers[one["customer"]]] if d)
        worth = 0
        for item in one["items"]["data"]:
            price = item["price"]
            if price["recurring"]["usage_type"] == "licensed":
                each = MONTHS[price["recurring"]["interval"]] / price["recurring"]["interval_count"]
                worth += int(Fraction(price["unit_amount"] * item["quantity"] * (100 - off), 100) * each * 2 + 1) // 2
        counts = one["status"] in ("active", "past_due") and not one["pause_collection"]
        if truth["trial_outcome"] != "offer":
            assert int(truth["mrr_minor"]) == (worth if counts else 0), one["id"]
        ended = datetime.fromtimestamp(one["ended_at"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if one["ended_at"] else ""
        assert truth["ended_at"] == ended
        assert (truth["state"] == "ended") == bool(ended)
    assert started == len(written)


def test_everything_that_plans_do_is_done(folder):
    subscriptions, invoices = stored(folder, "subscriptions"), stored(folder, "invoices")
    assert {s["status"] for s in subscriptions} == {
        "active", "past_due", "trialing", "canceled", "unpaid", "incomplete", "incomplete_expired",
    }  # fmt: skip
    items = [item for s in subscriptions for item in s["items"]["data"]]
    assert {i["price"]["recurring"]["interval"] for i in items} == {"day", "week", "month", "year"}
    assert {i["price"]["recurring"]["interval_count"] for i in items} == {1, 2, 3}
    assert {i["price"]["recurring"]["usage_type"] for i in items} == {"licensed", "metered"}
    assert any(s["pause_collection"] for s in subscriptions)
    assert {i["billing_reason"] for i in invoices} == {
        "manual", "subscription_create", "subscription_cycle", "subscription_update",
    }  # fmt: skip
    lines = [line for i in invoices for line in i["lines"]["data"]]
    prorated = [line for line in lines if (line["parent"]["subscription_item_details"] or {}).get("proration")]
    assert {line["amount"] > 0 for line in prorated} == {True, False}
    written = rows(folder, "subscriptions")
    assert {one["trial_outcome"] for one in written} == {"", "converted", "cancelled", "running", "open", "offer"}
    assert {one["state"] for one in written} == {"active", "trialing", "paused", "unpaid", "ended"}
    assert any(not one["contact_id"] for one in written)
    totals: dict[str, int] = defaultdict(int)
    for row in rows(folder, "mrr_daily"):
        for name in ("new", "expansion", "contraction", "churn", "reactivation", "paused", "resumed"):
            totals[name] += int(row[f"{name}_minor"])
    assert all(totals.values())
    assert len(totals) == 7

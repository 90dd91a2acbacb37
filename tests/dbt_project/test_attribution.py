"""Attribution: who gets how much of an order, to the cent, and why nobody does."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest

from tests.databases import NewDatabase
from tests.dbt_project import attribution_world as world
from tests.dbt_project.attribution_world import ADDITIVE, Facts, Order, Touch, credits
from tests.dbt_project.dbt_runs import Db, Dbt, connected


@dataclass(frozen=True)
class Attribution:
    """A database with empty facts, to be filled and built."""

    url: str
    db: Db
    dbt: Dbt

    def of(self, facts: Facts, *arguments: str, **settings: str) -> Db:
        world.put(self.db, facts)
        world.build(self.dbt, self.url, *arguments, **settings)
        return self.db


@pytest.fixture(scope="module")
def attribution(new_database: NewDatabase, unsynced: str, dbt: Dbt) -> Iterator[Attribution]:
    url = new_database(unsynced)
    with connected(url) as db:
        yield Attribution(url, db, dbt)


ORDER = Order("o", "2026-03-10 12:00+00", 10000)


def touches(*days: int, channel: str = "paid") -> tuple[Touch, ...]:
    """One touch at noon of each of these days of March 2026, called t1, t2 …"""
    return tuple(Touch(f"t{n}", f"2026-03-{day:02} 12:00+00", channel) for n, day in enumerate(days, 1))


def test_every_model_of_the_golden_paths(attribution: Attribution) -> None:
    """G12, G13, G14 and G23 in one build: each path is an order of its own person."""

    def path(person: str, revenue: int, *touched: tuple[str, str, str]) -> Facts:
        return Facts(
            (Order(f"o_{person}", "2026-03-10 12:00+00", revenue, person),),
            tuple(Touch(f"{person}_{name}", at, channel, person) for name, at, channel in touched),
        )

    def day(day: int) -> str:
        return f"2026-03-{day:02} 12:00+00"

    paths = [
        path("g12", 5000, ("fb1", day(1), "paid"), ("google1", day(2), "paid"), ("instagram", day(11), "social")),
        path("g13", 9000, ("fb1", day(1), "paid"), ("fb2", day(2), "paid"), ("tiktok", day(3), "paid")),
        path("g14a", 10000, ("t1", day(1), "paid")),
        path("g14b", 10000, ("t1", day(1), "paid"), ("t2", day(2), "paid")),
        path("g14c", 10000, *((f"t{n}", day(n), "paid") for n in range(1, 6))),
        path("g23", 7000, ("t2", day(8), "paid"), ("t1", day(9), "paid"), ("t0", day(10), "paid")),
        path("thirds", -10001, *((f"t{n}", day(n), "paid") for n in range(1, 4))),
        path("direct", 300, ("ad", day(1), "paid"), ("own", day(2), "direct"), ("typed", day(3), "direct")),
        path("only_direct", 300, ("own", day(2), "direct"), ("typed", day(3), "direct")),
        path("tie", 101, ("b", day(3), "paid"), ("a", day(3), "paid")),
    ]
    facts = Facts(
        tuple(order for part in paths for order in part.orders),
        tuple(touch for part in paths for touch in part.touches),
    )
    db = attribution.of(facts, TIME_DECAY_HALF_LIFE_DAYS="1")

    def paid(model: str, person: str) -> dict[str, int]:
        return {touch.removeprefix(f"{person}_"): minor for touch, minor in credits(db, model, f"o_{person}")}

    assert paid("last_touch", "g12") == {"google1": 5000}, "G12: what comes after the purchase gets nothing"
    assert paid("any_touch", "g12") == {"fb1": 5000, "google1": 5000}
    assert paid("last_touch", "g13") == {"tiktok": 9000}
    assert paid("first_touch", "g13") == {"fb1": 9000}
    assert paid("linear", "g13") == {"fb1": 3000, "fb2": 3000, "tiktok": 3000}
    assert paid("position_based", "g13") == {"fb1": 3600, "fb2": 1800, "tiktok": 3600}
    assert paid("position_based", "g14a") == {"t1": 10000}
    assert paid("position_based", "g14b") == {"t1": 5000, "t2": 5000}
    assert paid("position_based", "g14c") == {"t1": 4000, "t2": 667, "t3": 667, "t4": 666, "t5": 4000}
    assert paid("time_decay", "g23") == {"t2": 1000, "t1": 2000, "t0": 4000}
    assert paid("linear", "thirds") == {"t1": -3334, "t2": -3334, "t3": -3333}, "ties to the earliest, signs kept"
    assert paid("position_based", "thirds") == {"t1": -4001, "t2": -2000, "t3": -4000}
    assert paid("last_non_direct", "direct") == {"ad": 300}
    assert paid("last_touch", "direct") == {"typed": 300}
    assert paid("last_non_direct", "only_direct") == {"typed": 300}, "all direct: the last touch"
    assert paid("first_touch", "tie") == {"a": 101}, "at one moment the touchpoint's id decides"
    assert paid("linear", "tie") == {"a": 51, "b": 50}


def test_the_window_is_inclusive_and_its_reasons_are_the_first_that_hold(attribution: Attribution) -> None:
    facts = Facts(
        orders=(
            Order("edge", "2026-03-10 12:00:00+00", 100, "edge"),
            Order("late", "2026-03-10 12:00:00+00", 200, "late"),
            Order("old", "2026-03-10 12:00:00+00", 300, "old"),
            Order("none", "2026-03-10 12:00:00+00", 400, "none"),
            Order("stranger", "2026-03-10 12:00:00+00", 500, None),
            Order("after", "2026-03-10 12:00:00+00", 600, "after"),
            Order("at_once", "2026-03-10 12:00:00+00", 700, "at_once"),
        ),
        touches=(
            Touch("t_edge", "2026-02-28 12:00:00+00", person="edge"),
            Touch("t_late", "2026-02-28 11:59:59.999999+00", person="late"),
            Touch("t_after", "2026-03-10 12:00:00.000001+00", person="after"),
            Touch("t_at_once", "2026-03-10 12:00:00+00", person="at_once"),
        ),
        leads={
            "edge": "2025-01-01 00:00+00", "late": "2025-01-01 00:00+00", "old": "2025-12-31 23:59:59+00",
            "none": "2026-01-01 00:00+00", "after": "2026-02-01 00:00+00", "at_once": "2026-02-01 00:00+00",
        },
    )  # fmt: skip
    db = attribution.of(facts, ATTRIBUTION_WINDOW_DAYS="10", TRACKING_STARTED_AT="2026-01-01")
    for model in sorted(set(ADDITIVE) - {"opt_in"}):
        assert {order.order_id: credits(db, model, order.order_id) for order in facts.orders} == {
            "edge": [("t_edge", 100)],
            "late": [("outside_window", 200)],
            "old": [("before_tracking", 300)],
            "none": [("no_touch", 400)],
            "stranger": [("unmatched", 500)],
            "after": [("no_touch", 600)],
            "at_once": [("t_at_once", 700)],
        }, model
    assert sorted(touch for touch, _ in credits(db, "any_touch")) == ["t_at_once", "t_edge"]


def test_opt_in_is_the_touch_that_made_the_lead(attribution: Attribution) -> None:
    facts = Facts(
        orders=(
            Order("made", "2026-03-10 12:00+00", 100, "made"),
            Order("same", "2026-03-10 12:00+00", 100, "same"),
            Order("long_ago", "2026-03-10 12:00+00", 100, "long_ago"),
            Order("bought_before", "2026-03-10 12:00+00", 100, "bought_before"),
        ),
        touches=(
            Touch("m1", "2026-03-01 12:00+00", person="made"),
            Touch("m2", "2026-03-02 12:00+00", person="made"),
            Touch("m3", "2026-03-03 12:00+00", person="made"),
            Touch("s1", "2026-03-02 12:00+00", person="same", touch_type="opt_in"),
            Touch("s2", "2026-03-02 12:00+00", person="same", touch_type="tag"),
            Touch("l1", "2025-03-02 12:00+00", person="long_ago"),
            Touch("l2", "2026-03-02 12:00+00", person="long_ago"),
            Touch("b1", "2026-03-09 12:00+00", person="bought_before"),
            Touch("b2", "2026-03-11 12:00+00", person="bought_before"),
        ),
        leads={
            "made": "2026-03-02 13:00+00", "same": "2026-03-02 12:00+00", "long_ago": "2025-03-02 12:00+00",
            "bought_before": "2026-03-12 12:00+00",
        },
    )  # fmt: skip
    db = attribution.of(facts)
    assert credits(db, "opt_in", "made") == [("m2", 100)]
    assert credits(db, "opt_in", "same") == [("s1", 100)]
    assert credits(db, "opt_in", "long_ago") == [("outside_window", 100)]
    assert credits(db, "opt_in", "bought_before") == [("no_touch", 100)]
    leads = {
        row["person_id"]: row["touchpoint_id"]
        for row in db.execute("select * from marts.fct_attributed_leads where model = 'opt_in'")
    }
    assert leads == {"made": "m2", "same": "s1", "long_ago": "l1", "bought_before": "b2"}


def test_a_rebill_follows_the_touches_of_its_subscriptions_first_order(attribution: Attribution) -> None:
    facts = Facts(
        orders=(
            Order("first", "2026-03-10 12:00+00", 100, first_order="first"),
            Order("rebill", "2027-03-10 12:00+00", 100, first_order="first"),
            Order("other", "2027-03-10 12:00+00", 100),
        ),
        touches=(*touches(1), Touch("later", "2027-03-09 12:00+00")),
    )
    db = attribution.of(facts)
    assert credits(db, "last_touch", "rebill") == [("t1", 100)]
    assert credits(db, "last_touch", "other") == [("later", 100)]
    row = db.execute(
        "select * from marts.fct_attributed_revenue where order_id = 'rebill' and model = 'linear'"
    ).fetchone()
    assert row is not None
    assert (str(row["order_date"]), str(row["touch_date"])) == ("2027-03-10", "2026-03-01")


def test_only_the_touch_types_of_the_setting_earn(attribution: Attribution) -> None:
    tag = Touch("tag", "2026-03-09 12:00+00", touch_type="tag")
    facts = Facts((ORDER,), (*touches(1), tag))
    assert credits(attribution.of(facts), "last_touch") == [("tag", 10000)]
    assert credits(attribution.of(facts, ATTRIBUTION_TOUCHES="page_view"), "last_touch") == [("t1", 10000)]


def test_net_currency_and_duplicates_of_what_is_credited(attribution: Attribution) -> None:
    """Without revenue an order still has its net; a currency without a rate has no report amounts."""
    facts = Facts(
        orders=(
            Order("excluded", "2026-03-10 12:00+00", 0, net=31),
            Order("foreign", "2026-03-10 12:00+00", 100, currency="eur"),
            Order("free", "2026-03-10 12:00+00", 0),
            Order("twice", "2026-03-10 12:00+00", 100, is_duplicate=True),
            Order("yen", "2026-03-10 12:00+00", 1000, currency="jpy"),
        ),
        touches=touches(1, 2, 3),
    )
    db = attribution.of(facts)
    rows = db.execute(
        "select order_id, revenue_minor, net_revenue_minor, revenue, net_revenue from marts.fct_attributed_revenue"
        " where model = 'linear' order by order_id, touched_at"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("excluded", 0, 11, 0, Decimal("0.110")),
        ("excluded", 0, 10, 0, Decimal("0.100")),
        ("excluded", 0, 10, 0, Decimal("0.100")),
        ("foreign", 34, 34, None, None),
        ("foreign", 33, 33, None, None),
        ("foreign", 33, 33, None, None),
        ("yen", 334, 334, Decimal("2.370"), Decimal("2.370")),
        ("yen", 333, 333, Decimal("2.370"), Decimal("2.370")),
        ("yen", 333, 333, Decimal("2.360"), Decimal("2.360")),
    ]


def test_an_amount_without_a_rate_is_unknown_in_the_sums_and_nothing_needs_none(attribution: Attribution) -> None:
    """Of euros no rate is known. An order of an excluded status has a net alone, a failed one has none."""
    facts = Facts(
        orders=(
            Order("excluded", "2026-03-10 12:00+00", 0, net=31, currency="eur"),
            Order("failed", "2026-03-11 12:00+00", 100, net=0, currency="eur"),
            Order("bare", "2026-03-12 12:00+00", 0, "q", net=31, currency="eur"),
            Order("stranger", "2026-03-13 12:00+00", 0, None, net=31, currency="eur"),
        ),
        touches=touches(1, 2),
        weights={("markov", "paid"): 1.0},
    )
    db = attribution.of(facts)
    for model in ("linear", "opt_in", "markov"):
        rows = db.execute(
            "select report_date::text, revenue, net_revenue from reports.rpt_attribution_daily"
            " where model = %s and date_basis = 'order_date' order by report_date",
            (model,),
        )
        assert [tuple(row.values()) for row in rows] == [
            ("2026-03-10", 0, None),
            ("2026-03-11", None, 0),
            ("2026-03-12", 0, None),
            ("2026-03-13", 0, None),
        ], model


def test_g11_the_touch_date_is_the_clicks_and_the_order_date_the_sales(attribution: Attribution) -> None:
    facts = Facts((Order("sale", "2026-10-20 16:00+00", 10000),), (Touch("click", "2026-10-15 16:00+00"),))
    rows = attribution.of(facts).execute(
        "select date_basis, report_date::text, revenue from reports.rpt_attribution_daily where model = 'last_touch'"
    )
    assert sorted(tuple(row.values()) for row in rows) == [
        ("order_date", "2026-10-20", Decimal("100.000")),
        ("touch_date", "2026-10-15", Decimal("100.000")),
    ]


def test_coverage_is_attributed_of_what_was_tracked(attribution: Attribution) -> None:
    facts = Facts(
        orders=(
            Order("attributed", "2026-03-10 12:00+00", 6000),
            Order("bare", "2026-03-10 12:00+00", 2000, "q"),
            Order("old", "2026-03-10 12:00+00", 2000, "r"),
        ),
        touches=touches(1),
        leads={"p": "2026-02-01 00:00+00", "q": "2026-02-01 00:00+00", "r": "2025-02-01 00:00+00"},
    )
    db = attribution.of(facts, TRACKING_STARTED_AT="2026-01-01")
    row = db.execute(
        "select sum(revenue) as total,"
        " sum(attributed_revenue) / (sum(revenue) - sum(before_tracking_revenue)) as coverage"
        " from reports.rpt_attribution_daily where model = 'linear' and date_basis = 'order_date'"
    ).fetchone()
    assert row == {"coverage": Decimal("0.75"), "total": Decimal("100.000")}


def test_spend_is_whole_whatever_touches_name(attribution: Attribution) -> None:
    """An ad, its campaign's residual, and a campaign no touch names; a paid click that names none is untracked."""
    db = attribution.db
    db.execute("truncate building.fct_ad_spend")
    for ad_day, campaign, ad, micros in (
        ("1", "10", "a", 50_000_000), ("2", "10", None, 30_000_000), ("3", "20", "b", 7_000_000),
    ):  # fmt: skip
        world.insert(
            db, "building.fct_ad_spend", connection="google_ads", ad_day_id=ad_day, spend_date="2026-03-01",
            account_id="1", campaign_id=campaign, ad_id=ad, currency="usd", spend_micros=micros, impressions=1,
            clicks=1,
        )  # fmt: skip
    facts = Facts(
        orders=(
            Order("o", "2026-03-10 12:00+00", 9000, number=1),
            Order("u", "2026-03-10 12:00+00", 500, "q", number=1),
        ),
        touches=(
            Touch("t", "2026-03-01 17:00+00", ad=("google_ads", "10", "a"), campaign="Ten"),
            Touch("lost", "2026-03-01 17:00+00", person="q", campaign="(untracked)"),
        ),
        leads={"p": "2026-03-01 17:00+00"},
    )
    attribution.of(facts)
    rows = db.execute(
        "select report_date::text as day, connection, campaign_id, ad_id, campaign, spend, leads, customers, cpa,"
        " revenue_by_order_date, revenue_by_touch_date from reports.rpt_ads where model = 'last_touch'"
        " order by day, campaign_id, ad_id"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("2026-03-01", "(untracked)", "(untracked)", "(none)", "(untracked)", 0, 0, 0, None, 0, 5),
        ("2026-03-01", "google_ads", "10", "(none)", "10", 30, 0, 0, None, 0, 0),
        ("2026-03-01", "google_ads", "10", "a", "10", 50, 1, 0, None, 0, 90),
        ("2026-03-01", "google_ads", "20", "b", "(untracked)", 7, 0, 0, None, 0, 0),
        ("2026-03-10", "(untracked)", "(untracked)", "(none)", "(untracked)", 0, 0, 1, 0, 5, 0),
        ("2026-03-10", "google_ads", "10", "a", "10", 0, 0, 1, 0, 90, 0),
    ]
    spend = db.execute("select model, sum(spend_micros) as micros from reports.rpt_ads group by model").fetchall()
    assert {row["micros"] for row in spend} == {87_000_000}
    unmatched = db.execute("select campaign_id, ad_id, spend from reports.rpt_unmatched_spend").fetchall()
    assert unmatched == [{"campaign_id": "20", "ad_id": "b", "spend": 7}]
    untracked = db.execute(
        "select campaign, touches, attributed_revenue from reports.rpt_untracked_campaigns"
    ).fetchall()
    assert untracked == [{"campaign": "(untracked)", "touches": 1, "attributed_revenue": 5}]


def test_data_driven_models_weigh_channels_and_close_like_the_others(attribution: Attribution) -> None:
    facts = Facts(
        orders=(ORDER, Order("bare", "2026-03-10 12:00+00", 50, "q"), Order("new", "2026-03-10 12:00+00", 101, "r")),
        touches=(
            Touch("t1", "2026-03-01 12:00+00", "paid"),
            Touch("t2", "2026-03-02 12:00+00", "email"),
            Touch("t3", "2026-03-03 12:00+00", "paid"),
            Touch("r1", "2026-03-03 12:00+00", "new", "r"),
            Touch("r2", "2026-03-04 12:00+00", "new", "r"),
        ),
        weights={("markov", "paid"): 0.3, ("markov", "email"): 0.1, ("shapley", "paid"): 1.0, ("shapley", "email"): -1},
    )
    db = attribution.of(facts)
    assert credits(db, "markov", "o") == [("t1", 4286), ("t2", 1428), ("t3", 4286)]
    assert credits(db, "shapley", "o") == [("t1", 5000), ("t2", 0), ("t3", 5000)]
    assert credits(db, "markov", "bare") == [("no_touch", 50)]
    assert credits(db, "markov", "new") == [("r1", 51), ("r2", 50)]
    db = attribution.of(facts.with_(weights=None))
    assert credits(db, "markov") == []

"""Subscriptions played as Stripe objects through the whole project, in New York's days."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from orchestration import explain, raw_rows
from orchestration.explain_measures import REPORTS
from tests.dbt_project import raw_layer, subscription_worlds
from tests.dbt_project.dbt_runs import NEW_YORK, Db, Dbt

MODELS = ("+rpt_subscriptions", "+rpt_subscriptions_daily")
NEVER_TOLD = {"transferred_mrr_minor", "transferred_mrr", "fx_mrr"}
"""Figures that are 0 all through these worlds."""
AGAIN = tuple(f"{moved}+,{model}" for moved in ("int_subscription_clock", "int_subscription_mrr") for model in MODELS)
"""What of the same models a setting moves."""


def build(
    url: str, dbt: Dbt, models: tuple[str, ...] = MODELS, as_of: str = subscription_worlds.AS_OF, **settings: str
) -> None:
    """The subscription models and all they need, as of the end of the story unless told otherwise."""
    pinned = json.dumps({"as_of": as_of})
    leave = ("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")
    result = dbt.run(url, "build", *leave, "--select", *models, "--vars", pinned, settings=NEW_YORK | settings)
    assert result.success, result.exception or [
        f"{run.node.name}: {run.message}" for run in result.result if run.status not in ("success", "pass")
    ]


@pytest.fixture(scope="module")
def url(new_database: Callable[[], str]) -> str:
    """A database whose raw layer holds the subscriptions."""
    address = new_database()
    with psycopg.connect(address, autocommit=True) as db:
        raw_layer.create(db)
        for connection in ("stripe", "hubspot", "files"):
            raw_layer.declare(db, connection, connection)
        raw_layer.insert(db, subscription_worlds.everything())
    return address


@pytest.fixture(scope="module")
def subscribed(url: str, dbt: Dbt) -> Iterator[Db]:
    """The marts of `subscription_worlds`, as of the end of 2026."""
    build(url, dbt)
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as db:
        yield db


def moves(db: Db, name: str) -> list[tuple[str, str, int]]:
    """What the subscriber's MRR did: day, movement, signed amount."""
    rows = db.execute(
        "select * from marts.fct_mrr_movements where subscriber_id = %s order by movement_date, signed_minor desc",
        (f"customer:stripe:cus_{name}",),
    )
    return [(str(row["movement_date"]), row["movement"], row["signed_minor"]) for row in rows]


def one(db: Db, name: str) -> dict[str, Any]:
    """The subscription as of the end."""
    row = db.execute("select * from marts.fct_subscriptions where subscription_id = %s", (f"sub_{name}",)).fetchone()
    assert row is not None, name
    return row


def at_end_of(db: Db, name: str, day: str, column: str = "mrr_change_minor") -> int:
    """A stock of the subscription at the end of a local day."""
    row = db.execute(
        f"select coalesce(sum({column}), 0)::bigint as stock from intermediate.int_subscription_days"
        " where subscription_id = %s and report_date <= %s",
        (f"sub_{name}", day),
    ).fetchone()
    assert row is not None
    return int(row["stock"])


def billed(db: Db, name: str, day: str) -> int:
    return at_end_of(db, name, day, "billed_mrr_change_minor")


@pytest.mark.parametrize("shape", ["item", "subscription", "plan"])
@pytest.mark.parametrize(
    ("name", "mrr"),
    [
        ("price_y1200", 10000),
        ("price_two_years", 10000),
        ("price_week", 4333),
        ("price_day", 3042),
        ("price_metered", 0),
    ],
)
def test_g5_e8_every_interval_becomes_a_month_in_every_shape(subscribed: Db, name: str, mrr: int, shape: str) -> None:
    assert one(subscribed, f"{name}_{shape}")["mrr_minor"] == mrr


def test_g6_a_hundred_by_the_month_and_fifty_by_the_year(subscribed: Db) -> None:
    row = subscribed.execute(
        "select sum(mrr_minor)::bigint as mrr, count(*) as n from reports.rpt_subscriptions"
        " where subscription_id like 'sub_g6%'"
    ).fetchone()
    assert row == {"mrr": 1250000, "n": 150}


def test_fractions_packages_tiers_and_tax_inside_a_price(subscribed: Db) -> None:
    found = {
        name: one(subscribed, name)["mrr_minor"]
        for name in ("price_half_cent_item", "price_pack_item", "tiered", "taxed", "unbilled", "beside")
    }
    assert found == {
        "price_half_cent_item": 2,  # 3 × 0.5 cents, rounded half up once
        "price_pack_item": 2000,  # 11 units in packages of ten
        "tiered": 4200,  # as billed
        "taxed": 8403,  # 19 % inside 100.00
        "unbilled": 20000,
        "beside": 5000,  # what was bought once beside it is none
    }


def test_g7_only_a_coupon_for_ever_lowers_contracted_mrr_and_billed_mrr_follows_all(subscribed: Db) -> None:
    for suffix in ("", "_untold"):  # told by the bills, or by the discounts alone
        assert [one(subscribed, f"g7{case}{suffix}")["mrr_minor"] for case in "abc"] == [5000, 10000, 10000]
        months = ("2026-01-15", "2026-02-15", "2026-03-15", "2026-04-15")
        assert [billed(subscribed, f"g7a{suffix}", day) for day in months] == [5000] * 4
        assert [billed(subscribed, f"g7b{suffix}", day) for day in months] == [5000, 10000, 10000, 10000]
        assert [billed(subscribed, f"g7c{suffix}", day) for day in months] == [5000, 5000, 5000, 10000]


def test_e12_a_free_subscription_counts_without_mrr(subscribed: Db) -> None:
    assert (one(subscribed, "e12")["state"], one(subscribed, "e12")["mrr_minor"], moves(subscribed, "e12")) == (
        "active",
        0,
        [],
    )
    assert at_end_of(subscribed, "e12", "2026-01-15", "active_change") == 1
    assert at_end_of(subscribed, "e12_month", "2026-01-15") == 5000
    assert (billed(subscribed, "e12_month", "2026-01-31"), billed(subscribed, "e12_month", "2026-02-01")) == (0, 5000)


def test_an_amount_off_for_ever_lowers_mrr_once_from_its_day(subscribed: Db) -> None:
    assert moves(subscribed, "shared_off") == [("2026-01-01", "new", 15000), ("2026-03-01", "contraction", -1000)]
    assert one(subscribed, "customers_own")["mrr_minor"] == 5000  # the customer's own discount
    assert moves(subscribed, "year_off") == [("2026-01-10", "new", 900)]  # 120.00 less 12.00 a year


def test_g8_gold_silver_churn_and_reactivation(subscribed: Db) -> None:
    assert moves(subscribed, "g8") == [
        ("2025-01-10", "new", 16667),
        ("2025-06-05", "expansion", 6000),
        ("2025-08-05", "contraction", -6000),
        ("2026-01-10", "churn", -16667),
        ("2026-04-10", "reactivation", 15000),
    ]
    assert moves(subscribed, "items") == [
        ("2026-01-10", "new", 16667),
        ("2026-03-10", "expansion", 6000),
        ("2026-03-25", "contraction", -6000),
    ]


@pytest.mark.parametrize("shape", ["item", "subscription", "plan"])
def test_g10_an_upgrade_is_dated_at_the_change_and_never_at_its_bill(subscribed: Db, shape: str) -> None:
    name = f"g10_{shape}"
    assert moves(subscribed, name) == [("2026-01-01", "new", 1200), ("2026-01-08", "expansion", 1200)]
    row = subscribed.execute(
        "select total_minor from staging.stg_stripe__invoices where invoice_id = %s", (f"in_{name}_up",)
    )
    assert row.fetchone() == {"total_minor": 3300}


def test_a_term_begun_anew_goes_on_beside_the_credit_for_the_old_one(subscribed: Db) -> None:
    assert moves(subscribed, "reset") == [("2026-01-10", "new", 5000)]
    assert moves(subscribed, "reset_half") == [("2026-01-10", "new", 2500)]
    assert moves(subscribed, "reset_seats") == [("2026-01-10", "new", 6000), ("2026-03-20", "expansion", 9000)]


def test_a_credit_of_another_bill_takes_back_a_period_from_its_first_second(subscribed: Db) -> None:
    assert moves(subscribed, "swapped") == [("2026-01-10", "new", 1200), ("2026-03-10", "expansion", 1200)]


def test_changes_without_a_bill_yet_and_without_a_proration(subscribed: Db) -> None:
    assert moves(subscribed, "waiting")[1:] == [("2026-12-11", "expansion", 10000)]
    assert moves(subscribed, "seats")[1:] == [("2026-01-20", "expansion", 10000)]  # the event says when
    assert moves(subscribed, "unseen")[1:] == [("2026-02-01", "expansion", 10000)]  # no event: with the bill


def test_g18_an_ended_subscription_nothing_was_billed_for_any_more(subscribed: Db) -> None:
    assert (at_end_of(subscribed, "g18", "2026-05-31"), at_end_of(subscribed, "g18", "2026-06-30")) == (5000, 0)
    # Dunned until it ended: past due counts. Nobody asked to cancel.
    assert moves(subscribed, "dunned")[1:] == [("2026-07-02", "churn", -5000)]
    assert one(subscribed, "dunned")["cancellation_requested_at"] is None


def test_e6_a_trial_has_no_mrr_and_converts_with_its_first_payment(subscribed: Db) -> None:
    assert (at_end_of(subscribed, "e6", "2026-01-14"), at_end_of(subscribed, "e6", "2026-01-15")) == (0, 5000)
    ledger = subscribed.execute("select * from reports.rpt_subscriptions where subscription_id = 'sub_e6'").fetchone()
    assert ledger is not None
    assert (ledger["trial_outcome"], str(ledger["trial_start_date"]), str(ledger["conversion_date"])) == (
        "converted",
        "2026-01-01",
        "2026-01-15",
    )
    outcomes = {name: one(subscribed, name)["trial_outcome"] for name in ("trial_unpaid", "trial_left", "trial_owing")}
    assert outcomes == {"trial_unpaid": "cancelled", "trial_left": "cancelled", "trial_owing": "open"}
    assert moves(subscribed, "trial_left") == []


def test_a_trial_lasts_as_long_as_the_vendor_tells_of_it(subscribed: Db) -> None:
    lasting = one(subscribed, "trial_lasting")
    assert (lasting["state"], lasting["trial_outcome"], lasting["mrr_minor"]) == ("trialing", "open", 0)
    assert moves(subscribed, "trial_lasting") == []
    assert at_end_of(subscribed, "trial_lasting", "2026-12-31", "trialing_change") == 1


def test_a_trial_for_somebody_who_had_paid_keeps_mrr_and_is_in_no_count(subscribed: Db) -> None:
    assert moves(subscribed, "offer") == [("2026-01-01", "new", 5000)]
    assert one(subscribed, "offer")["trial_outcome"] == "retention_offer"
    sums = subscribed.execute(
        "select sum(trials_started) as started, sum(trials_ended) as ended, sum(trials_converted) as converted,"
        " sum(retention_offers_started) as offers from reports.rpt_subscriptions_daily"
    ).fetchone()
    assert sums == {"started": 5, "ended": 3, "converted": 1, "offers": 1}


def test_e11_a_pause_is_no_churn_and_its_end_nothing_new(subscribed: Db) -> None:
    assert moves(subscribed, "e11")[1:] == [("2026-02-01", "contraction", -5000), ("2026-04-01", "expansion", 5000)]
    assert at_end_of(subscribed, "e11", "2026-03-15", "paused_mrr_change_minor") == 5000
    assert at_end_of(subscribed, "e11", "2026-03-15", "paused_change") == 1
    # Events say when in the month; without the end of it, the subscription stands as paused.
    assert [day for day, _, _ in moves(subscribed, "e11_told")] == ["2026-01-01", "2026-01-20", "2026-03-20"]
    now = one(subscribed, "paused_now")
    assert (now["state"], now["mrr_minor"], now["paused_mrr_minor"]) == ("paused", 0, 5000)
    assert moves(subscribed, "paused_now")[1:] == [("2026-03-01", "contraction", -5000)]


def test_ending_a_pause_by_leaving_is_churn(subscribed: Db) -> None:
    assert moves(subscribed, "paused_gone")[1:] == [
        ("2026-03-01", "contraction", -5000),
        ("2026-05-05", "expansion", 5000),
        ("2026-05-05", "churn", -5000),
    ]


def test_e21_started_and_cancelled_at_once(subscribed: Db) -> None:
    days = {
        str(row["report_date"]): row
        for row in subscribed.execute(
            "select * from reports.rpt_subscriptions_daily where report_date in ('2026-02-03', '2026-02-20')"
            " and currency = 'usd'"
        )
    }
    assert days["2026-02-03"]["subscriptions_started"] == 1
    assert days["2026-02-03"]["subscriptions_started_still_active"] == 0
    assert days["2026-02-20"]["cancellations"] == 1


def test_e23_a_cancellation_is_requested_on_one_day_and_churns_on_another(subscribed: Db) -> None:
    days = {
        str(row["report_date"]): row
        for row in subscribed.execute(
            "select * from reports.rpt_subscriptions_daily where report_date in ('2026-02-10', '2026-02-28')"
            " and currency = 'usd'"
        )
    }
    assert (days["2026-02-10"]["cancellations_requested"], days["2026-02-10"]["cancellations"]) == (1, 0)
    assert (days["2026-02-28"]["cancellations_requested"], days["2026-02-28"]["cancellations"]) == (0, 1)
    assert moves(subscribed, "e23")[1:] == [("2026-02-28", "churn", -5000)]


def test_what_never_started_and_what_nobody_pays(subscribed: Db) -> None:
    for name in ("incomplete", "expired"):
        assert (one(subscribed, name)["has_started"], moves(subscribed, name)) == (False, [])
    assert moves(subscribed, "unpaid")[1:] == [("2026-02-01", "churn", -5000)]
    gone = subscribed.execute("select count(*) as n from marts.fct_subscriptions where subscription_id = 'sub_tested'")
    assert gone.fetchone() == {"n": 0}


def test_days_are_those_of_new_york_and_currencies_stay_apart(subscribed: Db) -> None:
    assert moves(subscribed, "yen") == [("2026-01-31", "new", 500)]
    row = subscribed.execute(
        "select sum(mrr) as mrr, sum(mrr_minor) as minor, count(*) as n from reports.rpt_subscriptions_daily"
        " where currency = 'jpy' and report_date = '2026-02-15'"
    ).fetchone()
    assert row == {"mrr": None, "minor": 500, "n": 1}  # no rate: no amount, never 1:1


def test_movements_follow_the_person_over_customers_and_processors(subscribed: Db) -> None:
    names = ("sub_first_card", "sub_second_card", "paypal/7")
    rows = subscribed.execute(
        "select distinct subscriber_id, person_id, match_method from marts.fct_subscriptions"
        " where subscription_id = any(%s)",
        (list(names),),
    ).fetchall()
    assert rows == [
        {"subscriber_id": "person:hubspot:two", "person_id": "hubspot:two", "match_method": "email_primary"}
    ]
    found = subscribed.execute(
        "select movement_date::text as day, movement, signed_minor as amount, connection, home_connection"
        " from marts.fct_mrr_movements where subscriber_id = 'person:hubspot:two' order by movement_date"
    ).fetchall()
    assert [tuple(row.values()) for row in found] == [
        ("2026-01-01", "new", 5000, "stripe", "stripe"),
        ("2026-05-01", "expansion", 3000, "files", "stripe"),
        ("2026-06-10", "contraction", -3000, "files", "stripe"),
    ]


CLOSES = """
select * from (
    select *, lag(mrr_minor, 1, 0::bigint) over w as yesterday, lag(mrr) over w as yesterdays_mrr,
        report_date - lag(report_date) over w as step
    from building.rpt_subscriptions_daily window w as (partition by connection, currency order by report_date)
) as days
where
    opening_mrr_minor + new_mrr_minor + reactivation_mrr_minor + expansion_mrr_minor - contraction_mrr_minor
        - churn_mrr_minor + transferred_mrr_minor <> mrr_minor
    or opening_mrr_minor <> yesterday or step <> 1 or mrr_minor < 0 or paused_mrr_minor < 0
    or opening_mrr + new_mrr + reactivation_mrr + expansion_mrr - contraction_mrr - churn_mrr + transferred_mrr
        + fx_mrr <> mrr
    or opening_mrr <> yesterdays_mrr or trials_ended <> trials_converted + trials_cancelled
"""


def test_every_day_closes_and_opens_with_what_the_last_one_closed_with(subscribed: Db) -> None:
    assert subscribed.execute(CLOSES).fetchall() == []
    ends = subscribed.execute("select max(report_date) as last, count(*) as n from reports.rpt_subscriptions_daily")
    row = ends.fetchone()
    assert row is not None and (row["last"], row["n"] > 600) == (date(2026, 12, 31), True)


def test_the_last_day_is_the_sum_of_the_ledger(subscribed: Db) -> None:
    ledger = subscribed.execute(
        "select currency, sum(mrr_minor) as mrr, sum(billed_mrr_minor) as billed, sum(paused_mrr_minor) as paused,"
        " sum((state in ('active', 'past_due'))::int) as active, count(*) as started, count(end_date) as ended,"
        " sum(mrr) as amount from reports.rpt_subscriptions group by currency order by currency"
    ).fetchall()
    daily = subscribed.execute(
        "select currency, sum(mrr_minor) filter (where is_last) as mrr, sum(billed_mrr_minor) filter (where is_last) as"
        " billed, sum(paused_mrr_minor) filter (where is_last) as paused, sum(active_subscriptions) filter (where"
        " is_last) as active, sum(subscriptions_started) as started, sum(cancellations) as ended, sum(mrr) filter"
        " (where is_last) as amount from (select *, report_date = '2026-12-31' as is_last from"
        " reports.rpt_subscriptions_daily) as days group by currency order by currency"
    ).fetchall()
    assert daily == ledger
    assert {row["currency"] for row in ledger} == {"jpy", "usd"}


def test_past_days_are_the_same_whenever_they_are_computed(url: str, subscribed: Db, dbt: Dbt) -> None:
    """Looked at in May with what is known in December: no day until then differs, but for what is said to be so."""
    columns = (
        "report_date, connection, currency, mrr_minor, billed_mrr_minor, paused_mrr_minor, active_subscriptions,"
        " new_mrr_minor, churn_mrr_minor, cancellations, churn_stripe_numerator, churn_standard_numerator"
    )
    query = f"select {columns} from reports.rpt_subscriptions_daily where report_date < '2026-05-20' order by 1, 2, 3"
    later = subscribed.execute(query).fetchall()
    try:
        build(url, dbt, AGAIN, as_of="2026-05-20T17:00:00+00:00")
        assert subscribed.execute(query).fetchall() == later
        last = subscribed.execute("select max(report_date) as d from reports.rpt_subscriptions_daily").fetchone()
        assert last == {"d": date(2026, 5, 20)}
    finally:
        build(url, dbt, AGAIN)


def test_g5_day30_counts_months_of_thirty_days(url: str, subscribed: Db, dbt: Dbt) -> None:
    try:
        build(url, dbt, AGAIN, MRR_BASIS="day30")
        found = [one(subscribed, f"price_{name}_item")["mrr_minor"] for name in ("y1200", "week", "day")]
        assert found == [9863, 4286, 3000]
        assert one(subscribed, "g10_item")["mrr_minor"] == 2400
    finally:
        build(url, dbt, AGAIN)


def test_churn_counts_who_left_and_who_came_back(subscribed: Db) -> None:
    """In the thirty days up to 10 February the subscriber of g8 had left on 10 January, and came back much later."""
    rows = {
        str(row["report_date"]): row
        for row in subscribed.execute("select * from reports.rpt_subscriptions_daily where currency = 'usd'")
    }
    day, month_ago = rows["2026-01-20"], rows.get("2025-12-21")
    assert month_ago is not None and month_ago["mrr_subscribers"] == 1
    assert (day["churn_standard_numerator"], day["churn_standard_denominator"]) == (1, 1)
    news = sum(row["new_subscribers"] for d, row in rows.items() if "2025-12-21" < d <= "2026-01-20")
    assert (day["churn_stripe_numerator"], day["churn_stripe_denominator"]) == (1, 1 + news)


def test_money_is_of_a_kind_that_adds_up(subscribed: Db) -> None:
    row = subscribed.execute("select mrr from reports.rpt_subscriptions where subscription_id = 'sub_g7a'").fetchone()
    assert row == {"mrr": Decimal("50.000")}


DAYS_TO_OPEN = """
    select daily.* from reports.rpt_subscriptions_daily as daily
    where extract(day from report_date) = 1 or opening_mrr_minor <> mrr_minor or subscriptions_started > 0
        or (connection, currency, report_date) in (
            select connection, currency, min(report_date) from reports.rpt_subscriptions_daily group by 1, 2
        )
"""


def test_every_cell_of_the_daily_report_opens_to_the_rows_it_is_made_of(subscribed: Db) -> None:
    wrong, told = [], set()
    for cell in subscribed.execute(DAYS_TO_OPEN).fetchall():
        filters = {name: cell[name] for name in ("connection", "currency")}
        for measure in REPORTS["subscriptions"]:
            question = explain.Question("subscriptions", measure, cell["report_date"], filters)
            figure = explain.total(subscribed, question)
            told |= {measure} if figure else set()
            if figure != cell[measure]:
                wrong.append((measure, str(cell["report_date"]), filters, cell[measure], figure))
    assert wrong == []
    assert {*REPORTS["subscriptions"]} - told <= NEVER_TOLD


def test_a_figure_over_several_currencies_is_the_sum_of_its_rows(subscribed: Db) -> None:
    last = subscribed.execute(
        "select report_date, sum(mrr) as mrr, count(distinct currency) as currencies, count(mrr) = count(*) as known"
        " from reports.rpt_subscriptions_daily group by 1 order by known desc, currencies desc, 1 desc limit 1"
    ).fetchone()
    assert last is not None
    assert explain.total(subscribed, explain.Question("subscriptions", "mrr", last["report_date"], {})) == last["mrr"]


@pytest.mark.parametrize("measure", ["new_mrr_minor", "mrr_minor", "subscriptions_started", "new_subscribers"])
def test_figures_open_to_the_raw_subscription_and_its_bills(subscribed: Db, measure: str) -> None:
    first = subscribed.execute(
        "select * from marts.fct_mrr_movements where movement = 'new' and connection = 'stripe'"
        " order by movement_date, subscriber_id limit 1"
    ).fetchone()
    assert first is not None
    question = explain.Question("subscriptions", measure, first["movement_date"], {"connection": "stripe"})
    opened = explain.rows(subscribed, question, 1000)
    tables = {raw.table for row in opened for raw in raw_rows.behind(subscribed, "subscription", row)}
    assert {"raw_stripe.subscriptions", "raw_stripe.invoices"} <= tables

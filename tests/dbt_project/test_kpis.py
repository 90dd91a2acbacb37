"""KPIs by day, week and month, beside the period before; and each person's journey."""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.dbt_project.dbt_runs import Built, Db, Dbt, connected, damaged


def kpi(db: Db, report: str, name: str, grain: str, start: str) -> dict[str, Any]:
    row = db.execute(
        "select * from reports.rpt_kpis where report = %s and kpi = %s and grain = %s and period_start = %s",
        (report, name, grain, start),
    ).fetchone()
    assert row is not None, f"{report}.{name} has no {grain} of {start}"
    return row


def value(reported: Built, report: str, name: str, grain: str, start: str) -> Any:
    return kpi(reported.db, report, name, grain, start)["value"]


def test_g1_lead_value_is_the_all_time_revenue_of_the_leads_by_their_number(reported: Built, dbt: Dbt) -> None:
    columns = (
        "channel, source, medium, campaign, {leads}, customers, purchased_before_lead, days_until_purchase_sum,"
        " days_until_purchase_count, first_time_customers, report_currency, {revenue}, net_lead_revenue,"
        " first_order_revenue, net_first_order_revenue, ad_spend"
    )
    selects = [
        f"select date '{day}', {columns.format(leads=leads, revenue=revenue)} from {{0}}"
        " where report_date = '2026-02-12'"
        for day, leads, revenue in (("2024-09-01", 3000, 13000), ("2024-09-30", 97, 495))
    ]
    with damaged(reported.db, "building.rpt_acquisition_daily", "insert into {0} " + " union all ".join(selects)):
        assert dbt.run(reported.url, "run", "--select", "int_kpi_parts", "rpt_kpis").success
        lead_value = kpi(reported.db, "acquisition", "lead_value", "month", "2024-09-01")
    assert dbt.run(reported.url, "run", "--select", "int_kpi_parts", "rpt_kpis").success
    assert round(lead_value["value"], 2) == Decimal("4.36")
    assert (lead_value["numerator"], lead_value["denominator"]) == (13495, 3097)


def test_e32_what_is_divided_by_nothing_is_not_known(reported: Built) -> None:
    spend_without_leads = kpi(reported.db, "acquisition", "cost_per_lead", "day", "2026-02-12")
    assert (spend_without_leads["numerator"], spend_without_leads["denominator"]) == (2, 0)
    assert spend_without_leads["value"] is None
    assert value(reported, "acquisition", "roas", "day", "2026-03-10") is None  # leads, and no spend
    after_nothing = kpi(reported.db, "acquisition", "leads", "day", "2026-03-10")
    assert (after_nothing["value"], after_nothing["previous_value"], after_nothing["change"]) == (2, 0, None)
    first = kpi(reported.db, "acquisition", "leads", "month", "2025-12-01")
    assert (first["previous_value"], first["change"]) == (None, None)


def test_a_period_is_compared_to_the_one_before(reported: Built) -> None:
    march = kpi(reported.db, "acquisition", "leads", "month", "2026-03-01")
    assert (march["value"], march["previous_value"], march["change"]) == (5, 2, Decimal("1.5"))


def test_distinct_persons_of_a_longer_period_are_counted_and_not_summed(reported: Built) -> None:
    days = [value(reported, "engagement", "engaged_contacts", "day", f"2026-02-{n}") for n in ("10", "11", "12")]
    assert days == [2, 0, 1]
    week = "2026-02-09"  # a Monday
    assert value(reported, "engagement", "engaged_contacts", "week", week) == 2
    assert value(reported, "engagement", "engaged_lifetime_revenue", "week", week) == 114
    assert value(reported, "engagement", "engaged_revenue_same_day", "week", week) == 105
    assert value(reported, "engagement", "page_views", "week", week) == 4
    rate = kpi(reported.db, "engagement", "engagement_rate", "month", "2026-02-01")
    assert (rate["numerator"], rate["denominator"]) == (3, 6)  # one deleted since; of the contacts at the month's end


def test_a_persons_earliest_addition_speaks_for_the_period(reported: Built) -> None:
    february = {
        name: value(reported, "nurture", name, "month", "2026-02-01")
        for name in ("tag_additions", "persons", "revenue_after_touch", "revenue_any_time", "days_to_purchase_median")
    }
    assert february == {
        "tag_additions": 7,
        "persons": 4,
        "revenue_after_touch": 125 + 11 + 23 + 50,
        "revenue_any_time": 125 + 11 + 24 + 50,
        "days_to_purchase_median": Decimal("0.5"),  # 23, 1, 0 and 0 days
    }


def test_orders_count_payers_whom_no_contact_matches_too(reported: Built) -> None:
    tenth = "2026-02-10"
    assert [value(reported, "orders", name, "day", tenth) for name in ("orders", "revenue", "net_revenue")] == [
        4,
        188,
        118,
    ]
    assert value(reported, "orders", "average_order_value", "day", tenth) == 47
    assert value(reported, "orders", "customers", "day", tenth) == 3
    assert value(reported, "orders", "customers_matched", "day", tenth) == 2
    assert value(reported, "orders", "customers", "month", "2026-02-01") == 7


@pytest.mark.parametrize("name", ["orders", "revenue", "collected", "net_revenue"])
def test_orders_of_a_period_are_the_sum_of_the_daily_report_over_its_days_and_labels(
    reported: Built, name: str
) -> None:
    differing = reported.db.execute(
        f"select grain, period_start, value, (select coalesce(sum({name}), 0) from reports.rpt_orders_daily"
        " where report_date >= period_start and report_date < next_period_start) as daily"
        f" from reports.rpt_kpis where report = 'orders' and kpi = '{name}'"
    ).fetchall()
    assert [row for row in differing if row["value"] != row["daily"]] == []
    assert len({row["grain"] for row in differing if row["value"]}) == 3


@pytest.fixture(scope="module")
def subscribed(new_reported: Callable[[], str], dbt: Dbt) -> Iterator[Db]:
    """KPIs of subscriptions in two currencies over the last of January and February."""
    columns = (
        "report_date", "connection", "currency", "subscriptions_started", "trials_started", "trials_converted",
        "trials_ended", "cancellations_requested", "cancellations", "churned_subscribers", "active_subscriptions",
        "mrr", "new_mrr", "reactivation_mrr", "expansion_mrr", "contraction_mrr", "churn_mrr",
        "churn_stripe_numerator", "churn_stripe_denominator", "churn_standard_numerator", "churn_standard_denominator",
    )  # fmt: skip
    days = (
        "('2026-01-31', 'stripe', 'usd', 1, 2, 0, 0, 0, 0, 0, 9, 900, 900, 0, 0, 0, 0, 0, 10, 0, 9)",
        "('2026-02-01', 'stripe', 'usd', 2, 1, 1, 2, 1, 1, 1, 8, 800, 30, 5, 7, 2, 140, 1, 11, 1, 10)",
        "('2026-02-02', 'stripe', 'usd', 0, 0, 1, 1, 0, 0, 1, 7, 700, 10, 0, 0, 0, 110, 2, 12, 1, 10)",
        "('2026-02-02', 'stripe', 'eur', 1, 0, 0, 0, 0, 0, 0, 1, 50, 50, 0, 0, 0, 0, 0, 4, 0, 0)",
    )
    url = new_reported()
    with connected(url) as db:
        db.execute(f"insert into building.rpt_subscriptions_daily ({', '.join(columns)}) values {', '.join(days)}")
        assert dbt.run(url, "run", "--select", "int_kpi_parts", "rpt_kpis").success
        yield db


@pytest.mark.parametrize(
    ("name", "grain", "start", "expected"),
    [
        ("new_mrr", "day", "2026-02-02", (60, 60, None)),  # 10 and, in the other currency, 50
        ("new_mrr", "month", "2026-02-01", (90, 90, None)),
        ("new_mrr", "week", "2026-01-26", (930, 930, None)),  # Saturday and Sunday
        ("churn_mrr", "month", "2026-02-01", (250, 250, None)),
        ("mrr", "month", "2026-02-01", (750, 750, None)),  # as it stood on the last day
        ("active_subscriptions", "month", "2026-01-01", (9, 9, None)),
        ("trial_conversion_rate", "month", "2026-02-01", (Decimal("0.666667"), 2, 3)),
        ("trial_conversion_rate", "month", "2026-01-01", (None, 0, 0)),
        ("churn_rate_stripe", "month", "2026-02-01", (Decimal("0.125"), 2, 16)),
        ("churn_rate_stripe", "day", "2026-02-01", (Decimal("0.090909"), 1, 11)),
        ("churn_rate_standard", "month", "2026-02-01", (Decimal("0.1"), 1, 10)),
        ("churn_rate_standard", "month", "2026-01-01", (0, 0, 9)),
    ],
)
def test_subscriptions_flow_over_a_period_and_stand_at_its_end(
    subscribed: Db, name: str, grain: str, start: str, expected: tuple[Any, ...]
) -> None:
    row = kpi(subscribed, "subscriptions", name, grain, start)
    assert (row["value"], row["numerator"], row["denominator"]) == expected


def test_only_periods_that_ended_before_the_last_sync_are_complete(reported: Built) -> None:
    incomplete = reported.db.execute(
        "select distinct grain from reports.rpt_kpis cross join intermediate.int_as_of"
        " where is_complete <> (next_period_start <= as_of_date)"
    ).fetchall()
    assert incomplete == []  # all connections were synced at once
    open_periods = reported.db.execute(
        "select count(distinct grain) as grains from reports.rpt_kpis where not is_complete"
    ).fetchone()
    assert open_periods == {"grains": 3}
    assert kpi(reported.db, "orders", "revenue", "month", "2026-02-01")["is_complete"] is True


def test_a_period_is_complete_once_all_that_feeds_its_report_was_synced_after_it(reported: Built, dbt: Dbt) -> None:
    """HubSpot was last synced on Wednesday, 11 February: the week's orders may get other persons, MRR may not move."""
    models = (
        "run",
        "--select",
        "stg_ingest__connections",
        "int_report_syncs",
        "int_report_reach",
        "rpt_kpis",
        "rpt_nurture_daily",
    )
    late = "update {} set synced_at = '2026-02-11 17:00+00' where connection = 'hubspot'"
    with damaged(reported.db, "ingest.connections", late):
        assert dbt.run(reported.url, *models).success
        told = {
            start: kpi(reported.db, "orders", "revenue", grain, start)["is_complete"]
            for grain, start in (
                ("day", "2026-02-10"),
                ("day", "2026-02-11"),
                ("week", "2026-02-02"),
                ("week", "2026-02-09"),
            )
        }
        as_of = [
            reported.db.execute(f"select distinct as_of::text from {table}").fetchall()
            for table in ("(select * from reports.rpt_kpis where report = 'orders') k", "reports.rpt_nurture_daily")
        ]
        september = kpi(reported.db, "subscriptions", "mrr", "month", "2026-09-01")["is_complete"]
    assert dbt.run(reported.url, *models).success
    assert told == {"2026-02-10": True, "2026-02-11": False, "2026-02-02": True, "2026-02-09": False}
    assert september is True
    assert as_of == [[{"as_of": "2026-02-11 17:00:00+00"}]] * 2


def test_a_journey_tells_the_whole_way_to_the_purchase(reported: Built) -> None:
    row = reported.db.execute("select * from reports.rpt_journeys where contact_ids = '31'").fetchone()
    assert row is not None
    steps = [(step["type"], step.get("channel"), step.get("revenue")) for step in json.loads(row["journey"])]
    assert steps == [("ad_click", "paid", None), ("order", None, 70), ("order", None, 35)]
    assert (row["touches"], row["touches_before_first_order"], row["orders"]) == (1, 1, 2)
    assert (row["first_campaign"], row["lifetime_revenue"], row["net_lifetime_revenue"]) == ("spring", 105, 35)


def test_every_person_has_a_journey(reported: Built) -> None:
    persons = reported.db.execute("select count(*) as n from marts.dim_persons").fetchone()
    assert reported.db.execute("select count(*) as n from reports.rpt_journeys").fetchone() == persons

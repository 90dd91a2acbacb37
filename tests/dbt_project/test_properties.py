"""What holds of every business, whatever it sells: money that closes from raw to report, and days that only relabel.

What belongs here: properties over several layers and reports. What does not: those of one model or report, which stand
with it (`test_attribution_properties.py`, `test_subscription_properties.py`, `test_persons.py`, the build's checks).
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.dbt_project.dbt_runs import Built, Db, Dbt, connected, given_columns

COUNTS = "status = 'succeeded' and is_captured"
LAYERS = {
    "raw": """
        select data ->> 'currency' as currency, sum((data ->> 'amount_captured')::bigint) as minor
        from raw_stripe.charges
        where data ->> 'status' = 'succeeded' and (data ->> 'captured')::boolean
            and (coalesce((data ->> 'livemode')::boolean, true) or connection = 'stripe@test')
        group by 1
    """,
    "staging": f"""
        select currency, sum(amount_captured_minor) as minor from staging.stg_stripe__charges
        where not is_test_data and {COUNTS} group by 1
    """,
    "facts": """
        select currency, sum(amount_minor) as minor from marts.fct_payments where connector = 'stripe' group by 1
    """,
    "reports, unmatched and excluded": """
        select currency, sum(minor) as minor from (
            select currency, collected_minor as minor from reports.rpt_orders
            where connector = 'stripe' and person_id is not null
            union all
            select payments.currency, unmatched.amount_minor from reports.rpt_unmatched_payments as unmatched
            join marts.fct_payments as payments using (connection, payment_id)
            where payments.connector = 'stripe' and payments.exclusion_reason is null
            union all
            select currency, amount_minor from marts.fct_payments
            where connector = 'stripe' and exclusion_reason is not null
        ) as parts group by 1
    """,
    "reconciliation": """
        select currency, sum(matched_minor + unmatched_minor + excluded_minor) as minor from reports.rpt_reconciliation
        where measure = 'collected' and connection like 'stripe%' group by 1
    """,
}
"""The same money, per currency, as each layer tells it."""

SAME_IN_EVERY_ZONE = {
    "reports.rpt_orders_daily": (
        "currency",
        "orders revenue_minor revenue_excluding_failed_minor revenue_excluding_refunded_minor collected_minor"
        " refunds_by_order_date_minor refunds_by_refund_date_minor net_revenue_minor outstanding_minor fees_minor"
        " tax_minor net_cash_minor revenue",
    ),
    "reports.rpt_acquisition_daily": (
        "report_currency",
        "leads customers first_time_customers lead_revenue net_lead_revenue first_order_revenue ad_spend",
    ),
    "reports.rpt_nurture_daily": ("tag_kind", "tag_additions tag_additions_currently_applied"),
    "reports.rpt_engagement_daily": ("report_currency", "page_views"),
    "reports.rpt_subscriptions_daily": (
        "currency",
        "subscriptions_started cancellations_requested cancellations new_mrr_minor churn_mrr_minor",
    ),
}
"""Of each daily report what to keep apart, and what adds up over all days; persons of a day are others elsewhere."""


def told(db: Db, sql: str) -> dict[str, int]:
    """Minor units by currency, without the currencies that have none."""
    return {row["currency"]: int(row["minor"]) for row in db.execute(sql) if row["minor"]}


@pytest.mark.parametrize("layer", LAYERS)
def test_money_is_the_same_from_raw_to_the_reports_in_every_currency(built: Db, layer: str) -> None:
    everything = told(built, LAYERS["raw"])
    assert set(everything) >= {"eur", "jpy", "usd"}
    assert told(built, LAYERS[layer]) == everything


def test_each_succeeded_charge_is_in_exactly_one_order_or_excluded(built: Db) -> None:
    charges = built.execute(
        "select charges.connection, charges.charge_id, count(payments.payment_id) as payments,"
        " count(*) filter (where payments.order_id is not null and payments.exclusion_reason is null) as counted,"
        " count(*) filter (where payments.exclusion_reason is not null) as excluded"
        " from staging.stg_stripe__charges as charges left join marts.fct_payments as payments"
        " on payments.connection = charges.connection and payments.payment_id = charges.charge_id"
        f" where not is_test_data and {COUNTS} group by 1, 2"
    ).fetchall()
    assert len(charges) > 50
    assert [row for row in charges if (row["payments"], row["counted"] + row["excluded"]) != (1, 1)] == []


TABLES = """
    select table_schema || '.' || table_name as name from information_schema.tables
    where table_schema in ('marts', 'reports') order by 1
"""
RAW_TABLES = """
    select table_schema || '.' || table_name as name from information_schema.tables where table_schema like 'raw\\_%'
"""


@pytest.fixture(scope="module")
def shuffled(new_reported: Callable[[], str], dbt: Dbt) -> Iterator[Db]:
    """The business of `report_worlds.py` built anew from its raw rows in another order."""
    url = new_reported()
    with connected(url) as db:
        for row in db.execute(RAW_TABLES).fetchall():
            db.execute(f"create table public.shuffled as table {row['name']}")
            db.execute(f"truncate {row['name']}")
            columns = given_columns(db, row["name"])
            again = f"select {columns} from public.shuffled order by md5(shuffled::text)"
            db.execute(f"insert into {row['name']} ({columns}) {again}")
            db.execute("drop table public.shuffled")
        result = dbt.run(url, "run", "--full-refresh")
        assert result.success, result.exception
        yield db


def test_the_five_reports_are_the_same_in_whatever_order_the_rows_came(reported: Built, shuffled: Db) -> None:
    names = [row["name"] for row in shuffled.execute(TABLES)]
    filled = set()
    for name in names:
        content = f"select count(*) as n, md5(string_agg(t::text, '\n' order by t::text)) as hash from {name} as t"
        here = reported.db.execute(content).fetchone()
        assert shuffled.execute(content).fetchone() == here, name
        filled |= {name} if here and here["n"] else set()
    of_reports = {f"reports.rpt_{name}" for name in ("acquisition", "nurture", "engagement", "orders", "subscriptions")}
    assert of_reports | {f"{name}_daily" for name in of_reports} <= filled


@pytest.fixture(scope="module")
def in_utc(new_reported: Callable[[], str], dbt: Dbt) -> Iterator[Db]:
    """The business of `report_worlds.py` in UTC's days."""
    url = new_reported()
    result = dbt.run(url, "run", settings={"REPORT_TIMEZONE": "UTC"})
    assert result.success, result.exception
    with connected(url) as db:
        yield db


def sums(db: Db, table: str) -> list[dict[str, Any]]:
    """The additive figures over all days."""
    apart, figures = SAME_IN_EVERY_ZONE[table]
    added = ", ".join(f"sum({figure}) as {figure}" for figure in figures.split())
    return db.execute(f"select {apart}, {added} from {table} group by 1 order by 1").fetchall()


@pytest.mark.parametrize("table", SAME_IN_EVERY_ZONE)
def test_local_days_sum_to_what_utc_days_sum_to(reported: Built, in_utc: Db, table: str) -> None:
    here, elsewhere = sums(reported.db, table), sums(in_utc, table)
    assert here == elsewhere and any(here[0].values())


@pytest.mark.parametrize("table", SAME_IN_EVERY_ZONE)
def test_the_zone_does_label_other_days(reported: Built, in_utc: Db, table: str) -> None:
    """Else the sums above would compare a business with itself: there are rows on both sides of midnight."""
    figure = SAME_IN_EVERY_ZONE[table][1].split()[0]
    days = f"select report_date, sum({figure}) as n from {table} group by 1 having sum({figure}) > 0 order by 1"
    assert reported.db.execute(days).fetchall() != in_utc.execute(days).fetchall()

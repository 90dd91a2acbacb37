"""A world's own truth (`truth/*.csv`) against the marts, figure by figure, to the minor unit.

The months, totals and orders of truth are of Stripe alone; the reports' days (`report_truth.py`) are of everything.
"""

import csv
from pathlib import Path
from typing import Any

import psycopg

from tests.integration import report_truth

MONTHS = """
with ordered as (
    select to_char(ordered_at at time zone 'UTC', 'YYYY-MM') as month, currency,
           sum(case when is_zero_amount then 0 else 1 end) as orders,
           sum(revenue_minor) as revenue_minor,
           sum(case when person_id is not null then revenue_minor else 0 end) as revenue_matched_minor,
           sum(case when person_id is null then revenue_minor else 0 end) as revenue_unmatched_minor,
           sum(tax_minor) as tax_minor, sum(collected_minor) as collected_minor, sum(fees_minor) as fees_minor,
           sum(refunded_minor) as refunded_by_order_date_minor,
           sum(disputes_lost_minor) as disputes_lost_by_order_date_minor,
           sum(net_revenue_minor) as net_revenue_minor
    from reports.rpt_orders where connector = 'stripe' group by 1, 2),
refunded as (
    select to_char(refunded_at at time zone 'UTC', 'YYYY-MM') as month, currency,
           sum(amount_minor) as refunded_by_refund_date_minor
    from marts.fct_refunds where order_id is not null and connector = 'stripe' group by 1, 2),
withdrawn as (
    select to_char(withdrawn_at at time zone 'UTC', 'YYYY-MM') as month, currency,
           sum(lost_minor) as disputes_lost_by_withdrawal_date_minor
    from marts.fct_disputes where order_id is not null and is_lost and connection = 'stripe' group by 1, 2)
select * from ordered full join refunded using (month, currency) full join withdrawn using (month, currency)
"""
BALANCE = """
select currency, reporting_category, count(*), sum(amount_minor)::bigint, sum(fee_minor)::bigint, sum(net_minor)::bigint
from staging.stg_stripe__balance_transactions where not is_deleted group by 1, 2
"""
PAGE_VIEWS = """
select views.page_view_id, coalesce(contacts.contact_id, '')
from intermediate.int_page_views as views
left join marts.dim_contacts as contacts on views.person_id = contacts.person_id
"""
LIST_MEMBERSHIPS = """
select tag_id, tag_name, contact_id, to_char(added_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
from marts.fct_tag_events where tag_kind = 'list'
"""
FILES_ORDERS = """
select split_part(orders.order_id, '/', 2), orders.processor, staged.email_normalized,
       coalesce(orders.matched_contact_id, ''), orders.order_status, orders.currency, orders.revenue_minor::text,
       orders.tax_minor::text, orders.collected_minor::text, orders.refunded_minor::text,
       orders.is_duplicate::int::text, coalesce(orders.is_duplicate_of, '')
from marts.fct_orders as orders
join staging.stg_files__orders as staged using (connection, order_id)
"""
BESIDE_STRIPE = (
    ("page_views.csv", ("message_id", "contact_id"), PAGE_VIEWS),
    ("list_memberships.csv", ("list_id", "list_name", "contact_id", "added_at"), LIST_MEMBERSHIPS),
    (
        "files_orders.csv",
        (
            "order_id",
            "processor",
            "email",
            "contact_id",
            "status",
            "currency",
            "total_minor",
            "tax_minor",
            "collected_minor",
            "refunded_minor",
            "is_duplicate",
            "duplicate_of",
        ),
        FILES_ORDERS,
    ),
)
"""Files of truth, the columns of each that are compared, and what the warehouse says of them."""
_ORDER_SUMS = ("revenue", "tax", "collected", "refunded", "disputes_lost", "net_revenue", "fees")
CUSTOMERS = """
select count(distinct case when collected_minor > 0 then payer_id end),
       count(distinct case when collected_minor > 0 then person_id end)
from reports.rpt_orders where connector = 'stripe'
"""


def months_of_marts(db: psycopg.Connection) -> dict[tuple[str, str], dict[str, int]]:
    """Every measure by (UTC month, currency), months in which all are zero left out."""
    cursor = db.execute(MONTHS)
    names = [column.name for column in cursor.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return _by_month(rows)


def months_of_truth(world: Path) -> dict[tuple[str, str], dict[str, int]]:
    """The same of the world's truth; a world that names no currency is all in dollars."""
    with (world / "truth" / "orders_by_utc_month.csv").open() as file:
        return _by_month([{"currency": "usd", **row} for row in csv.DictReader(file)])


def _by_month(rows: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, int]]:
    months = {
        (row["month"], row["currency"]): {k: int(v or 0) for k, v in row.items() if k not in ("month", "currency")}
        for row in rows
    }
    return {key: measures for key, measures in months.items() if any(measures.values())}


def totals_of_truth(world: Path) -> dict[str, int]:
    """The measures of `totals.csv`."""
    with (world / "truth" / "totals.csv").open() as file:
        return {row["measure"]: int(row["value"]) for row in csv.DictReader(file)}


def assert_equal(url: str, world: Path) -> None:
    """Fail on the first figure in which marts and truth differ."""
    truth, totals = months_of_truth(world), totals_of_truth(world)
    with psycopg.connect(url) as db:
        marts = months_of_marts(db)
        assert truth, "a world without truth proves nothing"
        assert marts.keys() == truth.keys()
        for month, measures in truth.items():
            assert {name: marts[month][name] for name in measures} == measures, month
        customers = db.execute(CUSTOMERS).fetchone()
        assert customers == (totals["customers"], totals["customers_matched"])
        assert db.execute("select count(*) from marts.dim_contacts").fetchone() == (totals["contacts"],)
        assert db.execute("select count(*) from reports.rpt_reconciliation where difference_minor <> 0").fetchone() == (
            0,
        )
        _assert_orders(db, world)
        _assert_balance(db, world)
        _assert_spend(db, world)
        for name, columns, query in BESIDE_STRIPE:
            if (file := world / "truth" / name).exists():
                with file.open() as stream:
                    expected = sorted(tuple(row[column] for column in columns) for row in csv.DictReader(stream))
                assert sorted(db.execute(query).fetchall()) == expected, name
        if (world / "truth" / report_truth.MRR.file).exists():
            for comparison in report_truth.ALWAYS:
                assert report_truth.differences(db, world, comparison)[:20] == []
            assert report_truth.differing_lives(db, world) == []


def _assert_orders(db: psycopg.Connection, world: Path) -> None:
    file = world / "truth" / "orders.csv"
    if not file.exists():
        return
    with file.open() as stream:
        truth = {
            row["order_id"]: (
                row["order_status"],
                row["currency"],
                *(int(row[f"{name}_minor"]) for name in _ORDER_SUMS),
                row["match_method"] or None,
            )
            for row in csv.DictReader(stream)
        }
    rows = db.execute(
        f"select order_id, order_status, currency, {', '.join(f'{name}_minor' for name in _ORDER_SUMS)}, match_method"
        " from reports.rpt_orders where connector = 'stripe' and not is_zero_amount"
    )
    marts = {row[0]: row[1:] for row in rows}
    assert marts == truth


def _assert_balance(db: psycopg.Connection, world: Path) -> None:
    file = world / "truth" / "balance.csv"
    if not file.exists():
        return
    figures = ("transactions", "amount_minor", "fee_minor", "net_minor")
    with file.open() as stream:
        truth = {
            (row["currency"], row["reporting_category"]): tuple(int(row[name]) for name in figures)
            for row in csv.DictReader(stream)
        }
    rows = db.execute(BALANCE).fetchall()
    assert {(currency, category): tuple(sums) for currency, category, *sums in rows} == truth


def _assert_spend(db: psycopg.Connection, world: Path) -> None:
    file = world / "truth" / "ad_spend.csv"
    if not file.exists():
        return
    with file.open() as stream:
        truth = {
            tuple(row[n] for n in ("date", "platform", "account_id", "campaign_id", "currency")): tuple(
                int(row[n]) for n in ("cost_micros", "clicks", "impressions")
            )
            for row in csv.DictReader(stream)
        }
    rows = db.execute(
        "select spend_date::text, connector, account_id, campaign_id, currency, sum(spend_micros)::bigint,"
        " sum(clicks)::bigint, sum(impressions)::bigint from marts.fct_ad_spend group by 1, 2, 3, 4, 5"
    )
    found = {row[:5]: row[5:] for row in rows}
    assert sorted(found.items() ^ truth.items()) == []

"""What a contested payment costs, and when: golden cases played from raw objects to the reports."""

from typing import Any

import pytest

from tests.dbt_project.dbt_runs import Db


def one(db: Db, table: str, **key: str) -> dict[str, Any]:
    """The one row of a table with these values."""
    where = " and ".join(f"{column} = %({column})s" for column in key)
    rows = db.execute(f"select * from {table} where {where}", key).fetchall()
    assert len(rows) == 1, f"{key} has {len(rows)} rows in {table}"
    return rows[0]


def order(db: Db, order_id: str) -> dict[str, Any]:
    return one(db, "reports.rpt_orders", connection="stripe", order_id=order_id)


@pytest.mark.parametrize(
    ("order_id", "status", "collected", "refunded", "lost", "net"),
    [
        ("pi_g17", "dispute_lost", 25000, 0, 25000, 0),  # G17
        ("pi_e13", "paid", 25000, 0, 0, 25000),  # E13
        ("pi_contested", "disputed", 4000, 0, 0, 4000),
        ("pi_asked", "paid", 4100, 0, 0, 4100),
        ("pi_partly", "dispute_lost", 10000, 0, 4000, 6000),
        ("pi_twice", "dispute_lost", 3000, 3000, 3000, -3000),  # refunded, and lost as well: 3000 in, 6000 out
        ("pi_yen_lost", "dispute_lost", 5000, 0, 2501, 2499),  # 22.51 dollars at 5000 yen for 45 dollars
    ],
)
def test_an_order_bears_what_its_disputes_cost(
    built: Db, order_id: str, status: str, collected: int, refunded: int, lost: int, net: int
) -> None:
    row = order(built, order_id)
    figures = ("collected_minor", "refunded_minor", "disputes_lost_minor", "net_revenue_minor")
    assert (row["order_status"], *(row[name] for name in figures)) == (status, collected, refunded, lost, net)


def test_g17_a_lost_dispute_costs_its_amount_and_its_fee(built: Db) -> None:
    dispute = one(built, "marts.fct_disputes", dispute_id="du_g17")
    assert (dispute["lost_minor"], dispute["fee_minor"], dispute["payment_id"]) == (25000, 1500, "ch_g17")
    row = order(built, "pi_g17")
    assert (row["disputes_lost"], row["fees_minor"]) == (250, 755 + 1500)
    assert row["settled_net_minor"] == 25000 - 755 - 26500  # the dispute's own effect is -265.00


def test_e13_a_dispute_won_costs_nothing_but_its_fee(built: Db) -> None:
    dispute = one(built, "marts.fct_disputes", dispute_id="du_e13")
    assert (dispute["dispute_status"], dispute["lost_minor"], dispute["fee_minor"]) == ("won", 0, 1500)
    assert order(built, "pi_e13")["disputes_lost_minor"] == 0


def test_a_loss_has_two_date_bases(built: Db) -> None:
    days = {
        str(row["report_date"]): (
            row["disputes_lost_by_order_date_minor"],
            row["disputes_lost_by_withdrawal_date_minor"],
        )
        for row in built.execute(
            "select report_date, sum(disputes_lost_by_order_date_minor) as disputes_lost_by_order_date_minor,"
            " sum(disputes_lost_by_withdrawal_date_minor) as disputes_lost_by_withdrawal_date_minor"
            " from reports.rpt_orders_daily where connection = 'stripe' and currency = 'usd'"
            " and report_date in ('2026-05-05', '2026-06-01', '2026-06-02') group by report_date"
        )
    }
    lost = 25000 + 4000 + 3000
    assert days == {"2026-05-05": (lost, 0), "2026-06-01": (0, lost)}  # half past eleven at night, in New York


def test_a_dispute_of_no_order_is_excluded_with_its_reason(built: Db) -> None:
    rows = built.execute(
        "select dispute_id, order_id, exclusion_reason from marts.fct_disputes where exclusion_reason is not null"
    )
    assert {tuple(row.values()) for row in rows} == {
        ("du_void", None, "void_invoice"),
        ("du_stray", None, "charge_missing"),
    }


def test_disputes_of_test_mode_reach_no_mart(built: Db) -> None:
    assert built.execute("select 1 from marts.fct_disputes where dispute_id = 'du_test'").fetchone() is None


def test_lost_disputes_reconcile_in_the_currency_they_name(built: Db) -> None:
    rows = built.execute(
        "select month::text, currency, everything_minor, matched_minor, unmatched_minor, excluded_minor,"
        " excluded_reasons, difference_minor from reports.rpt_reconciliation where measure = 'disputes' order by 1"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("2026-01-01", "usd", 66, 0, 0, 66, "charge_missing 66", 0),
        ("2026-05-01", "usd", 32000 + 2260 + 905, 0, 32000 + 2260, 905, "void_invoice 905", 0),
    ]


def test_a_full_refund_stays_one_though_the_payment_was_disputed(built: Db) -> None:
    refunded = built.execute(
        "select sum(revenue_minor - revenue_excluding_refunded_minor) as minor from reports.rpt_orders_daily"
        " where connection = 'stripe' and currency = 'usd' and report_date = '2026-05-05'"
    ).fetchone()
    assert refunded == {"minor": 3000}

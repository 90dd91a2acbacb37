"""Currencies, duplicates between processors, dates of money and days: golden cases played to the reports."""

from decimal import Decimal
from typing import Any

import pytest

from tests.dbt_project.dbt_runs import Built, Db, Dbt

DAILY = "select * from reports.rpt_orders_daily where connection = %s order by report_date, currency"


def fact(db: Db, order_id: str) -> dict[str, Any]:
    """The one order of an id."""
    rows = db.execute("select * from marts.fct_orders where order_id = %s", (order_id,)).fetchall()
    assert len(rows) == 1, f"{order_id} has {len(rows)} rows"
    return rows[0]


def daily(db: Db, connection: str) -> list[dict[str, Any]]:
    return db.execute(DAILY, (connection,)).fetchall()


def test_g21_5000_minor_units_are_5000_yen_50_dollars_and_5_dinars(built: Db) -> None:
    rows = built.execute("select order_id, amount from reports.rpt_orders").fetchall()
    amounts = {row["order_id"]: row["amount"] for row in rows}
    assert (amounts["paypal/G21JPY"], amounts["pi_retry"], amounts["paypal/G21KWD"]) == (5000, 50, 5)
    assert fact(built, "paypal/G21KWD")["revenue_minor"] == 5000


def test_g24_three_orders_through_the_pipeline(built: Db) -> None:
    ordered, refunded = daily(built, "files@g24")
    figures = (
        "orders",
        "revenue",
        "revenue_excluding_failed",
        "revenue_excluding_refunded",
        "collected",
        "net_revenue",
    )
    assert [ordered[name] for name in figures] == [3, 180, 150, 130, 150, 100]
    assert [ordered[f"{name}_minor"] for name in figures[1:]] == [18000, 15000, 13000, 15000, 10000]
    assert (ordered["net_cash"], refunded["net_cash"], refunded["orders"]) == (150, -50, 0)
    assert (ordered["refunds_by_order_date"], ordered["refunds_by_refund_date"]) == (50, 0)
    assert (refunded["refunds_by_order_date"], refunded["refunds_by_refund_date"]) == (0, 50)


def test_e25_euros_and_dollars_add_up_in_the_report_currency(built: Db) -> None:
    ledger = built.execute(
        "select sum(revenue) as total, sum(amount) filter (where currency = 'eur') as euros"
        " from reports.rpt_orders where order_id in ('paypal/E25EUR', 'paypal/E25USD')"
    ).fetchone()
    assert ledger == {"total": Decimal("210.00"), "euros": Decimal("100.00")}
    assert (fact(built, "paypal/E25EUR")["currency"], fact(built, "paypal/E25EUR")["report_currency"]) == ("eur", "usd")


@pytest.mark.parametrize(
    ("order_id", "revenue", "fees"),
    [
        ("pi_arrived", "112.00", "3.50"),  # settled in dollars: its own rate, its fee exact
        ("pi_stayed", "110.00", "3.30"),  # settled in euros: from there by the table
        ("pi_part_euro", "66.00", "0"),  # the rate of what was captured, not of what was asked for
        ("in_two_rates", "112.00", "0"),  # 66.00 and 46.00 dollars
        ("pi_declined_euro", "110.00", "0"),  # nothing settled: the table of the order's day
        ("pi_yen", "45.00", "1.61"),  # 5,000 yen that arrived as 45.00 dollars
    ],
)
def test_settled_money_is_worth_what_arrived_and_the_rest_what_the_table_says(
    built: Db, order_id: str, revenue: str, fees: str
) -> None:
    row = fact(built, order_id)
    assert (row["revenue"], row["fees"]) == (Decimal(revenue), Decimal(fees))


def test_parts_in_the_report_currency_add_up_to_the_rounded_whole(built: Db) -> None:
    parts = built.execute("select amount from marts.fct_refunds where order_id = 'paypal/THIRDS'").fetchall()
    assert len(parts) == 3
    assert sum(part["amount"] for part in parts) == fact(built, "paypal/THIRDS")["refunded"] == Decimal("3.20")
    assert fact(built, "paypal/THIRDS")["net_revenue"] == 0


@pytest.mark.parametrize(
    ("order_id", "twin"),
    [
        ("paypal/SHOP1", "pi_shop"),  # the same address and amount, ten minutes before
        ("paypal/SHOP2", None),  # a second more than ten minutes after
        ("paypal/SHOP3", None),  # in euros
        ("paypal/SHOP4", None),  # a cent more
        ("paypal/BUSY1", "pi_busy1"),
        ("paypal/BUSY2", "pi_busy2"),
        ("paypal/BUSY3", None),  # a third, where Stripe has two
        ("paypal/EXT1", "pi_external"),  # its external_id is the charge
        ("paypal/EXT2", "pi_noted"),  # Stripe's metadata name it
        ("paypal/INSTEAD", None),  # paid after a declined card
        ("paypal/SAME1", None),  # twice in one source
        ("paypal/SAME2", None),
        ("pi_shop", None),
    ],
)
def test_e26_a_sale_of_two_sources_is_kept_flagged_and_counted_once(built: Db, order_id: str, twin: str | None) -> None:
    row = fact(built, order_id)
    assert (row["is_duplicate"], row["is_duplicate_of"]) == (twin is not None, twin)
    assert row["duplicate_of_connection"] == ("stripe" if twin else None)
    assert row["policy_revenue_minor"] == (0 if twin else row["revenue_minor"])
    ledger = built.execute("select count(*) as n from reports.rpt_orders where order_id = %s", (order_id,)).fetchone()
    assert ledger == {"n": 0 if twin else 1}


def test_e26_money_of_a_duplicate_is_excluded_with_its_reason(built: Db) -> None:
    for table, key in (("fct_payments", "payment_id"), ("fct_refunds", "refund_id")):
        row = built.execute(
            f"select exclusion_reason from marts.{table} where order_id = 'paypal/SHOP1' and {key} is not null"
        ).fetchall()
        assert row == [{"exclusion_reason": "duplicate_order"}]
    closed = built.execute(
        "select measure, excluded_reasons, difference_minor from reports.rpt_reconciliation"
        " where connection = 'files' and currency = 'usd' and month = '2025-11-01' order by measure"
    ).fetchall()
    duplicates = 8000 + 2 * 1200 + 5400 + 5600
    assert closed == [
        {"measure": "collected", "excluded_reasons": f"duplicate_order {duplicates}", "difference_minor": 0},
        {"measure": "order_total", "excluded_reasons": f"duplicate_order {duplicates}", "difference_minor": 0},
        {"measure": "refunds", "excluded_reasons": "duplicate_order 3000; order_missing 700", "difference_minor": 0},
    ]


def test_orders_of_files_are_matched_lined_and_refunded_like_others(built: Db) -> None:
    row = fact(built, "paypal/KNOWN")
    assert (row["connector"], row["processor"], row["order_status"]) == ("files", "paypal", "partially_refunded")
    assert (row["match_method"], row["matched_contact_id"], row["tax_minor"]) == ("email_primary", "95", 345)
    lines = built.execute(
        "select line_source, product_name, quantity, amount_minor from marts.fct_order_lines"
        " where order_id = 'paypal/KNOWN' order by line_position"
    ).fetchall()
    assert [tuple(line.values()) for line in lines] == [("file", "Round tuit", 1, 4000), ("file", None, 2, 500)]
    partly = fact(built, "paypal/PARTLY")
    assert (partly["order_status"], partly["collected_minor"], partly["outstanding_minor"]) == ("open", 500, 1500)
    assert not built.execute("select 1 from marts.fct_orders where order_id = 'paypal/GONE'").fetchall()


def test_a_bill_names_the_first_order_of_its_subscription(built: Db) -> None:
    firsts = {
        "in_trial_bill": "in_trial_bill",
        "in_first_bill": "in_trial_bill",
        "in_second_bill": "in_trial_bill",
        "in_other_bill": "in_other_bill",
        "pi_retry": None,
    }
    assert {order: fact(built, order)["subscription_first_order_id"] for order in firsts} == firsts


def test_a_day_has_23_or_25_hours_where_clocks_change(built: Db) -> None:
    days = {str(row["report_date"]): row["orders"] for row in daily(built, "files@clocks")}
    assert days == {
        "2026-03-07": 1,
        "2026-03-08": 2,
        "2026-03-09": 1,
        "2026-10-31": 1,
        "2026-11-01": 2,
        "2026-11-02": 1,
    }


def test_sums_over_all_days_are_the_same_on_every_date_basis(built: Db) -> None:
    sums = built.execute(
        "select sum(collected) = sum(collected_by_payment_date) as collected,"
        " sum(refunds_by_order_date) = sum(refunds_by_refund_date) as refunds,"
        " sum(disputes_lost_by_order_date) = sum(disputes_lost_by_withdrawal_date) as disputes,"
        " sum(net_revenue) = sum(net_cash) as net, sum(revenue) > 0 as some from reports.rpt_orders_daily"
    ).fetchone()
    assert sums == dict.fromkeys(["collected", "refunds", "disputes", "net", "some"], True)


ELSEWHERE = {
    "REPORT_TIMEZONE": "Asia/Tokyo",
    "REPORT_CURRENCY": "EUR",
    "ORDERS_EXCLUDE": "failed, refunded",
    "SOURCE_OF_TRUTH": "files,stripe",
}


def test_zone_currency_policy_and_source_of_truth_are_settings(resettable: Built, built: Db, dbt: Dbt) -> None:
    """The same raw rows under other settings: other labels and sums, the same facts in their own currency."""
    selected = ("--select", "int_report_rates+", "int_order_twins+", "rpt_orders+")
    result = dbt.run(resettable.url, "run", *selected, settings=ELSEWHERE)
    assert result.success, result.exception
    db = resettable.db
    a_day, same_day = (fact(source, "paypal/A") for source in (db, built))
    assert a_day["revenue_minor"] == same_day["revenue_minor"]
    days = "select report_date::text from reports.rpt_orders where order_id = 'paypal/A'"
    assert [source.execute(days).fetchone() for source in (built, db)] == [
        {"report_date": "2025-11-05"},
        {"report_date": "2025-11-06"},
    ]
    assert (a_day["report_currency"], a_day["revenue"]) == ("eur", Decimal("90.91"))
    assert fact(db, "pi_arrived")["revenue"] == 100  # euros are euros, whatever they were settled as
    assert [fact(db, f"paypal/{key}")["policy_revenue_minor"] for key in "ABC"] == [10000, 0, 0]
    assert [fact(built, f"paypal/{key}")["policy_revenue_minor"] for key in "ABC"] == [10000, 5000, 3000]
    assert (fact(db, "pi_shop")["is_duplicate_of"], fact(db, "paypal/SHOP1")["is_duplicate"]) == ("paypal/SHOP1", False)


def test_e25_an_unknown_rate_is_null_and_a_failing_check_and_never_one_to_one(resettable: Built, dbt: Dbt) -> None:
    resettable.db.execute("delete from raw_files.exchange_rates where data ->> 'base_currency' = 'eur'")
    result = dbt.run(resettable.url, "run", "--select", "stg_files__exchange_rates+", "rpt_orders+")
    assert result.success, result.exception
    euros = fact(resettable.db, "paypal/E25EUR")
    assert (euros["report_rate"], euros["revenue"], euros["revenue_minor"]) == (None, None, 10000)
    assert fact(resettable.db, "pi_arrived")["revenue"] == 112  # its own rate needs no table
    day = next(row for row in daily(resettable.db, "files@e25") if row["currency"] == "eur")
    assert (day["revenue_minor"], day["revenue"], day["net_cash"]) == (10000, None, None)
    check = dbt.run(resettable.url, "test", "--select", "assert_exchange_rates_known")
    assert ("assert_exchange_rates_known", "fail") in [(run.node.name, run.status) for run in check.result]
    named = resettable.db.execute("select distinct currency from intermediate.int_unknown_rates").fetchall()
    assert named == [{"currency": "eur"}]

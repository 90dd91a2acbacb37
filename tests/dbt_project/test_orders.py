"""What becomes an order, and what its columns say: golden cases played from raw objects to the reports."""

from typing import Any

import pytest

from tests.dbt_project.dbt_runs import Db


def order(db: Db, order_id: str, connection: str = "stripe") -> dict[str, Any]:
    """The one ledger row of an order."""
    rows = db.execute(
        "select * from reports.rpt_orders where order_id = %s and connection = %s", (order_id, connection)
    ).fetchall()
    assert len(rows) == 1, f"{order_id} has {len(rows)} rows"
    return rows[0]


def exists(db: Db, order_id: str) -> bool:
    return bool(db.execute("select 1 from reports.rpt_orders where order_id = %s", (order_id,)).fetchone())


def figures(row: dict[str, Any]) -> tuple[Any, ...]:
    return (row["order_status"], row["revenue_minor"], row["collected_minor"], row["refunded_minor"])


@pytest.mark.parametrize(
    ("order_id", "status", "revenue", "collected", "refunded"),
    [
        ("pi_retry", "paid", 5000, 5000, 0),  # E15
        ("pi_declined", "failed", 7000, 0, 0),  # E15
        ("pi_jan", "partially_refunded", 10000, 10000, 4000),  # E1
        ("in_lines", "paid", 4500, 4500, 0),  # G3
        ("in_names_charge", "paid", 2100, 2100, 0),
        ("in_named_by_charge", "paid", 2200, 2200, 0),
        ("in_by_charge", "paid", 2300, 2300, 0),
        ("in_uncollectible", "uncollectible", 902, 0, 0),  # E27
        ("in_waiting", "open", 905, 0, 0),
        ("in_outside", "paid", 906, 0, 0),
        ("in_trial", "paid", 0, 0, 0),
        ("in_receipt1", "paid", 3000, 3000, 0),
        ("in_receipt2", "paid", 3000, 3000, 0),
        ("pi_part", "paid", 6000, 6000, 0),
        ("pi_authorized", "open", 8100, 0, 0),
        ("pi_released", "failed", 8200, 0, 0),
        ("pi_processing", "open", 8300, 0, 0),
        ("ch_bare", "paid", 1500, 1500, 0),
        ("ch_bare_declined", "failed", 1600, 0, 0),
        ("ch_bare_authorized", "open", 1700, 0, 0),
        ("pi_lost", "paid", 1800, 1800, 0),
        ("pi_refunding", "paid", 5100, 5100, 0),  # E31
        ("pi_by_intent", "refunded", 5200, 5200, 5200),
    ],
)
def test_an_order_has_its_status_and_amounts(
    built: Db, order_id: str, status: str, revenue: int, collected: int, refunded: int
) -> None:
    assert figures(order(built, order_id)) == (status, revenue, collected, refunded)


@pytest.mark.parametrize(
    "order_id",
    [
        "in_draft",
        "in_void",
        "in_deleted",
        "in_voided_later",
        "pi_voided_later",
        "pi_abandoned",
        "pi_lines",
        "ch_lines",
        "pi_named",
        "ch_named",
        "ch_naming",
        "ch_bridged",
        "pi_receipt1",
        "pi_receipt2",
        "ch_lost1",
        "ch_retry1",
        "pi_test",
        "ch_test",
        "in_test",
    ],
)
def test_what_is_no_order_of_its_own_has_no_row(built: Db, order_id: str) -> None:
    assert not exists(built, order_id)


def test_a_receipt_merges_only_with_its_own_payment_of_the_last_ten_minutes(built: Db) -> None:
    for invoice_id, intent_id in (("in_late_receipt", "pi_late_receipt"), ("in_other_receipt", "pi_other_receipt")):
        assert order(built, invoice_id)["collected_minor"] == 0
        assert order(built, intent_id)["collected_minor"] == order(built, intent_id)["revenue_minor"]
    assert order(built, "pi_outside")["collected_minor"] == 906  # the invoice was paid outside Stripe


def test_money_taken_on_a_void_invoice_is_excluded_with_its_reason(built: Db) -> None:
    payment = built.execute("select * from marts.fct_payments where payment_id = 'ch_voided_later'").fetchone()
    assert payment is not None
    assert (payment["order_id"], payment["exclusion_reason"], payment["amount_minor"]) == (None, "void_invoice", 904)


def test_an_uncollectible_order_has_nothing_outstanding_and_an_open_one_its_rest(built: Db) -> None:
    assert order(built, "in_uncollectible")["outstanding_minor"] == 0
    assert order(built, "in_waiting")["outstanding_minor"] == 905
    credited = order(built, "in_credited")
    assert (credited["revenue_minor"], credited["outstanding_minor"]) == (10000, 7000)
    assert order(built, "pi_authorized")["outstanding_minor"] == 8100


def test_g3_lines_and_tax_come_from_the_invoice(built: Db) -> None:
    assert (order(built, "in_lines")["order_lines"], order(built, "in_lines")["tax_minor"]) == (2, 345)
    assert order(built, "in_names_charge")["tax_minor"] == 100
    assert order(built, "pi_cart")["tax_minor"] == 600  # without an invoice it is the checkout's
    assert order(built, "in_names_charge")["attempts"] == 2


def test_e1_a_refund_has_two_date_bases(built: Db) -> None:
    days = {
        str(row["report_date"]): row
        for row in built.execute(
            "select report_date, sum(refunds_by_order_date_minor) as by_order,"
            " sum(refunds_by_refund_date_minor) as by_refund, sum(orders) as orders from reports.rpt_orders_daily"
            " where connection = 'stripe' group by report_date"
        )
    }
    assert days["2026-02-03"] | {"report_date": None} == {
        "report_date": None,
        "by_order": 0,
        "by_refund": 4000,
        "orders": 0,
    }
    assert days["2026-01-31"]["by_order"] == 4000 + 5200 + 1000
    assert days["2026-01-31"]["by_refund"] == 5200 + 1000


def test_report_days_are_local_days(built: Db) -> None:
    assert str(order(built, "pi_eve")["report_date"]) == "2026-03-07"


def test_e31_pending_and_failed_refunds_do_not_count(built: Db) -> None:
    refunds = built.execute("select refund_id from marts.fct_refunds where order_id = 'pi_refunding'").fetchall()
    assert refunds == []
    pending = built.execute("select pending_refund_minor from marts.fct_orders where order_id = 'pi_refunding'")
    assert pending.fetchone() == {"pending_refund_minor": 100}


def test_releases_and_strays_are_excluded_refunds(built: Db) -> None:
    rows = built.execute(
        "select refund_id, exclusion_reason from marts.fct_refunds"
        " where connector = 'stripe' and exclusion_reason is not null"
    )
    assert {(row["refund_id"], row["exclusion_reason"]) for row in rows} == {
        ("re_part", "authorization_release"),
        ("re_released", "authorization_release"),
        ("re_stray", "charge_missing"),
    }


def test_fees_are_summed_once_and_converted_at_the_charges_own_rate(built: Db) -> None:
    assert order(built, "pi_fee")["fees_minor"] == 335
    assert order(built, "ch_names_txn")["fees_minor"] == 50
    yen = order(built, "pi_yen")
    assert yen["fees_minor"] == 179  # 1.61 dollars at 5000 yen for 45 dollars = 178.9 yen
    assert (yen["settlement_currency"], yen["settled_fees_minor"], yen["settled_net_minor"]) == ("usd", 161, 4339)


def test_g21_major_units_follow_the_currency(built: Db) -> None:
    assert (order(built, "pi_yen")["amount"], order(built, "pi_retry")["amount"]) == (5000, 50)


def test_e34_test_mode_counts_only_on_a_test_connection(built: Db) -> None:
    for table in ("marts.fct_payments", "marts.fct_refunds", "marts.fct_orders", "reports.rpt_reconciliation"):
        total = built.execute(f"select count(*) as n from {table} as t where t::text like any (array['%12345%'])")
        assert total.fetchone() == {"n": 0}
    assert order(built, "pi_sandboxed", "stripe@test")["collected_minor"] == 6100


def test_two_connections_may_share_ids(built: Db) -> None:
    assert order(built, "pi_jan", "stripe@eu")["revenue_minor"] == 33300
    assert order(built, "pi_jan", "stripe@eu")["refunded_minor"] == 0


def test_everything_is_matched_unmatched_or_excluded(built: Db) -> None:
    rows = built.execute("select * from reports.rpt_reconciliation where connection = 'stripe'").fetchall()
    assert rows and all(row["difference_minor"] == 0 for row in rows)
    totals = next(
        r for r in rows if (r["measure"], r["currency"], str(r["month"])) == ("order_total", "usd", "2026-01-01")
    )
    reasons = dict(part.rsplit(" ", 1) for part in totals["excluded_reasons"].split("; "))
    assert reasons["abandoned_checkout"] == "9999"
    assert reasons["void_invoice"] == str(901 + 904)
    assert reasons["counted_as_invoice"] == str(4500 + 2100 + 2200 + 2300 + 904 + 6000)
    assert reasons["further_attempts"] == "3600"


def lines(db: Db, order_id: str) -> list[tuple[Any, ...]]:
    rows = db.execute(
        "select line_source, line_position, line_id, amount_minor from marts.fct_order_lines"
        " where connection = 'stripe' and order_id = %s order by line_position",
        (order_id,),
    )
    return [tuple(row.values()) for row in rows]


def test_lines_come_from_the_invoice_else_the_checkout_else_the_payment(built: Db) -> None:
    assert lines(built, "in_lines") == [("invoice", 1, "il_lines_0", 4000), ("invoice", 2, "il_lines_1", 500)]  # G3
    assert lines(built, "pi_cart") == [("checkout", 1, "li_cart_0", 6000), ("checkout", 2, "li_cart_1", 600)]
    assert lines(built, "in_till") == [("invoice", 1, "il_till_0", 3000)]
    assert lines(built, "pi_retry") == [("payment", 1, None, 5000)]
    assert [order(built, key)["order_lines"] for key in ("in_lines", "pi_cart", "in_till", "pi_retry")] == [2, 2, 1, 1]


def test_one_checkout_ties_a_receipt_to_its_payment_whatever_lies_between(built: Db) -> None:
    assert order(built, "in_till")["collected_minor"] == 2900
    assert not exists(built, "pi_till")

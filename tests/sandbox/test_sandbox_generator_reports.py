"""The truth about the reports' days and about attribution: whether it agrees with itself and with the other truth."""

import csv
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from connectors.sandbox.generator.credits import MODELS, Visit, split

DAY = 86_400
STRIPE_MONTHS = {
    "orders": "orders", "revenue_minor": "revenue_minor", "tax_minor": "tax_minor",
    "collected_minor": "collected_minor", "fees_minor": "fees_minor", "net_revenue_minor": "net_revenue_minor",
    "refunds_by_order_date_minor": "refunded_by_order_date_minor",
    "refunds_by_refund_date_minor": "refunded_by_refund_date_minor",
    "disputes_lost_by_order_date_minor": "disputes_lost_by_order_date_minor",
    "disputes_lost_by_withdrawal_date_minor": "disputes_lost_by_withdrawal_date_minor",
}  # fmt: skip


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "truth" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def summed(found: list[dict[str, str]], keys: tuple[str, ...], measure: str) -> dict[tuple[str, ...], int]:
    sums: Counter = Counter()
    for row in found:
        sums[tuple(row[key] for key in keys)] += int(row[measure])
    return {key: value for key, value in sums.items() if value}


def test_the_days_of_stripes_orders_sum_to_their_months(generated):
    days = [
        {**row, "month": row["date"][:7]} for row in rows(generated, "orders_daily") if row["connector"] == "stripe"
    ]
    months = rows(generated, "orders_by_utc_month")
    for daily, monthly in STRIPE_MONTHS.items():
        keys = ("month", "currency")
        assert summed(days, keys, daily) == summed(months, keys, monthly), daily


def test_the_days_of_the_second_processors_orders_sum_to_its_own_truth_without_duplicates(generated):
    days = [row for row in rows(generated, "orders_daily") if row["connector"] == "files"]
    own = [row for row in rows(generated, "files_orders") if row["is_duplicate"] == "0"]
    pairs = (
        ("revenue_minor", "total_minor"), ("collected_minor", "collected_minor"), ("tax_minor", "tax_minor"),
        ("refunds_by_order_date_minor", "refunded_minor"),
    )  # fmt: skip
    for daily, written in pairs:
        assert summed(days, ("currency",), daily) == summed(own, ("currency",), written)
    assert sum(int(row["orders"]) for row in days) == len(own)


def test_the_revenue_of_leads_is_what_leads_to_contacts(generated):
    leads = rows(generated, "acquisition_daily")
    contacts = {row["contact_id"] for row in rows(generated, "orders") if int(row["collected_minor"])}
    files = [row for row in rows(generated, "files_orders") if row["is_duplicate"] == "0" and row["contact_id"]]
    contacts |= {row["contact_id"] for row in files if int(row["collected_minor"])}
    totals = {row["measure"]: int(row["value"]) for row in rows(generated, "totals")}
    assert sum(int(row["leads"]) for row in leads) == totals["contacts"]
    assert sum(int(row["customers"]) for row in leads) == len(contacts - {""})
    assert sum(int(row["first_time_customers"]) for row in leads) == len(contacts - {""})
    assert sum(int(row["purchased_before_lead"]) for row in leads) > 3
    expected = Counter(summed(files, ("currency",), "total_minor"))
    for currency in ("usd", "eur", "jpy"):
        expected[(currency,)] += totals[f"revenue_matched_{currency}_minor"]
    money = rows(generated, "acquisition_revenue_daily")
    assert summed(money, ("currency",), "lead_revenue_minor") == {
        key: value for key, value in expected.items() if value
    }


def test_list_additions_and_page_views_are_those_of_the_other_truth(generated):
    additions = Counter((row["list_id"], row["added_at"][:10]) for row in rows(generated, "list_memberships"))
    daily = summed(rows(generated, "nurture_daily"), ("list_id", "date"), "tag_additions")
    assert daily == additions
    after = rows(generated, "nurture_revenue_daily")
    assert all(int(row["revenue_after_touch_minor"]) <= int(row["revenue_any_time_minor"]) for row in after)
    views = [row for row in rows(generated, "page_views") if row["contact_id"]]
    days = rows(generated, "engagement_daily")
    assert summed(days, ("date",), "page_views") == Counter((row["viewed_at"][:10],) for row in views)
    persons = Counter((day,) for day, _ in {(row["viewed_at"][:10], row["contact_id"]) for row in views})
    assert summed(days, ("date",), "engaged_contacts") == persons
    assert int(days[-1]["all_contacts"]) == 700


@pytest.mark.parametrize("model", MODELS)
def test_what_a_model_attributes_and_what_nobody_earns_is_all_revenue(generated, model):
    credits = [row for row in rows(generated, "attributed_revenue") if row["model"] == model]
    days = rows(generated, "orders_daily")
    assert {row["unattributed_reason"] for row in credits} == {"", "unmatched", "outside_window", "no_touch"}
    for measure in ("revenue_minor", "net_revenue_minor"):
        assert summed(credits, ("currency",), measure) == summed(days, ("currency",), measure)


def earned(model: str, amount: int, *days_before: int) -> list[int]:
    until = 100 * DAY
    path = [Visit(until - days * DAY, "paid") for days in days_before]
    return split(amount, MODELS[model](path, until))


def test_g13_g14_g23_credits_come_to_the_cases_of_the_definitions():
    assert earned("last_touch", 9_000, 3, 2, 1) == [0, 0, 9_000]
    assert earned("first_touch", 9_000, 3, 2, 1) == [9_000, 0, 0]
    assert earned("linear", 9_000, 3, 2, 1) == [3_000, 3_000, 3_000]
    assert earned("position_based", 9_000, 3, 2, 1) == [3_600, 1_800, 3_600]
    assert earned("position_based", 10_000, 1) == [10_000]
    assert earned("position_based", 10_000, 2, 1) == [5_000, 5_000]
    assert earned("position_based", 10_000, 5, 4, 3, 2, 1) == [4_000, 667, 667, 666, 4_000]
    assert earned("linear", 100, 3, 2, 1) == [34, 33, 33]
    assert split(70, [Fraction(1, 7), Fraction(2, 7), Fraction(4, 7)]) == [10, 20, 40]
    assert earned("time_decay", 7_000, 14, 7, 0) == [1_000, 2_000, 4_000]


def test_the_last_that_was_not_direct_earns_unless_all_were():
    def visit(at: int, channel: str) -> Visit:
        return Visit(at, channel)

    weigh = MODELS["last_non_direct"]
    assert weigh([visit(1, "email"), visit(2, "paid"), visit(3, "direct")], 9) == [0, 1, 0]
    assert weigh([visit(1, "direct"), visit(2, "direct")], 9) == [0, 1]

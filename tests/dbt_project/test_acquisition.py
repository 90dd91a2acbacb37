"""Leads and what they bought: cases played from raw objects to the reports."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.dbt_project.dbt_runs import NEW_YORK, Built, Dbt, connected, damaged


def lead(reported: Built, contact_ids: str) -> dict[str, Any]:
    rows = reported.db.execute(
        "select * from reports.rpt_acquisition where contact_ids = %s", (contact_ids,)
    ).fetchall()
    assert len(rows) == 1, f"{contact_ids} has {len(rows)} rows"
    return rows[0]


def day(reported: Built, date: str) -> dict[str, Any]:
    """The rows of a day, summed."""
    row = reported.db.execute(
        "select sum(leads) as leads, sum(customers) as customers, sum(purchased_before_lead) as before,"
        " sum(days_until_purchase_sum) as days, sum(days_until_purchase_count) as buyers,"
        " sum(first_time_customers) as first_time, sum(first_order_revenue) as first_revenue,"
        " sum(lead_revenue) as revenue, sum(net_lead_revenue) as net, sum(ad_spend) as spend"
        " from reports.rpt_acquisition_daily where report_date = %s",
        (date,),
    ).fetchone()
    assert row is not None
    return row


def test_e4_two_contacts_of_one_address_are_one_lead_with_its_order_once(reported: Built) -> None:
    twin = lead(reported, "7,9")
    assert (str(twin["report_date"]), twin["orders"], twin["lead_revenue"]) == ("2026-03-01", 1, 40)
    assert twin["days_until_purchase"] == 36
    assert day(reported, "2026-04-05")["leads"] is None  # no row
    assert day(reported, "2026-04-06")["first_time"] == 1


def test_e16_an_unmatched_payment_is_in_no_report_of_contacts_but_in_orders(reported: Built) -> None:
    total = "select sum(lead_revenue) as lead_revenue, sum(orders) as orders from reports.rpt_acquisition"
    matched = "select sum(revenue), count(*) from marts.fct_orders where person_id is not null"
    assert reported.db.execute(total).fetchone() == {"lead_revenue": Decimal("436"), "orders": 17}
    assert tuple((reported.db.execute(matched).fetchone() or {}).values()) == (Decimal("436"), 17)
    everything = reported.db.execute("select sum(revenue) as revenue from marts.fct_orders").fetchone()
    assert everything == {"revenue": Decimal("593")}
    unmatched = reported.db.execute("select * from reports.rpt_unmatched_payments").fetchall()
    assert [row["unmatched_reason"] for row in unmatched] == ["no_contact_with_email"]
    day_of_it = "select sum(engaged_revenue_same_day) as r from reports.rpt_engagement_daily where report_date = %s"
    assert reported.db.execute(day_of_it, ("2026-02-10",)).fetchone() == {"r": Decimal("105")}


def test_who_bought_before_the_lead_is_counted_apart_and_minutes_before_are_0_days(reported: Built) -> None:
    early, minutes = lead(reported, "11"), lead(reported, "12")
    assert (early["purchased_before_lead"], early["days_until_purchase"], early["is_customer"]) == (True, None, True)
    assert (minutes["purchased_before_lead"], minutes["days_until_purchase"]) == (False, 0)
    tenth = day(reported, "2026-03-10")
    assert (tenth["leads"], tenth["customers"], tenth["before"], tenth["days"], tenth["buyers"]) == (2, 2, 1, 0, 1)
    assert (tenth["first_time"], tenth["first_revenue"], tenth["revenue"]) == (1, 12, 42)
    assert day(reported, "2026-03-01")["first_time"] == 1  # the early one's; the twin's is of April


def test_leads_are_of_new_yorks_days_also_when_clocks_change(reported: Built) -> None:
    days = [str(lead(reported, contact)["report_date"]) for contact in ("13", "14", "15")]
    assert days == ["2026-03-07", "2026-03-08", "2026-11-01"]


def test_a_deleted_lead_stays_the_lead_of_its_day(reported: Built) -> None:
    assert (lead(reported, "16")["is_deleted"], str(lead(reported, "16")["deleted_date"])) == (True, "2026-02-20")
    assert day(reported, "2026-02-01")["leads"] == 1


def test_a_lead_bears_the_words_of_the_touch_that_came_before_it(reported: Built) -> None:
    visitor = lead(reported, "31")
    words = [visitor[name] for name in ("channel", "source", "medium", "campaign")]
    assert words == ["paid", "google", "cpc", "spring"]
    assert lead(reported, "32")["channel"] == "(none)"  # its visits came later


def test_spend_stands_beside_the_leads_it_brought_and_the_rest_is_untracked(reported: Built) -> None:
    rows = reported.db.execute(
        "select campaign, leads, ad_spend from reports.rpt_acquisition_daily where report_date = '2026-02-10'"
    ).fetchall()
    assert {row["campaign"]: (row["leads"], row["ad_spend"]) for row in rows} == {
        "spring": (1, Decimal("10")),
        "(untracked)": (0, Decimal("5")),
    }
    assert day(reported, "2026-02-12")["spend"] == 2


def test_failed_orders_are_revenue_unless_the_orders_policy_leaves_them_out(
    reported: Built, new_reported: Callable[[], str], dbt: Dbt
) -> None:
    assert (lead(reported, "31")["lead_revenue"], lead(reported, "31")["net_lead_revenue"]) == (105, 35)
    url = new_reported()
    built = dbt.run(
        url, "run", "--select", "fct_orders", "fct_orders+,+rpt_acquisition",
        settings=NEW_YORK | {"ORDERS_EXCLUDE": "failed"},
    )  # fmt: skip
    assert built.success, built.exception
    with connected(url) as db:
        excluding = lead(Built(url, db), "31")
    assert (excluding["lead_revenue"], excluding["net_lead_revenue"], excluding["orders"]) == (35, 35, 2)
    assert excluding["is_customer"] is True


@pytest.mark.parametrize("measure", ["leads", "first_order_revenue", "lead_revenue"])
def test_a_daily_figure_that_is_not_its_ledgers_fails_the_build(reported: Built, dbt: Dbt, measure: str) -> None:
    damage = f"update {{}} set {measure} = {measure} + 1 where report_date = '2026-03-10'"
    with damaged(reported.db, "building.rpt_acquisition_daily", damage):
        assert not dbt.run(reported.url, "test", "--select", "assert_acquisition_daily_equals_ledger").success
    assert dbt.run(reported.url, "test", "--select", "assert_acquisition_daily_equals_ledger").success


def test_spend_that_is_lost_on_the_way_fails_the_build(reported: Built, dbt: Dbt) -> None:
    with damaged(reported.db, "building.rpt_acquisition_daily", "delete from {} where campaign = '(untracked)'"):
        assert not dbt.run(reported.url, "test", "--select", "assert_acquisition_spend_is_whole").success
    assert dbt.run(reported.url, "test", "--select", "assert_acquisition_spend_is_whole").success

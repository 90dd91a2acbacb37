"""Who looked, on which day, and what they bought."""

from typing import Any

import pytest

from tests.dbt_project.dbt_runs import Built, Dbt, damaged


def day(reported: Built, date: str) -> dict[str, Any]:
    """The rows of a day, summed."""
    row = reported.db.execute(
        "select sum(all_contacts) as contacts, sum(engaged_contacts) as engaged, sum(page_views) as views,"
        " sum(engaged_customers) as customers, sum(engaged_revenue_same_day) as same_day,"
        " sum(engaged_lifetime_revenue) as lifetime from reports.rpt_engagement_daily where report_date = %s",
        (date,),
    ).fetchone()
    assert row is not None
    return row


def test_persons_of_a_day_count_once_over_all_its_rows(reported: Built) -> None:
    tenth = day(reported, "2026-02-10")
    assert (tenth["engaged"], tenth["views"], tenth["customers"]) == (2, 3, 2)
    assert (tenth["same_day"], tenth["lifetime"]) == (105, 114)


def test_a_view_before_midnight_in_new_york_is_of_that_day_and_one_of_nobody_of_none(reported: Built) -> None:
    days = reported.db.execute("select page_view_id, report_date::text from reports.rpt_engagement order by 1")
    assert [tuple(row.values()) for row in days] == [
        ("v1", "2026-02-10"),
        ("v2", "2026-02-10"),
        ("v3", "2026-02-10"),
        ("v4", "2026-02-12"),
        ("v6", "2026-02-19"),
    ]


def test_a_deletion_takes_nobody_off_the_views_before_it(reported: Built) -> None:
    """v6 came the day before the contact was deleted, v7 in the moment of it; a build before had said the same."""
    views = reported.db.execute(
        "select page_view_id, person_id is not null as is_identified, unidentified_reason"
        " from marts.fct_page_views where page_view_id in ('v6', 'v7') order by 1"
    )
    assert [tuple(row.values()) for row in views] == [("v6", True, None), ("v7", False, "no_contact_with_email")]
    assert day(reported, "2026-02-19")["engaged"] == 1


def test_all_contacts_are_those_created_and_not_deleted_by_the_end_of_each_day(reported: Built) -> None:
    counts = [day(reported, f"2026-02-{n}")["contacts"] for n in ("01", "09", "10", "19", "20", "21")]
    assert counts == [6, 6, 7, 7, 6, 6]


def test_every_day_from_the_first_lead_to_the_last_sync_has_a_row(reported: Built) -> None:
    row = reported.db.execute(
        "select min(report_date)::text as first, count(distinct report_date) = max(report_date) - min(report_date) + 1"
        " as has_no_gap, max(report_date) = (select as_of_date from intermediate.int_as_of) as ends_with_the_sync"
        " from reports.rpt_engagement_daily"
    ).fetchone()
    assert row == {"first": "2025-12-01", "has_no_gap": True, "ends_with_the_sync": True}


@pytest.mark.parametrize(
    ("damage", "assertion"),
    [
        ("set engaged_contacts = engaged_contacts + 1", "assert_engagement_daily_equals_ledger"),
        ("set engaged_lifetime_revenue = null", "assert_engagement_daily_equals_ledger"),
        ("set all_contacts = all_contacts + 1", "assert_all_contacts_equal_the_leads"),
    ],
)
def test_a_daily_figure_that_is_not_its_ledgers_fails_the_build(
    reported: Built, dbt: Dbt, damage: str, assertion: str
) -> None:
    with damaged(
        reported.db, "building.rpt_engagement_daily", f"update {{}} {damage} where report_date = '2026-02-10'"
    ):
        assert not dbt.run(reported.url, "test", "--select", assertion).success
    assert dbt.run(reported.url, "test", "--select", assertion).success

"""Tag and list additions and what was bought after them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.dbt_project.dbt_runs import NEW_YORK, Built, Db, Dbt, connected, damaged


def additions(reported: Built, person_id: str) -> list[tuple[Any, ...]]:
    rows = reported.db.execute(
        "select report_date::text, tag_name, is_currently_applied, revenue_after_touch, revenue_any_time"
        " from reports.rpt_nurture where person_id = %s order by added_at",
        (person_id,),
    )
    return [tuple(row.values()) for row in rows]


def row(db: Db, date: str, tag: str) -> dict[str, Any]:
    found = db.execute(
        "select * from reports.rpt_nurture_daily where report_date = %s and tag_name = %s", (date, tag)
    ).fetchone()
    assert found is not None
    return found


def test_e19_a_tag_removed_later_stays_in_its_month(reported: Built) -> None:
    assert additions(reported, "hubspot:21") == [("2026-02-02", "Webinar", False, Decimal("125"), Decimal("125"))]
    second = row(reported.db, "2026-02-02", "Webinar")
    assert (second["tag_additions"], second["tag_additions_currently_applied"]) == (2, 0)


def test_e20_one_tag_added_again_is_one_person_and_two_additions(reported: Built) -> None:
    assert additions(reported, "hubspot:22") == [
        ("2026-02-02", "Webinar", False, Decimal("11"), Decimal("11")),
        ("2026-02-09", "Webinar", True, Decimal("6"), Decimal("11")),
    ]


def test_an_order_in_the_moment_of_the_addition_is_after_it(reported: Built) -> None:
    assert additions(reported, "hubspot:23") == [("2026-02-03", "Webinar", True, Decimal("23"), Decimal("24"))]


def test_several_additions_of_a_person_in_a_row_count_once_from_the_earliest(reported: Built) -> None:
    buyers = row(reported.db, "2026-02-05", "Buyers")
    assert (buyers["tag_additions"], buyers["persons"], buyers["customers"]) == (2, 1, 1)
    assert (buyers["revenue_after_touch"], buyers["revenue_any_time"]) == (50, 50)
    next_day = row(reported.db, "2026-02-06", "Webinar")
    assert (next_day["persons"], next_day["revenue_after_touch"], next_day["revenue_any_time"]) == (1, 0, 50)
    assert (next_day["customers"], next_day["days_to_purchase_count"], next_day["days_to_purchase_median"]) == (
        1,
        0,
        None,
    )


def test_the_median_is_over_persons_who_bought_after(reported: Built) -> None:
    second = row(reported.db, "2026-02-02", "Webinar")  # 23 days and 1 day later
    assert (second["days_to_purchase_median"], second["days_to_purchase_count"]) == (12, 2)


def test_an_addition_to_a_contact_nobody_knows_is_in_no_report_of_contacts(reported: Built) -> None:
    counted = reported.db.execute("select count(*) as n from reports.rpt_nurture").fetchone()
    known = reported.db.execute("select count(person_id) as n, count(*) as every from marts.fct_tag_events").fetchone()
    assert (counted, known) == ({"n": 8}, {"n": 8, "every": 9})


def test_the_window_is_a_setting_that_rewrites_only_what_came_after(
    reported: Built, new_reported: Callable[[], str], dbt: Dbt
) -> None:
    url = new_reported()
    settings = NEW_YORK | {"NURTURE_WINDOW_DAYS": "30"}
    assert dbt.run(url, "run", "--select", "int_nurture_orders+", settings=settings).success
    with connected(url) as db:
        second = row(db, "2026-02-02", "Webinar")
        assert (second["revenue_after_touch"], second["revenue_any_time"]) == (36, 136)  # 25 + 11, without June's 100
    assert row(reported.db, "2026-02-02", "Webinar")["revenue_after_touch"] == 136


def test_a_daily_figure_that_is_not_its_ledgers_fails_the_build(reported: Built, dbt: Dbt) -> None:
    damage = "update {} set revenue_after_touch = 70 where report_date = '2026-02-05'"  # each addition's, summed
    with damaged(reported.db, "building.rpt_nurture_daily", damage):
        assert not dbt.run(reported.url, "test", "--select", "assert_nurture_daily_equals_ledger").success
    assert dbt.run(reported.url, "test", "--select", "assert_nurture_daily_equals_ledger").success

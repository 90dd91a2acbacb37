"""What `leadline status` and a finished run print of the reports."""

from collections.abc import Callable, Iterator

import pytest

from connectors import warehouse_address
from orchestration import summary
from tests.dbt_project.dbt_runs import Built, connected

REPORTS = ("Acquisition", "Nurture", "Engagement", "Orders", "Subscriptions")
SUBSCRIPTIONS = """
insert into reports.rpt_subscriptions_daily (
    report_date, connection, currency, active_subscriptions, mrr_minor, new_mrr_minor, reactivation_mrr_minor,
    expansion_mrr_minor, contraction_mrr_minor, churn_mrr_minor, churn_standard_numerator, churn_standard_denominator,
    trials_started, trials_converted, trials_cancelled, cancellations
) values
    ('2026-01-01', 'stripe', 'usd', 9, 90000, 90000, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9),
    ('2026-02-10', 'stripe', 'usd', 7, 70000, 1000, 0, 0, 0, 21000, 2, 9, 3, 2, 1, 2),
    ('2026-02-11', 'stripe', 'usd', 8, 123456789, 500, 200, 300, 400, 0, 2, 8, 1, 0, 0, 0),
    ('2026-02-11', 'stripe', 'jpy', 1, 5000, 5000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
"""


@pytest.fixture(scope="module")
def business(new_reported: Callable[[], str]) -> Iterator[Built]:
    """A copy of the business of `report_worlds.py` for writing into."""
    url = new_reported()
    with connected(url) as db:
        db.execute("delete from reports.rpt_subscriptions_daily")
        db.execute(SUBSCRIPTIONS)
        yield Built(url, db)


def said(business: Built) -> list[str]:
    return summary.text(warehouse_address.parse(business.url)).splitlines()


def line(lines: list[str], start: str) -> list[str]:
    """The words of the one line that starts so."""
    [found] = [each for each in lines if each.strip().startswith(start)]
    return found.split()


def test_all_five_reports_are_told_in_a_hundred_columns(business: Built) -> None:
    lines = said(business)
    told = [each.split()[0].rstrip(",:") for each in lines if each.startswith(REPORTS)]
    assert tuple(told) == REPORTS
    table = lines[: lines.index(next(each for each in lines if each.startswith("Match rate")))]
    assert max(map(len, table)) <= 100
    assert len(lines) < 50


def test_leads_are_told_by_channel_with_those_of_no_touch_and_all(business: Built) -> None:
    lines = said(business)
    totals = business.db.execute(
        "select count(*) as leads, count(*) filter (where is_customer) as customers,"
        " count(*) filter (where channel = '(none)') as untouched from reports.rpt_acquisition"
    ).fetchone()
    assert totals is not None
    assert line(lines, "all ")[1:3] == [str(totals["leads"]), str(totals["customers"])]
    assert line(lines, "(none)")[1] == str(totals["untouched"])
    assert "(USD)" in line(lines, "Acquisition")[-1]


def test_a_person_with_two_additions_of_a_tag_counts_once(business: Built) -> None:
    tag = business.db.execute(
        "select coalesce(tag_name, tag_id) as name, count(*) as additions, count(distinct person_id) as persons"
        " from reports.rpt_nurture group by connection, tag_kind, tag_id, 1 order by 3 desc, 1 limit 1"
    ).fetchone()
    assert tag is not None
    assert tag["additions"] > tag["persons"]
    assert [str(tag["additions"]), str(tag["persons"])] == line(said(business), tag["name"][:23])[-4:-2]


def test_subscriptions_stand_at_the_last_day_and_move_over_thirty(business: Built) -> None:
    lines = said(business)
    assert line(lines, "Subscriptions at")[5].rstrip(",") == "2026-02-11"
    assert line(lines, f"USD{8:>9}") == [
        "USD", "8", "1,234,567.89", "15.00", "2.00", "3.00", "4.00", "210.00", "25.0%",
    ]  # fmt: skip
    assert line(lines, "JPY") == ["JPY", "1", "5,000", "5,000", "0", "0", "0", "0", "-"]
    assert "  Trials: 4 started, 2 converted, 1 cancelled; subscriptions ended: 2." in lines


def test_an_account_with_nothing_in_it_says_so(business: Built) -> None:
    tables = ("acquisition_daily", "nurture", "engagement", "engagement_daily", "orders", "subscriptions_daily")
    for table in tables:
        business.db.execute(f"create table reports.kept_{table} as select * from reports.rpt_{table}")
        business.db.execute(f"delete from reports.rpt_{table}")
    try:
        lines = said(business)
    finally:
        for table in tables:
            business.db.execute(f"insert into reports.rpt_{table} select * from reports.kept_{table}")
            business.db.execute(f"drop table reports.kept_{table}")
    assert [each for each in lines if each.startswith(REPORTS)] == [
        "Acquisition: no leads yet.",
        "Nurture: no tag or list additions yet.",
        "Engagement: no contacts yet.",
        "Orders: none yet.",
        "Subscriptions: none yet.",
    ]
    assert "Match rate: -" in "\n".join(lines)


def test_an_amount_without_an_exchange_rate_is_told_as_unknown(business: Built) -> None:
    business.db.execute("update reports.rpt_acquisition_daily set ad_spend = null where report_date = '2026-02-12'")
    assert line(said(business), "all ")[4:6] == ["no", "rate"]

"""What a build's checks found, said where the numbers are read; and the two checks of what is merely unusual."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from connectors.sync import ledger
from tests.dbt_project.dbt_runs import Db, Dbt, connected

SAID = "select failed_checks, failed_check_names, failed_since from reports.rpt_reconciliation group by 1, 2, 3"


@pytest.fixture(scope="module")
def url(new_reported: Callable[[], str], dbt: Dbt) -> str:
    """A built business whose warehouse keeps checks, as every one does that syncs land in."""
    url = new_reported()
    with psycopg.connect(url, autocommit=True) as db:
        ledger.create(db)
    assert dbt.run(url, "run", "--select", "rpt_failed_checks").success
    return url


@pytest.fixture
def db(url: str) -> Iterator[Db]:
    with connected(url) as db:
        yield db


def outcome(dbt: Dbt, url: str, test: str) -> str:
    [run] = [run for run in dbt.run(url, "test", "--select", test).result if run.node.resource_type == "test"]
    return str(run.status)


def failed(db: Db) -> list[dict[str, Any]]:
    return db.execute("select * from reports.rpt_failed_checks order by asset").fetchall()


def test_a_failed_check_stands_in_the_reports_until_it_passes(db: Db, url: str, dbt: Dbt) -> None:
    assert db.execute(SAID).fetchall() == [{"failed_checks": 0, "failed_check_names": None, "failed_since": None}]
    db.execute(
        "insert into ingest.checks values ('stripe/invoices', 'readable', false, false, 'May not.', '2026-01-02')"
    )
    db.execute("insert into ingest.checks values ('fct_gone', 'a_test_that_is_no_more', false, false, '')")
    db.execute("update building.rpt_orders_daily set orders = orders + 1")
    assert outcome(dbt, url, "assert_daily_equals_ledger") == "fail"
    first, second = failed(db)
    assert (first["asset"], first["check_name"], first["is_warning"]) == (
        "rpt_orders_daily",
        "assert_daily_equals_ledger",
        False,
    )
    assert first["said"].startswith("Every additive figure of rpt_orders_daily is the sum of its ledger rows. (")
    assert first["said"].endswith(" rows do not pass)")
    assert second["asset"] == "stripe/invoices"
    [said] = db.execute(SAID).fetchall()
    assert said["failed_checks"] == 2
    assert said["failed_check_names"] == "rpt_orders_daily: assert_daily_equals_ledger; stripe/invoices: readable"
    assert said["failed_since"] == second["failed_since"]

    since = first["failed_since"]
    assert outcome(dbt, url, "assert_daily_equals_ledger") == "fail"
    assert failed(db)[0]["failed_since"] == since

    db.execute("update building.rpt_orders_daily set orders = orders - 1")
    assert outcome(dbt, url, "assert_daily_equals_ledger") == "pass"
    assert [row["asset"] for row in failed(db)] == ["stripe/invoices"]
    db.execute("delete from ingest.checks")
    assert outcome(dbt, url, "assert_daily_equals_ledger") == "pass"
    assert db.execute(SAID).fetchall() == [{"failed_checks": 0, "failed_check_names": None, "failed_since": None}]


def test_a_warning_is_listed_and_casts_no_doubt(db: Db, url: str, dbt: Dbt) -> None:
    db.execute("update building.fct_ad_spend set time_zone = 'Europe/Berlin'")
    assert outcome(dbt, url, "assert_spend_zones") == "warn"
    assert [(row["check_name"], row["is_warning"]) for row in failed(db)] == [("assert_spend_zones", True)]
    assert db.execute("select distinct failed_checks from reports.rpt_reconciliation").fetchall() == [
        {"failed_checks": 0}
    ]
    db.execute("update building.fct_ad_spend set time_zone = 'America/New_York'")
    assert outcome(dbt, url, "assert_spend_zones") == "pass"


@pytest.fixture(scope="module")
def compiled(url: str, dbt: Dbt) -> dict[str, str]:
    """The SQL of the checks that warn of the unusual, whose rows are what they warn of."""
    names = "assert_volume_is_usual assert_unmatched_share_is_usual"
    runs = [run for run in dbt.run(url, "test", "--select", names).result if run.node.resource_type == "test"]
    assert {(run.status, run.node.config.severity.lower()) for run in runs} == {("pass", "warn")}
    return {run.node.name: run.node.compiled_code for run in runs}


@pytest.mark.parametrize(
    ("usual", "last_day", "weeks", "warns"),
    [
        (60, 60, 9, False),
        (60, 30, 9, False),
        (60, 29, 9, True),
        (60, 0, 9, True),
        (60, 120, 9, False),
        (60, 121, 9, True),
        (15, 0, 9, False),  # too few to tell
        (60, 0, 8, False),  # younger than eight weeks
    ],
)
def test_a_day_unlike_the_same_weekday_of_eight_weeks_is_warned_of(
    db: Db, compiled: dict[str, str], usual: int, last_day: int, weeks: int, warns: bool
) -> None:
    """Mondays hold `usual` page views each; 2 March 2026 is the Monday before the last sync."""
    with db.transaction(force_rollback=True):
        db.execute("truncate building.fct_page_views")
        db.execute("update staging.stg_ingest__connections set synced_at = '2026-03-03 05:00+00'")
        for week in range(weeks):
            db.execute(
                "insert into building.fct_page_views (connection, page_view_id, viewed_at)"
                " select 'files', %s::text || '/' || n, timestamptz '2026-03-02 12:00+00' - %s * interval '7 days'"
                " from generate_series(1, %s) as n",
                [week, week, usual if week else last_day],
            )
        found = [row for row in db.execute(compiled["assert_volume_is_usual"]) if row["fact"] == "fct_page_views"]
        assert [(row["rows_of_day"], row["quietest"], row["busiest"]) for row in found] == (
            [(last_day, usual, usual)] if warns else []
        )


@pytest.mark.parametrize(
    ("recent", "former", "warns"),
    [
        ((20, 6), (100, 10), True),
        ((20, 4), (100, 10), False),  # not more than doubled
        ((20, 3), (100, 6), False),  # doubled, yet not by ten points
        ((19, 19), (100, 10), False),  # too few to tell
        ((20, 20), (99, 10), False),
    ],
)
def test_unmatched_orders_are_warned_of_when_their_share_jumps(
    db: Db, compiled: dict[str, str], recent: tuple[int, int], former: tuple[int, int], warns: bool
) -> None:
    """Orders of the last week and of the eight weeks before it, and how many of each have no person."""
    with db.transaction(force_rollback=True):
        db.execute("create temporary table one on commit drop as select * from building.rpt_orders limit 1")
        db.execute("truncate building.rpt_orders")
        for day, (orders, unmatched) in (("2026-03-08", recent), ("2026-02-20", former)):
            db.execute("update one set report_date = %s, is_zero_amount = false", [day])
            for number in range(orders):
                person = None if number < unmatched else "p"
                db.execute("update one set order_id = %s, person_id = %s", [f"{day}/{number}", person])
                db.execute("insert into building.rpt_orders table one")
        found = db.execute(compiled["assert_unmatched_share_is_usual"]).fetchall()
        assert bool(found) is warns

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
    db.execute("update reports.rpt_orders_daily set orders = orders + 1")
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

    db.execute("update reports.rpt_orders_daily set orders = orders - 1")
    assert outcome(dbt, url, "assert_daily_equals_ledger") == "pass"
    assert [row["asset"] for row in failed(db)] == ["stripe/invoices"]
    db.execute("delete from ingest.checks")
    assert outcome(dbt, url, "assert_daily_equals_ledger") == "pass"
    assert db.execute(SAID).fetchall() == [{"failed_checks": 0, "failed_check_names": None, "failed_since": None}]


def test_a_warning_is_listed_and_casts_no_doubt(db: Db, url: str, dbt: Dbt) -> None:
    db.execute("update marts.fct_ad_spend set time_zone = 'Europe/Berlin'")
    assert outcome(dbt, url, "assert_spend_zones") == "warn"
    assert [(row["check_name"], row["is_warning"]) for row in failed(db)] == [("assert_spend_zones", True)]
    assert db.execute("select distinct failed_checks from reports.rpt_reconciliation").fetchall() == [
        {"failed_checks": 0}
    ]
    db.execute("update marts.fct_ad_spend set time_zone = 'America/New_York'")
    assert outcome(dbt, url, "assert_spend_zones") == "pass"


@pytest.mark.parametrize(
    ("usual", "last_day", "weeks", "expected"),
    [
        (60, 60, 9, "pass"),
        (60, 30, 9, "pass"),
        (60, 29, 9, "warn"),
        (60, 0, 9, "warn"),
        (60, 120, 9, "pass"),
        (60, 121, 9, "warn"),
        (15, 0, 9, "pass"),  # too few to tell
        (60, 0, 8, "pass"),  # younger than eight weeks
    ],
)
def test_a_day_unlike_the_same_weekday_of_eight_weeks_is_warned_of(
    db: Db, url: str, dbt: Dbt, usual: int, last_day: int, weeks: int, expected: str
) -> None:
    """Mondays hold `usual` page views each; 2 March 2026 is the Monday before the last sync."""
    db.execute("truncate marts.fct_page_views")
    db.execute("delete from ingest.connections where connection <> 'web_events'")
    db.execute(
        "insert into ingest.connections (connection, connector, is_test, synced_at)"
        " values ('web_events', 'web_events', false, '2026-03-03 05:00+00')"
        " on conflict (connection) do update set synced_at = excluded.synced_at"
    )
    for week in range(weeks):
        db.execute(
            "insert into marts.fct_page_views (connection, page_view_id, viewed_at)"
            " select 'web_events', %s::text || '/' || n, timestamptz '2026-03-02 12:00+00' - %s * interval '7 days'"
            " from generate_series(1, %s) as n",
            [week, week, usual if week else last_day],
        )
    assert dbt.run(url, "run", "--select", "stg_ingest__connections").success
    assert outcome(dbt, url, "assert_volume_is_usual") == expected


@pytest.mark.parametrize(
    ("recent", "former", "expected"),
    [
        ((20, 6), (100, 10), "warn"),
        ((20, 4), (100, 10), "pass"),
        ((19, 19), (100, 10), "pass"),
        ((20, 4), (100, 9), "warn"),
    ],
)
def test_unmatched_orders_are_warned_of_when_their_share_jumps(
    db: Db, url: str, dbt: Dbt, recent: tuple[int, int], former: tuple[int, int], expected: str
) -> None:
    """Orders of the last week and of the eight weeks before it, and how many of each have no person."""
    [column] = db.execute("select string_agg(column_name, ', ') as c from information_schema.columns where table_schema = 'reports'"
                          " and table_name = 'rpt_orders' and column_name not in ('order_id', 'report_date', 'person_id', 'is_zero_amount')").fetchall()  # fmt: skip
    db.execute("drop table if exists reports.kept; create table reports.kept as table reports.rpt_orders")
    try:
        db.execute("truncate reports.rpt_orders")
        for name, day, (orders, unmatched) in (("recent", "2026-03-08", recent), ("former", "2026-02-20", former)):
            db.execute(
                f"insert into reports.rpt_orders (order_id, report_date, person_id, is_zero_amount, {column['c']})"
                f" select %s::text || n, %s::date, case when n > %s then 'p' end, false, {column['c']}"
                " from (select * from reports.kept limit 1) as one, generate_series(1, %s) as n",
                [name, day, unmatched, orders],
            )
        assert outcome(dbt, url, "assert_unmatched_share_is_usual") == expected
    finally:
        db.execute(
            "truncate reports.rpt_orders; insert into reports.rpt_orders table reports.kept; drop table reports.kept"
        )

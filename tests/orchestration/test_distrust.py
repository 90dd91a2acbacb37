"""Which reports stand on a failed check, and what is kept of the checks that a sync makes."""

from collections.abc import Callable
from datetime import datetime

import orjson
import psycopg
import pytest
from dagster import AssetCheckKey, AssetCheckResult, AssetCheckSeverity, AssetKey

from connectors.registry import CONNECTORS, SyncResult, TableResult
from connectors.sync import ledger
from orchestration import check_results, manifest
from orchestration.assets import distrust, missed
from orchestration.check_results import Failed

PROJECT = orjson.loads(manifest.ensure().read_bytes())


def failed(asset: str, is_warning: bool = False) -> Failed:
    return Failed(asset, "some_check", is_warning, "It holds.", datetime(2026, 3, 1))


@pytest.mark.parametrize(
    ("asset", "doubted", "trusted"),
    [
        ("fct_payments", "rpt_orders_daily", "rpt_ads"),
        ("rpt_orders", "rpt_orders_daily", "rpt_nurture"),
        ("stripe/charges", "rpt_orders", "rpt_unmatched_spend"),
        ("google_ads/campaign_days", "rpt_ads", "rpt_nurture"),
    ],
)
def test_a_failed_check_is_said_of_every_report_below_its_table_and_of_no_other(
    asset: str, doubted: str, trusted: str
) -> None:
    check = failed(asset)
    assert distrust.below([check], doubted, PROJECT) == [check]
    assert distrust.below([check], trusted, PROJECT) == []


@pytest.fixture
def db(warehouse_url: str) -> psycopg.Connection:
    connection = psycopg.connect(warehouse_url, autocommit=True)
    ledger.create(connection)
    return connection


def test_every_report_says_whether_it_can_be_trusted(db: psycopg.Connection) -> None:
    db.execute("insert into ingest.checks values ('fct_ad_spend', 'zones', false, true, 'Same zone.')")
    db.execute(
        "insert into ingest.checks values ('fct_payments', 'once', false, false, 'Each once. (3 rows do not pass)')"
    )
    said = {observation.asset_key: observation for observation in distrust.observations(db, PROJECT)}
    reports = {
        AssetKey(n["name"])
        for n in PROJECT["nodes"].values()
        if n["config"].get("schema") == "reports" and n["name"].startswith("rpt_")
    }
    assert said.keys() == reports
    orders, ads = said[AssetKey("rpt_orders_daily")], said[AssetKey("rpt_unmatched_spend")]
    assert orders.metadata["failed_checks"].value == 1
    assert "Not to be trusted" in (orders.description or "")
    assert "Each once. (3 rows do not pass)" in str(orders.metadata["which"].value)
    assert (ads.metadata["failed_checks"].value, ads.metadata["warnings"].value) == (0, 1)


def test_since_when_a_check_fails_moves_only_when_it_turns(db: psycopg.Connection) -> None:
    def keep(passed: bool, said: str) -> tuple:
        result = AssetCheckResult(
            asset_key=AssetKey(["stripe", "invoices"]), check_name="readable", passed=passed, description=said
        )
        check_results.keep(db, "stripe", [result])
        return db.execute("select passed, is_warning, said, since from ingest.checks").fetchone()  # type: ignore[return-value]

    first = keep(False, "may not")
    second = keep(False, "may not read")
    assert (second[:3], second[3]) == ((False, False, "may not read"), first[3])
    third = keep(True, "read by stripe")
    assert third[0] is True and third[3] > first[3]
    assert check_results.standing(db) == check_results.Checks(passed=1)


def test_a_warehouse_without_checks_has_no_failed_ones(warehouse_url: str) -> None:
    with psycopg.connect(warehouse_url) as db:
        assert check_results.standing(db) == check_results.Checks()


@pytest.mark.parametrize(
    ("missed_rows", "written", "is_many"),
    [(0, 0, False), (10, 10, False), (11, 11, True), (11, 1_000, False), (60, 1_000, True)],
)
def test_a_few_changes_that_no_event_told_of_are_normal(missed_rows: int, written: int, is_many: bool) -> None:
    assert missed.is_many(missed_rows, written) is is_many


def test_an_incomplete_feed_warns_and_names_the_account(make_result: Callable) -> None:
    [result] = missed.results(*make_result(missed=50, written=60))
    assert (result.passed, result.severity) == (False, AssetCheckSeverity.WARN)
    assert "stripe: 50 of 60 changes were found by looking again only" in (result.description or "")
    [fine] = missed.results(*make_result(missed=5, written=6))
    assert fine.passed


@pytest.fixture
def make_result() -> Callable:
    def make(missed: int, written: int) -> tuple:
        table = TableResult("charges", written, written, 0, written, missed)
        result = SyncResult("stripe", datetime(2026, 3, 1), 1.0, (table,))
        return CONNECTORS[0], {AssetCheckKey(AssetKey(["stripe", "charges"]), "events_tell_all")}, [result]

    return make

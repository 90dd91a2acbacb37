"""The whole way through Dagster, on a world whose truth is known; then the same again, and from the reader's chair."""

import hashlib
import re

import psycopg
import pytest

from connectors.registry import CONNECTORS
from tests.integration import report_truth, truth
from tests.integration.studio import STUDIO, Played


def fingerprint(url: str) -> dict[str, str]:
    """A hash of every table's rows in the schemas that people and syncs see, but for what says when a sync looked."""
    with psycopg.connect(url) as db:
        tables = db.execute(
            "select table_schema, table_name from information_schema.tables where table_schema = any(%s)"
            " and table_name not like '\\_dlt%%'"
            " and not (table_schema = 'ingest' and table_name = any(%s))",
            [
                [*(connector.schema for connector in CONNECTORS), "ingest", "marts", "reports"],
                ["builds", "connections", "windows", "slices", "sweeps", "histories", "cursors", "days", "fields"],
            ],
        ).fetchall()
        return {
            f"{schema}.{table}": hashlib.sha256(
                "\n".join(sorted(row[0] for row in db.execute(f"select t::text from {schema}.{table} as t"))).encode()
            ).hexdigest()
            for schema, table in tables
        }


def test_the_demo_equals_the_worlds_truth_and_repeats_without_changing_a_row(studio: Played) -> None:
    truth.assert_equal(studio.url, STUDIO)
    for said in ("Match rate", "to the cent", "make dev", "Demo done in"):
        assert said in studio.said

    before = fingerprint(studio.url)
    again = studio.demo()
    assert again.returncode == 0, again.stdout + again.stderr
    assert re.findall(r"(\d+) new or changed", again.stderr)
    assert set(re.findall(r"(\d+) new or changed", again.stderr)) == {"0"}
    assert fingerprint(studio.url) == before
    assert "nothing new since the last build" in again.stderr

    with psycopg.connect(studio.url) as db:
        runs = db.execute("select pipeline_name, status from dagster.runs").fetchall()
    assert runs == [("sync_and_report_job", "SUCCESS")] * 2


def test_a_lost_table_is_built_anew_and_so_is_everything_under_other_settings(studio: Played) -> None:
    with psycopg.connect(studio.url, autocommit=True) as db:
        db.execute("drop table reports.rpt_orders_daily")
    again = studio.demo()
    assert again.returncode == 0, again.stdout + again.stderr
    truth.assert_equal(studio.url, STUDIO)

    def days() -> dict[str, bool]:
        with psycopg.connect(studio.url) as db:
            rows = db.execute(
                "select order_id, report_date = (ordered_at at time zone 'Asia/Tokyo')::date from reports.rpt_orders"
            )
            return dict(rows.fetchall())

    assert not all(days().values()), "no order here falls on another day in Tokyo"
    moved = studio.demo(REPORT_TIMEZONE="Asia/Tokyo", ATTRIBUTION_TOUCHES="page_view,ad_click")
    assert moved.returncode == 0, moved.stdout + moved.stderr
    assert all(days().values())
    with psycopg.connect(studio.url) as db:
        assert report_truth.differences(db, STUDIO, report_truth.ATTRIBUTION) == []
        nameless = db.execute("select check_name from ingest.checks where asset = 'several'").fetchall()
    assert nameless == [], "dbt lost what the project says of these checks"


def test_a_failing_check_fails_the_run_and_is_named(studio: Played) -> None:
    """A sync lands a charge in a currency that does not exist: no report may be green over it."""
    with psycopg.connect(studio.url, autocommit=True) as db:
        db.execute(
            "update raw_stripe.charges"
            " set version = version + 1, data = jsonb_set(data::jsonb, '{currency}', '\"zzz\"')"
            " where id = (select min(id) from raw_stripe.charges where data ->> 'invoice' is null)"
        )
    failed = studio.demo()
    assert failed.returncode == 2
    assert "assert_currencies_known" in failed.stderr
    assert "Traceback" not in failed.stderr
    front = (studio.home / "site" / "index.html").read_text()
    assert "<code>assert_currencies_known" in front, "the pages do not say what failed"


def test_only_leadlines_own_schemas_appear_in_a_warehouse(read_studio: Played) -> None:
    with psycopg.connect(read_studio.url) as db:
        schemas = {row[0] for row in db.execute("select nspname from pg_namespace where nspname !~ '^pg_'")}
        assert db.execute("select n from theirs.kept").fetchall() == [(1,)]
        assert db.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone() == (0,)
        db.execute("set role leadline_reader")
        assert db.execute("select count(*) > 0 from reports.rpt_orders").fetchone() == (True,)
        assert db.execute("select count(*) > 0 from marts.dim_contacts").fetchone() == (True,)
        for closed in (
            "raw_stripe.charges",
            "staging.stg_stripe__charges",
            "dagster.runs",
            "ingest.connections",
            "attribution.channel_weights",
            "building.rpt_orders",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), db.transaction():
                db.execute(f"select count(*) from {closed}")
        db.execute("reset role")
    raw = {f"{connector.schema}{staging}" for connector in CONNECTORS for staging in ("", "_staging")}
    own = raw | {"ingest", "staging", "intermediate", "building", "attribution", "marts", "reports", "dagster"}
    assert schemas - {"information_schema", "public", "theirs"} == own

"""The whole way through Dagster, on a world whose truth is known; then the same again, and from the reader's chair."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from connectors.registry import CONNECTORS
from tests.integration import report_truth, truth

STUDIO = Path(__file__).parent.parent / "worlds" / "studio"
REPORTING = ("marts", "reports")


def leadline(*arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a person would, with a state folder of its own."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("leadline")), *arguments],
        env={**os.environ, "LEADLINE_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def fingerprint(url: str) -> dict[str, str]:
    """A hash of every table's rows in the schemas that people and syncs see, but for what says when a sync looked."""
    with psycopg.connect(url) as db:
        tables = db.execute(
            "select table_schema, table_name from information_schema.tables where table_schema = any(%s)"
            " and table_name not like '\\_dlt%%'"
            " and not (table_schema = 'ingest' and table_name = any(%s))",
            [
                [*(connector.schema for connector in CONNECTORS), "ingest", "marts", "reports"],
                ["connections", "windows", "slices", "sweeps", "histories", "cursors", "days"],
            ],
        ).fetchall()
        return {
            f"{schema}.{table}": hashlib.sha256(
                "\n".join(sorted(row[0] for row in db.execute(f"select t::text from {schema}.{table} as t"))).encode()
            ).hexdigest()
            for schema, table in tables
        }


@pytest.mark.xdist_group("pipeline")
def test_the_demo_equals_the_worlds_truth_and_repeats_without_changing_a_row(
    warehouse_url: str, tmp_path: Path
) -> None:
    first = leadline("demo", "--world", str(STUDIO), home=tmp_path)
    assert first.returncode == 0, first.stdout + first.stderr
    truth.assert_equal(warehouse_url, STUDIO)
    for said in ("Match rate", "to the cent", "make dev", "Demo done in"):
        assert said in first.stdout

    before = fingerprint(warehouse_url)
    again = leadline("demo", "--world", str(STUDIO), home=tmp_path)
    assert again.returncode == 0, again.stdout + again.stderr
    assert re.findall(r"(\d+) new or changed", again.stderr)
    assert set(re.findall(r"(\d+) new or changed", again.stderr)) == {"0"}
    assert fingerprint(warehouse_url) == before
    assert "nothing new since the last build" in again.stderr

    with psycopg.connect(warehouse_url) as db:
        runs = db.execute("select pipeline_name, status from dagster.runs").fetchall()
    assert runs == [("sync_and_report_job", "SUCCESS")] * 2


@pytest.mark.xdist_group("pipeline")
def test_another_time_zone_or_a_lost_table_is_built_anew(warehouse_url: str, tmp_path: Path) -> None:
    def days() -> dict[str, object]:
        with psycopg.connect(warehouse_url) as db:
            rows = db.execute(
                "select order_id, report_date, (ordered_at at time zone 'Asia/Tokyo')::date from reports.rpt_orders"
            )
            return {order: (day == tokyo, day) for order, day, tokyo in rows}

    assert leadline("demo", "--world", str(STUDIO), home=tmp_path).returncode == 0
    utc = days()
    assert not all(same for same, _ in utc.values()), "no order here falls on another day in Tokyo"
    moved = leadline("demo", "--world", str(STUDIO), home=tmp_path, REPORT_TIMEZONE="Asia/Tokyo")
    assert moved.returncode == 0, moved.stdout + moved.stderr
    assert all(same for same, _ in days().values())

    with psycopg.connect(warehouse_url, autocommit=True) as db:
        db.execute("drop table reports.rpt_orders_daily")
    assert leadline("demo", "--world", str(STUDIO), home=tmp_path).returncode == 0
    truth.assert_equal(warehouse_url, STUDIO)
    assert days() == utc


@pytest.mark.xdist_group("pipeline")
def test_what_page_views_earn_equals_the_worlds_truth_in_every_model(warehouse_url: str, tmp_path: Path) -> None:
    built = leadline("demo", "--world", str(STUDIO), home=tmp_path, ATTRIBUTION_TOUCHES="page_view,ad_click")
    assert built.returncode == 0, built.stdout + built.stderr
    with psycopg.connect(warehouse_url) as db:
        assert report_truth.differences(db, STUDIO, report_truth.ATTRIBUTION) == []


@pytest.mark.xdist_group("pipeline")
def test_a_failing_check_fails_the_run_and_is_named(warehouse_url: str, tmp_path: Path) -> None:
    """A sync lands a charge in a currency that does not exist: no report may be green over it."""
    assert leadline("demo", "--world", str(STUDIO), home=tmp_path).returncode == 0
    with psycopg.connect(warehouse_url, autocommit=True) as db:
        db.execute(
            "update raw_stripe.charges set synced_at = now(), data = jsonb_set(data::jsonb, '{currency}', '\"zzz\"')"
            " where id = (select min(id) from raw_stripe.charges where data ->> 'invoice' is null)"
        )
    failed = leadline("demo", "--world", str(STUDIO), home=tmp_path)
    assert failed.returncode == 2
    assert "assert_currencies_known" in failed.stderr
    assert "Traceback" not in failed.stderr


@pytest.mark.xdist_group("pipeline")
def test_only_leadlines_own_schemas_appear_in_a_warehouse(warehouse_url: str, tmp_path: Path) -> None:
    with psycopg.connect(warehouse_url, autocommit=True) as db:
        db.execute("create schema theirs; create table theirs.kept (n int); insert into theirs.kept values (1)")
    assert leadline("demo", "--world", str(STUDIO), home=tmp_path).returncode == 0
    with psycopg.connect(warehouse_url) as db:
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
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), db.transaction():
                db.execute(f"select count(*) from {closed}")
        db.execute("reset role")
    raw = {f"{connector.schema}{staging}" for connector in CONNECTORS for staging in ("", "_staging")}
    own = raw | {"ingest", "staging", "intermediate", "attribution", "marts", "reports", "dagster"}
    assert schemas - {"information_schema", "public", "theirs"} == own

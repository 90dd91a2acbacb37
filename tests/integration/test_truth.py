"""The whole way through Dagster, on a world whose truth is known; then the same again, and from the reader's chair."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.integration import truth

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
    """A hash of every table's rows in the schemas that people and syncs see."""
    with psycopg.connect(url) as db:
        tables = db.execute(
            "select table_schema, table_name from information_schema.tables where table_schema in"
            " ('raw_stripe', 'raw_hubspot', 'raw_google_ads', 'ingest', 'marts', 'reports')"
            " and table_name not like '\\_dlt%' and (table_schema, table_name) <> ('ingest', 'connections')"
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

    with psycopg.connect(warehouse_url) as db:
        runs = db.execute("select pipeline_name, status from dagster.runs").fetchall()
    assert runs == [("sync_and_report_job", "SUCCESS")] * 2


@pytest.mark.xdist_group("pipeline")
def test_only_leadlines_own_schemas_appear_in_a_warehouse(warehouse_url: str, tmp_path: Path) -> None:
    with psycopg.connect(warehouse_url, autocommit=True) as db:
        db.execute("create schema theirs; create table theirs.kept (n int); insert into theirs.kept values (1)")
    assert leadline("demo", "--world", str(STUDIO), home=tmp_path).returncode == 0
    with psycopg.connect(warehouse_url) as db:
        schemas = {row[0] for row in db.execute("select nspname from pg_namespace where nspname !~ '^pg_'")}
        assert db.execute("select n from theirs.kept").fetchall() == [(1,)]
        assert db.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone() == (0,)
    raw = {f"raw_{name}{staging}" for name in ("stripe", "hubspot", "google_ads") for staging in ("", "_staging")}
    own = raw | {"ingest", "staging", "intermediate", "marts", "reports", "dagster"}
    assert schemas - {"information_schema", "public", "theirs"} == own

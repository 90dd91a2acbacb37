"""What an analyst takes from the marts: the questions of docs/bi.md, and the exported files."""

import csv
import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet as pq
import pytest
from psycopg.rows import dict_row

from connectors import warehouse_address
from connectors.errors import ConfigError, RetryError
from connectors.registry import alone
from orchestration import export
from orchestration.resources import BUILD
from tests.integration.studio import Played

QUESTIONS = re.findall(r"```sql\n(.*?)```", (Path(__file__).parents[2] / "docs" / "bi.md").read_text(), re.DOTALL)
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def ask(read_studio: Played) -> Callable[[str], Rows]:
    """Asks as a BI tool does: as the reading role."""

    def answer(question: str) -> Rows:
        with psycopg.connect(read_studio.url, row_factory=dict_row) as db:
            db.execute("set role leadline_reader")
            return db.execute(question.encode()).fetchall()

    return answer


def total(rows: Rows, column: str) -> Decimal:
    return sum((Decimal(str(row[column] or 0)) for row in rows), Decimal(0))


def test_the_five_questions_of_the_docs_are_answered_by_what_the_ledgers_hold(ask: Callable[[str], Rows]) -> None:
    channels, months, movements, campaigns, tags = (ask(question) for question in QUESTIONS)
    [leads] = ask("select count(*) as leads, sum(lead_revenue) as revenue from reports.rpt_acquisition")
    assert (total(channels, "leads"), total(channels, "lead_revenue")) == (leads["leads"], leads["revenue"])
    [orders] = ask("select sum(revenue) as revenue, sum(net_revenue) as net from reports.rpt_orders")
    assert (total(months, "revenue"), total(months, "net_revenue")) == (orders["revenue"], orders["net"])
    unknown = {
        row["month"]
        for row in ask(
            "select distinct cast(date_trunc('month', report_date) as date) as month"
            " from reports.rpt_subscriptions_daily where mrr is null or opening_mrr is null"
        )
    }
    moved = ("new_mrr", "reactivation_mrr", "expansion_mrr", "contraction_mrr", "churn_mrr", "fx_mrr")
    closed = [
        after["closing_mrr"] - before["closing_mrr"] == sum(after[name] for name in moved)
        for before, after in pairwise(movements)
        if not {before["month"], after["month"]} & unknown
    ]
    assert len(closed) > 2
    assert all(closed)
    [spent] = ask("select sum(ad_spend) as spend from reports.rpt_acquisition_spend")
    assert total(campaigns, "spend") == spent["spend"] > 0
    [held] = ask(
        "select count(distinct (coalesce(tag_name, tag_id), tag_kind, person_id)) as persons from reports.rpt_nurture"
    )
    assert total(tags, "persons") == held["persons"] > 0


def test_an_export_holds_every_row_of_every_table_to_the_cent(read_studio: Played, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    rows = export.export(warehouse_address.parse(read_studio.url), folder)
    with psycopg.connect(read_studio.url) as db:
        tables = db.execute(
            "select table_schema, table_name from information_schema.tables where table_schema in ('marts', 'reports')"
        ).fetchall()
        assert set(rows) == {f"{schema}.{table}" for schema, table in tables}
        for schema, table in tables:
            exported = pq.read_table(folder / schema / f"{table}.parquet")
            held = db.execute(f"select count(*) from {schema}.{table}").fetchone()
            assert held == (exported.num_rows,) == (rows[f"{schema}.{table}"],), table
        for table, column in (("marts.fct_attributed_revenue", "revenue"), ("reports.rpt_ads", "spend")):
            values = pq.read_table(folder / f"{table.replace('.', '/')}.parquet", columns=[column])[column].to_pylist()
            assert db.execute(f"select sum({column}) from {table}").fetchone() == (sum(filter(None, values)),)
        ledger = db.execute("select order_id, revenue, ordered_at, campaign from reports.rpt_orders").fetchall()
    with (folder / "reports" / "rpt_orders.csv").open(newline="") as file:
        read = {row["order_id"]: row for row in csv.DictReader(file)}
    assert len(read) == len(ledger)
    for order, revenue, moment, campaign in ledger:
        assert Decimal(read[order]["revenue"]) == revenue
        assert datetime.fromisoformat(read[order]["ordered_at"]) == moment
        assert read[order]["campaign"] == campaign


def test_only_what_is_named_is_exported_and_what_is_not_there_is_refused(read_studio: Played, tmp_path: Path) -> None:
    target = warehouse_address.parse(read_studio.url)
    assert set(export.export(target, tmp_path / "some", ["rpt_kpis", "marts.dim_days"])) == {
        "reports.rpt_kpis",
        "marts.dim_days",
    }
    with pytest.raises(ConfigError, match=r"no table 'rpt_nothing'; there are marts\.dim_ads"):
        export.export(target, tmp_path / "none", ["rpt_nothing"])
    assert sorted(file.name for file in tmp_path.iterdir()) == ["some"]


def test_nothing_is_exported_while_a_build_replaces_tables(read_studio: Played, tmp_path: Path) -> None:
    target = warehouse_address.parse(read_studio.url)
    with (
        psycopg.connect(read_studio.url, autocommit=True) as db,
        alone(db, BUILD),
        pytest.raises(RetryError, match=BUILD),
    ):
        export.export(target, tmp_path / "export")
    assert not (tmp_path / "export").exists()


def test_texts_that_spreadsheets_would_run_are_guarded_in_csv_alone(warehouse_url: str, tmp_path: Path) -> None:
    texts = ["=1+1", "+1", "-1", "@sum(a1)", "\t=1", "plain", "a=b", "", None, 'say "=1"', "two\nlines", "žluť"]
    with psycopg.connect(warehouse_url, autocommit=True) as db:
        db.execute("create schema reports; create table reports.said (place bigint, words text, amount numeric(9, 2))")
        for place, words in enumerate(texts):
            db.execute("insert into reports.said values (%s, %s, %s)", [place, words, -place])
    export.export(warehouse_address.parse(warehouse_url), tmp_path / "export")
    assert pq.read_table(tmp_path / "export" / "reports" / "said.parquet")["words"].to_pylist() == texts
    with (tmp_path / "export" / "reports" / "said.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["words"] for row in rows] == [
        *("'=1+1", "'+1", "'-1", "'@sum(a1)", "'\t=1"),
        *("plain", "a=b", "", "", 'say "=1"', "two\nlines", "žluť"),
    ]
    assert [row["amount"] for row in rows][:3] == ["0.00", "-1.00", "-2.00"]

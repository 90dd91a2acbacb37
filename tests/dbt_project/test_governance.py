"""What whoever reads the warehouse may see and is told there: rights, comments, and that metrics mean the reports."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg
import pytest
from dbt.contracts.graph.manifest import Manifest
from psycopg import sql
from psycopg.rows import dict_row

from tests.dbt_project.dbt_runs import Built, Db, Dbt

FOR_READERS = ("marts", "reports")
TABLES = """
    select schemaname, tablename from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema') and schemaname not like 'pg_%'
    union select schemaname, viewname from pg_views
    where schemaname not in ('pg_catalog', 'information_schema')
    order by 1, 2
"""
SILENT = """
    select c.relname, a.attname from pg_class as c
    inner join pg_attribute as a on a.attrelid = c.oid and a.attnum >= 0 and not a.attisdropped
    left join pg_description as d on d.objoid = c.oid and d.objsubid = a.attnum and d.description <> ''
    where c.relnamespace = %s::regnamespace and c.relkind in ('r', 'v', 'm') and d.objoid is null
    union all
    select c.relname, null from pg_class as c
    left join pg_description as d on d.objoid = c.oid and d.objsubid = 0 and d.description <> ''
    where c.relnamespace = %s::regnamespace and c.relkind in ('r', 'v', 'm') and d.objoid is null
"""


@pytest.fixture(scope="module")
def reader(built: Db) -> Iterator[Db]:
    """A connection that is leadline_reader from its first moment."""
    info = built.info
    with psycopg.connect(
        built.info.dsn, password=info.password, autocommit=True, row_factory=dict_row, options="-c role=leadline_reader"
    ) as db:
        assert db.execute("select current_user as name").fetchone() == {"name": "leadline_reader"}
        yield db


def tables(built: Db) -> list[tuple[str, str]]:
    return [(row["schemaname"], row["tablename"]) for row in built.execute(TABLES)]


def test_the_reader_reads_every_mart_and_report(built: Db, reader: Db) -> None:
    readable = [table for table in tables(built) if table[0] in FOR_READERS]
    assert len(readable) > 20
    for table in readable:
        reader.execute(sql.SQL("select * from {} limit 1").format(sql.Identifier(*table)))


def test_the_reader_is_refused_everywhere_else(built: Db, reader: Db) -> None:
    others = [table for table in tables(built) if table[0] not in FOR_READERS]
    assert {"raw_stripe", "ingest", "staging", "intermediate", "attribution"} <= {schema for schema, _ in others}
    for table in others:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute(sql.SQL("select * from {} limit 1").format(sql.Identifier(*table)))


@pytest.mark.parametrize(
    "statement",
    [
        "update marts.fct_orders set revenue_minor = 0",
        "delete from reports.rpt_orders",
        "truncate reports.rpt_orders",
        "create table reports.mine (id integer)",
        "drop table marts.fct_orders",
    ],
)
def test_the_reader_changes_nothing(reader: Db, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute(statement)


@pytest.mark.parametrize("schema", FOR_READERS)
def test_every_table_and_column_for_readers_is_explained_in_postgres(built: Db, schema: str) -> None:
    assert built.execute(SILENT, [schema, schema]).fetchall() == []


@pytest.mark.parametrize("schema", FOR_READERS)
def test_every_table_for_readers_has_its_primary_key_in_postgres(built: Db, schema: str) -> None:
    without = """
        select c.relname from pg_class as c
        where c.relnamespace = %s::regnamespace and c.relkind = 'r'
          and not exists (select 1 from pg_constraint as k where k.conrelid = c.oid and k.contype = 'p')
    """
    assert built.execute(without, [schema]).fetchall() == []


@pytest.fixture(scope="module")
def manifest(dbt: Dbt) -> Manifest:
    parsed = dbt.run(None, "parse").result
    assert isinstance(parsed, Manifest)
    return parsed


def test_every_report_is_shown_somewhere(manifest: Manifest) -> None:
    shown = {name for exposure in manifest.exposures.values() for name in exposure.depends_on.nodes}
    reports = {node.unique_id for node in manifest.nodes.values() if node.schema == "reports"}
    assert reports - shown == set()


def test_every_metric_and_measure_says_what_it_is(manifest: Manifest) -> None:
    assert len(manifest.metrics) >= 10
    assert [metric.name for metric in manifest.metrics.values() if not (metric.description and metric.label)] == []
    parts = [part for model in manifest.semantic_models.values() for part in (*model.measures, *model.dimensions)]
    assert [part.name for part in parts if not part.description] == []


def measured(built: Db, manifest: Manifest, semantic_model: str) -> dict[str, Any]:
    """Every measure of a semantic model over all its rows."""
    model = next(model for model in manifest.semantic_models.values() if model.name == semantic_model)
    aggregates = {"sum": "sum({})", "count_distinct": "count(distinct {})", "count": "count({})", "max": "max({})"}
    columns = [f"{aggregates[m.agg.value].format(m.expr or m.name)} as {m.name}" for m in model.measures]
    relation = f"{model.node_relation.schema_name}.{model.node_relation.alias}"
    row = built.execute(f"select {', '.join(columns)} from {relation}").fetchone()
    assert row is not None
    return row


def test_every_measure_can_be_computed_and_every_dimension_is_a_column(built: Db, manifest: Manifest) -> None:
    for model in manifest.semantic_models.values():
        assert measured(built, manifest, model.name), model.name
        columns = [part.expr or part.name for part in (*model.dimensions, *model.entities)]
        built.execute(
            f"select {', '.join(columns)} from {model.node_relation.schema_name}.{model.node_relation.alias} limit 1"
        )


def test_the_metrics_of_orders_are_those_of_the_daily_report(built: Db, manifest: Manifest) -> None:
    daily = built.execute(
        "select sum(orders) as orders, sum(orders_matched) as matched, sum(new_customer_orders) as new_customer_orders"
        " from reports.rpt_orders_daily"
    ).fetchone()
    metrics = measured(built, manifest, "orders")
    assert daily == {
        "orders": metrics["orders"],
        "matched": metrics["orders_matched"],
        "new_customer_orders": metrics["new_customer_orders"],
    }


@pytest.mark.parametrize(
    ("semantic_model", "daily", "measures"),
    [
        ("leads", "rpt_acquisition_daily", "leads lead_revenue net_lead_revenue"),
        ("tag_additions", "rpt_nurture_daily", "tag_additions tag_additions_currently_applied"),
        ("page_views", "rpt_engagement_daily", "page_views engaged_revenue_same_day net_engaged_revenue_same_day"),
        ("subscriptions", "rpt_subscriptions_daily", "subscriptions_started cancellations cancellations_requested"),
        ("ad_days", "rpt_acquisition_daily", "ad_spend"),
    ],
)
def test_the_metrics_are_those_of_the_daily_report(
    reported: Built, manifest: Manifest, semantic_model: str, daily: str, measures: str
) -> None:
    sums = ", ".join(f"sum({name}) as {name}" for name in measures.split())
    told = reported.db.execute(f"select {sums} from reports.{daily}").fetchone()
    metrics = measured(reported.db, manifest, semantic_model)
    assert told == {name: metrics[name] for name in measures.split()} and all(told.values())


def test_the_metrics_know_every_day_of_the_reports(built: Db) -> None:
    days = built.execute("select count(*) as days, min(report_date), max(report_date) from marts.dim_days").fetchone()
    assert days == {"days": 36525, "min": date(2000, 1, 1), "max": date(2099, 12, 31)}

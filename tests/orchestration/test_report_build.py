"""A build run by Dagster on an empty warehouse: its three steps, what a failing first one does, and single assets."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psycopg
import pytest
from dagster import AssetKey, DagsterInstance, ExecuteInProcessResult, TableColumnDep, materialize

from connectors.registry import CONNECTORS, prepare
from connectors.warehouse import resolve
from orchestration.assets.transformation import report_models
from orchestration.paths import home
from orchestration.resources import WarehouseResource, dbt_resource

WEIGHTS = AssetKey(["attribution", "channel_weights"])


SITE = AssetKey("report_site")


def build(selection: list[AssetKey] | None = None) -> ExecuteInProcessResult:
    return materialize(
        [report_models],
        selection=selection,
        resources={"warehouse": WarehouseResource(), "dbt": dbt_resource()},
        instance=DagsterInstance.ephemeral(),
        raise_on_error=False,
    )


def made(result: ExecuteInProcessResult) -> list[AssetKey]:
    """The assets in the order they were made."""
    return [event.asset_key for event in result.get_asset_materialization_events() if event.asset_key]


Made = Mapping[AssetKey, Mapping[str, Sequence[TableColumnDep]]]


def columns_made_of(result: ExecuteInProcessResult) -> Made:
    """What the materializations say."""
    return {
        event.asset_key: event.materialization.metadata["dagster/column_lineage"].value.deps_by_column
        for event in result.get_asset_materialization_events()
        if event.asset_key and "dagster/column_lineage" in event.materialization.metadata
    }


def origins(made_of: Made, report: str, column: str) -> set[str]:
    """The raw columns, as `stripe/charges.data`, that a column of a report leads to from asset to asset."""
    found: set[str] = set()
    seen, left = set(), [TableColumnDep(AssetKey(report), column)]
    while left:
        dep = left.pop()
        if dep in seen:
            continue
        seen.add(dep)
        left += made_of.get(dep.asset_key, {}).get(dep.column_name, [])
        if len(dep.asset_key.path) == 2:
            found.add(f"{dep.asset_key.to_user_string()}.{dep.column_name}")
    return found


@pytest.fixture
def db(warehouse_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[psycopg.Connection]:
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path))
    prepare(CONNECTORS, resolve())
    with psycopg.connect(warehouse_url, autocommit=True) as connection:
        yield connection


def test_a_build_weighs_the_channels_in_its_middle_and_a_single_asset_can_be_made_anew(db: psycopg.Connection) -> None:
    whole = build()
    assert whole.success
    order = made(whole)
    assert set(order) == set(report_models.keys)
    made_of = columns_made_of(whole)
    assert {"stripe/charges.data", "stripe/invoices.data"} <= origins(made_of, "rpt_orders_daily", "revenue_minor")
    spend = origins(made_of, "rpt_ads", "spend_micros")
    assert {"google_ads/ad_days.data", "linkedin_ads/ad_days.data", "meta_ads/ad_days.data"} <= spend
    assert not {name for name in spend if name.startswith(("stripe/", "kit/"))}
    assert "stripe/subscriptions.data" in origins(made_of, "rpt_subscriptions_daily", "mrr_minor")
    assert "hubspot/contacts.data" in origins(made_of, "rpt_nurture", "person_id")
    untold = {key.path[-1] for key in report_models.keys if key.path[-1].startswith(("rpt_", "fct_", "dim_", "int_"))}
    assert untold - {key.path[-1] for key in made_of} == set()
    assert order.index(AssetKey("int_channel_paths")) < order.index(WEIGHTS)
    assert order.index(WEIGHTS) < order.index(AssetKey("stg_attribution__channel_weights"))
    assert {check.asset_check_key for check in whole.get_asset_check_evaluations()} == set(report_models.check_keys)
    assert db.execute("select count(*) from attribution.channel_weights").fetchone() == (0,)
    assert "Nothing to show yet" in (home() / "site" / "index.html").read_text()

    [(read_at,)] = db.execute("select read_at from ingest.builds").fetchall()
    again = build()
    assert again.success
    assert made(again) == [SITE]
    [(read_again_at,)] = db.execute("select read_at from ingest.builds").fetchall()
    assert read_again_at > read_at, "what a build was asked for and left out would be asked for again for ever"

    for schema in ("building", "marts"):
        db.execute(f"insert into {schema}.dim_campaigns (connection, account_id, campaign_id) values ('x', 'x', 'x')")
    campaigns = AssetKey("dim_campaigns")
    assert made(build([campaigns])) == [campaigns]
    assert db.execute("select count(*) from marts.dim_campaigns").fetchone() == (0,), "made, and not shown"

    db.execute("insert into intermediate.int_channel_paths values ('paid > email', 2, 1), ('email', 1, 5)")
    alone = build([WEIGHTS])
    assert made(alone) == [WEIGHTS]
    weights = db.execute(
        "select model, sum(weight)::numeric(9, 6) from attribution.channel_weights group by 1 order by 1"
    )
    assert weights.fetchall() == [("markov", 1), ("shapley", 1)]
    assert db.execute("select count(*) from ingest.builds").fetchone() == (0,)


def test_when_the_first_part_fails_nothing_after_it_is_made_and_no_stamp_stands(db: psycopg.Connection) -> None:
    db.execute("alter table raw_web_events.pages rename column data to gone")
    failed = build()
    assert not failed.success
    [reason] = [event.step_failure_data.user_failure_data for event in failed.get_step_failure_events()]
    assert "stg_web_events__page_views: Database Error" in (reason.description or "")
    later = {WEIGHTS, AssetKey("stg_attribution__channel_weights"), AssetKey("rpt_orders")}
    assert not later & set(made(failed))
    assert db.execute("select count(*) from ingest.builds").fetchone() == (0,)


def test_weights_before_any_build_are_refused_with_what_to_build(db: psycopg.Connection) -> None:
    failed = build([WEIGHTS])
    assert not failed.success
    [reason] = [event.step_failure_data.user_failure_data for event in failed.get_step_failure_events()]
    assert "int_channel_paths" in (reason.description or "")

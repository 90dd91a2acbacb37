"""The code location as Dagster's server loads it: what it names, how it hangs together, that it needs no secret."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from dagster import AssetKey, DefaultScheduleStatus, DefaultSensorStatus

from connectors.registry import CONNECTORS
from orchestration.definitions import defs
from orchestration.paths import PROJECT, WORKSPACE

GRAPH = defs.resolve_asset_graph()
WEIGHTS = AssetKey(["attribution", "channel_weights"])
OURS = {key for key in GRAPH.get_all_asset_keys() if GRAPH.get(key).is_executable}


def test_the_raw_asset_keys_are_pinned() -> None:
    raw = {key.to_user_string() for key in OURS - {WEIGHTS} if len(key.path) == 2}
    pinned = {
        "stripe": "accounts balance_transactions charges checkout_sessions coupons credit_notes customers discounts"
        " disputes events invoice_items invoice_payments invoices payment_intents payout_transactions payouts prices"
        " products promotion_codes refunds subscriptions tax_rates",
        "hubspot": "contacts deals list_memberships lists owners",
        "google_ads": "accounts ad_days ad_groups ads campaign_days campaigns",
        "meta_ads": "accounts ad_days ads adsets campaign_days campaigns",
        "linkedin_ads": "accounts ad_days campaign_days campaign_groups campaigns creatives",
        "activecampaign": "automations contact_automations contact_lists contact_tags contacts field_values fields"
        " lists tags",
        "kit": "form_subscriptions forms sequence_subscriptions sequences subscribers tag_subscriptions tags",
        "files": "ad_days contact_tags contacts exchange_rates order_items orders products refunds subscriptions",
        "web_events": "identifies pages tracks",
    }
    assert raw == {f"{connector}/{name}" for connector, names in pinned.items() for name in names.split()}


def test_the_marts_and_reports_are_pinned() -> None:
    named = {key.path[0] for key in OURS if key.path[0].startswith(("dim_", "fct_", "rpt_"))}
    assert named == {
        "dim_ads",
        "dim_campaigns",
        "dim_contacts",
        "dim_days",
        "dim_persons",
        "dim_products",
        "fct_ad_spend",
        "fct_ad_spend_restatements",
        "fct_attributed_leads",
        "fct_attributed_revenue",
        "fct_disputes",
        "fct_mrr_movements",
        "fct_order_lines",
        "fct_orders",
        "fct_page_views",
        "fct_payments",
        "fct_refunds",
        "fct_subscriptions",
        "fct_tag_events",
        "fct_touchpoints",
        "rpt_acquisition",
        "rpt_acquisition_daily",
        "rpt_acquisition_spend",
        "rpt_ads",
        "rpt_attribution_daily",
        "rpt_engagement",
        "rpt_engagement_daily",
        "rpt_failed_checks",
        "rpt_journeys",
        "rpt_kpis",
        "rpt_nurture",
        "rpt_nurture_daily",
        "rpt_orders",
        "rpt_orders_daily",
        "rpt_orders_products_daily",
        "rpt_reconciliation",
        "rpt_subscriptions",
        "rpt_subscriptions_daily",
        "rpt_unmatched_payments",
        "rpt_unmatched_spend",
        "rpt_untracked_campaigns",
    }


def test_the_jobs_are_pinned_and_described() -> None:
    jobs = {job.name: job.description for job in defs.resolve_all_job_defs() if not job.name.startswith("__")}
    assert set(jobs) == {
        "sync_and_report_job",
        "report_job",
        "restart_history_job",
        "stripe_sync_job",
        "hubspot_sync_job",
        "google_ads_sync_job",
        "activecampaign_sync_job",
        "kit_sync_job",
        "meta_ads_sync_job",
        "linkedin_ads_sync_job",
        "files_sync_job",
        "web_events_sync_job",
    }
    assert all(jobs.values())


def test_the_sensors_are_pinned_described_and_running_without_being_asked() -> None:
    sensors = {sensor.name: sensor for sensor in defs.get_repository_def().sensor_defs}
    assert sensors.keys() == {
        "historical_sensor",
        "stripe_incremental_sensor",
        "report_sensor",
        "lost_runs_sensor",
        "alert_sensor",
    }
    assert all(sensor.description for sensor in sensors.values())
    assert {sensor.default_status for sensor in sensors.values()} == {DefaultSensorStatus.RUNNING}


def test_the_schedules_are_pinned_with_their_times_described_and_running_without_being_asked() -> None:
    schedules = {schedule.name: schedule for schedule in defs.get_repository_def().schedule_defs}
    assert {name: schedule.cron_schedule for name, schedule in schedules.items()} == {
        "stripe_sweep_schedule": "30 3 * * *",
        "hubspot_incremental_schedule": "1-59/15 * * * *",
        "google_ads_incremental_schedule": "2 * * * *",
        "meta_ads_incremental_schedule": "3 * * * *",
        "linkedin_ads_incremental_schedule": "4 * * * *",
        "activecampaign_incremental_schedule": "5-59/15 * * * *",
        "kit_incremental_schedule": "6 * * * *",
        "files_incremental_schedule": "7-59/15 * * * *",
        "web_events_incremental_schedule": "8-59/15 * * * *",
    }
    assert all(schedule.description for schedule in schedules.values())
    assert {schedule.default_status for schedule in schedules.values()} == {DefaultScheduleStatus.RUNNING}


def test_the_main_job_selects_every_asset() -> None:
    selected = defs.resolve_job_def("sync_and_report_job").asset_layer.selected_asset_keys
    assert selected == OURS


@pytest.mark.parametrize("raw", ["stripe/charges", "stripe/invoices", "stripe/refunds", "hubspot/contacts"])
def test_lineage_ties_raw_tables_to_the_report_by_keys(raw: str) -> None:
    assert AssetKey.from_user_string(raw) in GRAPH.get_ancestor_asset_keys(AssetKey("rpt_orders"))


def test_the_channel_weights_stand_between_the_paths_and_what_reads_them() -> None:
    assert GRAPH.get(WEIGHTS).parent_keys == {AssetKey("int_channel_paths")}
    assert GRAPH.get(WEIGHTS).child_keys == {AssetKey("stg_attribution__channel_weights")}
    assert AssetKey.from_user_string("stripe/charges") in GRAPH.get_ancestor_asset_keys(WEIGHTS)


def test_every_raw_table_a_model_reads_is_an_asset_of_a_connector() -> None:
    declared = {AssetKey([c.name, table.name]) for c in CONNECTORS for table in c.tables}
    read = {key for key in GRAPH.get_all_asset_keys() - {WEIGHTS} if len(key.path) == 2 and key.path[0] != "ingest"}
    assert read == declared


def test_every_asset_says_what_it_is_whose_it_is_and_where_it_lies() -> None:
    for key in OURS:
        node = GRAPH.get(key)
        assert node.description, key
        assert node.group_name != "default", key
        assert node.owners, key
        assert node.kinds, key
        if key == AssetKey("report_site"):
            continue  # which is no table
        assert node.tags.get("layer") in ("raw", "staging", "intermediate", "attribution", "marts", "reports"), key
        assert node.metadata.get("dagster/table_name"), key
        assert node.metadata.get("dagster/column_schema"), key


def test_dbt_tests_are_asset_checks() -> None:
    checked = {check.asset_key.path[-1] for check in GRAPH.asset_check_keys}
    assert {"rpt_orders", "rpt_orders_daily", "rpt_reconciliation", "fct_payments"} <= checked


def test_the_workspace_loads_as_a_server_loads_it_without_any_credential(tmp_path: Path) -> None:
    secrets = ("SOURCES__", "WAREHOUSE", "DAGSTER", "SANDBOX")
    bare = {name: value for name, value in os.environ.items() if not name.startswith(secrets)}
    done = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate", "-w", str(WORKSPACE)],
        env={**bare, "DAGSTER_HOME": str(tmp_path)},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr

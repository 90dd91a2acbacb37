"""The jobs. Assets are selected by object, because a misspelt key would silently select nothing.

Belongs here: what runs together, and the tags by which two runs are kept apart. Does not: when (`history.py`,
`incremental.py`, `reports.py`), how (`assets/`).
"""

from dagster import AssetSelection, define_asset_job

from connectors.registry import CONNECTORS
from orchestration import run_tags
from orchestration.assets.ingestion import RAW_ASSETS
from orchestration.assets.transformation import report_models

sync_and_report_job = define_asset_job(
    "sync_and_report_job",
    selection=AssetSelection.assets(*RAW_ASSETS, report_models),
    description="Sync every connected account, then build and check the reports: the whole way through.",
    tags={run_tags.BUILD: run_tags.REPORTS},
)

report_job = define_asset_job(
    "report_job",
    selection=AssetSelection.assets(report_models),
    description="Build and check the reports from what is already synced, whether or not anything is new.",
    config={"ops": {report_models.op.name: {"config": {"force": True}}}},
    tags={run_tags.BUILD: run_tags.REPORTS},
)

SYNC_JOBS = {
    connector.name: define_asset_job(
        f"{assets.op.name}_job",
        selection=AssetSelection.assets(assets),
        description=f"{assets.op.description} Builds no report.",
        tags={run_tags.CONNECTOR: connector.name},
    )
    for connector, assets in zip(CONNECTORS, RAW_ASSETS, strict=True)
}
"""By vendor."""

JOBS = [sync_and_report_job, report_job, *SYNC_JOBS.values()]

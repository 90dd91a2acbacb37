"""The front door of the code location: assembly only. It loads without any credential."""

from dagster import Definitions

from orchestration.assets.ingestion import RAW_ASSETS
from orchestration.assets.transformation import report_models
from orchestration.automation.alerts import ALERT_SENSORS
from orchestration.automation.jobs import JOBS
from orchestration.progress import terminal_logger
from orchestration.resources import WarehouseResource, dbt_resource

defs = Definitions(
    assets=[*RAW_ASSETS, report_models],
    jobs=JOBS,
    sensors=ALERT_SENSORS,
    resources={"warehouse": WarehouseResource(), "dbt": dbt_resource()},
    loggers={"console": terminal_logger},
)

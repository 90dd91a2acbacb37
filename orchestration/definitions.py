"""The front door of the code location: assembly only. It loads without any credential."""

from dagster import Definitions, in_process_executor

from orchestration.assets.ingestion import RAW_ASSETS
from orchestration.assets.transformation import report_models
from orchestration.automation.alerts import ALERT_SENSORS
from orchestration.automation.incremental import SCHEDULES
from orchestration.automation.jobs import JOBS
from orchestration.automation.restart_history import restart_history_job
from orchestration.automation.sensors import SENSORS
from orchestration.progress import terminal_logger
from orchestration.resources import WarehouseResource, dbt_resource

defs = Definitions(
    assets=[*RAW_ASSETS, report_models],
    jobs=[*JOBS, restart_history_job],
    schedules=SCHEDULES,
    sensors=[*SENSORS, *ALERT_SENSORS],
    executor=in_process_executor,  # a process for each step costs more than most syncs
    resources={"warehouse": WarehouseResource(), "dbt": dbt_resource()},
    loggers={"console": terminal_logger},
)

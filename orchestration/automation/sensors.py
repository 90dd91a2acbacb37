"""Every sensor, in one list; it says nothing of them."""

from orchestration.automation.history import historical_sensor
from orchestration.automation.incremental import NEWS_SENSORS
from orchestration.automation.lost_runs import lost_runs_sensor
from orchestration.automation.reports import report_sensor

SENSORS = [historical_sensor, *NEWS_SENSORS, report_sensor, lost_runs_sensor]

"""Runs whose process was killed, or that never got one, are marked as failed, so that their work is started again.

Belongs here: the sensor. Does not: how a dead process is told (`run_process.py`).
"""

from dagster import SensorDefinition, SensorEvaluationContext, SkipReason

from orchestration.automation.ticks import SENSORS_ARE
from orchestration.run_process import bury_the_dead


def bury(context: SensorEvaluationContext) -> SkipReason:
    """Starts nothing: the other sensors do, once the run is known to have ended."""
    dead = bury_the_dead(context.instance)
    return SkipReason(f"Lost, now marked as failed: {', '.join(dead)}" if dead else "Every run has its process.")


lost_runs_sensor = SensorDefinition(
    name="lost_runs_sensor",
    evaluation_fn=bury,
    minimum_interval_seconds=30,
    default_status=SENSORS_ARE,
    description="Notices runs whose process was killed with the server that started them, or that never got one.",
)

"""The code location at the soak's pace: the same assets, jobs and decisions, but what waits minutes waits seconds.

Belongs here: these paces. Does not: anything that decides otherwise than the real one.
"""

from dagster import Definitions, SensorDefinition

from orchestration import definitions
from orchestration.assets import faults
from orchestration.automation import decisions

SECONDS_BETWEEN_TICKS = 3
faults.FIRST_WAIT_SECONDS = 3.0
decisions.MINUTE = 5.0


def hurried(sensor: SensorDefinition) -> SensorDefinition:
    """The same sensor, looking every few seconds."""
    return SensorDefinition(
        name=sensor.name,
        evaluation_fn=lambda context: sensor(context),
        jobs=sensor.jobs if sensor.has_jobs else None,
        minimum_interval_seconds=SECONDS_BETWEEN_TICKS,
        default_status=sensor.default_status,
        description=sensor.description,
    )


def at_pace(real: Definitions) -> Definitions:
    """All of it, with its sensors in a hurry."""
    return Definitions(
        assets=real.assets,
        jobs=real.jobs,
        schedules=real.schedules,
        sensors=[hurried(sensor) for sensor in real.sensors or () if isinstance(sensor, SensorDefinition)],
        executor=real.executor,
        resources=real.resources,
        loggers=real.loggers,
    )


defs = at_pace(definitions.defs)

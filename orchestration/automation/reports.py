"""Reports follow syncs, and settings, by this one mechanism: there is something that no good build has read.

Belongs here: the sensor. Does not: building, and leaving out what nothing changed (`assets/`).
Why the ledger is asked, and not Dagster's events: docs/decisions/0015-reports-follow-the-ledger.md.
"""

from time import time as now

from dagster import RunRequest, SensorDefinition, SensorEvaluationContext, SkipReason

from connectors.registry import holds_ours, is_held, standing
from orchestration import build_stamp, run_tags
from orchestration.assets.transformation import report_models
from orchestration.automation import attempts
from orchestration.automation.accounts import faults, opened
from orchestration.automation.decisions import decide
from orchestration.automation.jobs import report_job
from orchestration.automation.ticks import SENSORS_ARE, Requests, unless_away
from orchestration.progress import OWN_LINES
from orchestration.resources import BUILD

LONGEST_WAIT = 15 * 60.0
"""Seconds that reports wait for syncs under way, so that a burst of them makes one build."""


@unless_away
def build_what_changed(context: SensorEvaluationContext) -> Requests | SkipReason:
    """One build once the syncs under way have ended, unless one is at it or it is too early to try again."""
    faults()
    with opened() as (_, db):
        unbuilt, is_building = standing.unbuilt(db), is_held(db, BUILD)
        is_set_anew = holds_ours(db) and build_stamp.is_of_other_settings(db)
    if unbuilt is None and not is_set_anew:
        return SkipReason("The reports show all that was synced.")
    if is_building:
        return SkipReason("A build is under way.")
    builds, settings = attempts.of_build(context.instance), build_stamp.settings_in_force()
    decision = decide(builds, now(), settings, renewed_at=unbuilt.changed_at.timestamp() if unbuilt else None)
    if not decision.starts:
        return SkipReason(decision.said)
    syncing = attempts.syncs_in_flight(context.instance)
    if syncing and unbuilt and now() - unbuilt.since.timestamp() < LONGEST_WAIT:
        return SkipReason(f"Waits for the syncs under way to end: {', '.join(run[:8] for run in syncing)}")
    last = builds[0].run_id if builds else "the first"
    return [
        RunRequest(
            run_key=f"build after {last}",
            run_config={"ops": {report_models.op.name: {"config": {"force": False}}}, **OWN_LINES},
            tags={
                run_tags.CAUSE: run_tags.RETRY if decision.is_retry else run_tags.CHANGES,
                run_tags.WINDOW: f"what was written until {unbuilt.changed_at:%Y-%m-%d %H:%M:%S} UTC"
                if unbuilt
                else "all, under other settings or models",
                run_tags.SETTINGS: settings,
                **run_tags.BEHIND_PEOPLE,
            },
        )
    ]


report_sensor = SensorDefinition(
    name="report_sensor",
    evaluation_fn=build_what_changed,
    job=report_job,
    minimum_interval_seconds=30,
    default_status=SENSORS_ARE,
    description="Builds and checks the reports when a sync has written something, once for a burst of syncs,"
    " and when settings change.",
)

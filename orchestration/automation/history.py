"""Every connected account's history is read, whole, without anybody asking.

Belongs here: the sensor that starts it and goes on with it. Does not: what may be started after a failure
(`decisions.py`), what comes after history (`incremental.py`).
"""

from dagster import SensorDefinition, SensorEvaluationContext, SkipReason

from orchestration import run_tags
from orchestration.automation.accounts import accounts, faults, opened
from orchestration.automation.jobs import SYNC_JOBS
from orchestration.automation.ticks import SENSORS_ARE, Requests, answer, unless_away

WINDOW = "what is missing of its history"


@unless_away
def read_on(context: SensorEvaluationContext) -> Requests | SkipReason:
    """A run for each account whose history is not whole, unless one is at it or it is too early to try again."""
    said, requests = faults(), []
    with opened() as (_, db):
        found = accounts(SYNC_JOBS, db, context.instance)
    for account in found:
        if account.standing.missing:
            decision = account.history()
            said.append(decision.said)
            if decision.starts:
                requests.append(account.request(run_tags.HISTORY, WINDOW, decision))
    whole = f"The histories of {', '.join(account.name for account in found)} are whole."
    return answer(requests, said, whole if found else "Nothing is connected: run `leadline connect`.")


historical_sensor = SensorDefinition(
    name="historical_sensor",
    evaluation_fn=read_on,
    jobs=list(SYNC_JOBS.values()),
    minimum_interval_seconds=30,
    default_status=SENSORS_ARE,
    description="Reads the history of every connected account, whole: starts it, goes on with it after a failure, and"
    " leaves the account to the syncs of what is new once it is there.",
)

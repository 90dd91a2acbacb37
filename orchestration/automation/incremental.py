"""What is new, at each vendor's own cadence: by the clock, or when the vendor says that there is something.

Belongs here: a sensor for each vendor that can be asked for news, with a nightly sweep for what it does not tell, and a
schedule for each of the others. Does not: the cadences (each connector's `source.py`), history (`history.py`).
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from datetime import timedelta

from dagster import (
    RunRequest,
    ScheduleDefinition,
    ScheduleEvaluationContext,
    SensorDefinition,
    SensorEvaluationContext,
    SkipReason,
)

from connectors.registry import (
    CONNECTORS,
    ConfigError,
    Connection,
    Connector,
    LeadlineError,
    News,
    Warehouse,
    whats_new,
)
from orchestration import in_background, run_tags
from orchestration.automation.accounts import Account, accounts, faults, opened
from orchestration.automation.decisions import Decision
from orchestration.automation.jobs import SYNC_JOBS
from orchestration.automation.ticks import SCHEDULES_ARE, SENSORS_ARE, Requests, answer, unless_away
from orchestration.settings import TIME_ZONES

SECONDS_FOR_NEWS = 20.0
"""A vendor that answers no faster is asked again at the next tick; a tick that takes sixty is ended."""
SWEEP_TIME = "30 3 * * *"
HOUR = timedelta(hours=1)


def cron(cadence: timedelta, offset: int) -> str:
    """A cron line for a connector's cadence; `offset` (minutes) keeps vendors from starting all at once."""
    if cadence < HOUR:
        minutes = cadence // timedelta(minutes=1)
        return f"{offset % minutes}-59/{minutes} * * * *"
    hours = cadence // HOUR
    return f"{offset % 60} {({1: '*', 24: '0'}).get(hours, f'*/{hours}')} * * *"


def zone() -> str:
    """The zone in which nights are nights: that of the reports; UTC for one that a build would refuse."""
    named = os.environ.get("REPORT_TIMEZONE", "").strip()
    return named if named in TIME_ZONES else "UTC"


def _when_there_is_news(connector: Connector) -> SensorDefinition:
    @unless_away
    def evaluate(context: SensorEvaluationContext) -> Requests | SkipReason:
        faults()
        with opened() as (target, db):
            found = [(account, account.following()) for account in accounts([connector.name], db, context.instance)]
        ready = [(account, decision) for account, decision in found if decision.starts and not decision.is_retry]
        said = [decision.said for _, decision in found]
        requests = [  # whatever a failed run left undone, no vendor tells of it
            account.request(run_tags.INCREMENTAL, _since(account), decision)
            for account, decision in found
            if decision.starts and decision.is_retry
        ]
        for account, decision, news in _news(ready, target):
            said.append(f"{account.name}: {news.said}")
            if news.is_new:
                requests.append(account.request(run_tags.INCREMENTAL, news.said, decision))
        return answer(requests, said, f"{connector.title} is not connected.")

    return SensorDefinition(
        name=f"{connector.name}_incremental_sensor",
        evaluation_fn=evaluate,
        job=SYNC_JOBS[connector.name],
        minimum_interval_seconds=int(connector.cadence.total_seconds()),
        default_status=SENSORS_ARE,
        description=f"Asks {connector.title} with one request whether there is anything new, and syncs only then.",
    )


def _news(ready: Sequence[tuple[Account, Decision]], target: Warehouse) -> list[tuple[Account, Decision, News]]:
    questions = {account.name: _question(account.connection, target) for account, _ in ready}
    answers = in_background.asked(questions, SECONDS_FOR_NEWS)
    return [(account, decision, _told(answers[account.name])) for account, decision in ready]


def _question(named: Connection, target: Warehouse) -> Callable[[], News]:
    return lambda: whats_new(named, target)


def _told(told: Future[News]) -> News:
    if not told.done():
        return News(False, f"no answer within {SECONDS_FOR_NEWS:g} s")
    try:
        return told.result()
    except ConfigError:
        return News(True, "its settings or key are refused")  # the run fails with it, which people are told of
    except LeadlineError as error:
        return News(False, f"cannot be asked: {error}")


def _by_the_clock(connector: Connector, cause: str, name: str, line: str, description: str) -> ScheduleDefinition:
    @unless_away
    def evaluate(context: ScheduleEvaluationContext) -> Requests | SkipReason:
        faults()
        with opened() as (_, db):
            found = [(account, account.following()) for account in accounts([connector.name], db, context.instance)]
        requests = [account.request(cause, _since(account), decision) for account, decision in found if decision.starts]
        return answer(requests, [decision.said for _, decision in found], f"{connector.title} is not connected.")

    def tick(context: ScheduleEvaluationContext) -> Iterator[RunRequest | SkipReason]:
        told = evaluate(context)
        yield from [told] if isinstance(told, SkipReason) else told

    return ScheduleDefinition(
        name=name,
        job=SYNC_JOBS[connector.name],
        cron_schedule=line,
        execution_timezone=zone(),
        execution_fn=tick,
        default_status=SCHEDULES_ARE,
        description=description,
    )


def _since(account: Account) -> str:
    return f"since {account.standing.synced_at:%Y-%m-%d %H:%M} UTC"


def _cadence(connector: Connector, offset: int) -> ScheduleDefinition:
    return _by_the_clock(
        connector,
        run_tags.INCREMENTAL,
        f"{connector.name}_incremental_schedule",
        cron(connector.cadence, offset),
        f"Syncs what is new of every {connector.title} account.",
    )


def _sweep(connector: Connector) -> ScheduleDefinition:
    return _by_the_clock(
        connector,
        run_tags.SWEEP,
        f"{connector.name}_sweep_schedule",
        SWEEP_TIME,
        f"Looks every night for what {connector.title} does not tell: changes without an event, events that got lost.",
    )


NEWS_SENSORS = [_when_there_is_news(connector) for connector in CONNECTORS if connector.news]
SCHEDULES = [
    _sweep(connector) if connector.news else _cadence(connector, offset) for offset, connector in enumerate(CONNECTORS)
]

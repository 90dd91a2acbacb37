"""The sensor that tells people what went wrong, once, and once that it is over.

    problems now ─┐
                  ├─► due(channel) ─► notifier ─► the cursor: what each channel was told
    the cursor ───┘

Belongs here: what is due to whom, and remembering it. Does not: finding problems
(`problems.py`), sending (`notifier.py`).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from dagster import SensorDefinition, SensorEvaluationContext, SkipReason, sensor

from connectors.registry import ConfigError, LeadlineError, RetryError, examined, warehouse
from orchestration import notifier, problems
from orchestration.automation import accounts
from orchestration.automation.jobs import JOBS
from orchestration.automation.ticks import SENSORS_ARE
from orchestration.notifier import Notice, Send
from orchestration.problems import Problem

SECONDS_BETWEEN = 30
MOST = 20
"""Notices in one message, for channels refuse long ones; the others are due at the next tick."""
UNSET = "No channel is set for alerts: see ALERT_WEBHOOK_URL, ALERT_SLACK_URL and ALERT_EMAIL_TO in .env.example."


@dataclass(frozen=True)
class Told:
    """What is being told of: the title and the link of each open problem, and the channels that know of it."""

    notices: Mapping[str, Notice] = field(default_factory=dict)
    known_to: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def load(cls, cursor: str | None) -> "Told":
        """From a cursor that `dump` wrote, or none yet."""
        held: dict[str, dict[str, list[str]]] = json.loads(cursor) if cursor else {}
        return cls(
            {key: Notice(key, title=entry["notice"][0], url=entry["notice"][1]) for key, entry in held.items()},
            {key: frozenset(entry["channels"]) for key, entry in held.items()},
        )

    def dump(self) -> str:
        """The cursor."""
        return json.dumps(
            {
                key: {"notice": [notice.title, notice.url], "channels": sorted(self.known_to[key])}
                for key, notice in self.notices.items()
            },
            sort_keys=True,
        )

    def due(self, channel: str, now: Sequence[Notice]) -> list[Notice]:
        """What the channel has to be told: problems it does not know, and the end of those it knew."""
        open_keys = {notice.key for notice in now}
        news = [notice for notice in now if channel not in self.known_to.get(notice.key, ())]
        over = [
            Notice(key, notice.title, url=notice.url, is_over=True)
            for key, notice in self.notices.items()
            if key not in open_keys and channel in self.known_to[key]
        ]
        return [*news, *over]

    def after(self, channel: str, sent: Sequence[Notice]) -> "Told":
        """The same once the channel took these."""
        notices, known_to = dict(self.notices), dict(self.known_to)
        for notice in sent:
            others = known_to.get(notice.key, frozenset()) - {channel}
            if notice.is_over and not others:
                del notices[notice.key], known_to[notice.key]
            elif notice.is_over:
                known_to[notice.key] = others
            else:
                notices[notice.key], known_to[notice.key] = notice, others | {channel}
        return Told(notices, known_to)

    def without(self, channels: Mapping[str, Send]) -> "Told":
        """The same without channels that are no more: nobody waits there for the end of anything."""
        known_to = {key: names & channels.keys() for key, names in self.known_to.items()}
        return Told({key: notice for key, notice in self.notices.items() if known_to[key]}, known_to)


def tell(told: Told, now: Sequence[Notice], channels: Mapping[str, Send]) -> tuple[Told, int, list[str]]:
    """Send what is due over each channel; returns what was told then, how much, and what did not get through.

    What did not get through is due again the next time, on that channel alone.
    """
    told, count, failures = told.without(channels), 0, []
    for name, send in channels.items():
        due = told.due(name, now)[:MOST]
        if not due:
            continue
        try:
            send(due)
        except RetryError as error:
            failures.append(str(error))
        else:
            told, count = told.after(name, due), count + len(due)
    return told, count, failures


def notice(problem: Problem) -> Notice:
    """A problem in the words of a notice, with its page in the UI as people reach it."""
    return Notice(problem.key, problem.title, problem.said, problem.cure, notifier.ui_url(problem.page))


def _wrong_settings() -> dict[str, str]:
    """What is wrong with settings by account, after taking up what `.env` says now; or that it cannot be read."""
    try:
        accounts.faults()
    except ConfigError as error:
        return {".env": str(error)}
    return dict(examined().faults)


def unusable(faults: Mapping[str, str]) -> list[Notice]:
    """Accounts that their settings keep from being synced: no run is started for them, so none fails."""
    cure = "Put it right in .env (`leadline connections` shows what is connected); it goes on by itself then."
    page = notifier.ui_url("/automation")
    return [Notice(f"settings/{name}", f"{name} cannot be used", said, cure, page) for name, said in faults.items()]


@sensor(
    name="alert_sensor",
    minimum_interval_seconds=SECONDS_BETWEEN,
    default_status=SENSORS_ARE,
    description="Tell people of failed runs, failed checks, stale connections and those whose settings are wrong, once"
    " each, and when they are over.",
)
def alert_sensor(context: SensorEvaluationContext) -> SkipReason:
    """Compare what is wrong now with what was told; a tick fails when nothing at all got through."""
    settings = unusable(_wrong_settings())
    channels = notifier.channels()
    if not channels:
        return SkipReason(UNSET)
    with warehouse.connect(warehouse.resolve()) as db:
        found = problems.found(db, context.instance, [job.name for job in JOBS], datetime.now(UTC))
    now = [*settings, *(notice(problem) for problem in found)]
    told, count, failures = tell(Told.load(context.cursor), now, channels)
    if failures and not count:
        raise LeadlineError("; ".join(failures))
    context.update_cursor(told.dump())
    return SkipReason("; ".join([f"{len(now)} problems stand, {count} notices sent", *failures]))


ALERT_SENSORS: list[SensorDefinition] = [alert_sensor]

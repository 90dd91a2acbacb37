"""Each account as automation sees it: how it stands, how its last runs ended, and the run that would sync it.

Belongs here: putting these together, and run requests. Does not: when (`sensors.py`, `schedules.py`).
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from time import time as now

import psycopg
from dagster import DagsterInstance, RunRequest

from connectors.registry import Connection, Standing, Warehouse, examined, fingerprint, standing, warehouse
from orchestration import env_following, run_tags
from orchestration.automation import attempts
from orchestration.automation.decisions import Attempt, Decision, decide
from orchestration.progress import OWN_LINES

_FOLLOWED = env_following.followed()


@dataclass(frozen=True)
class Account:
    """A connected account and how its history stands; its runs are looked up only where they matter."""

    connection: Connection
    standing: Standing
    instance: DagsterInstance

    @cached_property
    def attempts(self) -> Sequence[Attempt]:
        """Its last runs, the newest first."""
        return attempts.of_connection(self.instance, self.name)

    @cached_property
    def settings(self) -> str:
        """Names the settings it is connected by."""
        return fingerprint(self.connection)

    @property
    def name(self) -> str:
        """As its raw rows call it."""
        return self.connection.name

    def history(self) -> Decision:
        """Whether to read on in its history now; the sentence names the account."""
        if not self.standing.missing:
            return self._said(Decision(False, "its history is whole"))
        restarted = self.standing.restarted_at.timestamp() if self.standing.restarted_at else None
        return self._decided(renewed_at=restarted, is_cancel_final=True, is_due_again=False)

    def following(self) -> Decision:
        """Whether to sync what is new now, which waits for a whole history."""
        if self.standing.missing:
            return self._said(Decision(False, f"its history comes first ({self.standing.missing})"))
        return self._decided()

    def request(self, cause: str, window: str, decision: Decision) -> RunRequest:
        """The run that syncs it; asked for twice before there is a new run, it is one run."""
        last = self.attempts[0].run_id if self.attempts else f"first {self.settings}"
        return RunRequest(
            run_key=f"{cause} {self.name} after {last}",
            job_name=f"{self.connection.connector}_sync_job",
            run_config={
                "ops": {f"{self.connection.connector}_sync": {"config": {"connection": self.name}}},
                **OWN_LINES,
            },
            tags={
                run_tags.CONNECTION: self.name,
                run_tags.CAUSE: run_tags.RETRY if decision.is_retry else cause,
                run_tags.WINDOW: window,
                run_tags.SETTINGS: self.settings,
                **run_tags.BEHIND_PEOPLE,
            },
        )

    def _decided(self, **circumstances: float | bool | None) -> Decision:
        if self.standing.is_running and not self._is_in_flight():
            return self._said(Decision(False, f"another sync of {self.connection.connector} is under way"))
        return self._said(decide(self.attempts, now(), self.settings, **circumstances))  # type: ignore[arg-type]

    def _is_in_flight(self) -> bool:
        return bool(self.attempts) and self.attempts[0].ended_at is None

    def _said(self, decision: Decision) -> Decision:
        return Decision(decision.starts, f"{self.name}: {decision.said}" if decision.said else "", decision.is_retry)


def faults() -> list[str]:
    """What is wrong with settings that were meant to connect something, after taking up what `.env` says now."""
    if _FOLLOWED:
        _FOLLOWED.refresh()
    return list(examined().faults.values())


@contextmanager
def opened() -> Iterator[tuple[Warehouse, psycopg.Connection]]:
    """The warehouse, and a session on it."""
    target = warehouse.resolve()
    with warehouse.connect(target) as db:
        yield target, db


def accounts(connectors: Iterable[str], db: psycopg.Connection, instance: DagsterInstance) -> list[Account]:
    """The accounts of these vendors whose credentials are set, as they stand now."""
    wanted = set(connectors)
    on = [named for named in examined().on if named.connector in wanted]
    return [Account(named, standing.of_connection(db, named), instance) for named in on]

"""`leadline status`: everything at a glance, in the order in which one asks.

Belongs here: which parts, and whether a person is needed. Does not: the parts (`standing.py`, `outlook.py`,
`problems.py`, `summary.py`).
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.registry import Warehouse, examined, warehouse
from orchestration import instance, outlook, problems, standing, summary
from orchestration.automation.jobs import JOBS
from orchestration.problems import Problem


@dataclass(frozen=True)
class Glance:
    """What to print, and whether it holds anything that will not mend itself."""

    text: str
    needs_a_person: bool


def look(target: Warehouse) -> Glance:
    """How everything stands now; nothing is changed or asked of any vendor."""
    now = datetime.now(UTC)
    accounts = examined()
    with warehouse.connect(target) as db, instance.standing(target) as dagster:
        wrong = problems.found(db, dagster, [job.name for job in JOBS], now)
        ahead = outlook.lines(db, dagster, now)
    connected = ", ".join(connection.name for connection in accounts.on) or "nothing (run `leadline connect`)"
    needs_a_person = bool(accounts.faults) or any(not problem.is_warning for problem in wrong)
    said = [
        f"Connected: {connected}",
        *standing.lines(target),
        *ahead,
        *(f"Wrong: {fault}" for fault in accounts.faults.values()),
        *(line for problem in wrong for line in _lines(problem)),
        *([] if wrong or accounts.faults else ["Nothing is wrong: no failed run, no failed check, no stale account."]),
        summary.text(target),
    ]
    return Glance("\n".join(said), needs_a_person)


def _lines(problem: Problem) -> list[str]:
    word = "Warning" if problem.is_warning else "Wrong"
    since = f"since {problem.since:%Y-%m-%d %H:%M} UTC"
    return [
        f"{word}: {problem.title} ({since}). {problem.said}",
        *([f"  {problem.cure}"] if not problem.is_warning else []),
    ]

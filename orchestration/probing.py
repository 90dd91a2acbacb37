"""Whether credentials still work: every connection asked at once, none waited for longer than a limit.

Belongs here: asking side by side and what came of it. Does not: the question itself (`Connector.probe`), saying it
(`connections.py`).
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from connectors.registry import Connection, LeadlineError, Opened, RetryError, connector
from orchestration import in_background


@dataclass(frozen=True)
class Verdict:
    """What asking with a connection's credentials showed: `word` for a table, `reason` where they do not work.

    `works` is None where the vendor has no way to ask. `is_pending` while it is still being asked.
    """

    word: str
    works: bool | None
    reason: str = ""
    opened: Opened | None = None
    is_pending: bool = False


def verdicts(asked: Sequence[Connection], seconds: float) -> dict[str, Verdict]:
    """A verdict by connection name, after at most `seconds`; what still waits then goes on in the background."""
    questions = {named.name: question for named in asked if (question := _question(named))}
    answers = in_background.asked(questions, seconds)
    return {named.name: _verdict(named.name, answers.get(named.name), seconds) for named in asked}


def _question(named: Connection) -> Callable[[], Opened] | None:
    probe = connector(named.connector).probe
    return (lambda: probe(named)) if probe else None


def _verdict(name: str, future: Future[Opened] | None, seconds: float) -> Verdict:
    if future is None:
        return Verdict("cannot be asked", None)
    if not future.done():
        late = f"{name}: no answer within {seconds:g} s; try again, or look at the vendor's status page."
        return Verdict("no answer", False, late, is_pending=True)
    try:
        return Verdict("work", True, opened=future.result())
    except RetryError as error:
        return Verdict("no answer", False, str(error))
    except LeadlineError as error:
        return Verdict("do not work", False, str(error))

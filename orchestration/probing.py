"""Whether credentials still work: every connection asked at once, none waited for longer than a limit.

Belongs here: asking side by side and what came of it. Does not: the question itself (`Connector.probe`), saying it
(`connections.py`).
"""

from collections.abc import Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from threading import Thread

from connectors.registry import Connection, LeadlineError, Opened, RetryError, connector


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
    answers = {named.name: _asking(named) for named in asked}
    wait([future for future in answers.values() if future], timeout=seconds)
    return {name: _verdict(name, future, seconds) for name, future in answers.items()}


def _asking(named: Connection) -> Future[Opened] | None:
    probe = connector(named.connector).probe
    if probe is None:
        return None
    future: Future[Opened] = Future()

    def ask() -> None:
        try:
            future.set_result(probe(named))
        except Exception as error:  # noqa: BLE001 - whatever it is, whoever takes the result gets it
            future.set_exception(error)

    Thread(target=ask, daemon=True, name=f"asking {named.name}").start()
    return future


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

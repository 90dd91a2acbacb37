"""Questions asked side by side, none waited for longer than a limit.

Belongs here: the threads. Does not: the questions (`probing.py`, `automation/`).
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from threading import Thread
from typing import TypeVar

Answer = TypeVar("Answer")


def asked(questions: Mapping[str, Callable[[], Answer]], seconds: float) -> dict[str, Future[Answer]]:
    """The answers by name after at most `seconds`; a question without one goes on in a thread that ends with Python."""
    answers = {name: _asking(name, question) for name, question in questions.items()}
    wait(answers.values(), timeout=seconds)
    return answers


def _asking(name: str, question: Callable[[], Answer]) -> Future[Answer]:
    future: Future[Answer] = Future()

    def ask() -> None:
        try:
            future.set_result(question())
        except Exception as error:  # noqa: BLE001 - whatever it is, whoever takes the result gets it
            future.set_exception(error)

    Thread(target=ask, daemon=True, name=f"asking {name}").start()
    return future

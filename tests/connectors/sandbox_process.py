"""A sandbox in a process of its own: it outlives whoever syncs from it, and its CPU is not counted as theirs.

Belongs here: starting, asking and ending that process. Does not: what is asked there, which the callers bring along as
functions of a module.
"""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from connectors.sandbox.serving import Playing, serving
from connectors.sandbox.world import World

Answer = TypeVar("Answer")
_START_SECONDS = 300


class SandboxProcess:
    """A world being played elsewhere; `env` points the connectors at it."""

    def __init__(self, pipe: Connection, url: str, env: dict[str, str]) -> None:
        self._pipe, self.url, self.env = pipe, url, env

    def ask(self, function: Callable[..., Answer], *arguments: Any) -> Answer:
        """Call `function(playing, *arguments)` there; both ways must pickle. Raises what it raises."""
        self._pipe.send((function, arguments))
        is_answer, said = self._pipe.recv()
        if not is_answer:
            raise said
        return said

    def cpu_seconds(self) -> float:
        """The processor time it has used."""
        return self.ask(_cpu_seconds)


@contextmanager
def played_elsewhere(make_world: Callable[..., World], *arguments: Any) -> Iterator[SandboxProcess]:
    """Play `make_world(*arguments)` in a process of its own; the world is made there."""
    spawn = multiprocessing.get_context("spawn")  # a fork would carry this process's threads and sockets along
    here, there = spawn.Pipe()
    process = spawn.Process(target=_play, args=(there, make_world, arguments), daemon=True)
    process.start()
    there.close()
    try:
        if not here.poll(_START_SECONDS):
            raise TimeoutError(f"the sandbox did not start within {_START_SECONDS} s")
        url, env = here.recv()
        yield SandboxProcess(here, url, env)
    finally:
        here.close()  # which it takes as the end
        process.join(10)
        if process.is_alive():
            process.kill()
            process.join()


def _cpu_seconds(_: Playing) -> float:
    return time.process_time()


def _play(pipe: Connection, make_world: Callable[..., World], arguments: tuple) -> None:
    with serving(make_world(*arguments)) as playing:
        pipe.send((playing.url, playing.env))
        while True:
            try:
                function, given = pipe.recv()
            except EOFError:
                return
            try:
                pipe.send((True, function(playing, *given)))
            except Exception as error:  # noqa: BLE001 raised again by whoever asked
                pipe.send((False, error))

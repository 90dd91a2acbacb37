"""Reading several sources at once, each in a thread of its own, and giving what they yield to one taker.

Belongs here: the threads, and how they end. Does not: what the sources read (`whole.py`), what becomes of it
(`landing.py`).
"""

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from queue import Empty, Queue
from threading import Event, Thread
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class _Ended:
    error: BaseException | None = None


class _Reading(Generic[Item]):
    def __init__(self, sources: Mapping[str, Iterable[Item]]) -> None:
        self._queue: Queue[tuple[str, Item | _Ended]] = Queue(maxsize=1)
        self._is_given_up = Event()
        self._threads = [Thread(target=self._read, args=source, daemon=True) for source in sources.items()]

    def _read(self, name: str, source: Iterable[Item]) -> None:
        try:
            for item in source:
                self._queue.put((name, item))
                if self._is_given_up.is_set():
                    return
            self._queue.put((name, _Ended()))
        except BaseException as error:  # noqa: BLE001 raised again by the taker
            self._queue.put((name, _Ended(error)))

    def items(self) -> Generator[tuple[str, Item]]:
        left = len(self._threads)
        for thread in self._threads:
            thread.start()
        try:
            while left:
                name, item = self._queue.get()
                if not isinstance(item, _Ended):
                    yield name, item
                elif item.error:
                    raise item.error
                else:
                    left -= 1
        finally:
            self._is_given_up.set()
            self._drain()

    def _drain(self) -> None:
        """Take what the others are waiting to give, until all have ended."""
        for thread in self._threads:
            while thread.is_alive():
                try:
                    self._queue.get(timeout=0.05)
                except Empty:
                    continue


def side_by_side(sources: Mapping[str, Iterable[Item]]) -> Generator[tuple[str, Item]]:
    """What the sources yield, with their names, as it comes; one item at most is read ahead of the taker by each.

    Raises what the first source raised that did. Close it to give up: no thread reads on once it is closed.
    """
    return _Reading(sources).items()

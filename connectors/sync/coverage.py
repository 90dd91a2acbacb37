"""Which creation times of a list were read: slices, and the gaps between them.

Times are whole Unix seconds, intervals half open. Lists are newest first, so a reader goes down through its gap.
Does not belong here: who reads which gap (`plan.py`) or where slices are kept (`windows.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass

BEGINNING, FOREVER = 0, 2**40
"""Bounds of a window that has none: no filter is sent for them."""


@dataclass(frozen=True)
class Slice:
    """Everything created in [since, until) was read, and of the second below it what stands before `cursor`.

    `cursor` is None when nothing of that second was read. A slice of one crowded second has since = until.
    """

    since: int
    until: int
    cursor: str | None = None
    objects: int = 0
    pages: int = 0

    def __post_init__(self) -> None:
        """Refuse a slice that ends before it starts."""
        if not BEGINNING <= self.since <= self.until <= FOREVER:
            raise ValueError(f"a slice from {self.since} until {self.until} is none")


@dataclass(frozen=True)
class Gap:
    """What is left to read: objects created in [since, until), those after `cursor` only when it is set."""

    since: int
    until: int
    cursor: str | None = None


def gaps(slices: Iterable[Slice], since: int, until: int) -> list[Gap]:
    """The gaps in [since, until), newest first; `slices` in the order they were read."""
    found: list[Gap] = []
    top, cursor = until, None
    for read in sorted(slices, key=lambda s: -s.until):  # stable: of one second's slices the last read stays last
        if read.until < top:
            found.append(Gap(read.until, top, cursor))
        if read.since < top:
            top, cursor = read.since, read.cursor
        elif read.since == top:
            cursor = read.cursor or cursor
    if since < top:
        found.append(Gap(since, top, cursor))
    return found


def merged(slices: Iterable[Slice]) -> list[Slice]:
    """The same coverage in fewer slices: neighbours read one after the other become one."""
    found: list[Slice] = []
    for read in slices:
        last = found[-1] if found else None
        if last and last.since == read.until:
            objects, pages = last.objects + read.objects, last.pages + read.pages
            found[-1] = Slice(read.since, last.until, read.cursor, objects, pages)
        else:
            found.append(read)
    return found

"""One Stripe list held for paging: objects as bytes, newest first, indexed by id, by time and by filter value.

It knows positions and values only; which filters a list has stands in `stripe_resources.py`.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

# A column holds, for each object, what a filter compares: one text, several (a list), or a whole number.
Cell = str | int | None | tuple[str, ...]


@dataclass(frozen=True)
class Wanted:
    """Objects whose cell in `column` is, or contains, one of `values`; with `excluded`, all the others."""

    column: str
    values: frozenset[str]
    excluded: bool = False

    @property
    def single(self) -> bool:
        """Whether exactly one value is looked for, so that its posting can lead."""
        return len(self.values) == 1 and not self.excluded


@dataclass(frozen=True)
class Between:
    """Objects whose whole-number cell in `column` lies in [low, high], either end open when None."""

    column: str
    low: int | None
    high: int | None


@dataclass
class Window:
    """Positions [first, last) to look at, newest first; `backwards` takes them from the end."""

    first: int
    last: int
    backwards: bool = False


@dataclass
class Collection:
    """The objects of one list, newest first; equal times stand in reverse file order."""

    lines: list[bytes] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    position: dict[str, int] = field(default_factory=dict)
    _age: "array[int]" = field(default_factory=lambda: array("q"))
    _columns: dict[str, list[Cell]] = field(default_factory=dict)
    _postings: dict[str, dict[str, list[int]]] = field(default_factory=dict)

    @classmethod
    def build(cls, rows: Sequence[tuple[int, str, bytes, Mapping[str, Cell]]], columns: Sequence[str]) -> "Collection":
        """Build from rows in file order: (created, id, line, cells)."""
        order = sorted(range(len(rows)), key=lambda i: (-rows[i][0], -i))
        ids = [rows[i][1] for i in order]
        return cls(
            lines=[rows[i][2] for i in order],
            ids=ids,
            position={id_: n for n, id_ in enumerate(ids)},
            _age=array("q", (-rows[i][0] for i in order)),
            _columns={c: [rows[i][3].get(c) for i in order] for c in columns},
        )

    def window(
        self, gt: int | None = None, gte: int | None = None, lt: int | None = None, lte: int | None = None
    ) -> Window:
        """The positions whose `created` satisfies the bounds given (Unix seconds)."""
        first, last = 0, len(self.lines)
        if lte is not None:
            first = max(first, bisect_left(self._age, -lte))
        if lt is not None:
            first = max(first, bisect_right(self._age, -lt))
        if gte is not None:
            last = min(last, bisect_right(self._age, -gte))
        if gt is not None:
            last = min(last, bisect_left(self._age, -gt))
        return Window(first, max(first, last))

    def page(
        self, window: Window, wanted: Sequence[Wanted], ranges: Sequence[Between], limit: int
    ) -> tuple[list[int], bool]:
        """The positions of at most `limit` matching objects, newest first, and whether more lie that way."""
        tests = [self._equals(w) for w in wanted] + [self._lies_in(r) for r in ranges]
        candidates = self._candidates(window, wanted)
        found = list(islice((p for p in candidates if all(test(p) for test in tests)), limit + 1))
        page = found[:limit]
        if window.backwards:
            page.reverse()
        return page, len(found) > limit

    def created(self, position: int) -> int:
        """When the object at `position` was created, in Unix seconds; -1 is the oldest."""
        return -self._age[position]

    def mentions(self, column: str, value: str) -> bool:
        """Whether any object's cell in `column` is, or contains, `value`."""
        return value in self._posting(column)

    def _candidates(self, window: Window, wanted: Sequence[Wanted]) -> Iterator[int]:
        """Walk the window by the shortest posting there is, so a filtered page costs what it returns."""
        single = [self._posting(w.column).get(next(iter(w.values)), []) for w in wanted if w.single]
        if not single:
            whole = range(window.first, window.last)
            return iter(reversed(whole) if window.backwards else whole)
        posting = min(single, key=len)
        steps = range(bisect_left(posting, window.first), bisect_left(posting, window.last))
        return (posting[i] for i in (reversed(steps) if window.backwards else steps))

    def _posting(self, column: str) -> dict[str, list[int]]:
        """Positions by value, built when a filter is first used."""
        if column not in self._postings:
            posting: dict[str, list[int]] = {}
            for position, cell in enumerate(self._columns[column]):
                for value in cell if isinstance(cell, tuple) else (cell,):
                    if isinstance(value, str):
                        posting.setdefault(value, []).append(position)
            self._postings[column] = posting
        return self._postings[column]

    def _equals(self, wanted: Wanted) -> Callable[[int], bool]:
        cells, values = self._columns[wanted.column], wanted.values

        def test(position: int) -> bool:
            cell: Any = cells[position]
            found = not values.isdisjoint(cell) if isinstance(cell, tuple) else cell in values
            return found != wanted.excluded

        return test

    def _lies_in(self, between: Between) -> Callable[[int], bool]:
        cells, low, high = self._columns[between.column], between.low, between.high

        def test(position: int) -> bool:
            cell = cells[position]
            return isinstance(cell, int) and (low is None or cell >= low) and (high is None or cell <= high)

        return test

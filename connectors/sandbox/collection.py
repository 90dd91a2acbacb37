"""One Stripe list held for paging: objects as bytes in order of time, indexed by id and by filter value.

It knows keys and values only; which filters a list has stands in `stripe_resources.py`.
"""

from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

# What a filter compares: one text, several (a list), or a whole number.
Cell = str | int | None | tuple[str, ...]

Row = tuple[int, str, bytes, tuple[Cell, ...]]
"""One object to put in: when it was created, its id, its line, one cell a column."""

# A key orders objects: the second, then a number within it. 2**24 objects of one second can be told apart.
SECOND = 1 << 24


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
    """Positions [first, last) to look at, taken from the end; `upwards` takes them from the start."""

    first: int
    last: int
    upwards: bool = False


@dataclass
class Collection:
    """The objects of one list, oldest first; of equal times, the later written is the newer."""

    columns: tuple[str, ...] = ()
    lines: list[bytes] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    key: dict[str, int] = field(default_factory=dict)
    removed: dict[str, int] = field(default_factory=dict)
    _keys: "array[int]" = field(default_factory=lambda: array("q"))
    _cells: list[tuple[Cell, ...]] = field(default_factory=list)
    _postings: dict[str, dict[str, list[int]]] = field(default_factory=dict)

    @classmethod
    def build(cls, rows: Sequence[Row], columns: Sequence[str]) -> "Collection":
        """Build from rows in file order."""
        order = sorted(range(len(rows)), key=lambda i: rows[i][0])
        keys, last = array("q"), None
        for i in order:
            first = rows[i][0] * SECOND
            last = first if last is None or last < first else last + 1
            keys.append(last)
        ids = [rows[i][1] for i in order]
        return cls(
            columns=tuple(columns),
            lines=[rows[i][2] for i in order],
            ids=ids,
            key=dict(zip(ids, keys, strict=True)),
            _keys=keys,
            _cells=[rows[i][3] for i in order],
        )

    def insert(self, created: int, id_: str, line: bytes, cells: tuple[Cell, ...], number: int | None = None) -> None:
        """Put in one new object: the newest of its second, or the `number`th of the 2**24 places a second has."""
        if number is None:
            after = bisect_left(self._keys, (created + 1) * SECOND)
            key = max(self._keys[after - 1] + 1, created * SECOND) if after else created * SECOND
        else:
            key = created * SECOND + number
            while (at := bisect_left(self._keys, key)) < len(self._keys) and self._keys[at] == key:
                key += 1
        position = bisect_left(self._keys, key)
        self._keys.insert(position, key)
        self.lines.insert(position, line)
        self.ids.insert(position, id_)
        self._cells.insert(position, cells)
        self.key[id_] = key
        self.removed.pop(id_, None)
        self._post(key, cells)

    def replace(self, id_: str, line: bytes, cells: tuple[Cell, ...]) -> None:
        """Put a new version in the place of the object `id_`."""
        position = self.position(id_)
        self._unpost(self.key[id_], self._cells[position])
        self.lines[position], self._cells[position] = line, cells
        self._post(self.key[id_], cells)

    def remove(self, id_: str) -> None:
        """Take the object `id_` out; a cursor may go on naming its place."""
        position = self.position(id_)
        self._unpost(self.key[id_], self._cells[position])
        del self._keys[position], self.lines[position], self.ids[position], self._cells[position]
        self.removed[id_] = self.key.pop(id_)

    def position(self, id_: str) -> int:
        """Where the object `id_` stands; raises `KeyError` for an id that is not held."""
        return bisect_left(self._keys, self.key[id_])

    def line(self, id_: str) -> bytes | None:
        """The object `id_`, or None."""
        return self.lines[self.position(id_)] if id_ in self.key else None

    def cell(self, id_: str, column: str) -> Cell:
        """What the object `id_` holds in `column`."""
        return self._cells[self.position(id_)][self.columns.index(column)]

    def created(self, position: int) -> int:
        """When the object at `position` was created, in Unix seconds; 0 is the oldest."""
        return self._keys[position] // SECOND

    def window(
        self, gt: int | None = None, gte: int | None = None, lt: int | None = None, lte: int | None = None
    ) -> Window:
        """The positions whose `created` satisfies the bounds given (Unix seconds)."""
        lows = [0, *(self._before(bound) for bound in (gte, None if gt is None else gt + 1) if bound is not None)]
        highs = [self._before(bound) for bound in (lt, None if lte is None else lte + 1) if bound is not None]
        first, last = max(lows), min([len(self.lines), *highs])
        return Window(first, max(first, last))

    def beyond(self, window: Window, starting_after: str, ending_before: str) -> None:
        """Narrow `window` to what lies beyond a cursor: an id held, or removed since."""
        if starting_after:
            window.last = min(window.last, bisect_left(self._keys, self._place(starting_after)))
        if ending_before:
            window.first = max(window.first, bisect_right(self._keys, self._place(ending_before)))
            window.upwards = True

    def page(
        self, window: Window, wanted: Sequence[Wanted], ranges: Sequence[Between], limit: int
    ) -> tuple[list[int], bool]:
        """The positions of at most `limit` matching objects, newest first, and whether more lie that way."""
        tests = [self._equals(w) for w in wanted] + [self._lies_in(r) for r in ranges]
        candidates = self._candidates(window, wanted)
        found = list(islice((p for p in candidates if all(test(p) for test in tests)), limit + 1))
        page = found[:limit]
        if window.upwards:
            page.reverse()
        return page, len(found) > limit

    def values(self, column: str) -> Sequence[str]:
        """Every text that some object's cell in `column` is or contains."""
        return [value for value, keys in self._posting(column).items() if keys]

    def mentions(self, column: str, value: str) -> bool:
        """Whether any object's cell in `column` is, or contains, `value`."""
        return bool(self._posting(column).get(value))

    def _before(self, second: int) -> int:
        return bisect_left(self._keys, second * SECOND)

    def _place(self, id_: str) -> int:
        return self.key[id_] if id_ in self.key else self.removed[id_]

    def _candidates(self, window: Window, wanted: Sequence[Wanted]) -> Iterator[int]:
        """Walk the window by the shortest posting there is, so a filtered page costs what it returns."""
        single = [self._posting(w.column).get(next(iter(w.values)), []) for w in wanted if w.single]
        if not single:
            whole = range(window.first, window.last)
            return iter(whole if window.upwards else reversed(whole))
        posting = min(single, key=len)
        low = bisect_left(posting, self._keys[window.first]) if window.first < len(self._keys) else len(posting)
        high = bisect_left(posting, self._keys[window.last]) if window.last < len(self._keys) else len(posting)
        steps = range(low, high)
        keys = (posting[i] for i in (steps if window.upwards else reversed(steps)))
        return (bisect_left(self._keys, key) for key in keys)

    def _posting(self, column: str) -> dict[str, list[int]]:
        """Keys by value, built when a filter is first used and kept up to date from then on."""
        if column not in self._postings:
            posting: dict[str, list[int]] = {}
            index = self.columns.index(column)
            for key, cells in zip(self._keys, self._cells, strict=True):
                for value in _texts(cells[index]):
                    posting.setdefault(value, []).append(key)
            self._postings[column] = posting
        return self._postings[column]

    def _post(self, key: int, cells: tuple[Cell, ...]) -> None:
        for column, posting in self._postings.items():
            for value in _texts(cells[self.columns.index(column)]):
                insort(posting.setdefault(value, []), key)

    def _unpost(self, key: int, cells: tuple[Cell, ...]) -> None:
        for column, posting in self._postings.items():
            for value in _texts(cells[self.columns.index(column)]):
                del posting[value][bisect_left(posting[value], key)]

    def _equals(self, wanted: Wanted) -> Callable[[int], bool]:
        cells, values, index = self._cells, wanted.values, self.columns.index(wanted.column)

        def test(position: int) -> bool:
            cell: Any = cells[position][index]
            found = not values.isdisjoint(cell) if isinstance(cell, tuple) else cell in values
            return found != wanted.excluded

        return test

    def _lies_in(self, between: Between) -> Callable[[int], bool]:
        cells, low, high, index = self._cells, between.low, between.high, self.columns.index(between.column)

        def test(position: int) -> bool:
            cell = cells[position][index]
            return isinstance(cell, int) and (low is None or cell >= low) and (high is None or cell <= high)

        return test


def _texts(cell: Cell) -> tuple[str, ...]:
    """The texts of a cell, each once."""
    if isinstance(cell, tuple):
        return tuple(dict.fromkeys(cell))
    return (cell,) if isinstance(cell, str) else ()

"""Who reads what next: gaps of many lists cut into ranges, for many readers, newest first.

A reader that finds its range too long for one gives the older part back; the length of a range follows the density
last seen, or remembered from the window before. Does not belong here: asking (`scan.py`), what was read
(`coverage.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Condition

from connectors.sync.coverage import BEGINNING, FOREVER, Gap, Slice

MOST_OBJECTS, LEAST_OBJECTS = 5_000, 400
"""Bounds on what one range is meant to hold: enough pages to be worth a request that finds its end."""

FIRST_OBJECT = 1_293_840_000
"""2011-01-01: where estimates (never reading) suppose that a list begins, unless its connector knows better."""


@dataclass(eq=False)
class Range:
    """A reader's share of a list: objects created in [since, until), after `cursor` when it is set."""

    table: str
    since: int
    until: int
    cursor: str | None = None
    read: int = 0


@dataclass
class _List:
    gaps: list[Gap]  # oldest first, so that the newest is popped
    can_split: bool
    memory: list[Slice]
    seconds_per_object: float | None = None
    is_sparse: bool = False
    active: list[Range] = field(default_factory=list)
    done: int = 0
    read: int = 0
    is_dropped: bool = False


@dataclass(frozen=True)
class Outlook:
    """How far a plan is: objects read by table, ranges done and known of, objects that seem to be left."""

    read: dict[str, int]
    ranges_done: int
    ranges_known: int
    objects_left: int

    @property
    def objects(self) -> int:
        """Objects read of all tables."""
        return sum(self.read.values())


class Plan:
    """The ranges of all lists of one scan; safe for many readers at once."""

    def __init__(self, readers: int, begins: int = FIRST_OBJECT, now: int = FOREVER) -> None:
        """`begins` and `now` (Unix seconds) bound the estimates."""
        self._readers, self._begins, self._now = readers, begins, now
        self._lists: dict[str, _List] = {}
        self._changed = Condition()
        self._stopped = False

    def add(self, table: str, gaps: Iterable[Gap], *, can_split: bool = True, memory: Iterable[Slice] = ()) -> None:
        """Add a list's gaps (newest first); `memory` are slices of its last window, for their density."""
        remembered = sorted((s for s in memory if s.objects), key=lambda s: -s.until)
        self._lists[table] = _List(list(gaps)[::-1], can_split, remembered)

    def take(self) -> Range | None:
        """The next range to read; waits while others may give some back; None when nothing is left."""
        with self._changed:
            while not self._stopped:
                waiting = [(len(at.active), name) for name, at in self._lists.items() if at.gaps]
                if waiting:
                    fewest = min(active for active, _ in waiting)
                    name = next(name for active, name in waiting if active == fewest)
                    return self._cut(name, self._lists[name])
                if not any(at.active for at in self._lists.values()):
                    break
                self._changed.wait()
            self._changed.notify_all()
            return None

    def read(self, part: Range, times: list[int], last_id: str | None, has_more: bool) -> Slice:
        """Note a page of the range: its objects' times, newest first; returns the slice it covers.

        The range is moved below the page, cut if too much seems left, and ended when there is no more.
        """
        with self._changed:
            at = self._lists[part.table]
            at.read += len(times)
            part.read += len(times)
            if not has_more or not times:
                covered = Slice(part.since, part.until, None, len(times), 1)
                self._end(part, at)
                return covered
            lowest = part.since if at.can_split else part.since + 1  # what is in no order ends with its last page only
            reached = max(lowest, min(part.until, min(times) + 1))
            covered = Slice(reached, part.until, last_id, len(times), 1)
            if at.can_split:
                newest = max(times) if part.until == FOREVER else min(part.until, max(times) + 1)
                at.seconds_per_object = max(newest - min(times), 0.5) / len(times)
                at.is_sparse = False
            part.until, part.cursor = reached, last_id
            if at.is_dropped or part.since >= part.until:  # the second below belongs to another range
                self._end(part, at)
            elif at.can_split:
                self._give_back(part, at)
            return covered

    def goes_on(self, part: Range) -> bool:
        """Whether the range has more to read, by this reader."""
        with self._changed:
            return not self._stopped and part in self._lists[part.table].active

    def restart_second(self, part: Range) -> None:
        """The range's cursor is gone: read its second again from the start."""
        with self._changed:
            part.cursor = None

    def drop(self, table: str) -> None:
        """Forget a list that cannot be read."""
        with self._changed:
            at = self._lists[table]
            at.gaps, at.active, at.is_dropped = [], [], True
            self._changed.notify_all()

    def is_dropped(self, table: str) -> bool:
        """Whether the list turned out not to be readable by ranges."""
        with self._changed:
            return self._lists[table].is_dropped

    def stop(self) -> None:
        """Let every reader come home after its page."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    @property
    def is_done(self) -> bool:
        """Whether every range was read."""
        with self._changed:
            return not any(at.gaps or at.active for at in self._lists.values())

    def outlook(self) -> Outlook:
        """How far it is."""
        with self._changed:
            lists = self._lists.values()
            left = sum(self._left(at) for at in lists)
            done = sum(at.done for at in lists)
            going = sum(len(at.active) + len(at.gaps) for at in lists)
            more = sum(max(0, self._left(at) // MOST_OBJECTS - len(at.active) - len(at.gaps)) for at in lists)
            return Outlook({name: at.read for name, at in self._lists.items()}, done, done + going + more, left)

    def _cut(self, name: str, at: _List) -> Range:
        gap = at.gaps.pop()
        since = self._since(at, gap) if at.can_split else gap.since
        if gap.since < since < gap.until:
            at.gaps.append(Gap(gap.since, since))
            self._changed.notify()
        else:
            since = gap.since
        part = Range(name, since, gap.until, gap.cursor)
        at.active.append(part)
        return part

    def _since(self, at: _List, gap: Gap) -> int:
        """How far down from the gap's top one range should reach."""
        remembered = _enough(at.memory, gap.until, self._target(at))
        if remembered is not None:
            return remembered
        if at.seconds_per_object is None or at.is_sparse or gap.until == FOREVER:
            return gap.since  # its first page will tell how much of it to give back
        since = gap.until - max(1, int(self._target(at) * at.seconds_per_object))
        return since if since > self._begins else gap.since

    def _give_back(self, part: Range, at: _List) -> None:
        assert at.seconds_per_object is not None
        target = self._target(at)
        if (part.until - max(part.since, self._begins)) / at.seconds_per_object <= 2 * target:
            return
        middle = part.until - max(1, int(target * at.seconds_per_object))
        if part.since < middle:
            at.gaps.append(Gap(part.since, middle))
            at.gaps.sort(key=lambda gap: gap.until)
            part.since = middle
            self._changed.notify()

    def _end(self, part: Range, at: _List) -> None:
        if part in at.active:
            at.active.remove(part)
            at.done += 1
            at.is_sparse = part.read < LEAST_OBJECTS
        self._changed.notify_all()

    def _target(self, at: _List) -> int:
        return max(LEAST_OBJECTS, min(MOST_OBJECTS, self._left(at) // (2 * self._readers)))

    def _left(self, at: _List) -> int:
        """About how many objects are unread, from the density last seen."""
        spans = [(gap.since, gap.until) for gap in at.gaps] + [(part.since, part.until) for part in at.active]
        if at.seconds_per_object is None:
            return sum(s.objects for s in at.memory) if spans else 0
        seconds = sum(max(0, min(until, self._now) - max(since, self._begins)) for since, until in spans)
        return int(seconds / at.seconds_per_object)


def _enough(memory: list[Slice], until: int, objects: int) -> int | None:
    """The time down to which `memory` held about that many objects below `until`; None when it held fewer."""
    counted = 0.0
    for known in memory:
        top = min(known.until, until)
        if top <= known.since:
            continue
        density = known.objects / max(known.until - known.since, 1)
        if counted + density * (top - known.since) >= objects:
            return max(BEGINNING, top - max(1, int((objects - counted) / density)))
        counted += density * (top - known.since)
    return None

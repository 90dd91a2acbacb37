"""The ladder: how often a day of a report is read again, by its age where the account is.

A report's recent days are restated for weeks, so young days are read often, older ones seldom, and each once more when
it has settled. What is shown of a day replaces all that was held of it. Where it stands is in `ingest.days`.
Does not belong here: asking a vendor for days (each connector).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.connector import Page, Table
from connectors.errors import StopError
from connectors.sync import gone
from connectors.sync.progress import Progress
from connectors.sync.session import Session

EVERY_RUN_DAYS = 1
"""Up to this age in days, every run reads the day: today and yesterday."""
RUNGS = ((7, timedelta(hours=6)), (28, timedelta(days=1)))
"""Up to this age in days, a day is read again when its last reading is that old."""
SETTLED_DAYS = RUNGS[-1][0]
LEEWAY = timedelta(minutes=15)
"""A run begun this much early counts as on time: a schedule of six hours must not read every twelve."""

FIRST_SPAN, LONGEST_SPAN, ROWS_A_SPAN = 7, 366, 20_000
"""Days asked for at once: at first, at most, and the rows that the following spans aim at."""

Days = Callable[[date, date], Mapping[str, Sequence[Page]]]
"""Reads the days from the first to the last, inclusive: for each table all pages, of which there is at least one."""


@dataclass(frozen=True)
class Calendar:
    """The account's days from `first` on, in its zone; `now` is the vendor's clock."""

    first: date
    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        """The day it is where the account is."""
        return self.now.astimezone(self.zone).date()

    def due(self, read: Mapping[date, datetime]) -> list[date]:
        """The days to read now, newest first, by when each was last `read`."""
        days = (self.today - timedelta(days=age) for age in range((self.today - self.first).days + 1))
        return [day for day in days if day not in read or self._is_due(day, read[day])]

    def _is_due(self, day: date, read_at: datetime) -> bool:
        age = (self.today - day).days
        if age <= EVERY_RUN_DAYS:
            return True
        for oldest, interval in RUNGS:
            if age <= oldest:
                return self.now - read_at >= interval - LEEWAY
        return (read_at.astimezone(self.zone).date() - day).days <= SETTLED_DAYS  # its last word was never heard


def zone(name: str, who: str) -> ZoneInfo:
    """The zone of that IANA name. Raises `StopError` for a name this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise StopError(
            f"{who}: the account's time zone {name!r} is not known here; update the tz database."
        ) from error


def climb(session: Session, name: str, tables: Sequence[Table], calendar: Calendar, read: Days) -> None:
    """Read the days that are due, newest first, and put each span in place of what the tables held of it.

    A killed run goes on where it stopped: days are noted after their rows have landed. A table's `created` must give
    the day at 00:00 UTC.
    """
    read_at = _read(session, name)
    first_ever = min([calendar.first, *read_at])  # a first day whose rows vanish is still to be looked at
    spans, done = Spans(replace(calendar, first=first_ever).due(read_at)), 0
    for first, last in spans:
        pages = read(first, last)
        since, until = _midnight(first), _midnight(last + timedelta(days=1))
        wholes = [gone.Whole(t, pages[t.name], gone.living(session, t, since, until)) for t in tables]
        gone.replace_together(session, wholes)
        _note(session, name, first, last, min(page.seen_at for whole in wholes for page in whole.pages))
        done += (last - first).days + 1
        spans.rows = sum(len(page.objects) for whole in wholes for page in whole.pages)
        session.on_progress(Progress(name, done, tables={t.name: session.landing.counts[t.name].read for t in tables}))


class Spans:
    """Runs of consecutive days, newest first, as long as keeps their rows near `ROWS_A_SPAN`.

    After each span, put into `rows` how many it had.
    """

    def __init__(self, days: Sequence[date]) -> None:
        """`days` are in falling order."""
        self._days = list(days)
        self.rows = 0

    def __iter__(self) -> Iterator[tuple[date, date]]:
        """The first and last day of each."""
        length = FIRST_SPAN
        while self._days:
            count = 1
            while count < min(length, len(self._days)) and self._days[0] - self._days[count] == timedelta(days=count):
                count += 1
            span, self._days = self._days[:count], self._days[count:]
            yield span[-1], span[0]
            wanted = count * ROWS_A_SPAN // self.rows if self.rows else LONGEST_SPAN
            length = max(1, min(wanted, length * 4, LONGEST_SPAN))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _read(session: Session, name: str) -> dict[date, datetime]:
    query = "select day, read_at from ingest.days where connection = %s and name = %s"
    return dict(session.db.execute(query, [session.connection.name, name]).fetchall())


def _note(session: Session, name: str, first: date, last: date, read_at: datetime) -> None:
    session.db.execute(
        "insert into ingest.days select %s, %s, cast(day as date), %s"
        " from generate_series(cast(%s as date), cast(%s as date), interval '1 day') as day"
        " on conflict (connection, name, day) do update set read_at = excluded.read_at",
        [session.connection.name, name, read_at, first, last],
    )

"""Which days the pages speak of: the year up to the last sync, by weeks; less where there is less.

Belongs here: the choice. Does not: how a period reads (`formats.py`).
"""

from dataclasses import dataclass
from datetime import date, timedelta

LONGEST = timedelta(days=364)
BY_DAY_UP_TO = timedelta(days=45)


@dataclass(frozen=True)
class Period:
    """Local days `since` to `until`, both included, by `grain`; `last_period` starts the last period charted."""

    since: date
    until: date
    grain: str
    last_period: date

    @property
    def parameters(self) -> dict[str, object]:
        """What the pages' queries call them."""
        return {
            "since": self.since,
            "until": self.until,
            "as_of": self.until,
            "grain": self.grain,
            "last_period": self.last_period,
            "charted_until": self.last_period + timedelta(days=self.step - 1),
        }

    @property
    def step(self) -> int:
        """Days of a period."""
        return 1 if self.grain == "day" else 7

    def starts(self) -> list[date]:
        """The first day of every period up to the last one charted."""
        days = (self.last_period - self.since).days
        return [self.since + timedelta(days=offset) for offset in range(0, days + 1, self.step)]


def chosen(first: date, as_of: date) -> Period:
    """The period of an account whose data reach from `first` to `as_of`.

    A period that is still running is charted only where there is no other: half a week looks like a fall.
    """
    if as_of - first <= BY_DAY_UP_TO:
        since = min(first, as_of)
        return Period(since, as_of, "day", max(since, as_of - timedelta(days=1)))
    monday = _monday(max(first, as_of - LONGEST))
    return Period(monday, as_of, "week", _monday(as_of) - timedelta(days=7))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())

"""Figures of young days, as ad vendors show them: less than in the end, a row that is there for a while, then the end.

Belongs here: how much of a figure is shown at which age, the same at every asking. Does not: rows of one vendor.
"""

from datetime import UTC, date, datetime
from hashlib import blake2b
from zoneinfo import ZoneInfo

_PERCENT = ((0, 40), (1, 85), (3, 94), (7, 97))
"""Up to this age in days, about this much of a figure is known."""
_ALMOST = 99
_GHOST_AGES = range(1, 5)


class Restated:
    """Restates days until they are `settled_days` old; with 0, they stand from the beginning."""

    def __init__(self, settled_days: int) -> None:
        self.settled_days = settled_days

    def age(self, day: str, now: float, zone: str) -> int:
        """The age of `day` (YYYY-MM-DD) in days where the account is, at the Unix time `now`; negative before it."""
        return (datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(zone)).date() - date.fromisoformat(day)).days

    def percent(self, key: str, age: int) -> int:
        """How much of the row's figures is shown, 0 to 100; nothing of a day that has not come."""
        if not self.settled_days or age >= self.settled_days:
            return 100
        if age < 0:
            return 0
        known = next((percent for oldest, percent in _PERCENT if age <= oldest), _ALMOST)
        return min(100, known + _draw(key, 4) - 1)

    def has_ghost(self, key: str, age: int) -> bool:
        """Whether a second row stands beside this one, which will vanish again."""
        return bool(self.settled_days) and age in _GHOST_AGES and _draw(key, 6) == 0


def _draw(key: str, sides: int) -> int:
    return blake2b(key.encode(), digest_size=4).digest()[0] % sides

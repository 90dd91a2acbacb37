"""Chance that repeats: weighted picks, decks that keep their proportions, and moments that follow a business's rhythm.

Only `random()` of the generator is used, so that the same seed gives the same world on every Python.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")
DAY = 86_400
_WEEKDAYS = (1.12, 1.16, 1.12, 1.06, 0.98, 0.76, 0.80)
_MONTHS = (1.08, 0.98, 1.0, 0.98, 0.95, 0.9, 0.82, 0.85, 1.02, 1.05, 1.28, 1.12)
_HOURS = (4, 3, 2, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10, 9, 9, 8, 8, 7, 6, 5)
_DAILY_GROWTH = 0.0018


def whole(rng: Random, low: int, high: int) -> int:
    """A whole number in [low, high], each equally likely."""
    return low + int(rng.random() * (high - low + 1))


def pick(rng: Random, choices: Sequence[T]) -> T:
    """One of `choices`, each equally likely."""
    return choices[int(rng.random() * len(choices))]


class Weighted(Generic[T]):
    """Draws values in proportion to their weights."""

    def __init__(self, weights: Sequence[tuple[T, float]]) -> None:
        self._values = [value for value, _ in weights]
        self._sums = list(accumulate(weight for _, weight in weights))

    def draw(self, rng: Random) -> T:
        """One value."""
        return self._values[bisect_right(self._sums, rng.random() * self._sums[-1])]


class Deck(Generic[T]):
    """Draws cards without putting them back until all are gone: small worlds hold every kind, too."""

    def __init__(self, rng: Random, cards: Sequence[tuple[T, int]]) -> None:
        self._rng = rng
        self._cards = [value for value, count in cards for _ in range(count)]
        self._left: list[T] = []

    def draw(self) -> T:
        """One card of the shuffled deck; an empty deck is shuffled anew."""
        if not self._left:
            self._left = list(self._cards)
            for last in range(len(self._left) - 1, 0, -1):
                other = int(self._rng.random() * (last + 1))
                self._left[last], self._left[other] = self._left[other], self._left[last]
        return self._left.pop()


class Rhythm:
    """Moments between `start` and `end` (Unix seconds, UTC midnights) as a shop has them.

    More of them each month, fewer at weekends and in summer, most by day.
    """

    def __init__(self, start: int, end: int) -> None:
        self._start = start
        self._days = Weighted([(day, _weight(start, day)) for day in range((end - start) // DAY)])
        self._hours = Weighted([(hour, weight) for hour, weight in enumerate(_HOURS)])

    def moment(self, rng: Random) -> int:
        """One moment, in Unix seconds."""
        return self._start + self._days.draw(rng) * DAY + self.time_of_day(rng)

    def time_of_day(self, rng: Random) -> int:
        """Seconds after midnight."""
        return self._hours.draw(rng) * 3600 + whole(rng, 0, 3599)


def _weight(start: int, day: int) -> float:
    date = datetime.fromtimestamp(start + day * DAY, UTC)
    return math.exp(_DAILY_GROWTH * day) * _WEEKDAYS[date.weekday()] * _MONTHS[date.month - 1]

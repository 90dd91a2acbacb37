"""Histories as lists of times: each function returns Unix seconds, oldest first; the same arguments give the same.

What stands at these times is made in `sales.py`.
"""

import random

_HOUR = 3_600
_YEAR = 365 * 86_400
END = 1_790_000_000
"""When histories end unless they say otherwise: 2026-09-21."""


def uniform(count: int, *, days: int = 730, end: int = END, seed: int = 1) -> list[int]:
    """Evenly spread over the `days` before `end`."""
    draw = random.Random(seed)
    return sorted(end - 1 - draw.randrange(days * 86_400) for _ in range(count))


def burst(count: int, *, share: float = 0.99, days: int = 730, end: int = END, seed: int = 1) -> list[int]:
    """`share` of all in one hour in the middle of the `days` before `end`, the rest evenly spread."""
    draw = random.Random(seed)
    crowded = round(count * share)
    first = end - days * 43_200
    times = [first + draw.randrange(_HOUR) for _ in range(crowded)]
    return sorted(times + uniform(count - crowded, days=days, end=end, seed=seed))


def one_second(count: int, *, around: int = 0, days: int = 730, end: int = END, seed: int = 1) -> list[int]:
    """All in one second; `around` more are evenly spread before and after it."""
    return sorted([end - days * 43_200] * count + uniform(around, days=days, end=end, seed=seed))


def sparse(count: int, *, years: int = 12, end: int = END, seed: int = 1) -> list[int]:
    """A few scattered days in each of `years` years, with months of nothing between; each year has some."""
    draw = random.Random(seed)
    days = [end - year * _YEAR - draw.randrange(_YEAR) for year in range(years) for _ in range(5)]
    chosen = [days[(n * 5) % len(days) + n // years % 5] for n in range(count)]
    return sorted(min(day + draw.randrange(_HOUR), end - 1) for day in chosen)

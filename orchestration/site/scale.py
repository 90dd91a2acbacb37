"""An axis with round steps that holds every value and 0.

Belongs here: arithmetic. Does not: drawing (`charts.py`).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

STEPS = 4


@dataclass(frozen=True)
class Scale:
    """From `low` to `high` in steps of `step`, both multiples of it."""

    low: float
    high: float
    step: float

    def ticks(self) -> list[float]:
        """The steps, the highest first, as they stand beside a chart."""
        count = round((self.high - self.low) / self.step)
        return [self.high - self.step * place for place in range(count + 1)]

    def place(self, value: float, height: float) -> float:
        """Where a value lies below the top of a chart of that height."""
        return round((self.high - value) / (self.high - self.low) * height, 1)


def holding(values: Iterable[float]) -> Scale:
    """The smallest scale of about four round steps around the values and 0."""
    known = [0.0, *values]
    low, high = min(known), max(known)
    if low == high:
        return Scale(0.0, 1.0, 1.0)
    rough = (high - low) / STEPS
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * magnitude for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * magnitude >= rough)
    return Scale(math.floor(low / step) * step, math.ceil(high / step) * step, step)

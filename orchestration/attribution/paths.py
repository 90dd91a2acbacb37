"""Paths of channels, counted: what Markov and Shapley read.

Belongs here: how a path is written, and what of it each model needs. Does not: the mathematics (`markov.py`,
`shapley.py`), which persons and orders make a path (`dbt_project/models/intermediate/int_channel_paths.sql`).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

SEPARATOR = " > "
START, LOST, CONVERTED = "(start)", "(lost)", "(converted)"
Path = tuple[str, int, int]
"""A path as text, how many ended in an order and how many in none."""


@dataclass
class Counts:
    """All a model reads of the paths, whatever their number: steps between channels, and sets of channels."""

    steps: Counter[tuple[str, str]] = field(default_factory=Counter)
    converted_sets: Counter[tuple[str, ...]] = field(default_factory=Counter)
    all_sets: Counter[tuple[str, ...]] = field(default_factory=Counter)

    @property
    def channels(self) -> list[str]:
        """Every channel on any path, in the alphabet's order: nothing depends on the order paths came in."""
        return sorted({channel for channels in self.all_sets for channel in channels})

    @property
    def conversions(self) -> int:
        """Paths that ended in an order."""
        return self.converted_sets.total()


def count(paths: Iterable[Path]) -> Counts:
    """Read the paths once, one at a time."""
    counts = Counts()
    for text, conversions, nonconversions in paths:
        channels, walks = text.split(SEPARATOR), conversions + nonconversions
        if not walks:
            continue
        for step in zip([START, *channels[:-1]], channels, strict=True):
            counts.steps[step] += walks
        counts.steps[channels[-1], CONVERTED] += conversions
        counts.steps[channels[-1], LOST] += nonconversions
        on_it = tuple(sorted(set(channels)))
        counts.converted_sets[on_it] += conversions
        counts.all_sets[on_it] += walks
    return counts

"""How far a sync is, as one line for the terminal and numbers for the Dagster UI.

Belongs here: the numbers and their words. Does not: counting (`scan.py`), showing (`orchestration/`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Progress:
    """A moment of a sync: what it does, objects read so far; for a scan also ranges, requests a second and the rest.

    `tables` says how many objects of each table were read.
    `seconds_left` is an estimate, None while nothing is known of what is left.
    """

    what: str
    objects: int
    ranges_done: int = 0
    ranges_known: int = 0
    requests_per_second: float = 0.0
    requests_allowed: float = 0.0
    seconds_left: float | None = None
    tables: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        said = f"{self.what}: {self.objects:,} objects read"
        if self.ranges_known:
            said += f", {self.ranges_done:,} of about {self.ranges_known:,} ranges"
        if self.requests_allowed:
            said += f", {self.requests_per_second:.0f} requests/s of the {self.requests_allowed:.0f} allowed"
        if self.seconds_left is not None:
            said += f", about {_duration(self.seconds_left)} left"
        return said


OnProgress = Callable[[Progress], None]


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5_400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3_600:.1f} h"

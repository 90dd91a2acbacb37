"""10,000 random paths of channels, the same on every machine: what our models and the peer's are both given.

Belongs here: the paths, with the standard library alone, for the peer has an environment of its own.
"""

from dataclasses import dataclass
from random import Random

CHANNELS = ("affiliate", "ai_assistant", "direct", "display", "email", "paid", "referral", "search", "social")
PATHS = 10_000
WINDOW_HOURS = 90 * 24
HALF_LIFE_HOURS = 7 * 24


@dataclass(frozen=True)
class RandomPath:
    """Channels in the order they were met, the hours from each to the end, and whether the end was an order."""

    channels: tuple[str, ...]
    hours_before: tuple[float, ...]
    converted: bool


def random_paths() -> list[RandomPath]:
    """Mostly short ones of often the same channels; more channels, and email among them, convert more often."""
    random = Random(7).random  # the one method whose numbers no Python version changes
    return [_path(random) for _ in range(PATHS)]


def _path(random) -> RandomPath:
    touches = 1
    while touches < 12 and random() < 0.6:
        touches += 1
    channels = tuple(CHANNELS[int(random() ** 1.7 * len(CHANNELS))] for _ in range(touches))
    hours = sorted((int(random() * WINDOW_HOURS * 4) / 4 for _ in channels), reverse=True)
    chance = 0.1 + 0.05 * len(set(channels)) * ("email" in channels)
    return RandomPath(channels, tuple(hours), random() < chance)

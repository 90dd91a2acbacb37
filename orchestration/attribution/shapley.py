"""Shapley values of channels: what each adds, averaged over all orders in which they could have come together.

Belongs here: the game and its solution. Does not: reading paths (`paths.py`).
"""

import numpy as np
from numpy.typing import NDArray

from orchestration.attribution.paths import Counts

MOST_CHANNELS = 20
"""On one path: its subsets are looked at one by one, and 2^20 of them take seconds."""


def weights(counts: Counts) -> dict[str, float]:
    """Each channel's share of all conversions, none below 0; empty when nothing converted."""
    if not counts.conversions:
        return {}
    shares = {channel: max(value, 0.0) for channel, value in values(counts).items()}
    whole = sum(shares.values())
    return {channel: value / whole for channel, value in shares.items()}


def values(counts: Counts) -> dict[str, float]:
    """Conversions divided among the channels; they sum to all conversions.

    The players are the channels of one set of them, the worth of a coalition is the conversion rate of the paths over
    exactly its channels (0 where none converted), and what a set's conversions earn is divided by these values.
    """
    channels = counts.channels
    bit = {channel: 1 << place for place, channel in enumerate(channels)}
    rates = {
        sum(bit[channel] for channel in players): counts.converted_sets[players] / walks
        for players, walks in counts.all_sets.items()
        if counts.converted_sets[players]
    }
    earned = dict.fromkeys(channels, 0.0)
    for players, conversions in sorted(counts.converted_sets.items()):
        if not conversions:
            continue
        shares = _shapley(_worths([bit[channel] for channel in players], rates))
        for channel, share in zip(players, shares / shares.sum(), strict=True):
            earned[channel] += float(share) * conversions
    return earned


def _worths(bits: list[int], rates: dict[int, float]) -> NDArray[np.float64]:
    """The worth of every coalition of these players, by the coalition's bits."""
    if len(bits) > MOST_CHANNELS:
        raise ValueError(f"One path has {len(bits)} channels; Shapley values are computed for up to {MOST_CHANNELS}.")
    coalitions = [0]
    for bit in bits:
        coalitions += [coalition | bit for coalition in coalitions]
    return np.array([rates.get(coalition, 0.0) for coalition in coalitions])


def _shapley(worths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shapley values from all 2^n worths, in n passes: every coalition's own surplus, divided evenly in it."""
    players = len(worths).bit_length() - 1
    surplus = worths.copy()
    for player in range(players):  # what a coalition is worth beyond all its parts
        halves = surplus.reshape(-1, 2, 1 << player)
        halves[:, 1] -= halves[:, 0]
    members = (np.arange(len(worths))[:, None] >> np.arange(players)) & 1
    return (surplus / np.maximum(members.sum(axis=1), 1)) @ members

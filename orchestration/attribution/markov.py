"""Markov removal effects: how much of all conversion is lost when nobody gets past a channel any more.

Belongs here: the first-order chain over channels and its solution. Does not: reading paths (`paths.py`).
"""

import numpy as np
from numpy.typing import NDArray

from orchestration.attribution.paths import CONVERTED, START, Counts


def weights(counts: Counts) -> dict[str, float]:
    """Each channel's removal effect, as a share of all of them; empty when nothing converted."""
    if not counts.conversions:
        return {}
    # What floating point leaves of no effect at all is none.
    effects = {channel: max(round(effect, 12), 0.0) for channel, effect in removal_effects(counts).items()}
    whole = sum(effects.values())
    return {channel: effect / whole for channel, effect in effects.items()}


def removal_effects(counts: Counts) -> dict[str, float]:
    """1 − the chain's conversion without the channel ÷ its conversion with all of them."""
    chain, converting = _chain(counts)
    whole = _conversion(chain, converting)
    effects = {}
    for state, channel in enumerate(counts.channels, start=1):
        blocked = chain.copy()
        blocked[:, state] = 0.0  # whoever would go there is lost
        effects[channel] = 1.0 - _conversion(blocked, converting) / whole
    return effects


def _chain(counts: Counts) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The probabilities of going from each state to each channel, and from each state straight to an order.

    Steps from a channel to itself are left out: they change how long a walk is, not where it ends.
    """
    states = [START, *counts.channels]
    place = {state: index for index, state in enumerate(states)}
    steps, orders, leaving = np.zeros((len(states), len(states))), np.zeros(len(states)), np.zeros(len(states))
    for (origin, target), walks in counts.steps.items():
        if origin == target:
            continue
        leaving[place[origin]] += walks
        if target == CONVERTED:
            orders[place[origin]] += walks
        elif target in place:
            steps[place[origin], place[target]] += walks
    return steps / leaving[:, None], orders / leaving


def _conversion(chain: NDArray[np.float64], converting: NDArray[np.float64]) -> float:
    """The probability that a walk from the start ends in an order: one linear system, solved exactly."""
    return float(np.linalg.solve(np.identity(len(chain)) - chain, converting)[0])

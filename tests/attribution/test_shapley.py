"""Shapley values: by hand, against every order of arrival, against the peer."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.attribution import shapley
from orchestration.attribution.paths import SEPARATOR, Path, count
from tests.attribution.peer import of_the_peer
from tests.attribution.random_paths import random_paths

worths_of_games = st.integers(1, 5).flatmap(
    lambda players: st.lists(st.floats(0, 1), min_size=2**players - 1, max_size=2**players - 1)
)


def weights(*paths: Path) -> dict[str, float]:
    return shapley.weights(count(paths))


def test_a_channel_is_worth_what_it_adds_to_the_others() -> None:
    """a converts 10 %, b 20 %, both 50 %: of the 50 together a earns 20 (0.1 and 0.3 more) and b 30."""
    counts = count([("a", 10, 90), ("b", 20, 80), ("b > a > b", 50, 50)])
    assert shapley.values(counts) == pytest.approx({"a": 30, "b": 50})
    assert shapley.weights(counts) == pytest.approx({"a": 0.375, "b": 0.625})


def test_a_channel_that_costs_more_orders_than_it_brings_weighs_nothing() -> None:
    """b alone converts 90 %, with a only 20 %: a's value is -2 of 12 orders."""
    counts = count([("a", 1, 9), ("b", 9, 1), ("a > b", 2, 8)])
    assert shapley.values(counts) == pytest.approx({"a": -2, "b": 14})
    assert shapley.weights(counts) == {"a": 0.0, "b": 1.0}


def test_channels_nobody_met_alone_share_evenly() -> None:
    assert weights(("a > b > c", 4, 1)) == pytest.approx({"a": 1 / 3, "b": 1 / 3, "c": 1 / 3})


def test_one_channel_weighs_everything() -> None:
    assert weights(("a > a", 3, 0)) == {"a": 1.0}


def test_without_paths_or_without_orders_there_are_no_weights() -> None:
    assert weights() == {}
    assert weights(("a", 0, 4)) == {}


def test_more_channels_on_a_path_than_can_be_computed_are_refused() -> None:
    with pytest.raises(ValueError, match="has 21 channels"):
        weights((SEPARATOR.join(f"c{number:02}" for number in range(21)), 1, 0))


@given(worths_of_games)
def test_values_are_the_mean_over_all_orders_of_arrival(worths: list[float]) -> None:
    game = np.array([0.0, *worths])
    players = range(len(game).bit_length() - 1)
    arrivals = list(permutations(players))
    added = np.zeros(len(players))
    for arrival in arrivals:
        present = 0
        for player in arrival:
            added[player] += game[present | 1 << player] - game[present]
            present |= 1 << player
    assert shapley._shapley(game) == pytest.approx(added / len(arrivals))


def test_values_sum_to_all_orders_and_do_not_depend_on_the_order_of_the_paths() -> None:
    paths = [(SEPARATOR.join(p.channels), int(p.converted), int(not p.converted)) for p in random_paths()]
    values = shapley.values(count(paths))
    assert sum(values.values()) == pytest.approx(sum(converted for _, converted, _ in paths))
    assert shapley.values(count(reversed(paths))) == values


def test_the_peer_finds_the_same_values_on_10_000_paths() -> None:
    paths = ((SEPARATOR.join(path.channels), path.converted, not path.converted) for path in random_paths())
    assert shapley.values(count(paths)) == pytest.approx(of_the_peer("shapley"), rel=1e-9)

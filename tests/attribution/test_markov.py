"""Removal effects: by hand, against the peer, and what may not change them."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.attribution import markov
from orchestration.attribution.paths import SEPARATOR, Path, count
from tests.attribution.peer import of_the_peer
from tests.attribution.random_paths import random_paths

channel = st.sampled_from("abcd")
paths_of_channels = st.lists(
    st.tuples(st.lists(channel, min_size=1, max_size=6).map(SEPARATOR.join), st.integers(0, 5), st.integers(0, 5)),
    min_size=1,
    max_size=8,
)


def weights(*paths: Path) -> dict[str, float]:
    return markov.weights(count(paths))


def test_a_channel_weighs_what_is_lost_without_it() -> None:
    """Of three walks two convert: 2/3. Without a, 1/6; without b, 1/3: effects of 3/4 and 1/2."""
    counts = count([("a", 1, 0), ("b", 1, 0), ("a > b", 0, 1)])
    assert markov.removal_effects(counts) == pytest.approx({"a": 0.75, "b": 0.5})
    assert markov.weights(counts) == pytest.approx({"a": 0.6, "b": 0.4})


def test_a_link_every_conversion_needs_weighs_as_much_as_any_other() -> None:
    assert weights(("a > b", 1, 0), ("a", 0, 1)) == pytest.approx({"a": 0.5, "b": 0.5})


def test_a_channel_that_leads_to_no_order_weighs_nothing() -> None:
    assert weights(("a", 1, 0), ("b", 0, 9)) == pytest.approx({"a": 1.0, "b": 0.0})


def test_one_channel_weighs_everything_even_when_every_path_converts() -> None:
    assert weights(("a", 3, 0)) == {"a": 1.0}


def test_paths_that_all_convert_have_weights_too() -> None:
    assert weights(("a > b", 1, 0), ("b > a", 1, 0)) == pytest.approx({"a": 0.5, "b": 0.5})


def test_without_paths_or_without_orders_there_are_no_weights() -> None:
    assert weights() == {}
    assert weights(("a", 0, 4)) == {}


def test_channels_that_only_lead_to_each_other_and_back_are_solved() -> None:
    assert weights(("a > b > a > b > a > c", 1, 3), ("c", 1, 1))["c"] > 0.3


@given(paths_of_channels)
def test_weights_sum_to_one_and_none_is_negative(paths: list[Path]) -> None:
    found = weights(*paths)
    assert bool(found) == any(conversions for _, conversions, _ in paths)
    if found:
        assert sum(found.values()) == pytest.approx(1)
        assert min(found.values()) >= 0


@given(paths_of_channels, st.randoms())
def test_the_order_and_the_grouping_of_the_paths_do_not_matter(paths: list[Path], random) -> None:
    single = [(text, 1, 0) for text, converted, _ in paths for _ in range(converted)]
    single += [(text, 0, 1) for text, _, lost in paths for _ in range(lost)]
    random.shuffle(single)
    assert weights(*single) == weights(*paths)


@given(paths_of_channels)
def test_meeting_a_channel_twice_running_is_meeting_it_once(paths: list[Path]) -> None:
    stuttering = [(SEPARATOR.join(f"{c}{SEPARATOR}{c}" for c in t.split(SEPARATOR)), y, n) for t, y, n in paths]
    assert weights(*stuttering) == pytest.approx(weights(*paths))


def test_the_peer_finds_the_same_removal_effects_on_10_000_paths() -> None:
    counts = count((SEPARATOR.join(path.channels), path.converted, not path.converted) for path in random_paths())
    assert markov.removal_effects(counts) == pytest.approx(of_the_peer("markov_removal_effect"), rel=1e-9)


def test_the_peer_divides_the_orders_of_10_000_paths_the_same_way() -> None:
    """A touch earns its channel's weight over the sum of its order's touches."""
    paths = random_paths()
    weight = markov.weights(count((SEPARATOR.join(p.channels), p.converted, not p.converted) for p in paths))
    earned: Counter[str] = Counter()
    for path in paths:
        whole = sum(weight[channel] for channel in path.channels)
        for channel in path.channels if path.converted else ():
            earned[channel] += weight[channel] / whole
    assert dict(earned) == pytest.approx(of_the_peer("markov"), rel=1e-9)

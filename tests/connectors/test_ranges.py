"""Coverage and plan, without any vendor: every object of a list is read once, whoever reads and whenever it stops."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sync.coverage import BEGINNING, FOREVER, Gap, Slice, gaps, merged
from connectors.sync.plan import Plan, Range

PAGE = 5
Listed = list[tuple[int, str]]
"""A vendor's list: (second of creation, id), newest first."""


def listed(times: list[int]) -> Listed:
    return sorted(((time, f"o{n:05d}") for n, time in enumerate(times)), key=lambda obj: (-obj[0], obj[1]))


def page(objects: Listed, part: Range) -> tuple[Listed, bool]:
    """What the vendor answers for a range: as Stripe does, ids break ties within a second."""
    found = [obj for obj in objects if part.since <= obj[0] < part.until]
    if part.cursor:
        at = next((-time, identity) for time, identity in objects if identity == part.cursor)
        found = [obj for obj in found if (-obj[0], obj[1]) > at]
    return found[:PAGE], len(found) > PAGE


class Reading:
    """Readers that take turns in any order, until they are stopped or done."""

    def __init__(self, objects: Listed, slices: list[Slice], readers: int, since: int = BEGINNING) -> None:
        self.objects, self.slices, self.readers, self.since = objects, slices, readers, since
        self.seen: list[str] = []
        self.pages = 0

    def go(self, draw: random.Random, most_pages: int = 10**9, memory: list[Slice] | None = None) -> None:
        plan = Plan(self.readers, begins=0, now=100)
        plan.add("list", gaps(self.slices, self.since, FOREVER), memory=memory or [])
        active: list[Range] = []
        while self.pages < most_pages:
            while len(active) < self.readers and plan.outlook().ranges_known > plan.outlook().ranges_done + len(active):
                if not plan._lists["list"].gaps:
                    break
                part = plan.take()
                assert part
                active.append(part)
            if not active:
                break
            part = draw.choice(active)
            found, more = page(self.objects, part)
            self.seen += [identity for _, identity in found]
            self.pages += 1
            self.slices.append(plan.read(part, [time for time, _ in found], found[-1][1] if found else None, more))
            if not plan.goes_on(part):
                active.remove(part)


times = st.lists(st.integers(0, 60) | st.just(30), max_size=120)


@given(times, st.integers(1, 6), st.randoms(use_true_random=False))
def test_any_list_is_read_whole_and_once_by_any_number_of_readers(
    times: list[int], readers: int, draw: random.Random
) -> None:
    reading = Reading(listed(times), [], readers)
    reading.go(draw)
    assert sorted(reading.seen) == sorted(identity for _, identity in reading.objects)
    assert gaps(reading.slices, BEGINNING, FOREVER) == []


@settings(max_examples=200)
@given(times, st.lists(st.integers(0, 6), max_size=8), st.randoms(use_true_random=False))
def test_a_reading_stopped_anywhere_goes_on_without_reading_anything_again(
    times: list[int], stops: list[int], draw: random.Random
) -> None:
    objects, slices, seen = listed(times), [], []
    for stop in [*stops, 10**9]:
        reading = Reading(objects, slices, draw.randint(1, 4))
        reading.go(draw, stop)
        seen += reading.seen
        slices = merged(slices) if draw.random() < 0.5 else slices
    assert sorted(seen) == sorted(identity for _, identity in objects)
    assert gaps(slices, BEGINNING, FOREVER) == []


@given(times, times, st.randoms(use_true_random=False))
def test_a_remembered_density_divides_a_list_and_changes_nothing_else(
    times: list[int], grown: list[int], draw: random.Random
) -> None:
    first = Reading(listed(times), [], 3)
    first.go(draw)
    again = Reading(listed(times + grown), [], 3)
    again.go(draw, memory=first.slices)
    assert sorted(again.seen) == sorted(identity for _, identity in again.objects)


@given(times, st.integers(0, 60), st.randoms(use_true_random=False))
def test_a_window_holds_what_was_created_since(times: list[int], since: int, draw: random.Random) -> None:
    reading = Reading(listed(times), [], 2, since)
    reading.go(draw)
    assert sorted(reading.seen) == sorted(identity for time, identity in reading.objects if time >= since)


def test_a_crowded_second_is_continued_by_its_cursor() -> None:
    first, second = Slice(31, FOREVER, "o4"), Slice(31, 31, "o9")
    assert gaps([first], 0, FOREVER) == [Gap(0, 31, "o4")]
    assert gaps([first, second], 0, FOREVER) == [Gap(0, 31, "o9")]
    assert gaps(merged([first, second]), 0, FOREVER) == [Gap(0, 31, "o9")]
    assert gaps([first, second, Slice(0, 31)], 0, FOREVER) == []


def test_gaps_between_slices_are_given_newest_first() -> None:
    assert gaps([Slice(50, FOREVER), Slice(10, 20)], 0, FOREVER) == [Gap(20, 50), Gap(0, 10)]


@pytest.mark.parametrize(("since", "until"), [(5, 4), (-1, 4), (0, FOREVER + 1)])
def test_a_slice_that_is_none_is_refused(since: int, until: int) -> None:
    with pytest.raises(ValueError, match="is none"):
        Slice(since, until)


def test_a_long_range_is_given_back_after_its_first_page_and_taken_newest_first() -> None:
    plan = Plan(4, begins=0, now=1_000_000)
    plan.add("list", [Gap(500_000, FOREVER), Gap(BEGINNING, 400_000)])
    first = plan.take()
    assert first
    plan.read(first, [1_000_000 - n for n in range(100)], "o99", has_more=True)
    second, third = plan.take(), plan.take()
    assert second and third
    assert first.since >= second.until > second.since >= third.until
    assert third.since > 500_000
    assert plan.outlook().objects_left > 800_000


def test_the_list_with_the_fewest_readers_goes_first() -> None:
    plan = Plan(4)
    plan.add("a", [Gap(50, 60), Gap(0, 10)])
    plan.add("b", [Gap(0, 10)])
    taken = [plan.take() for _ in range(3)]
    assert [part.table for part in taken if part] == ["a", "b", "a"]


def test_a_list_that_cannot_be_read_is_left_out_of_what_remains() -> None:
    plan = Plan(2)
    plan.add("a", [Gap(0, 10)])
    part = plan.take()
    assert part
    plan.drop("a")
    assert not plan.goes_on(part)
    assert plan.take() is None
    assert plan.is_done


def test_a_list_in_no_order_is_read_to_its_last_page_though_its_first_is_older_than_the_window() -> None:
    plan = Plan(1)
    plan.add("list", [Gap(100, FOREVER)], can_split=False)
    part = plan.take()
    assert part
    covered = [plan.read(part, [5, 6, 7], "c", True), plan.read(part, [8, 120, 9], "f", True)]
    assert gaps(covered, 100, FOREVER) == [Gap(100, 101, "f")]
    assert plan.goes_on(part)
    covered.append(plan.read(part, [130], "g", False))
    assert plan.is_done
    assert gaps(covered, 100, FOREVER) == []

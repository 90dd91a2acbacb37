"""Sources that are read side by side: everything comes, errors too, and nobody reads on who is not listened to."""

import threading
from collections.abc import Iterator
from itertools import count

import pytest

from connectors.sync.side_by_side import side_by_side


@pytest.fixture(autouse=True)
def _every_thread_ends() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before, "a source is still being read"


def test_everything_comes_in_each_source_s_order_under_its_name() -> None:
    taken = list(side_by_side({"small": range(3), "large": range(100), "empty": ()}))
    assert [item for name, item in taken if name == "small"] == [0, 1, 2]
    assert [item for name, item in taken if name == "large"] == list(range(100))
    assert len(taken) == 103


def test_a_source_s_error_is_raised_to_the_taker_and_ends_the_others() -> None:
    def breaks() -> Iterator[int]:
        yield 1
        raise ConnectionResetError("the vendor hung up")

    with pytest.raises(ConnectionResetError, match="the vendor hung up"):
        for _ in side_by_side({"breaks": breaks(), "endless": count()}):
            pass


def test_a_taker_that_gives_up_ends_every_source() -> None:
    reading = side_by_side({"one": count(), "other": count()})
    next(reading)
    reading.close()


def test_no_source_reads_far_ahead_of_the_taker() -> None:
    taken = read = 0

    def counted() -> Iterator[int]:
        nonlocal read
        for read in range(1, 51):
            assert read - taken <= 4, "one that is given, one that waits, one at hand, and the taker's word may be late"
            yield read

    for _, item in side_by_side({"only": counted()}):
        taken = item
    assert read == 50

"""The rate budget: no limit is ever passed, what is allowed gets used, and a refusal is heeded and forgotten."""

import heapq
import itertools
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sandbox.pacing import RollingLimit
from connectors.sync.admission import Admission, Ticket
from connectors.sync.budget import Budget, Limits

LIVE = Limits(requests_per_second=100, per_endpoint=25, in_flight=40)
ENDPOINTS = ("charges", "invoices", "refunds", "events", "payouts", "prices")


@dataclass
class Simulation:
    """Callers in simulated time, each asking its endpoint again as soon as its answer is there."""

    admission: Admission
    late: Callable[[], float] = lambda: 0.0  # how much later than it could a thread wakes
    now: float = 0.0
    sent: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    most_in_flight: int = 0
    refuses: RollingLimit | None = None  # the vendor's own limit, heeded when it refuses
    refused: list[float] = field(default_factory=list)

    def saturate(self, callers: dict[str, int], seconds: float, latency: float = 0.2) -> None:
        """`callers` of each endpoint ask again and again for `seconds`."""
        arrivals = [(self.now, n, endpoint) for endpoint, count in callers.items() for n in range(count)]
        self.run(arrivals, latency, until=self.now + seconds)

    def run(self, arrivals: list[tuple[float, int, str]], latency: float, until: float | None = None) -> None:
        """Admit all `arrivals`; with `until`, each comes again when answered, until that time."""
        heapq.heapify(arrivals)
        ending: list[tuple[float, int, Ticket]] = []
        while self.now < (float("inf") if until is None else until):
            while ending and ending[0][0] <= self.now:
                _, number, ticket = heapq.heappop(ending)
                self.admission.leave(ticket)
                if until is not None:
                    heapq.heappush(arrivals, (self.now, number, ticket.endpoint))
            while arrivals and arrivals[0][0] <= self.now:
                _, _, endpoint = heapq.heappop(arrivals)
                self.admission.join(endpoint, self.now)
            for ticket in self.admission.admit(self.now):
                self.sent[ticket.endpoint].append(self.now)
                if self.refuses and not self.refuses.take():
                    self.refused.append(self.now)
                    self.admission.refuse(ticket.endpoint, "global-rate", self.now, 0.0)
                heapq.heappush(ending, (self.now + latency, ticket.number, ticket))
            self.most_in_flight = max(self.most_in_flight, len(ending))
            opens = [self.admission.opens_at(head, self.now) for head in self.admission.heads()]
            wakes = [at + self.late() for at in opens if at is not None]
            events = [*wakes, *(at for at, *_ in ending[:1]), *(at for at, *_ in arrivals[:1])]
            if not events:
                return
            self.now = max(self.now, min(events))

    @property
    def all_sent(self) -> list[float]:
        """When any request was sent, in order."""
        return sorted(at for times in self.sent.values() for at in times)


def most_in_a_second(times: list[float]) -> int:
    """The largest number of sends in any second, counted as a vendor does."""
    first, most = 0, 0
    for last, at in enumerate(times):
        while times[first] <= at - 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most


@settings(max_examples=150, deadline=None)
@given(
    arrivals=st.lists(st.tuples(st.floats(0, 3), st.integers(0, 9), st.sampled_from(ENDPOINTS)), max_size=250),
    share=st.floats(0.05, 1),
    latency=st.floats(0, 1.5),
    rates=st.tuples(st.integers(2, 60), st.integers(1, 30), st.integers(1, 50)),
    lateness=st.lists(st.floats(0, 0.3), min_size=1, max_size=20),
)
def test_no_second_and_no_moment_ever_passes_a_limit_whoever_asks_when(
    arrivals: list[tuple[float, int, str]],
    share: float,
    latency: float,
    rates: tuple[int, int, int],
    lateness: list[float],
) -> None:
    limits = Limits(rates[0], min(rates[:2]), rates[2])
    late = iter(lateness * 100_000)
    simulation = Simulation(Admission(limits, share), lambda: next(late))
    wanted = len(arrivals)
    simulation.run(arrivals, latency)
    assert len(simulation.all_sent) == wanted
    assert simulation.most_in_flight <= max(1, limits.in_flight * share)
    ours = share * 1.25 + 1e-9  # what was late is made up for within a quarter of a second
    for times, limit in [
        (simulation.all_sent, limits.requests_per_second),
        *((t, limits.per_endpoint) for t in simulation.sent.values()),
    ]:
        assert most_in_a_second(times) <= min(limit, limit * ours + 1)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("late", [0.0, 0.005])
def test_a_saturated_account_uses_97_percent_of_its_budget_evenly(share: float, late: float) -> None:
    simulation = Simulation(Admission(LIVE, share), lambda: late)
    simulation.saturate(dict.fromkeys(ENDPOINTS, 10), seconds=25, latency=0.2)
    times = [at for at in simulation.all_sent if at >= 5]
    assert len(times) / 20 >= 0.97 * 100 * share
    if not late and share < 1:
        gaps = [after - before for before, after in itertools.pairwise(times)]
        assert max(gaps) == pytest.approx(min(gaps), abs=1e-6)


@pytest.mark.parametrize("share", [0.97, 1.0])
def test_threads_that_wake_late_never_crowd_a_second_beyond_the_vendors_limit(share: float) -> None:
    late = itertools.cycle([0.0, 0.09, 0.0, 0.0, 0.04, 0.3])
    simulation = Simulation(Admission(LIVE, share), lambda: next(late))
    simulation.saturate(dict.fromkeys(ENDPOINTS, 10), seconds=20, latency=0.1)
    assert most_in_a_second(simulation.all_sent) <= 100
    assert max(most_in_a_second(times) for times in simulation.sent.values()) <= 25


def test_what_a_long_stall_missed_is_not_made_up_for() -> None:
    admission = Admission(Limits(100, 100, 1_000), 0.5)
    for n in range(200):
        admission.join(ENDPOINTS[n % 6], 0.0)
    moments = [0.0, *(10 + ms / 1_000 for ms in range(1_500))]
    sent = [moment for moment in moments for _ in admission.admit(moment)]
    assert len(sent) >= 80
    assert most_in_a_second(sent) <= 50 + 13 + 1


@pytest.mark.parametrize("late", [0.0, 0.02])
def test_one_endpoint_alone_uses_97_percent_of_its_own_budget(late: float) -> None:
    simulation = Simulation(Admission(LIVE, 0.5), lambda: late)
    simulation.saturate({"charges": 8}, seconds=25, latency=0.3)
    assert sum(at >= 5 for at in simulation.all_sent) / 20 >= 0.97 * 12.5


def test_an_idle_account_does_not_save_up_for_a_burst() -> None:
    simulation = Simulation(Admission(LIVE, 0.5))
    simulation.run([(60.0, n, ENDPOINTS[n % 6]) for n in range(30)], latency=0.1)
    times = simulation.all_sent
    assert [round(after - before, 6) for before, after in itertools.pairwise(times)] == [0.02] * 29


@pytest.mark.parametrize("latency", [0.05, 0.12])
def test_four_endpoints_use_97_percent_of_all_that_is_allowed_together(latency: float) -> None:
    late = itertools.cycle([0.0, 0.002, 0.01])
    simulation = Simulation(Admission(LIVE, 0.5), lambda: next(late))
    simulation.saturate(dict.fromkeys(ENDPOINTS[:4], 4), seconds=15, latency=latency)
    assert sum(at >= 5 for at in simulation.all_sent) / 10 >= 0.97 * 50


def test_callers_of_one_endpoint_hold_nobody_else_back() -> None:
    simulation = Simulation(Admission(LIVE, 0.5))
    simulation.saturate({"charges": 15, "invoices": 5, "refunds": 5, "events": 5, "payouts": 5}, 20, latency=0.2)
    rates = {endpoint: len(times) / 20 for endpoint, times in simulation.sent.items()}
    assert sum(rates.values()) == pytest.approx(50, rel=0.03)
    assert all(rate <= 12.6 for rate in rates.values())
    assert min(rates.values()) > 7, "no endpoint starves"


def test_what_completes_a_page_goes_before_what_would_fetch_another() -> None:
    admission = Admission(LIVE, 1.0)
    waiting = [admission.join(endpoint, 0.0) for endpoint in ("charges", "invoices", "refunds")]
    lines = [admission.join("invoices/{id}/lines", 0.0, completes=True) for _ in range(2)]
    sent = [ticket for moment in range(1_000) for ticket in admission.admit(moment / 1_000)]
    assert sent[0] is lines[0]
    assert sent.index(lines[1]) > sent.index(waiting[0]), "its endpoint's own limit holds it back, and nobody else"
    assert set(sent) == {*waiting, *lines}


def test_the_oldest_that_may_go_goes_first() -> None:
    admission = Admission(LIVE, 0.5)
    tickets = [admission.join(endpoint, 0.0) for endpoint in ("charges", "charges", "invoices", "refunds", "invoices")]
    sent = [ticket for moment in range(300) for ticket in admission.admit(moment / 1_000)]
    first, again, second, third, fourth = tickets
    assert sent == [first, second, third, again, fourth], "the charge that came second waits for its endpoint"


@pytest.mark.parametrize(
    ("reason", "all_left", "own_left"),
    [
        ("global-rate", 0.75, 1.0),
        ("endpoint-rate", 1.0, 0.75),
        ("something-new", 0.75, 1.0),
        (None, 0.75, 1.0),
    ],
)
def test_a_refusal_lowers_the_limit_it_names_and_no_other(reason: str | None, all_left: float, own_left: float) -> None:
    def rates(endpoints: tuple[str, ...]) -> float:
        simulation = Simulation(Admission(LIVE, 0.5))
        simulation.admission.refuse("charges", reason, 0.0, 0.0)
        simulation.saturate(dict.fromkeys(endpoints, 8), seconds=1, latency=0.01)
        return len(simulation.all_sent)

    assert rates(ENDPOINTS) == pytest.approx(50 * all_left, abs=2)
    assert rates(("charges",)) == pytest.approx(12.5 * own_left, abs=1.5)
    assert rates(("invoices",)) == pytest.approx(12.5, abs=1.5)


@pytest.mark.parametrize(("reason", "together"), [("global-concurrency", 15), ("endpoint-concurrency", 20)])
def test_a_refused_concurrency_lowers_what_is_in_flight(reason: str, together: int) -> None:
    def most(endpoints: tuple[str, ...]) -> int:
        simulation = Simulation(Admission(Limits(1_000, 1_000, 40), 0.5))
        simulation.admission.refuse("charges", reason, 0.0, 0.0)
        simulation.saturate(dict.fromkeys(endpoints, 30), seconds=0.5, latency=60)
        return simulation.most_in_flight

    assert most(("charges",)) == 15
    assert most(("charges", *ENDPOINTS[1:])) == together


def test_refusals_of_one_moment_count_once_and_many_never_stop_everything() -> None:
    clock = Clock()
    budget = Budget(LIVE, clock=clock.now, wait=clock.wait)
    for _ in range(16):
        budget.refused("charges", "global-rate", None)
    assert budget.allowed == pytest.approx(50 * 0.75)
    for _ in range(100):
        clock.time += 1
        budget.refused("charges", "global-rate", None)
    assert 50 * 0.05 <= budget.allowed <= 50 * 0.06
    assert budget.refusals == {"global-rate": 116}


def test_what_was_lowered_recovers_quickly_to_nearly_what_was_refused_and_slowly_beyond() -> None:
    clock = Clock()
    budget = Budget(LIVE, clock=clock.now, wait=clock.wait)
    budget.refused("charges", "global-rate", None)
    seen = []
    for _ in range(20):
        seen.append(round(budget.allowed / 50, 6))
        clock.time += 1
    assert seen[:5] == [0.75, 0.8, 0.85, 0.9, 0.95]
    assert seen[5:15] == [round(0.95 + n * 0.005, 6) for n in range(1, 11)]
    assert seen[15:] == [1.0] * 5, "and never above the share"


def test_a_vendor_that_allows_less_than_it_says_is_not_refused_by_again_and_again() -> None:
    simulation = Simulation(Admission(LIVE, 0.5), refuses=RollingLimit(30, 1, clock=lambda: simulation.now))
    simulation.saturate(dict.fromkeys(ENDPOINTS, 8), seconds=120, latency=0.1)
    sent, refused = (sum(at >= 20 for at in times) for times in (simulation.all_sent, simulation.refused))
    assert 0 < refused <= 0.01 * sent
    assert sent / 100 >= 0.9 * 30


@pytest.mark.parametrize(
    ("reason", "held"), [("global-rate", "prices"), ("endpoint-rate", "charges"), ("global-concurrency", "prices")]
)
def test_a_vendor_that_asks_to_wait_is_left_alone_for_so_long(reason: str, held: str) -> None:
    clock = Clock()
    budget = Budget(LIVE, clock=clock.now, wait=clock.wait)
    budget.refused("charges", reason, 3.0)
    if reason == "endpoint-rate":
        with budget.request("invoices"):
            assert clock.time == 0
    with budget.request(held):
        assert clock.time == pytest.approx(3.0)


def test_a_wait_that_would_last_for_ever_is_cut() -> None:
    clock = Clock()
    budget = Budget(LIVE, clock=clock.now, wait=clock.wait)
    budget.refused("charges", None, 1e9)
    with budget.request("charges"):
        assert clock.time == pytest.approx(60)


def test_what_was_sent_and_how_fast_is_told() -> None:
    clock = Clock()
    budget = Budget(LIVE, clock=clock.now, wait=clock.wait)
    assert (budget.sent, budget.rate, budget.allowed) == (0, 0, 50)
    for n in range(500):
        with budget.request(ENDPOINTS[n % 6]):
            pass
    assert budget.sent == 500
    assert budget.rate == pytest.approx(50, rel=0.02)
    clock.time += 2.5
    assert budget.rate == pytest.approx(25, rel=0.02)


def test_threads_never_have_more_in_flight_than_allowed_and_all_get_through() -> None:
    budget = Budget(Limits(1e6, 1e6, 8), share=0.5)
    inside, most, lock = 0, 0, threading.Lock()

    def ask(number: int) -> None:
        nonlocal inside, most
        for n in range(25):
            with budget.request(ENDPOINTS[(number + n) % 6]):
                with lock:
                    inside += 1
                    most = max(most, inside)
                time.sleep(0.001)
                with lock:
                    inside -= 1

    threads = [threading.Thread(target=ask, args=(number,), daemon=True) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert (most, budget.sent) == (4, 400)


def test_threads_are_paced_by_the_real_clock_too() -> None:
    budget = Budget(Limits(400, 100, 64), share=0.5)
    sent: list[float] = []

    def ask(number: int) -> None:
        for _ in range(15):
            with budget.request(ENDPOINTS[number % 6]):
                sent.append(time.monotonic())

    threads = [threading.Thread(target=ask, args=(number,), daemon=True) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(sent) == 240
    assert max(sent) - min(sent) >= 0.9, "240 requests at 200 a second, a quarter of a second made up for"


@pytest.mark.parametrize("in_flight", [1, 8])
def test_a_thread_that_waited_for_another_wakes_though_nobody_else_asks(in_flight: int) -> None:
    budget = Budget(Limits(30, 30, in_flight), share=1.0)
    together = threading.Barrier(min(in_flight, 4))

    def ask() -> None:
        for _ in range(3):
            with budget.request("charges"):
                together.wait(20)
                time.sleep(0.01)  # long enough for the next to find it in flight, shorter than the pace

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)
    assert budget.sent == 12


def test_an_error_in_mid_request_or_in_mid_wait_gives_its_place_back() -> None:
    clock = Clock()
    budget = Budget(Limits(10, 10, 1), share=1.0, clock=clock.now, wait=clock.wait)
    with pytest.raises(ZeroDivisionError), budget.request("charges"):
        raise ZeroDivisionError
    clock.failure = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt), budget.request("charges"):
        pass
    clock.failure = None
    with budget.request("charges"):
        assert budget.sent == 2


@pytest.mark.parametrize("values", [(0, 1, 1), (10, -1, 1), (10, 5, 0), (float("nan"), 1, 1), (float("inf"), 1, 1)])
def test_limits_that_allow_nothing_are_refused(values: tuple[float, float, int]) -> None:
    with pytest.raises(ValueError, match="expected a number above 0"):
        Limits(*values)


def test_an_endpoint_allowed_more_than_the_account_is_refused() -> None:
    with pytest.raises(ValueError, match="expected at most requests_per_second"):
        Limits(10, 25, 1)


@pytest.mark.parametrize("share", [0, -0.5, 1.01, float("nan")])
def test_a_share_of_nothing_or_more_than_all_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        Budget(LIVE, share)


class Clock:
    """Time that passes only while somebody waits for it."""

    def __init__(self) -> None:
        self.time = 0.0
        self.failure: BaseException | None = None

    def now(self) -> float:
        return self.time

    def wait(self, _: threading.Condition, seconds: float | None) -> None:
        assert seconds is not None, "nobody else could end this wait"
        if self.failure:
            raise self.failure
        self.time += seconds

"""The rate budget of one account, shared by all threads that ask its vendor.

The merchant's own checkout lives under the same limits, so only a share of them is used, and less when the vendor
refuses. Belongs here: threads and their waiting, and what was sent. Does not: which request goes next
(`admission.py`), the arithmetic of a limit (`pace.py`), sending and retrying (`http.py`, the clients).
"""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from connectors.sync.admission import Admission, Limits, Ticket

__all__ = ["Budget", "Limits"]

_RATE_SECONDS = 5.0
Wait = Callable[[threading.Condition, float | None], object]
"""Waits on the condition for at most so many seconds, or until it is notified."""


class Budget:
    """Paces the requests to one account; one instance serves all its threads.

    `share` in (0, 1] is the part of `limits` that may be used. `clock` and `wait` are time itself, for tests.
    """

    def __init__(
        self,
        limits: Limits,
        share: float = 0.5,
        clock: Callable[[], float] = time.monotonic,
        wait: Wait = threading.Condition.wait,
    ) -> None:
        """Raises `ValueError` for a share outside (0, 1]."""
        if not 0 < share <= 1:
            raise ValueError(f"the share of the limits is {share}; expected a number above 0 and at most 1")
        self._admission = Admission(limits, share)
        self._clock, self._wait = clock, wait
        self._lock = threading.Lock()
        self._waiting: dict[Ticket, threading.Condition] = {}
        self._lately: deque[float] = deque()
        self._started: float | None = None
        self.sent = 0
        self.refusals: Counter[str] = Counter()

    @contextmanager
    def request(self, endpoint: str, *, completes: bool = False) -> Iterator[None]:
        """Block until a request to `endpoint` may be sent; it is in flight while the `with` block runs.

        `endpoint` names the operation, such as `/v1/charges/{id}`, not the address of one object. A request that
        `completes` a page already fetched goes before those that would fetch another.
        """
        ticket = self._enter(endpoint, completes)
        try:
            yield
        finally:
            with self._lock:
                self._admission.leave(ticket)
                self._admit()
                self._notify(self._admission.heads())  # those that waited for somebody to end

    def refused(self, endpoint: str, reason: str | None, retry_after: float | None) -> None:
        """Heed a 429: send less under the limit that `reason` names, and nothing for `retry_after` seconds."""
        with self._lock:
            self.refusals[reason or "unknown"] += 1
            self._admission.refuse(endpoint, reason, self._clock(), retry_after or 0.0)

    @property
    def allowed(self) -> float:
        """Requests a second that may be sent now, all endpoints together."""
        with self._lock:
            return self._admission.pace.allowance.at(self._clock())

    @property
    def rate(self) -> float:
        """Requests a second that were sent in the last five seconds."""
        with self._lock:
            now = self._clock()
            self._forget(now)
            since = now if self._started is None else self._started
            return len(self._lately) / min(_RATE_SECONDS, max(1.0, now - since))

    def _enter(self, endpoint: str, completes: bool) -> Ticket:
        with self._lock:
            ticket = self._admission.join(endpoint, self._clock(), completes=completes)
            changed = self._waiting[ticket] = threading.Condition(self._lock)
            try:
                while True:
                    now = self._admit()
                    if ticket.is_admitted:
                        return ticket
                    opens_at = self._admission.opens_at(ticket, now)
                    self._wait(changed, None if opens_at is None else max(0.0, opens_at - now))
            except BaseException:
                self._admission.leave(ticket)
                self._notify(self._admission.heads())
                raise
            finally:
                del self._waiting[ticket]

    def _admit(self) -> float:
        """Let go whoever may go now, and wake those who have moved to the front; returns the time."""
        now = self._clock()
        admitted = self._admission.admit(now)
        if admitted:
            self._started = now if self._started is None else self._started
            self.sent += len(admitted)
            self._lately.extend([now] * len(admitted))
            self._forget(now)
            served = {ticket.endpoint for ticket in admitted}
            self._notify([*admitted, *(head for head in self._admission.heads() if head.endpoint in served)])
        return now

    def _notify(self, tickets: list[Ticket]) -> None:
        for ticket in tickets:
            if ticket in self._waiting:
                self._waiting[ticket].notify()

    def _forget(self, now: float) -> None:
        while self._lately and self._lately[0] <= now - _RATE_SECONDS:
            self._lately.popleft()

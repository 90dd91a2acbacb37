"""Who may send next: requests wait in a line per endpoint, the oldest that no limit holds back goes first.

Before all others go those that complete a page already fetched: until it is whole, a kill would lose it.

Belongs here: the order, against all limits of one account, in time that the caller tells. Does not: the arithmetic of
one limit (`pace.py`), threads and their waiting (`budget.py`).
"""

import itertools
from collections import deque
from dataclasses import dataclass, field

from connectors.sync.pace import Allowance, Pace


@dataclass(frozen=True)
class Limits:
    """What a vendor allows one account: requests a second in all and to one endpoint, and requests in flight."""

    requests_per_second: float
    per_endpoint: float
    in_flight: int

    def __post_init__(self) -> None:
        """Refuse limits under which nothing could ever be sent, and those that contradict each other."""
        for name in ("requests_per_second", "per_endpoint", "in_flight"):
            value = getattr(self, name)
            if not 0 < value < float("inf"):
                raise ValueError(f"{name} is {value}; expected a number above 0")
        if self.per_endpoint > self.requests_per_second:
            raise ValueError(
                f"per_endpoint is {self.per_endpoint}; expected at most requests_per_second, {self.requests_per_second}"
            )


@dataclass(eq=False)
class Ticket:
    """One request's place in line: its endpoint, when it came, whether it completes a page, whether it may be sent."""

    endpoint: str
    number: int
    since: float
    completes: bool = False
    is_admitted: bool = False


@dataclass
class _Endpoint:
    """The limits of one endpoint, its line, and how many of its requests are in flight."""

    pace: Pace
    capacity: Allowance
    line: deque[Ticket] = field(default_factory=deque)
    in_flight: int = 0


class Admission:
    """The lines of one account, `share` of whose `limits` is ours; all times are seconds of the caller's clock."""

    def __init__(self, limits: Limits, share: float) -> None:
        self.pace = Pace(limits.requests_per_second, share)
        self.capacity = _capacity(limits, share)
        self._limits, self._share = limits, share
        self._endpoints: dict[str, _Endpoint] = {}
        self._in_flight = 0
        self._numbers = itertools.count()

    def join(self, endpoint: str, now: float, *, completes: bool = False) -> Ticket:
        """Stand in the line of `endpoint`; with `completes`, for the rest of a page already fetched."""
        ticket = Ticket(endpoint, next(self._numbers), now, completes)
        self._of(endpoint).line.append(ticket)
        return ticket

    def admit(self, now: float) -> list[Ticket]:
        """Take out of line, and count as sent, all requests that may go at `now`, the most wanted first."""
        admitted = []
        while (ticket := self._next(now)) is not None:
            endpoint = self._of(ticket.endpoint)
            self.pace.take(max(ticket.since, endpoint.pace.opens_at), now)
            endpoint.pace.take(ticket.since, now)
            endpoint.line.popleft()
            endpoint.in_flight += 1
            self._in_flight += 1
            ticket.is_admitted = True
            admitted.append(ticket)
        return admitted

    def leave(self, ticket: Ticket) -> None:
        """Give back what the ticket holds: its place in flight when it was admitted, else its place in line."""
        endpoint = self._of(ticket.endpoint)
        if ticket.is_admitted:
            endpoint.in_flight -= 1
            self._in_flight -= 1
        else:
            endpoint.line.remove(ticket)

    def heads(self) -> list[Ticket]:
        """The first in each line."""
        return [endpoint.line[0] for endpoint in self._endpoints.values() if endpoint.line]

    def opens_at(self, ticket: Ticket, now: float) -> float | None:
        """The earliest time at which the ticket may go; None when others have to go or to end before."""
        endpoint = self._of(ticket.endpoint)
        if endpoint.line[0] is not ticket or self._is_full(endpoint, now):
            return None
        held = max(self.capacity.held_until, endpoint.capacity.held_until)
        return max(self.pace.opens_at, endpoint.pace.opens_at, held)

    def refuse(self, endpoint: str, reason: str | None, now: float, hold: float) -> None:
        """Lower the one limit that the vendor says was hit; the rate of the account when it does not say."""
        limited: Allowance = {
            "endpoint-rate": self._of(endpoint).pace.allowance,
            "global-concurrency": self.capacity,
            "endpoint-concurrency": self._of(endpoint).capacity,
        }.get(reason or "", self.pace.allowance)
        limited.refuse(now, hold)

    def _next(self, now: float) -> Ticket | None:
        opens = ((ticket, self.opens_at(ticket, now)) for ticket in self.heads())
        free = [ticket for ticket, at in opens if at is not None and at <= now]
        return min(free, key=lambda ticket: (not ticket.completes, ticket.number), default=None)

    def _is_full(self, endpoint: _Endpoint, now: float) -> bool:
        return self._in_flight >= int(self.capacity.at(now)) or endpoint.in_flight >= int(endpoint.capacity.at(now))

    def _of(self, name: str) -> _Endpoint:
        if name not in self._endpoints:
            pace = Pace(self._limits.per_endpoint, self._share)
            self._endpoints[name] = _Endpoint(pace, _capacity(self._limits, self._share))
        return self._endpoints[name]


def _capacity(limits: Limits, share: float) -> Allowance:
    """Our share of what may be in flight, never less than one."""
    return Allowance(max(1.0, limits.in_flight * share), least=1.0)

"""The truth about attribution: what the page views before each order earn by the rules of each model.

Only page views (and the clicks among them) are touches here: a build compares that credits these alone. `any_touch`
gives all to each of them and adds up to nothing, so nobody's revenue is not told for it.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from connectors.sandbox.generator.draws import DAY
from connectors.sandbox.generator.ledger import Order, write_csv

DIRECT = "direct"
_WINDOW, _HALF_LIFE = 90 * DAY, 7 * DAY
_COLUMNS = ("model", "channel", "unattributed_reason", "currency", "revenue_minor", "net_revenue_minor")


@dataclass(frozen=True)
class Visit:
    """One page view at `at` (Unix seconds): the channel it came by, direct for a page of our own."""

    at: int
    channel: str


Weights = Sequence[Fraction | float]


class Credits:
    """Sums by model and channel what is earned, and by reason what nobody earns."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str, str, str], Counter[str]] = {}

    def unmatched(self, orders: Sequence[Order]) -> None:
        """Orders that lead to no contact."""
        for order in orders:
            for model in MODELS:
                self._add(model, "", "unmatched", order, order.revenue, order.net)

    def note(self, visits: Sequence[Visit], orders: Sequence[Order]) -> None:
        """All orders of one contact, and everything it saw."""
        seen = sorted(visits, key=lambda visit: visit.at)
        for order in orders:
            until = order.ordered_at if order.first_billed_at is None else order.first_billed_at
            before = [visit for visit in seen if visit.at <= until]
            path = [visit for visit in before if until - visit.at <= _WINDOW]
            if not path:
                for model in MODELS:
                    reason = "outside_window" if before else "no_touch"
                    self._add(model, "", reason, order, order.revenue, order.net)
                continue
            for model, weigh in MODELS.items():
                weights = weigh(path, until)
                shares = zip(path, split(order.revenue, weights), split(order.net, weights), strict=True)
                for visit, revenue, net in shares:
                    if revenue or net:
                        self._add(model, visit.channel, "", order, revenue, net)
            for visit in path:
                self._add("any_touch", visit.channel, "", order, order.revenue, order.net)

    def write(self, folder: Path) -> None:
        """Write `attributed_revenue.csv` into `folder`."""
        rows = [(*key, self._sums[key]["revenue"], self._sums[key]["net"]) for key in sorted(self._sums)]
        write_csv(folder / "attributed_revenue.csv", _COLUMNS, rows)

    def _add(self, model: str, channel: str, reason: str, order: Order, revenue: int, net: int) -> None:
        sums = self._sums.setdefault((model, channel, reason, order.currency), Counter())
        sums["revenue"] += revenue
        sums["net"] += net


def split(amount: int, weights: Weights) -> list[int]:
    """`amount` by `weights` that sum to 1, the largest remainders rounded up, the earliest of equal ones first."""
    exact = [amount * weight for weight in weights]
    parts = [int(share) for share in exact]
    by_rest = sorted(range(len(parts)), key=lambda place: (round(parts[place] - exact[place], 6), place))
    for place in by_rest[: amount - sum(parts)]:
        parts[place] += 1
    return parts


def _only(place: int, count: int) -> Weights:
    return [Fraction(int(index == place)) for index in range(count)]


def _first(path: Sequence[Visit], _: int) -> Weights:
    return _only(0, len(path))


def _last(path: Sequence[Visit], _: int) -> Weights:
    return _only(len(path) - 1, len(path))


def _last_non_direct(path: Sequence[Visit], _: int) -> Weights:
    """The last that was not direct; where all were, the last."""
    named = [place for place, visit in enumerate(path) if visit.channel != DIRECT]
    return _only(named[-1] if named else len(path) - 1, len(path))


def _linear(path: Sequence[Visit], _: int) -> Weights:
    return [Fraction(1, len(path))] * len(path)


def _position_based(path: Sequence[Visit], _: int) -> Weights:
    count = len(path)
    if count < 3:
        return _linear(path, 0)
    inner = [Fraction(1, 5) / (count - 2)] * (count - 2)
    return [Fraction(2, 5), *inner, Fraction(2, 5)]


def _time_decay(path: Sequence[Visit], until: int) -> Weights:
    raw = [0.5 ** ((until - visit.at) / _HALF_LIFE) for visit in path]
    return [weight / sum(raw) for weight in raw]


MODELS: dict[str, Callable[[Sequence[Visit], int], Weights]] = {
    "first_touch": _first, "last_touch": _last, "last_non_direct": _last_non_direct, "linear": _linear,
    "position_based": _position_based, "time_decay": _time_decay,
}  # fmt: skip

"""Disputes: which payments are contested, how it ends, and what that moves in the balance.

Who pays is decided elsewhere; `till.py` asks here once for each payment that is not refunded.
"""

from dataclasses import dataclass
from random import Random

from connectors.sandbox.generator import settlement_objects as objects
from connectors.sandbox.generator.balance import Balance
from connectors.sandbox.generator.draws import DAY, Deck, pick, whole
from connectors.sandbox.generator.sink import Sink

PART, REST, WHOLE = "part", "rest", "whole"
_CARDS = (
    (("none", ""), 93), (("lost", WHOLE), 2), (("won", WHOLE), 2), (("lost", PART), 1), (("lost", REST), 1),
    (("warning_closed", WHOLE), 1),
)  # fmt: skip
_REASONS = ("fraudulent", "product_not_received", "subscription_canceled", "product_unacceptable")
_FEES = {"usd": 1500, "eur": 2000, "jpy": 1300}
_FEE_KEPT_SINCE = 1_750_118_400
"""2025-06-17: from then on Stripe keeps the fee of a dispute that is won; before, it gave it back."""
_EVIDENCE_DAYS = 14


@dataclass(frozen=True)
class Dispute:
    """What becomes of one payment: `amount` contested at `at`, decided at `closes`; an open one has no `closes`.

    Money in minor units, times in Unix seconds; `part` says whether it is about the whole charge.
    """

    at: int
    closes: int | None
    outcome: str
    part: str

    def amount(self, charged: int) -> int:
        """How much of the charge is contested: all, a third, or what a refund of half left."""
        if self.part == PART:
            return charged // 3
        return charged - charged // 2 if self.part == REST else charged

    @property
    def is_lost(self) -> bool:
        """Whether the money stays away."""
        return self.closes is not None and self.outcome == "lost"

    @property
    def is_open(self) -> bool:
        """Whether money is away and nobody has decided yet."""
        return self.closes is None

    def status(self, end: int) -> str:
        """Stripe's status at `end`."""
        if self.closes is not None:
            return self.outcome
        return "needs_response" if self.at + _EVIDENCE_DAYS * DAY > end else "under_review"


@dataclass(frozen=True)
class Contested:
    """What a dispute did: `lost` is its amount and the time it was withdrawn, None unless lost; fees may net to 0."""

    is_open: bool
    lost: tuple[int, int] | None
    fees: int


class Disputes:
    """Draws and writes disputes, all before `end` (Unix seconds)."""

    def __init__(self, sink: Sink, balance: Balance, rng: Random, end: int) -> None:
        self._sink = sink
        self._balance = balance
        self._end = end
        self._cards = Deck(rng, _CARDS)

    def plan(self, rng: Random, paid_at: int) -> Dispute | None:
        """What happens to a payment, as far as it happens before the end."""
        outcome, part = self._cards.draw()
        at = paid_at + whole(rng, 6, 45) * DAY + whole(rng, 0, DAY)
        closes = at + whole(rng, 20, 75) * DAY
        if outcome == "none" or at >= self._end or (outcome == "warning_closed" and closes >= self._end):
            return None
        return Dispute(at, closes if closes < self._end else None, outcome, part)

    def write(
        self, dispute: Dispute, rng: Random, charge: str, intent: str | None, charged: int, currency: str
    ) -> Contested:
        """Write the dispute over `charge` and what it moves."""
        id_, amount, status = self._sink.id("du"), dispute.amount(charged), dispute.status(self._end)
        fee, moved = 0, []
        if not status.startswith("warning"):
            fee = _FEES[currency]
            moved.append(
                self._balance.move(
                    dispute.at, -amount, fee, currency, id_, "adjustment", category="dispute",
                    description=f"Chargeback withdrawal for {charge}",
                )
            )  # fmt: skip
        if dispute.closes is not None and status == "won":
            back = fee if dispute.closes < _FEE_KEPT_SINCE else 0
            moved.append(
                self._balance.move(
                    dispute.closes, amount, -back, currency, id_, "adjustment", category="dispute_reversal",
                    description=f"Chargeback reversal for {charge}",
                )
            )  # fmt: skip
            fee -= back
        due_by = dispute.at + _EVIDENCE_DAYS * DAY
        self._sink.write(
            "stripe/disputes",
            objects.dispute(
                id_, dispute.at, amount, currency, charge=charge, intent=intent, status=status,
                transactions=[self._balance.shown(movement) for movement in moved], reason=pick(rng, _REASONS),
                due_by=due_by, countered=status in ("won", "under_review"),
            ),
        )  # fmt: skip
        return Contested(dispute.is_open, (dispute.at, amount) if dispute.is_lost else None, fee)

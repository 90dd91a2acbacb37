"""Taking money: one payment intent (or a bare charge) with its attempts, fee and refunds, written in their last state.

Which attempts are made is decided by the stories in `one_off.py` and `subscriptions.py`, what is contested in
`disputes.py`; refunds are decided here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from connectors.sandbox.generator import payment_objects as objects
from connectors.sandbox.generator.balance import Balance
from connectors.sandbox.generator.disputes import REST, Dispute, Disputes
from connectors.sandbox.generator.draws import DAY, Deck, whole
from connectors.sandbox.generator.payer import Payer
from connectors.sandbox.generator.people import as_typed
from connectors.sandbox.generator.sink import Sink

SUCCEEDED, AUTHORIZED = "succeeded", "authorized"
DECLINES = ("insufficient_funds", "generic_decline")
_REFUNDS = (
    ("none", 91), ("full", 4), ("half", 2), ("two_parts", 1), ("pending", 1), ("failed", 1),
)  # fmt: skip


def fee_of(amount: int) -> int:
    """Stripe's fee in the charge's minor units: 2.9 % rounded half up, and 30."""
    return (amount * 29 + 500) // 1000 + 30


@dataclass(frozen=True)
class Attempt:
    """One try: `result` is succeeded, authorized, or the code of its decline."""

    at: int
    result: str


@dataclass(frozen=True)
class Refund:
    """One refund, of `amount` minor units."""

    id: str
    at: int
    amount: int
    status: str


@dataclass(frozen=True)
class Taken:
    """What came of it: money in minor units, `refunds` the succeeded ones, addresses by kind.

    `dispute_lost` is the time a lost dispute took money away, and how much; `disputed` says one is undecided.
    """

    id: str
    collected: int
    fees: int
    refunds: tuple[Refund, ...]
    addresses: frozenset[str]
    email: str
    paid_at: int | None
    disputed: bool = False
    dispute_lost: tuple[int, int] | None = None

    @property
    def refunded(self) -> tuple[tuple[int, int], ...]:
        """The refunds as (time, amount)."""
        return tuple((refund.at, refund.amount) for refund in self.refunds)


class Till:
    """Writes payments into `sink`; nothing is created at or after `end` (Unix seconds)."""

    def __init__(self, sink: Sink, balance: Balance, rng: Random, end: int) -> None:
        self._sink = sink
        self._balance = balance
        self._disputes = Disputes(sink, balance, rng, end)
        self._end = end
        self._refunds = Deck(rng, _REFUNDS)

    def take(
        self, payer: Payer, created: int, amount: int, currency: str, attempts: Sequence[Attempt], *,
        bare: bool = False, canceled_at: int | None = None, description: str | None = None, typed: bool = True,
    ) -> Taken:  # fmt: skip
        """Play the attempts on one payment intent, or on no intent at all when `bare`.

        Not `typed`: the payment itself carries no address.
        """
        sink, rng, person = self._sink, payer.rng, payer.person
        payer.seen(created)
        intent = None if bare else sink.id("pi")
        kind = person.payment_kind(len(payer.orders))
        # Nobody types an address into a payment that is never tried.
        asked = typed and attempts
        billing_kind, receipt_kind = _typed_kinds(rng, kind, person.customer_kind) if asked else ("", "")
        receipt = person.address(receipt_kind)
        charge_id, collected, fees, paid_at = None, 0, 0, None
        refunds: list[Refund] = []
        dispute: Dispute | None = None
        for attempt in attempts:
            charge_id = sink.id("ch")
            captured = amount if attempt.result == SUCCEEDED else 0
            transaction = None
            if captured:
                collected, paid_at = captured, attempt.at
                if payer.live:
                    refunds, dispute = self._plan(rng, attempt.at, amount)
                    fees = fee_of(captured)
                    transaction = self._balance.move(attempt.at, captured, fees, currency, charge_id, "charge").id
            sink.write(
                "stripe/charges",
                objects.charge(
                    charge_id, attempt.at, amount, currency, customer=payer.customer or None, intent=intent,
                    live=payer.live, email=as_typed(rng, person.address(billing_kind)), name=person.name,
                    country=person.country, receipt_email=receipt, captured=captured,
                    refunded=sum(r.amount for r in refunds if r.status != "failed") if captured else 0,
                    balance_transaction=transaction, description=description,
                    decline="" if attempt.result in (SUCCEEDED, AUTHORIZED) else attempt.result,
                    disputed=dispute is not None,
                ),
            )  # fmt: skip
        for refund in refunds:
            self._write_refund(refund, payer, currency, charge_id or "", intent)
        contested = None
        if dispute:
            contested = self._disputes.write(dispute, rng, charge_id or "", intent, amount, currency)
            fees += contested.fees
        if intent:
            last = attempts[-1].result if attempts else ""
            sink.write(
                "stripe/payment_intents",
                objects.payment_intent(
                    intent, created, amount, currency, status=_intent_status(last, canceled_at),
                    customer=payer.customer or None, live=payer.live, received=collected,
                    capturable=amount if last == AUTHORIZED else 0, latest_charge=charge_id, receipt_email=receipt,
                    canceled_at=canceled_at, description=description, error=last if last in DECLINES else None,
                ),
            )  # fmt: skip
        return Taken(
            id=intent or charge_id or "",
            collected=collected,
            fees=fees,
            refunds=tuple(refund for refund in refunds if refund.status == "succeeded"),
            addresses=frozenset({billing_kind, receipt_kind, person.customer_kind} - {""}),
            email=person.address(kind) or "",
            paid_at=paid_at,
            disputed=contested is not None and contested.is_open,
            dispute_lost=contested.lost if contested else None,
        )

    def _plan(self, rng: Random, paid_at: int, amount: int) -> tuple[list[Refund], Dispute | None]:
        """What is given back and what is contested, as far as it happens before the end."""
        refunds = self._plan_refunds(rng, paid_at, amount)
        dispute = None if refunds else self._disputes.plan(rng, paid_at)
        if dispute and dispute.part == REST:
            refunds = [self._refund(paid_at + DAY, amount // 2, "succeeded")]
        return refunds, dispute

    def _plan_refunds(self, rng: Random, paid_at: int, amount: int) -> list[Refund]:
        first = paid_at + whole(rng, 1, 30) * DAY + whole(rng, 0, DAY)
        half = amount // 2
        plan = {
            "none": [],
            "full": [(first, amount, "succeeded")],
            "half": [(first, half, "succeeded")],
            "two_parts": [(first, half, "succeeded"), (first + 3 * DAY, amount - half, "succeeded")],
            "pending": [(first, half, "pending")],
            "failed": [(first, amount, "failed")],
        }[self._refunds.draw()]
        return [self._refund(*refund) for refund in plan if refund[0] < self._end]

    def _refund(self, at: int, amount: int, status: str) -> Refund:
        return Refund(self._sink.id("re"), at, amount, status)

    def _write_refund(self, refund: Refund, payer: Payer, currency: str, charge: str, intent: str | None) -> None:
        id_, move = refund.id, self._balance.move
        out = back = None
        if refund.status != "pending":
            out = move(refund.at, -refund.amount, 0, currency, id_, "refund").id
        if refund.status == "failed":
            back_at = min(refund.at + 2 * DAY, self._end - 1)
            back = move(back_at, refund.amount, 0, currency, id_, "refund_failure").id
        self._sink.write(
            "stripe/refunds",
            objects.refund(
                id_, refund.at, refund.amount, currency, charge=charge, intent=intent, status=refund.status,
                balance_transaction=out, failure_balance_transaction=back, customer=payer.customer or None,
            ),
        )  # fmt: skip


def _typed_kinds(rng: Random, kind: str, customer_kind: str) -> tuple[str, str]:
    """Which address stands in the billing details and which in receipt_email ('' for none)."""
    draw = rng.random()
    if kind == customer_kind and draw < 0.1:
        return "", ""
    if not customer_kind and draw < 0.15:
        return "", kind
    return kind, kind if draw > 0.7 else ""


def _intent_status(last: str, canceled_at: int | None) -> str:
    if last == SUCCEEDED:
        return "succeeded"
    if last == AUTHORIZED:
        return "requires_capture"
    return "canceled" if canceled_at else "requires_payment_method"

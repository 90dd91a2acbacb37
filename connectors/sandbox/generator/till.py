"""Taking money: one payment intent (or a bare charge) with its attempts, fee and refunds, written in their last state.

Which attempts are made is decided by the stories in `one_off.py` and `subscriptions.py`; refunds are decided here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from connectors.sandbox.generator import payment_objects as objects
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
class Taken:
    """What came of it: money in minor units, `refunds` the succeeded ones as (time, amount), addresses by kind."""

    id: str
    collected: int
    fees: int
    refunds: tuple[tuple[int, int], ...]
    addresses: frozenset[str]
    email: str
    paid_at: int | None


@dataclass(frozen=True)
class _Refund:
    at: int
    amount: int
    status: str


class Till:
    """Writes payments into `sink`; nothing is created at or after `end` (Unix seconds)."""

    def __init__(self, sink: Sink, rng: Random, end: int) -> None:
        self._sink = sink
        self._end = end
        self._refunds = Deck(rng, _REFUNDS)

    def take(
        self, payer: Payer, created: int, amount: int, currency: str, attempts: Sequence[Attempt], *,
        bare: bool = False, canceled_at: int | None = None, description: str | None = None,
    ) -> Taken:  # fmt: skip
        """Play the attempts on one payment intent, or on no intent at all when `bare`."""
        sink, rng, person = self._sink, payer.rng, payer.person
        payer.seen(created)
        intent = None if bare else sink.id("pi")
        kind = person.payment_kind(len(payer.orders))
        # Nobody types an address into a payment that is never tried.
        billing_kind, receipt_kind = _typed_kinds(rng, kind, person.customer_kind) if attempts else ("", "")
        receipt = person.address(receipt_kind)
        charge_id, collected, fees, paid_at = None, 0, 0, None
        refunds: list[_Refund] = []
        for attempt in attempts:
            charge_id = sink.id("ch")
            captured = amount if attempt.result == SUCCEEDED else 0
            transaction = None
            if captured:
                collected, paid_at = captured, attempt.at
                refunds = self._plan_refunds(rng, attempt.at, amount) if payer.live else []
                if payer.live:
                    transaction = self._transaction(
                        attempt.at, captured, fee_of(captured), currency, charge_id, "charge"
                    )
                    fees = fee_of(captured)
            sink.write(
                "stripe/charges",
                objects.charge(
                    charge_id, attempt.at, amount, currency, customer=payer.customer or None, intent=intent,
                    live=payer.live, email=as_typed(rng, person.address(billing_kind)), name=person.name,
                    country=person.country, receipt_email=receipt, captured=captured,
                    refunded=sum(r.amount for r in refunds if r.status != "failed") if captured else 0,
                    balance_transaction=transaction, description=description,
                    decline="" if attempt.result in (SUCCEEDED, AUTHORIZED) else attempt.result,
                ),
            )  # fmt: skip
        for refund in refunds:
            self._write_refund(refund, payer, currency, charge_id or "", intent)
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
            refunds=tuple((r.at, r.amount) for r in refunds if r.status == "succeeded"),
            addresses=frozenset({billing_kind, receipt_kind, person.customer_kind} - {""}),
            email=person.address(kind) or "",
            paid_at=paid_at,
        )

    def _plan_refunds(self, rng: Random, paid_at: int, amount: int) -> list[_Refund]:
        """What is given back, as far as it happens before the end."""
        first = paid_at + whole(rng, 1, 30) * DAY + whole(rng, 0, DAY)
        half = amount // 2
        plan = {
            "none": [],
            "full": [_Refund(first, amount, "succeeded")],
            "half": [_Refund(first, half, "succeeded")],
            "two_parts": [_Refund(first, half, "succeeded"), _Refund(first + 3 * DAY, amount - half, "succeeded")],
            "pending": [_Refund(first, half, "pending")],
            "failed": [_Refund(first, amount, "failed")],
        }[self._refunds.draw()]
        return [refund for refund in plan if refund.at < self._end]

    def _write_refund(self, refund: _Refund, payer: Payer, currency: str, charge: str, intent: str | None) -> None:
        id_ = self._sink.id("re")
        out = back = None
        if refund.status != "pending":
            out = self._transaction(refund.at, -refund.amount, 0, currency, id_, "refund")
        if refund.status == "failed":
            back_at = min(refund.at + 2 * DAY, self._end - 1)
            back = self._transaction(back_at, refund.amount, 0, currency, id_, "refund_failure")
        self._sink.write(
            "stripe/refunds",
            objects.refund(
                id_, refund.at, refund.amount, currency, charge=charge, intent=intent, status=refund.status,
                balance_transaction=out, failure_balance_transaction=back, customer=payer.customer or None,
            ),
        )  # fmt: skip

    def _transaction(self, at: int, amount: int, fee: int, currency: str, source: str, type_: str) -> str:
        id_ = self._sink.id("txn")
        self._sink.write(
            "stripe/balance_transactions",
            objects.balance_transaction(
                id_, at, amount, fee, currency, source=source, type_=type_, settled_by=self._end
            ),
        )
        return id_


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

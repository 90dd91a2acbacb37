"""Invoices: writing one in its last state with the payment behind it, and noting the order it makes, if any."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.sandbox.generator import billing_objects as objects
from connectors.sandbox.generator.billing_objects import LineItem
from connectors.sandbox.generator.ledger import Order
from connectors.sandbox.generator.payer import Payer
from connectors.sandbox.generator.sink import Sink
from connectors.sandbox.generator.till import Attempt, Till


@dataclass(frozen=True)
class Bill:
    """One invoice as decided: its last status, and the times (Unix seconds) of what happened to it."""

    created: int
    lines: Sequence[LineItem]
    status: str
    reason: str
    finalized_at: int | None = None
    attempts: Sequence[Attempt] = ()
    voided_at: int | None = None
    uncollectible_at: int | None = None
    due_date: int | None = None
    next_attempt: int | None = None
    subscription: str = ""

    def __post_init__(self) -> None:
        if not self.lines or (self.status == "draft") != (self.finalized_at is None):
            raise ValueError(f"a {self.status} bill needs lines, and a time of finalization unless it is a draft")


class Biller:
    """Writes invoices, their payments and the bridge between them."""

    def __init__(self, sink: Sink, till: Till) -> None:
        self._sink = sink
        self._till = till

    def send(self, payer: Payer, bill: Bill) -> str:
        """Write the invoice and return its id; the order is noted with the payer."""
        id_ = self._sink.id("in")
        payer.seen(bill.created)
        payer.invoices += 1
        total = sum(line.amount for line in bill.lines)
        collected, paid_at = 0, None
        if bill.finalized_at is not None and total > 0:
            collected, paid_at = self._collect(payer, bill, id_, total)
        elif bill.status == "paid":
            paid_at = bill.finalized_at
            payer.zero_invoices += 1
        number = f"{payer.customer[-8:]}-{payer.invoices:04d}" if bill.finalized_at is not None else None
        person = payer.person
        self._sink.write(
            "stripe/invoices",
            objects.invoice(
                id_, bill.created, bill.lines, status=bill.status, reason=bill.reason, customer=payer.customer,
                email=payer.email, name=person.name, country=person.country, live=payer.live, paid=collected,
                attempts=len(bill.attempts), finalized_at=bill.finalized_at, paid_at=paid_at,
                voided_at=bill.voided_at, uncollectible_at=bill.uncollectible_at, due_date=bill.due_date,
                subscription=bill.subscription, next_attempt=bill.next_attempt, number=number,
            ),
        )  # fmt: skip
        return id_

    def _collect(self, payer: Payer, bill: Bill, invoice_id: str, total: int) -> tuple[int, int | None]:
        """The payment behind a finalised invoice; returns what was collected and when."""
        at, currency = bill.finalized_at or bill.created, bill.lines[0].price.currency
        taken = self._till.take(
            payer, at, total, currency, bill.attempts, canceled_at=bill.voided_at,
            description="Subscription" if bill.subscription else "Invoice",
        )  # fmt: skip
        status = "paid" if taken.collected else "canceled" if bill.voided_at else "open"
        self._sink.write(
            "stripe/invoice_payments",
            objects.invoice_payment(
                self._sink.id("inpay"), at, total, currency, invoice=invoice_id, intent=taken.id, status=status,
                live=payer.live, paid_at=taken.paid_at, canceled_at=bill.voided_at,
            ),
        )  # fmt: skip
        if bill.status != "void":
            payer.orders.append(
                Order(
                    id=invoice_id, ordered_at=bill.created, currency=currency, revenue=total,
                    collected=taken.collected, fees=taken.fees, unsettled=bill.status, refunds=taken.refunds,
                    addresses=taken.addresses, customer=payer.customer,
                    email=taken.email,
                )
            )  # fmt: skip
        return taken.collected, taken.paid_at

"""Invoices: writing one in its last state with its items, payment and credit notes, and noting the order it makes."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.sandbox.generator import billing_objects as objects
from connectors.sandbox.generator import correction_objects as corrections
from connectors.sandbox.generator.billing_objects import LineItem
from connectors.sandbox.generator.ledger import Order
from connectors.sandbox.generator.payer import Payer
from connectors.sandbox.generator.pricing_objects import Object
from connectors.sandbox.generator.sink import Sink
from connectors.sandbox.generator.terms import Terms
from connectors.sandbox.generator.till import Attempt, Taken, Till


@dataclass(frozen=True)
class Bill:
    """One invoice as decided: its last status, and the times (Unix seconds) of what happened to it.

    `terms` are its own when it has a `discount` of the subscription, else the payer's.
    """

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
    terms: Terms | None = None
    discount: Object | None = None

    def __post_init__(self) -> None:
        if not self.lines or (self.status == "draft") != (self.finalized_at is None):
            raise ValueError(f"a {self.status} bill needs lines, and a time of finalization unless it is a draft")


class Biller:
    """Writes invoices, their payments and the bridge between them; prices are as old as `price_created`."""

    def __init__(self, sink: Sink, till: Till, price_created: int) -> None:
        self._sink = sink
        self._till = till
        self._price_created = price_created
        self._refunded = 0

    def send(self, payer: Payer, bill: Bill) -> str:
        """Write the invoice and return its id; the order is noted with the payer."""
        id_ = self._sink.id("in")
        payer.seen(bill.created)
        payer.invoices += 1
        terms = bill.terms or payer.terms
        total = terms.due([line.amount for line in bill.lines])
        taken, paid_at = None, None
        if bill.subscription and bill.status not in ("draft", "void"):
            payer.first_billed.setdefault(bill.subscription, bill.created)
        if bill.finalized_at is not None and total > 0:
            taken = self._collect(payer, bill, id_, total)
            paid_at = taken.paid_at
        elif bill.status == "paid":
            paid_at = bill.finalized_at
            payer.zero_invoices += 1
        number = _number(payer) if bill.finalized_at is not None else None
        person = payer.person
        credited = taken.refunds if taken and self._is_credited(payer, taken) else ()
        invoice = objects.invoice(
            id_, bill.created, bill.lines, status=bill.status, reason=bill.reason, customer=payer.customer,
            email=payer.email, name=person.name, country=person.country, live=payer.live,
            paid=taken.collected if taken else 0, attempts=len(bill.attempts), finalized_at=bill.finalized_at,
            paid_at=paid_at, voided_at=bill.voided_at, uncollectible_at=bill.uncollectible_at, due_date=bill.due_date,
            subscription=bill.subscription, next_attempt=bill.next_attempt, number=number, terms=terms,
            credited=sum(refund.amount for refund in credited), discount=bill.discount,
        )  # fmt: skip
        self._sink.write("stripe/invoices", invoice)
        for number_, line in enumerate(bill.lines):
            if not line.subscription or line.is_proration:
                self._item(payer, line, bill.created, id_, number_)
        for count, refund in enumerate(credited, 1):
            note = corrections.credit_note(
                self._sink.id("cn"), refund.at, invoice, [refund.amount], refund=refund.id, number=count
            )
            self._sink.write("stripe/credit_notes", note)
        return id_

    def receipt(self, payer: Payer, lines: Sequence[LineItem], at: int) -> str:
        """The invoice of a checkout that was paid before; it names no payment, and no payment names it."""
        id_ = self._sink.id("in")
        payer.seen(at)
        payer.invoices += 1
        person = payer.person
        invoice = objects.invoice(
            id_, at, lines, status="paid", reason="manual", customer=payer.customer, email=payer.email,
            name=person.name, country=person.country, live=payer.live, paid=sum(line.amount for line in lines),
            finalized_at=at, paid_at=at, number=_number(payer),
        )  # fmt: skip
        self._sink.write("stripe/invoices", invoice)
        for number, line in enumerate(lines):
            self._item(payer, line, at, id_, number)
        return id_

    def expect(self, payer: Payer, line: LineItem, at: int) -> None:
        """Note something at `at` that the next invoice of the payer will bill; there is none yet."""
        self._item(payer, line, at, None, 0)

    def _item(self, payer: Payer, line: LineItem, at: int, invoice: str | None, number: int) -> None:
        key = objects.line_key(invoice, number) if invoice else self._sink.id("ii").removeprefix("ii_")
        self._sink.write(
            "stripe/invoiceitems",
            corrections.invoice_item(
                f"ii_{key}", at, objects.price(line.price, self._price_created), customer=payer.customer,
                invoice=invoice, quantity=line.quantity, description=line.description,
                period=(line.start, line.end), live=payer.live,
                proration=(line.exact, line.subscription, line.subscription_item) if line.exact is not None else None,
            ),
        )  # fmt: skip

    def _is_credited(self, payer: Payer, taken: Taken) -> bool:
        """Every other refund comes with a credit note; a taxed one would have to say the tax again."""
        if not taken.refunds or payer.terms.tax_percent:
            return False
        self._refunded += 1
        return self._refunded % 2 == 1

    def _collect(self, payer: Payer, bill: Bill, invoice_id: str, total: int) -> Taken:
        """The payment behind a finalised invoice."""
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
                    tax=sum((bill.terms or payer.terms).taxes(line.amount for line in bill.lines)),
                    collected=taken.collected,
                    fees=taken.fees, unsettled=bill.status, refunds=taken.refunded, disputed=taken.disputed,
                    dispute_lost=taken.dispute_lost, addresses=taken.addresses, customer=payer.customer,
                    email=taken.email, first_billed_at=payer.first_billed.get(bill.subscription),
                )
            )  # fmt: skip
        return taken


def _number(payer: Payer) -> str:
    return f"{payer.customer[-8:]}-{payer.invoices:04d}"

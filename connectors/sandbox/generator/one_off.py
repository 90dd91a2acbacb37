"""Things bought once: every kind of purchase, from a plain success to an abandoned one, and manual invoices."""

from dataclasses import replace
from random import Random

from connectors.sandbox.generator.biller import Bill, Biller
from connectors.sandbox.generator.billing_objects import LineItem
from connectors.sandbox.generator.catalogue import ONCE, Price
from connectors.sandbox.generator.checkouts import NONE, RECEIPT, Checkouts, of_session
from connectors.sandbox.generator.draws import DAY, Deck, pick, whole
from connectors.sandbox.generator.ledger import Order
from connectors.sandbox.generator.payer import Payer
from connectors.sandbox.generator.till import AUTHORIZED, DECLINES, SUCCEEDED, Attempt, Taken, Till

_CHECKOUTS = (
    ("straight", 56), ("declined_first", 12), ("all_declined", 5), ("abandoned", 8), ("requires_capture", 2),
    ("bare", 5), ("bare_declined", 1), ("invoice_paid", 6), ("invoice_open", 1), ("invoice_uncollectible", 2),
    ("invoice_void", 1), ("invoice_draft", 1),
)  # fmt: skip
_THROUGH_SESSIONS = ("straight", "declined_first", "abandoned")
_ADDRESS_IN_SESSION_ALONE = 0.6
_RECEIPT_AFTER = 40
_LONG_EVERY = 6
_NET_DAYS = 30
_WRITTEN_OFF_AFTER = 45 * DAY


class OneOff:
    """Plays single purchases, all before `end` (Unix seconds)."""

    def __init__(self, till: Till, biller: Biller, checkouts: Checkouts, rng: Random, end: int) -> None:
        self._till = till
        self._biller = biller
        self._checkouts = checkouts
        self._end = end
        self._kinds = Deck(rng, _CHECKOUTS)
        self._invoices = 0

    def buy(self, payer: Payer, at: int) -> None:
        """One purchase at `at`, of the next kind in the deck."""
        kind = self._kinds.draw()
        anchors = payer.person.habit == "same_customer" and not payer.orders
        if anchors or (kind.startswith("invoice") and not payer.customer):
            kind = "straight"
        if kind.startswith("invoice"):
            self._invoice(payer, at, kind.removeprefix("invoice_"))
        else:
            self._checkout(payer, at, kind)

    def _checkout(self, payer: Payer, at: int, kind: str) -> None:
        rng, currency = payer.rng, payer.person.currency
        basket = _basket(payer)
        style = self._checkouts.style(payer) if kind in _THROUGH_SESSIONS else NONE
        if kind == "abandoned" and style != NONE:
            self._checkouts.leave(payer, at, basket)
            return
        amount = of_session(style).due([price.amount for price in basket])
        attempts = [Attempt(at + whole(rng, 2, 60), SUCCEEDED)]
        unsettled, canceled_at = "failed", None
        if kind == "declined_first":
            attempts = _declined(rng, at, whole(rng, 1, 2))
            attempts.append(Attempt(attempts[-1].at + whole(rng, 30, 900), SUCCEEDED))
        elif kind == "all_declined":
            attempts = _declined(rng, at, whole(rng, 1, 3))
            canceled_at = attempts[-1].at + DAY if rng.random() < 0.5 else None
        elif kind == "abandoned":
            attempts = []
            canceled_at = at + DAY if rng.random() < 0.5 else None
        elif kind == "requires_capture":
            attempts, unsettled = [Attempt(at + 2, AUTHORIZED)], "open"
        elif kind == "bare":
            attempts = [Attempt(at, SUCCEEDED)]
        elif kind == "bare_declined":
            attempts = [Attempt(at, pick(rng, DECLINES))]
        if canceled_at is not None and canceled_at >= self._end:
            canceled_at = None
        alone = style != NONE and not payer.customer and rng.random() < _ADDRESS_IN_SESSION_ALONE
        taken = self._till.take(
            payer, at, amount, currency, attempts, bare=kind.startswith("bare"), canceled_at=canceled_at,
            description="Sandbox shop order", typed=not alone,
        )  # fmt: skip
        order, address = _order(payer, at, amount, unsettled, taken), payer.person.payment_kind(len(payer.orders))
        if style == RECEIPT:
            sent = attempts[-1].at + _RECEIPT_AFTER
            lines = [LineItem(price, price.amount, 1, sent, sent, price.product.name) for price in basket]
            order = replace(order, id=self._biller.receipt(payer, lines, sent), ordered_at=sent)
        if style != NONE:
            receipt = order.id if style == RECEIPT else None
            self._checkouts.complete(payer, at, basket, style, taken.id, address, receipt)
            order = replace(order, addresses=order.addresses | {address})
        if attempts:
            payer.orders.append(order)

    def leave_open(self, payer: Payer, at: int) -> None:
        """A basket that stands at the checkout since `at`."""
        self._checkouts.leave(payer, at, _basket(payer))

    def _invoice(self, payer: Payer, at: int, status: str) -> None:
        """A manual invoice; what would happen after the end has not happened yet."""
        rng = payer.rng
        finalized = at + whole(rng, 60, 1800)
        paid_at = finalized + whole(rng, 1, 12) * DAY
        due = finalized + _NET_DAYS * DAY
        if (status == "paid" and paid_at >= self._end) or (
            status == "uncollectible" and finalized + _WRITTEN_OFF_AFTER >= self._end
        ):
            status = "open"
        if status == "void" and finalized + DAY >= self._end:
            status = "draft"
        paid = [Attempt(paid_at, SUCCEEDED)] if status == "paid" else []
        tried = _declined(rng, due, whole(rng, 1, 2)) if status == "uncollectible" else paid
        self._biller.send(
            payer,
            Bill(
                created=at, lines=self._lines(payer, at), status=status, reason="manual",
                finalized_at=None if status == "draft" else finalized, attempts=tried,
                voided_at=finalized + DAY if status == "void" else None,
                uncollectible_at=finalized + _WRITTEN_OFF_AFTER if status == "uncollectible" else None,
                due_date=due,
            ),
        )  # fmt: skip

    def _lines(self, payer: Payer, at: int) -> list[LineItem]:
        """One to three lines; every sixth invoice has more than the ten that an invoice shows of itself."""
        rng = payer.rng
        self._invoices += 1
        count = whole(rng, 11, 14) if self._invoices % _LONG_EVERY == 1 else whole(rng, 1, 3)
        lines = []
        for number in range(count):
            price = pick(rng, ONCE[payer.person.currency])
            text = f"{price.product.name}, part {number + 1}"
            lines.append(LineItem(price, price.amount, whole(rng, 1, 2), at, at, text))
        return lines


def _basket(payer: Payer) -> list[Price]:
    return [pick(payer.rng, ONCE[payer.person.currency]) for _ in range(1 + int(payer.rng.random() * 2.2))]


def _declined(rng: Random, at: int, count: int) -> list[Attempt]:
    moments = [at + whole(rng, 2, 60)]
    while len(moments) < count:
        moments.append(moments[-1] + whole(rng, 30, 900))
    return [Attempt(moment, pick(rng, DECLINES)) for moment in moments]


def _order(payer: Payer, at: int, amount: int, unsettled: str, taken: Taken) -> Order:
    return Order(
        id=taken.id, ordered_at=at, currency=payer.person.currency, revenue=amount, collected=taken.collected,
        fees=taken.fees, unsettled=unsettled, refunds=taken.refunded, disputed=taken.disputed,
        dispute_lost=taken.dispute_lost, addresses=taken.addresses, customer=payer.customer, email=taken.email,
    )  # fmt: skip

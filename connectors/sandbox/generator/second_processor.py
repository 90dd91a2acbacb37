"""A second payment processor's exports: its orders with items and refunds, a few of which Stripe knows as well.

They are in no other truth but `files_orders.csv`: the other files of `truth/` are of Stripe alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from connectors.sandbox.generator.catalogue import ONCE, Price
from connectors.sandbox.generator.csv_files import CsvFiles
from connectors.sandbox.generator.draws import DAY, Deck, Rhythm, pick, whole
from connectors.sandbox.generator.ledger import Order
from connectors.sandbox.generator.people import People, Person, as_typed

TRUTH = "truth/files_orders"
HEADERS = {
    "files/orders": (
        "id", "processor", "email", "date_created", "date_paid", "status", "currency", "amount", "paid", "tax",
    ),
    "files/order_items": (
        "id", "order_id", "processor", "product_id", "name", "quantity", "currency", "amount",
    ),
    "files/refunds": ("id", "order_id", "processor", "date", "currency", "amount", "reason"),
    TRUTH: (
        "order_id", "processor", "email", "contact_id", "ordered_at", "status", "currency", "total_minor",
        "tax_minor", "collected_minor", "refunded_minor", "is_duplicate", "duplicate_of",
    ),
}  # fmt: skip
_PROCESSOR = "paypal"
_STATUSES = (("paid", 9), ("partially_refunded", 2), ("refunded", 1), ("failed", 1), ("open", 1))
_CONTACT_SHARE, _AGAIN_SHARE, _STRANGERS_PER_CONTACT = 0.1, 0.3, 0.02
_TWICE = ((False, 6), (True, 1))
_NEAR = 600
_TAX_PERCENT = {"eur": 19}
_WITHOUT_DECIMALS = ("jpy",)


@dataclass(frozen=True)
class _Sale:
    """What is bought: (price, quantity) each, tax and total in minor units."""

    currency: str
    lines: tuple[tuple[Price, int], ...]
    tax: int
    total: int


class SecondProcessor:
    """Decides and writes its orders up to `end` (Unix seconds); `told` are those of the last payer, copies left out."""

    def __init__(self, files: CsvFiles, seed: int, start: int, end: int) -> None:
        self._files = files
        self._seed = seed
        self._start, self._end = start, end
        rng = Random(f"{seed}/{_PROCESSOR}")
        self._statuses = Deck(rng, _STATUSES)
        self._twice = Deck(rng, _TWICE)
        self._orders = self._refunds = 0
        self.told: list[Order] = []

    def of_contact(self, person: Person, created: int, stripe: Sequence[Order]) -> int | None:
        """A contact's orders there, given those in Stripe; returns when they first paid one, None for never."""
        rng = Random(f"{self._seed}/{person.index}/{_PROCESSOR}")
        first, self.told = None, []
        if rng.random() < _CONTACT_SHARE:
            first = self._shop(person, created + whole(rng, 1, 60) * DAY + whole(rng, 0, DAY), rng, stripe)
        for order in stripe:
            kind = next((k for k in ("primary", "additional") if k in order.addresses), "")
            if kind and order.id.startswith("pi_") and order.status == "paid" and self._twice.draw():
                self._again(person, order, person.address(kind) or "", rng)
        return first

    def of_strangers(self, contacts: int, rhythm: Rhythm) -> None:
        """Payers the CRM does not know, in proportion to the contacts, and one at least."""
        people = People(Random(f"{self._seed}/{_PROCESSOR} strangers"))
        self.told = []
        for number in range(1 + round(contacts * _STRANGERS_PER_CONTACT)):
            rng = Random(f"{self._seed}/{_PROCESSOR} stranger {number}")
            person = people.make(rng, 2 * contacts + number, "", buys=False)  # nobody else has these numbers
            self._shop(person, rhythm.moment(rng), rng, ())

    def _shop(self, person: Person, at: int, rng: Random, stripe: Sequence[Order]) -> int | None:
        first = None
        more = True
        while more and at < self._end - DAY:
            sale = _sale(rng, person.currency)
            while any(order.revenue == sale.total and abs(order.ordered_at - at) <= 2 * _NEAR for order in stripe):
                at += DAY  # not to look like an order of Stripe's
            kind = "unknown" if not person.contact_id else "additional" if person.additional else "primary"
            email = person.address("primary" if kind == "additional" and rng.random() < 0.5 else kind) or ""
            status = self._statuses.draw()
            self._write(person, email, at, sale, status, rng)
            if first is None and status not in ("failed", "open"):
                first = at
            more = rng.random() < _AGAIN_SHARE
            at += whole(rng, 5, 90) * DAY
        return first

    def _again(self, person: Person, order: Order, email: str, rng: Random) -> None:
        """An order of Stripe's as the second processor tells it: the same address and amount, minutes apart."""
        at = order.ordered_at + whole(rng, 20, _NEAR - 20) * (1 if rng.random() < 0.5 else -1)
        if at < self._end - _NEAR:
            sale = _Sale(order.currency, (), 0, order.revenue)
            self._write(person, email, at, sale, "paid", rng, duplicate_of=order.id)

    def _write(
        self, person: Person, email: str, at: int, sale: _Sale, status: str, rng: Random, duplicate_of: str = ""
    ) -> None:
        self._orders += 1
        id_ = f"PP-{self._orders:06d}"
        settled = status not in ("failed", "open")
        paid = _iso(at + whole(rng, 5, 90)) if settled else ""
        back = self._plan_refunds(sale.total, at, status, rng)
        if status in ("refunded", "partially_refunded") and not back:
            status = "paid"  # what would be given back after the end has not happened yet
        collected = sale.total if settled else 0
        money = (_major(minor, sale.currency) for minor in (sale.total, collected, sale.tax))
        if not duplicate_of:
            self.told.append(
                Order(
                    id=id_, ordered_at=at, currency=sale.currency, revenue=sale.total, tax=sale.tax,
                    collected=collected, unsettled=status, refunds=tuple(back), email=email, connector="files",
                )
            )  # fmt: skip
        typed, state = as_typed(rng, email), "paid" if settled else status
        self._files.write(
            "files/orders", (id_, _PROCESSOR, typed, _iso(at), paid, state, sale.currency.upper(), *money)
        )
        self._write_items(id_, sale)
        for given, amount in back:
            self._refunds += 1
            shown = (_iso(given), sale.currency.upper(), _major(amount, sale.currency), "requested by customer")
            self._files.write("files/refunds", (f"PPR-{self._refunds:06d}", id_, _PROCESSOR, *shown))
        self._files.write(
            TRUTH,
            (
                id_, _PROCESSOR, email, person.contact_id, _iso(at), status, sale.currency, sale.total, sale.tax,
                collected, sum(amount for _, amount in back), int(bool(duplicate_of)), duplicate_of,
            ),
        )  # fmt: skip

    def _write_items(self, id_: str, sale: _Sale) -> None:
        lines = [(p.product.slug, p.product.name, quantity, p.amount * quantity) for p, quantity in sale.lines]
        for number, (*product, amount) in enumerate(lines or [("", "Shop order", 1, sale.total - sale.tax)], start=1):
            shown = (*product, sale.currency.upper(), _major(amount, sale.currency))
            self._files.write("files/order_items", (number, id_, _PROCESSOR, *shown))

    def _plan_refunds(self, total: int, at: int, status: str, rng: Random) -> list[tuple[int, int]]:
        """Succeeded refunds as (time, amount): all of it, or a part, now and then in two goes."""
        given = at + whole(rng, 1, 20) * DAY
        if status not in ("refunded", "partially_refunded") or given + 2 * DAY >= self._end:
            return []
        if status == "refunded":
            return [(given, total)]
        part = total // 4
        return [(given, part), (given + DAY, part)] if rng.random() < 0.3 else [(given, part)]


def _sale(rng: Random, currency: str) -> _Sale:
    lines = tuple((pick(rng, ONCE[currency]), whole(rng, 1, 2)) for _ in range(whole(rng, 1, 2)))
    net = sum(price.amount * quantity for price, quantity in lines)
    tax = (net * _TAX_PERCENT.get(currency, 0) + 50) // 100
    return _Sale(currency, lines, tax, net + tax)


def _major(minor: int, currency: str) -> str:
    """Minor units as the decimal the processor writes."""
    return str(minor) if currency in _WITHOUT_DECIMALS else f"{minor // 100}.{minor % 100:02d}"


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

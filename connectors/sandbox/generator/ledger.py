"""The truth: orders noted as the generator decides them, summed into the files of `truth/`.

Nothing here reads a written object; `orders.csv` is streamed, the rest is small and written at the end.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

MEASURES = (
    "orders", "revenue_minor", "revenue_matched_minor", "revenue_unmatched_minor", "tax_minor", "collected_minor",
    "fees_minor", "refunded_by_order_date_minor", "refunded_by_refund_date_minor",
    "disputes_lost_by_order_date_minor", "disputes_lost_by_withdrawal_date_minor", "net_revenue_minor",
)  # fmt: skip
_ORDER_COLUMNS = (
    "order_id", "ordered_at", "order_status", "currency", "revenue_minor", "tax_minor", "collected_minor",
    "refunded_minor", "disputes_lost_minor", "net_revenue_minor", "fees_minor", "match_method", "contact_id",
)  # fmt: skip


@dataclass(frozen=True)
class Order:
    """One order as decided. Money in minor units, times in Unix seconds.

    `unsettled` is its status while nothing was collected; `refunds` are succeeded ones (time, amount); `dispute_lost`
    is when a lost dispute took money away, and how much; `disputed` says that one is undecided;
    `addresses` are the kinds of address its payment carries: primary, additional, unknown; `email` is the normalised
    address that names a payer without a Stripe customer. `first_billed_at` is when the first invoice of its
    subscription was created, None for what is bought once.
    """

    id: str
    ordered_at: int
    currency: str
    revenue: int
    tax: int = 0
    collected: int = 0
    fees: int = 0
    unsettled: str = "open"
    refunds: tuple[tuple[int, int], ...] = ()
    disputed: bool = False
    dispute_lost: tuple[int, int] | None = None
    addresses: frozenset[str] = frozenset()
    customer: str = ""
    email: str = ""
    connector: str = "stripe"
    first_billed_at: int | None = None

    def __post_init__(self) -> None:
        if self.revenue <= 0 or self.net < 0:
            raise ValueError(f"order {self.id}: an order has revenue and gives back no more than was collected")

    @property
    def refunded(self) -> int:
        """Succeeded refunds, in minor units."""
        return sum(amount for _, amount in self.refunds)

    @property
    def lost(self) -> int:
        """What a lost dispute took away, in minor units."""
        return self.dispute_lost[1] if self.dispute_lost else 0

    @property
    def net(self) -> int:
        """What was collected and stayed, in minor units, before fees."""
        return self.collected - self.refunded - self.lost

    @property
    def status(self) -> str:
        """The first that holds: dispute_lost, disputed, refunded, partially_refunded, paid, the unsettled status."""
        if self.collected == 0:
            return self.unsettled
        if self.disputed or self.dispute_lost:
            return "disputed" if self.disputed else "dispute_lost"
        if self.refunded == self.collected:
            return "refunded"
        return "partially_refunded" if self.refunded else "paid"

    @property
    def own_match(self) -> str:
        """The rung its own addresses reach, when the payer is a contact."""
        if "primary" in self.addresses:
            return "email_primary"
        return "email_secondary" if "additional" in self.addresses else ""


@dataclass
class Ledger:
    """Sums of all orders noted; `orders_file` takes one line an order."""

    orders_file: IO[str]
    contacts: int = 0
    zero_amount_invoices: int = 0
    _months: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    _payers: set[str] = field(default_factory=set)
    _matched_payers: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._orders = csv.writer(self.orders_file, lineterminator="\n")
        self._orders.writerow(_ORDER_COLUMNS)

    def note(self, contact_id: str, orders: Iterable[Order]) -> None:
        """Note all orders of one payer; `contact_id` is empty for somebody the CRM does not know."""
        for order, match in matches(contact_id, list(orders)):
            self._note(order, match, contact_id)

    def _note(self, order: Order, match: str, contact_id: str) -> None:
        contact = contact_id if match else ""
        if order.collected:
            self._payers.add(contact or order.customer or order.email or order.id)
            if contact:
                self._matched_payers.add(contact)
        sums = self._month(order.ordered_at, order.currency)
        sums["orders"] += 1
        sums["revenue_minor"] += order.revenue
        sums["revenue_matched_minor" if match else "revenue_unmatched_minor"] += order.revenue
        sums["tax_minor"] += order.tax
        sums["collected_minor"] += order.collected
        sums["fees_minor"] += order.fees
        sums["refunded_by_order_date_minor"] += order.refunded
        sums["disputes_lost_by_order_date_minor"] += order.lost
        sums["net_revenue_minor"] += order.net
        for at, amount in order.refunds:
            self._month(at, order.currency)["refunded_by_refund_date_minor"] += amount
        if order.dispute_lost:
            at, amount = order.dispute_lost
            self._month(at, order.currency)["disputes_lost_by_withdrawal_date_minor"] += amount
        moment = datetime.fromtimestamp(order.ordered_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._orders.writerow(
            (order.id, moment, order.status, order.currency, order.revenue, order.tax, order.collected,
             order.refunded, order.lost, order.net, order.fees, match, contact)
        )  # fmt: skip

    def write(self, folder: Path) -> None:
        """Write `orders_by_utc_month.csv` and `totals.csv` into `folder`."""
        rows = [(*key, *(self._months[key][m] for m in MEASURES)) for key in sorted(self._months)]
        write_csv(folder / "orders_by_utc_month.csv", ("month", "currency", *MEASURES), rows)
        totals: dict[tuple[str, str], int] = defaultdict(int)
        for (_, currency), sums in self._months.items():
            for measure in MEASURES:
                totals[currency, measure] += sums[measure]
        measures: list[tuple[str, int]] = [
            ("contacts", self.contacts),
            ("customers", len(self._payers)),
            ("customers_matched", len(self._matched_payers)),
            ("orders", sum(sums["orders"] for sums in self._months.values())),
            ("zero_amount_invoices", self.zero_amount_invoices),
        ]
        measures += [(_per_currency(m, c), value) for (c, m), value in sorted(totals.items())]
        write_csv(folder / "totals.csv", ("measure", "value"), measures)

    def _month(self, at: int, currency: str) -> dict[str, int]:
        key = (datetime.fromtimestamp(at, UTC).strftime("%Y-%m"), currency)
        return self._months.setdefault(key, dict.fromkeys(MEASURES, 0))


def matches(contact_id: str, orders: Sequence[Order]) -> list[tuple[Order, str]]:
    """The rung by which each order of one payer leads to the contact, empty when none does."""
    anchored = {order.customer for order in orders if order.customer and order.own_match}
    found = [(order, order.own_match or ("same_customer" if order.customer in anchored else "")) for order in orders]
    return [(order, match if contact_id else "") for order, match in found]


def write_csv(path: Path, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Write one truth file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _per_currency(measure: str, currency: str) -> str:
    """`revenue_minor` in usd is named `revenue_usd_minor`, `orders` is named `orders_usd`."""
    stem = measure.removesuffix("_minor")
    return f"{stem}_{currency}" + ("_minor" if stem != measure else "")

"""The truth about the reports: what each UTC day's new leads, list additions, page views and orders come to.

One person is handed over after another; only sums are kept. What the rules leave open is decided here as the
definitions read: a customer is somebody who ever paid, and their first order is the first one they paid.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from connectors.sandbox.generator.credits import Credits, Visit
from connectors.sandbox.generator.draws import DAY
from connectors.sandbox.generator.ledger import Order, write_csv

_ORDERS = (
    "orders", "revenue_minor", "revenue_excluding_failed_minor", "revenue_excluding_refunded_minor", "collected_minor",
    "refunds_by_order_date_minor", "refunds_by_refund_date_minor", "disputes_lost_by_order_date_minor",
    "disputes_lost_by_withdrawal_date_minor", "fees_minor", "tax_minor", "net_revenue_minor", "outstanding_minor",
)  # fmt: skip
_LEADS = ("leads", "customers", "purchased_before_lead", "first_time_customers")
_LEAD_MONEY = ("lead_revenue_minor", "net_lead_revenue_minor", "first_order_revenue_minor")
_TAGS = ("tag_additions", "persons", "customers", "customers_after_touch")
_TAG_MONEY = (
    "revenue_any_time_minor", "net_revenue_any_time_minor", "revenue_after_touch_minor",
    "net_revenue_after_touch_minor",
)  # fmt: skip
_VIEWS = ("page_views", "engaged_contacts", "engaged_customers", "all_contacts")
_VIEW_MONEY = ("engaged_revenue_same_day_minor",)
Sums = dict[tuple[str, ...], Counter[str]]


@dataclass(frozen=True)
class Known:
    """A person of the CRM at the end: created as a lead at `created` (Unix seconds), on the `lists` (id, added at)."""

    created: int
    lists: Sequence[tuple[str, int]] = ()
    visits: Sequence[Visit] = ()


class DailyBooks:
    """Sums persons and payers, from the day `start` to the day before `end` (UTC midnights in Unix seconds)."""

    def __init__(self, start: int, end: int) -> None:
        self._start, self._end = start, end
        self._credits = Credits()
        self._orders: Sums = defaultdict(Counter)
        self._leads: Sums = defaultdict(Counter)
        self._lead_money: Sums = defaultdict(Counter)
        self._tags: Sums = defaultdict(Counter)
        self._tag_money: Sums = defaultdict(Counter)
        self._views: Sums = defaultdict(Counter)
        self._view_money: Sums = defaultdict(Counter)

    def note_payer(self, matched: Sequence[Order], unmatched: Sequence[Order]) -> None:
        """Orders of somebody, whether or not they lead to a contact; each once, whoever else tells of it."""
        for order in (*matched, *unmatched):
            self._order(order)
        self._credits.unmatched(unmatched)

    def note_contact(self, known: Known, orders: Sequence[Order]) -> None:
        """One contact, with the orders that lead to it; `note_payer` has noted these as orders."""
        paid = sorted((order for order in orders if order.collected), key=lambda order: order.ordered_at)
        self._lead(known, orders, paid)
        for list_id, at in known.lists:
            self._addition(list_id, at, orders, paid)
        self._engaged(known, orders, bool(paid))
        self._credits.note(known.visits, orders)

    def write(self, folder: Path) -> None:
        """Write every book into `folder`."""
        self._count_contacts()
        for name, keys, measures, sums in (
            ("orders_daily", ("date", "connector", "currency"), _ORDERS, self._orders),
            ("acquisition_daily", ("date",), _LEADS, self._leads),
            ("acquisition_revenue_daily", ("date", "currency"), _LEAD_MONEY, self._lead_money),
            ("nurture_daily", ("date", "list_id"), _TAGS, self._tags),
            ("nurture_revenue_daily", ("date", "list_id", "currency"), _TAG_MONEY, self._tag_money),
            ("engagement_daily", ("date",), _VIEWS, self._views),
            ("engagement_revenue_daily", ("date", "currency"), _VIEW_MONEY, self._view_money),
        ):
            rows = [(*key, *(sums[key][measure] for measure in measures)) for key in sorted(sums)]
            write_csv(folder / f"{name}.csv", (*keys, *measures), rows)
        self._credits.write(folder)

    def _order(self, order: Order) -> None:
        key = (order.connector, order.currency)
        sums = self._orders[_day(order.ordered_at), *key]
        sums["orders"] += 1
        sums["revenue_minor"] += order.revenue
        sums["revenue_excluding_failed_minor"] += 0 if order.status == "failed" else order.revenue
        sums["revenue_excluding_refunded_minor"] += 0 if order.status == "refunded" else order.revenue
        sums["collected_minor"] += order.collected
        sums["refunds_by_order_date_minor"] += order.refunded
        sums["disputes_lost_by_order_date_minor"] += order.lost
        sums["fees_minor"] += order.fees
        sums["tax_minor"] += order.tax
        sums["net_revenue_minor"] += order.net
        sums["outstanding_minor"] += order.revenue if order.status == "open" else 0
        for at, amount in order.refunds:
            self._orders[_day(at), *key]["refunds_by_refund_date_minor"] += amount
        if order.dispute_lost:
            at, amount = order.dispute_lost
            self._orders[_day(at), *key]["disputes_lost_by_withdrawal_date_minor"] += amount

    def _lead(self, known: Known, orders: Sequence[Order], paid: Sequence[Order]) -> None:
        day = _day(known.created)
        sums = self._leads[(day,)]
        sums["leads"] += 1
        if paid:
            sums["customers"] += 1
            sums["purchased_before_lead"] += paid[0].ordered_at < known.created
            first = paid[0]
            self._leads[(_day(first.ordered_at),)]["first_time_customers"] += 1
            self._lead_money[_day(first.ordered_at), first.currency]["first_order_revenue_minor"] += first.revenue
        for order in orders:
            money = self._lead_money[day, order.currency]
            money["lead_revenue_minor"] += order.revenue
            money["net_lead_revenue_minor"] += order.net

    def _addition(self, list_id: str, at: int, orders: Sequence[Order], paid: Sequence[Order]) -> None:
        """One addition to a list; nobody here is added to the same list twice."""
        key = (_day(at), list_id)
        self._tags[key].update(
            tag_additions=1, persons=1, customers=int(bool(paid)),
            customers_after_touch=int(any(order.ordered_at >= at for order in paid)),
        )  # fmt: skip
        for order in orders:
            money = self._tag_money[*key, order.currency]
            after = order.ordered_at >= at
            money["revenue_any_time_minor"] += order.revenue
            money["net_revenue_any_time_minor"] += order.net
            money["revenue_after_touch_minor"] += order.revenue if after else 0
            money["net_revenue_after_touch_minor"] += order.net if after else 0

    def _engaged(self, known: Known, orders: Sequence[Order], is_customer: bool) -> None:
        views = Counter(_day(visit.at) for visit in known.visits)
        for day, count in views.items():
            self._views[(day,)].update(page_views=count, engaged_contacts=1, engaged_customers=int(is_customer))
        for order in orders:
            if (day := _day(order.ordered_at)) in views:
                self._view_money[day, order.currency]["engaged_revenue_same_day_minor"] += order.revenue

    def _count_contacts(self) -> None:
        """Every contact counts from the day it was created on, and none is ever deleted here."""
        days = [_day(at) for at in range(self._start - DAY, self._end, DAY)]
        total = self._leads[(days[0],)]["leads"]
        self._views[(days[0],)]["all_contacts"] = total
        for _, day in pairwise(days):
            total += self._leads[(day,)]["leads"]
            self._views[(day,)]["all_contacts"] = total


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()

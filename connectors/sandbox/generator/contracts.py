"""A subscription played step by step: bills, changes in the middle of a period, pauses, coupons, trials, the end.

Which steps are taken is decided in `plan_stories.py`. What `subscriptions.py` plays by chance is kept apart from this.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.sandbox.generator import billing_objects as objects
from connectors.sandbox.generator.biller import Bill, Biller
from connectors.sandbox.generator.billing_objects import LineItem
from connectors.sandbox.generator.calendar_steps import later
from connectors.sandbox.generator.catalogue import Price
from connectors.sandbox.generator.draws import DAY
from connectors.sandbox.generator.mrr import ACTIVE, ENDED, PAUSED, TRIALING, UNPAID, Held
from connectors.sandbox.generator.payer import Payer
from connectors.sandbox.generator.pricing_objects import discount
from connectors.sandbox.generator.sink import Sink
from connectors.sandbox.generator.terms import Offer, Offers, Terms, tax_rate
from connectors.sandbox.generator.till import DECLINES, SUCCEEDED, Attempt

_DRAFT_SECONDS, _PAID_AFTER, _INCOMPLETE_SECONDS = 3600, 40, 23 * 3600
_RETRIES = (5, 3 * DAY, 5 * DAY, 7 * DAY)
Items = Mapping[str, tuple[Price, int]]
"""(price, quantity) by a short name of the item, the first of which is `main`."""


@dataclass(frozen=True)
class Shop:
    """What every contract needs; nothing happens at or after `end`, and prices are as old as `opened`."""

    sink: Sink
    biller: Biller
    offers: Offers
    end: int
    opened: int


class Contract:
    """One subscription of `payer` from `at` on (Unix seconds); `finish` writes it."""

    def __init__(
        self, shop: Shop, payer: Payer, at: int, items: Items, *, trial_days: int = 0, offer: Offer | None = None
    ) -> None:
        self._shop, self._payer, self._items = shop, payer, dict(items)
        self.id = shop.sink.id("sub")
        self._created = self._anchor = at
        self._periods = 0
        self._period = (at, at)
        self._status, self._invoice = "active", ""
        self._trial: tuple[int, int] | None = None
        self._waiting: list[tuple[int, LineItem]] = []
        self._cancel_at: int | None = None
        self._why: str | None = None
        self._offer = offer
        self._discount: objects.Object | None = None
        self._served = 0
        self.held = Held(self.id, payer.customer, payer.person.currency, at)
        payer.seen(at)
        payer.held.append(self.held)
        if offer:
            shop.offers.redeemed[offer.coupon] += 1
            ends = later(at, "month", offer.months) if offer.months else None
            self._discount = discount(
                shop.sink.id("di"), at, customer=payer.customer, coupon=offer.coupon, subscription=self.id, end=ends
            )
        if trial_days:
            self.held.trial = (at, at + trial_days * DAY)
            self._begin_trial(at, trial_days, "subscription_create")

    @property
    def due(self) -> int:
        """When the next period begins."""
        return later(self._anchor, self._price.interval, self._periods * self._price.count)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will be billed."""
        return self._status not in ("active", "trialing") or self.due >= self._shop.end

    def bill(self, times: int = 1, outcome: str = "paid") -> None:
        """Bill the next periods: `paid`, `recovered` after a failure, `lost` for good, `paused` (void), `unpaid`."""
        for _ in range(times):
            if not self.is_over:
                self._renew(outcome)

    def bill_on(self, most: int = 1000) -> None:
        """Bill until the end of what is told, or until it is over, but no more than `most` periods."""
        while not self.is_over and most:
            self._renew("paid")
            most -= 1

    def change(self, share: float, items: Items, *, at_once: bool = False) -> None:
        """Other items from that share of the period on; billed `at_once`, or with the next period.

        Time that was paid for and is not used is credited, what is left of the period charged.
        """
        at = self._within(share)
        if at >= self._shop.end:
            return
        lines = [*self._prorated(at, self._items, items, -1), *self._prorated(at, items, self._items, 1)]
        self._items = dict(items)
        self._note(at, ACTIVE)
        if at_once:
            attempts = [Attempt(at + _PAID_AFTER, SUCCEEDED)] if at + _PAID_AFTER < self._shop.end else []
            self._send(at, lines, "paid" if attempts else "open", "subscription_update", at, attempts)
        else:
            self._waiting += [(at, line) for line in lines]

    def move_to(self, share: float, price: Price) -> None:
        """Another interval: the rest of the period is credited, and a whole new one begins and is paid at once."""
        at = self._within(share)
        credit = self._prorated(at, self._items, {}, -1)
        self._items = {"main": (price, 1)}
        self._anchor, self._periods = at, 1
        self._period = (at, self.due)
        self._note(at, ACTIVE)
        attempts = [Attempt(at + _PAID_AFTER, SUCCEEDED)]
        self._send(at, [*credit, *self._lines()], "paid", "subscription_update", at, attempts)

    def offer_trial(self, days: int) -> None:
        """A free time given to somebody who pays, just before the next bill."""
        self._begin_trial(self.due - _DRAFT_SECONDS, days, "subscription_update")

    def cancel(self, share: float, *, at_once: bool) -> None:
        """A cancellation heard at that share of the period, for then or for the end of the period."""
        said = self._within(share)
        if said >= self._shop.end or self._status not in ("active", "trialing"):
            return
        ends = said if at_once else self._period[1]
        self.held.requested_at, self._why = said, "cancellation_requested"
        if not at_once:
            self._cancel_at = ends
        if ends < self._shop.end:
            self._end(ends, "canceled")

    def finish(self) -> None:
        """Write the subscription in the state it has now, and what waits for its next bill."""
        shop, payer = self._shop, self._payer
        for at, line in self._waiting:
            shop.biller.expect(payer, line, at)
        shown = self._discount is not None and (
            self._discount["end"] is None or self._discount["end"] > (self.held.ended_at or shop.end)
        )
        spent = self._offer is not None and self._offer.duration == "once" and self._served > 0
        shop.sink.write(
            "stripe/subscriptions",
            objects.subscription(
                self.id, self._created, [(self._key(name), *item) for name, item in self._items.items()],
                customer=payer.customer, status=self._status, period=self._period, latest_invoice=self._invoice,
                live=payer.live, price_created=shop.opened, trial=self._trial, anchor=self._anchor,
                canceled_at=self.held.requested_at or self.held.ended_at, cancel_at=self._cancel_at,
                at_period_end=self._cancel_at is not None, ended_at=self.held.ended_at, why=self._why,
                tax_rates=[tax_rate(shop.opened)] if payer.terms.tax_percent else [],
                discounts=[self._discount] if self._discount and shown and not spent else [],
                is_paused=bool(self.held.levels) and self.held.levels[-1].state == PAUSED,
            ),
        )  # fmt: skip

    def expire(self, *, over: bool) -> None:
        """The very first payment fails: after 23 hours, if they are `over`, the subscription is given up."""
        at = self._created
        self._periods = 1
        self._period, self._why = (at, self.due), None
        self._send(
            at, self._lines(), "void" if over else "open", "subscription_create", at, [Attempt(at + 4, DECLINES[0])],
            voided_at=at + _INCOMPLETE_SECONDS if over else None,
        )  # fmt: skip
        self._status = "incomplete_expired" if over else "incomplete"
        self.held.ended_at = at + _INCOMPLETE_SECONDS if over else None

    @property
    def _price(self) -> Price:
        return next(iter(self._items.values()))[0]

    def _key(self, name: str) -> str:
        """The id of a subscription item."""
        return objects.first_item(self.id) if name == "main" else f"{objects.first_item(self.id)}{name.upper()}"

    def _within(self, share: float) -> int:
        start, end = self._period
        return start + int((end - start) * share)

    def _note(self, at: int, state: str) -> None:
        """What it is worth from `at` on."""
        self.held.note(at, state, self._items.values(), self._forever, self._terms(at).percent_off)

    @property
    def _forever(self) -> int:
        return self._offer.percent if self._offer and self._offer.duration == "forever" else 0

    def _terms(self, at: int) -> Terms:
        """What applies to a bill of the period that begins at `at`, or in which `at` lies."""
        plain = self._payer.terms
        if self._offer is None or self._discount is None:
            return plain
        if self._discount["end"] is not None and at >= self._discount["end"]:
            return plain
        if self._offer.duration == "once" and self._served > 1:
            return plain
        return Terms(self._discount["id"], self._offer.percent, plain.tax_percent)

    def _lines(self) -> list[LineItem]:
        """The items for the present period; what is metered is billed for the one before."""
        lines, length = [], self._period[1] - self._period[0]
        for name, (price, quantity) in self._items.items():
            start, end = self._period
            if price.usage == "metered":
                if self._periods < 2:
                    continue
                start, end = start - length, start
            text = f"{quantity} × {price.product.name} (per {price.interval})"
            lines.append(LineItem(price, price.amount, quantity, start, end, text, self.id, self._key(name)))
        return lines

    def _prorated(self, at: int, items: Items, other: Items, sign: int) -> list[LineItem]:
        """The share of the period from `at` on of the items which differ from `other`."""
        start, end = self._period
        lines = []
        for name, (price, quantity) in items.items():
            if other.get(name) == (price, quantity) or price.usage == "metered":
                continue
            amount = (2 * price.amount * quantity * (end - at) + (end - start)) // (2 * (end - start))
            what = "Unused" if sign < 0 else "Remaining"
            text = f"{what} time on {quantity} × {price.product.name}"
            lines.append(
                LineItem(price, price.amount, quantity, at, end, text, self.id, self._key(name), exact=sign * amount)
            )
        return lines

    def _begin_trial(self, at: int, days: int, reason: str) -> None:
        self._trial = self._period = (at, at + days * DAY)
        self._anchor, self._periods, self._status = at + days * DAY, 0, "trialing"
        price, quantity = self._items["main"]
        line = LineItem(price, 0, quantity, *self._period, f"Trial period for {price.product.name}", self.id)
        self.held.was_offered = self.held.trial != self._trial
        self._note(at, ACTIVE if self.held.was_offered else TRIALING)
        if at < self._shop.end:
            self._send(at, [line], "paid", reason, at, [])

    def _renew(self, outcome: str) -> None:
        shop, start, is_first = self._shop, self.due, not self._invoice
        self._periods += 1
        self._period = (start, self.due)
        finalized = start if is_first else start + _DRAFT_SECONDS
        self._served += 1
        self._status = "active"
        self._note(start, PAUSED if outcome == "paused" else ACTIVE)
        lines = [*(line for _, line in self._waiting), *self._lines()]
        reason = "subscription_create" if is_first else "subscription_cycle"
        self._waiting = []
        if finalized >= shop.end:
            self._send(start, lines, "draft", reason, None, [])
            return
        if outcome == "paused":
            self._send(start, lines, "void", reason, finalized, [], voided_at=min(finalized + 1, shop.end - 1))
            return
        attempts = [Attempt(finalized + _PAID_AFTER, SUCCEEDED)]
        if outcome == "recovered":
            attempts = [Attempt(finalized + _RETRIES[0], DECLINES[0]), Attempt(finalized + _RETRIES[2], SUCCEEDED)]
        elif outcome in ("lost", "unpaid"):
            attempts = [Attempt(finalized + wait, DECLINES[1]) for wait in _RETRIES]
        made = [attempt for attempt in attempts if attempt.at < shop.end]
        over = attempts[-1].at + 60
        paid = bool(made) and made[-1].result == SUCCEEDED
        if outcome in ("lost", "unpaid") and over < shop.end:
            written_off = over if outcome == "lost" else None
            status = "uncollectible" if written_off else "open"
            self._send(start, lines, status, reason, finalized, made, uncollectible_at=written_off)
            if outcome == "lost":
                self._why = "payment_failed"
                self._end(over, "canceled")
            else:
                self._status = "unpaid"
                self._note(start, UNPAID)  # nobody says when: since what was paid ran out
            return
        waits = attempts[len(made)].at if len(made) < len(attempts) else None
        self._status = "active" if paid or not made else "past_due"
        self._send(start, lines, "paid" if paid else "open", reason, finalized, made, next_attempt=waits)
        if paid and self.held.trial and self.held.converted_at is None:
            self.held.converted_at = made[-1].at

    def _end(self, at: int, status: str) -> None:
        self._status, self.held.ended_at = status, at
        self._note(at, ENDED)

    def _send(
        self, at: int, lines: list[LineItem], status: str, reason: str, finalized: int | None,
        attempts: list[Attempt], *, voided_at: int | None = None, uncollectible_at: int | None = None,
        next_attempt: int | None = None,
    ) -> None:  # fmt: skip
        terms = self._terms(at)
        own = self._discount if self._discount and terms.discount == self._discount["id"] else None
        bill = Bill(
            at, lines, status, reason, finalized_at=finalized, attempts=attempts, voided_at=voided_at,
            uncollectible_at=uncollectible_at, next_attempt=next_attempt, subscription=self.id, terms=terms,
            discount=own,
        )  # fmt: skip
        self._invoice = self._shop.biller.send(self._payer, bill)

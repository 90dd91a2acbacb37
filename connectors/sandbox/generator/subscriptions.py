"""Subscriptions: trial, renewals, failed renewals, cancellation; each written once, in the state it has at the end."""

from dataclasses import dataclass, field

from connectors.sandbox.generator import billing_objects as objects
from connectors.sandbox.generator.biller import Bill, Biller
from connectors.sandbox.generator.billing_objects import LineItem
from connectors.sandbox.generator.calendar_steps import later
from connectors.sandbox.generator.catalogue import ONCE, PLANS, Price
from connectors.sandbox.generator.draws import DAY, Weighted, pick, whole
from connectors.sandbox.generator.mrr import ACTIVE, ENDED, TRIALING, UNPAID, Held
from connectors.sandbox.generator.payer import Payer
from connectors.sandbox.generator.sink import Sink
from connectors.sandbox.generator.terms import tax_rate
from connectors.sandbox.generator.till import DECLINES, SUCCEEDED, Attempt

_TRIAL = 14 * DAY
_TRIAL_SHARE, _TRIAL_LOST_SHARE = 0.4, 0.35
_YEARLY_SHARE = 0.2
_PLAN = Weighted([(0, 0.5), (1, 0.35), (2, 0.15)])
_CHURN = {"month": 0.055, "year": 0.3}
_AT_ONCE_SHARE = 0.3
_RETRIES = (0, 3 * DAY, 5 * DAY, 7 * DAY)
_FIRST_PAYMENT_LOST_SHARE, _RECOVERED_SHARE, _LOST_SHARE = 0.02, 0.025, 0.02
_WRITTEN_OFF_SHARE = 0.6
_EXTRA_EVERY = 6
_DRAFT_SECONDS, _INCOMPLETE_SECONDS = 3600, 23 * 3600


@dataclass
class _State:
    """A subscription on its way; `since` is when its billing began."""

    id: str
    price: Price
    quantity: int
    since: int
    period: tuple[int, int]
    held: Held
    forever: int = 0
    status: str = "active"
    invoice: str = ""
    trial: tuple[int, int] | None = None
    canceled_at: int | None = None
    cancel_at: int | None = None
    at_period_end: bool = False
    ended_at: int | None = None
    why: str | None = None
    periods: int = field(default=0)

    def note(self, at: int, state: str) -> None:
        """What it is worth from `at` on."""
        self.held.note(at, state, [(self.price, self.quantity)], self.forever, self.forever)


class Subscriptions:
    """Plays subscriptions from their start to `end` (Unix seconds)."""

    def __init__(self, sink: Sink, biller: Biller, end: int, price_created: int) -> None:
        self._sink = sink
        self._biller = biller
        self._end = end
        self._price_created = price_created
        self._active = 0

    def subscribe(self, payer: Payer, at: int) -> None:
        """One subscription starting at `at`."""
        rng = payer.rng
        interval = "year" if rng.random() < _YEARLY_SHARE else "month"
        plan = _PLAN.draw(rng)
        price = PLANS[payer.person.currency, interval][plan]
        seats = whole(rng, 2, 6) if price.product.name == "Team" else 1
        id_, terms = self._sink.id("sub"), payer.terms
        held = Held(id_, payer.customer, price.currency, at)
        state = _State(id_, price, seats, since=at, period=(at, at), held=held, forever=terms.percent_off)
        payer.held.append(held)
        payer.seen(at)
        if interval == "month" and rng.random() < _TRIAL_SHARE:
            self._trial(payer, state, at)
        while state.ended_at is None and state.status in ("active", "trialing") and self._due(state) < self._end:
            self._renew(payer, state)
        if state.status == "active":
            self._active += 1
            if self._active % _EXTRA_EVERY == 1:
                self._extra(payer, state)
        self._write(payer, state, at)

    def _due(self, state: _State) -> int:
        return later(state.since, state.price.interval, state.periods)

    def _extra(self, payer: Payer, state: _State) -> None:
        """Something bought beside the plan, which waits for the next invoice."""
        at = state.period[0] + int((self._end - state.period[0]) * payer.rng.random())
        price = pick(payer.rng, ONCE[payer.person.currency])
        self._biller.expect(payer, LineItem(price, price.amount, 1, at, at, price.product.name), at)

    def _trial(self, payer: Payer, state: _State, at: int) -> None:
        """A trial: its invoice over nothing, and its end, a cancellation or the first paid period."""
        state.trial, state.period, state.since = (at, at + _TRIAL), (at, at + _TRIAL), at + _TRIAL
        line = LineItem(
            state.price, 0, state.quantity, at, at + _TRIAL, f"Trial period for {state.price.product.name}", state.id
        )
        bill = Bill(at, [line], "paid", "subscription_create", finalized_at=at, subscription=state.id)
        state.invoice = self._biller.send(payer, bill)
        state.status, state.held.trial = "trialing", state.trial
        state.note(at, TRIALING)
        if payer.rng.random() < _TRIAL_LOST_SHARE:
            self._cancel(state, at + whole(payer.rng, 1, 13) * DAY, at_once=False)

    def _renew(self, payer: Payer, state: _State) -> None:
        """Bill the next period, then perhaps hear that it is the last."""
        rng, start = payer.rng, self._due(state)
        state.periods += 1
        state.period, state.status = (start, self._due(state)), "active"
        is_first = not state.invoice
        finalized = start if is_first else start + _DRAFT_SECONDS
        if finalized >= self._end:
            state.note(start, ACTIVE)
            self._send(payer, state, "draft", None, [])
            return
        draw = rng.random()
        if not (is_first and draw < _FIRST_PAYMENT_LOST_SHARE and start + _INCOMPLETE_SECONDS < self._end):
            state.note(start, ACTIVE)
        if is_first and draw < _FIRST_PAYMENT_LOST_SHARE and start + _INCOMPLETE_SECONDS < self._end:
            self._expire(payer, state, start)
            return
        if not is_first and draw < _LOST_SHARE:
            self._lose(payer, state, finalized)
            return
        attempts = [Attempt(finalized + whole(rng, 2, 90), SUCCEEDED)]
        retry = finalized + _RETRIES[1]
        if not is_first and draw < _LOST_SHARE + _RECOVERED_SHARE and retry + 60 < self._end:
            attempts = [Attempt(finalized + 5, pick(rng, DECLINES)), Attempt(retry, SUCCEEDED)]
        attempts = [a for a in attempts if a.at < self._end]
        self._send(payer, state, "paid" if attempts else "open", finalized, attempts)
        if attempts and state.trial and state.held.converted_at is None:
            state.held.converted_at = attempts[-1].at
        if rng.random() < _CHURN[state.price.interval]:
            said = (
                attempts[-1].at + int(rng.random() * (state.period[1] - state.period[0]) * 0.8)
                if attempts
                else self._end
            )
            self._cancel(state, min(said, state.period[1] - 60), at_once=rng.random() < _AT_ONCE_SHARE)

    def _expire(self, payer: Payer, state: _State, start: int) -> None:
        """The very first payment fails: the subscription never starts and its invoice is void."""
        lost = start + _INCOMPLETE_SECONDS
        self._send(payer, state, "void", start, [Attempt(start + 3, pick(payer.rng, DECLINES))], voided_at=lost)
        state.status, state.ended_at = "incomplete_expired", lost
        state.held.ended_at = lost

    def _lose(self, payer: Payer, state: _State, finalized: int) -> None:
        """A renewal nobody pays: retried for a week, then written off or left open."""
        rng = payer.rng
        attempts = [Attempt(finalized + wait + 5, pick(rng, DECLINES)) for wait in _RETRIES]
        made = [attempt for attempt in attempts if attempt.at < self._end]
        over = attempts[-1].at + 60
        if len(made) < len(attempts) or over >= self._end:
            state.status = "past_due"
            due_next = attempts[len(made)].at if len(made) < len(attempts) else None
            self._send(payer, state, "open", finalized, made, next_attempt=due_next)
        elif rng.random() < _WRITTEN_OFF_SHARE:
            self._send(payer, state, "uncollectible", finalized, made, uncollectible_at=over)
            state.status, state.ended_at, state.canceled_at, state.why = "canceled", over, over, "payment_failed"
            state.held.ended_at = over
            state.note(over, ENDED)
        else:
            self._send(payer, state, "open", finalized, made)
            state.status = "unpaid"
            state.note(state.period[0], UNPAID)  # nobody says when: since what was paid ran out

    def _cancel(self, state: _State, said: int, at_once: bool) -> None:
        """A cancellation heard at `said`, effective then or when the period ends; later than the end, none yet."""
        if said >= self._end:
            return
        state.canceled_at, state.why = said, "cancellation_requested"
        state.held.requested_at = said
        ends = said if at_once else state.period[1]
        if ends < self._end:
            state.status, state.ended_at = "canceled", ends
            state.held.ended_at = ends
            state.note(ends, ENDED)
        if not at_once:
            state.at_period_end, state.cancel_at = True, ends

    def _send(
        self, payer: Payer, state: _State, status: str, finalized: int | None, attempts: list[Attempt], *,
        voided_at: int | None = None, uncollectible_at: int | None = None, next_attempt: int | None = None,
    ) -> None:  # fmt: skip
        reason = "subscription_cycle" if state.invoice else "subscription_create"
        text = f"{state.quantity} × {state.price.product.name} (per {state.price.interval})"
        line = LineItem(state.price, state.price.amount, state.quantity, *state.period, text, state.id)
        bill = Bill(
            state.period[0], [line], status, reason, finalized_at=finalized, attempts=attempts,
            voided_at=voided_at, uncollectible_at=uncollectible_at, next_attempt=next_attempt, subscription=state.id,
        )  # fmt: skip
        state.invoice = self._biller.send(payer, bill)

    def _write(self, payer: Payer, state: _State, at: int) -> None:
        self._sink.write(
            "stripe/subscriptions",
            objects.subscription(
                state.id, at, [(objects.first_item(state.id), state.price, state.quantity)],
                customer=payer.customer, status=state.status,
                period=state.period, latest_invoice=state.invoice, live=payer.live,
                price_created=self._price_created, trial=state.trial, anchor=state.since,
                canceled_at=state.canceled_at, cancel_at=state.cancel_at, at_period_end=state.at_period_end,
                ended_at=state.ended_at, why=state.why,
                tax_rates=[tax_rate(self._price_created)] if payer.terms.tax_percent else [],
            ),
        )  # fmt: skip

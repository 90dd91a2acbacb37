"""Scripted subscriptions: whatever may happen to a plan, told at least once, by contacts who buy nothing else.

How a step is written is in `contracts.py`, who is told which story in `plan_dealing.py`; subscriptions that follow
chance are in `subscriptions.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from connectors.sandbox.generator.catalogue import PLANS, SPECIAL, Price
from connectors.sandbox.generator.contracts import Contract, Shop
from connectors.sandbox.generator.draws import DAY
from connectors.sandbox.generator.payer import Payer
from connectors.sandbox.generator.terms import (
    FREE_1_MONTH,
    FREE_FOREVER,
    HALF_3_MONTHS,
    HALF_FOREVER,
    HALF_ONCE,
    Offer,
)

_STARTER, _PRO, _TEAM = 0, 1, 2


@dataclass(frozen=True)
class Told:
    """One telling: whose, from when (Unix seconds), with what."""

    shop: Shop
    payer: Payer
    at: int

    def monthly(self, plan: int) -> Price:
        """A plan by the month."""
        return PLANS[self.payer.person.currency, "month"][plan]

    def yearly(self, plan: int) -> Price:
        """A plan by the year."""
        return PLANS[self.payer.person.currency, "year"][plan]

    def special(self, name: str, interval: str) -> Price:
        """A price only stories use."""
        return SPECIAL[self.payer.person.currency][name, interval]

    def begin(
        self, price: Price, quantity: int = 1, *, after: int = 0, trial_days: int = 0, offer: Offer | None = None,
        **more: tuple[Price, int],
    ) -> Contract:  # fmt: skip
        """A subscription that begins so many days after the story."""
        items = {"main": (price, quantity), **more}
        return Contract(self.shop, self.payer, self.at + after * DAY, items, trial_days=trial_days, offer=offer)


def _upgrade(told: Told) -> None:
    """A bigger plan after a quarter of a period, billed with the next one; later a smaller one again, then it ends."""
    plan = told.begin(told.monthly(_STARTER))
    plan.bill(2)
    plan.change(0.25, {"main": (told.monthly(_TEAM), 1)})
    plan.bill(2)
    plan.change(0.6, {"main": (told.monthly(_PRO), 1)})
    plan.bill(2)
    plan.cancel(0.4, at_once=False)
    plan.finish()


def _seats(told: Told) -> None:
    """More seats, paid at once; fewer, credited with the next bill; then it goes on."""
    plan = told.begin(told.monthly(_TEAM), 2)
    plan.bill()
    plan.change(0.5, {"main": (told.monthly(_TEAM), 5)}, at_once=True)
    plan.bill(2)
    plan.change(0.3, {"main": (told.monthly(_TEAM), 4)})
    plan.bill_on()
    plan.finish()


def _items(told: Told) -> None:
    """Two items and a metered one; one comes in the middle of a period, another goes."""
    main, usage = (told.monthly(_PRO), 1), (told.special("Storage", "month"), 3)
    plan = told.begin(*main, usage=usage)
    plan.bill(2)
    plan.change(0.5, {"main": main, "usage": usage, "more": (told.monthly(_STARTER), 3)})
    plan.bill(2)
    plan.change(0.2, {"main": main, "usage": usage}, at_once=False)
    plan.bill(2)
    plan.cancel(0.7, at_once=True)
    plan.finish()


def _team_for_a_year(told: Told) -> None:
    """A year for four, a second plan beside it for a while, an end at term, and a return by the month."""
    year = told.begin(told.yearly(_PRO), 4)
    year.bill()
    beside = told.begin(told.monthly(_STARTER), 2, after=60)
    beside.bill(2)
    beside.cancel(0.5, at_once=True)
    beside.finish()
    year.cancel(0.7, at_once=False)
    year.finish()
    again = told.begin(told.monthly(_PRO), 3, after=388)
    again.bill_on()
    again.finish()


def _to_yearly(told: Told) -> None:
    """From the month to the year in the middle of a period."""
    plan = told.begin(told.monthly(_PRO))
    plan.bill(2)
    plan.move_to(0.4, told.yearly(_PRO))
    plan.bill_on()
    plan.finish()


def _weekly(told: Told) -> None:
    """By the week, until it is cancelled at once."""
    plan = told.begin(told.special("Coaching", "week"))
    plan.bill(9)
    plan.cancel(0.5, at_once=True)
    plan.finish()


def _daily(told: Told) -> None:
    """By the day, for nine days."""
    plan = told.begin(told.special("Hotline", "day"))
    plan.bill(9)
    plan.cancel(0.5, at_once=False)
    plan.finish()


def _quarterly(told: Told) -> None:
    """Every three months."""
    plan = told.begin(told.special("Pro", "month"))
    plan.bill_on()
    plan.finish()


def _biennial(told: Told) -> None:
    """Every two years."""
    plan = told.begin(told.special("Archive", "year"))
    plan.bill_on()
    plan.finish()


def _trial(told: Told) -> None:
    """A trial that becomes a plan, which is cancelled later."""
    plan = told.begin(told.monthly(_STARTER), trial_days=14)
    plan.bill(3)
    plan.cancel(0.5, at_once=False)
    plan.finish()


def _trial_left(told: Told) -> None:
    """A trial cancelled at once after a third of it."""
    plan = told.begin(told.monthly(_PRO), trial_days=30)
    plan.cancel(0.34, at_once=True)
    plan.finish()


def _trial_unpaid(told: Told) -> None:
    """A trial that ran its length; nobody has paid the first bill yet."""
    plan = told.begin(told.monthly(_PRO), trial_days=14)
    plan.bill(outcome="lost")
    plan.finish()


def _trial_running(told: Told) -> None:
    """A trial that has not ended."""
    plan = told.begin(told.monthly(_TEAM), trial_days=14)
    plan.finish()


def _incomplete(told: Told) -> None:
    """A first payment that failed a few hours ago."""
    plan = told.begin(told.monthly(_STARTER))
    plan.expire(over=False)
    plan.finish()


def _never_started(told: Told) -> None:
    """A first payment that failed and was given up."""
    plan = told.begin(told.monthly(_STARTER))
    plan.expire(over=True)
    plan.finish()


def _paused_for_a_while(told: Told) -> None:
    """Two months without a bill, and on again."""
    plan = told.begin(told.monthly(_PRO))
    plan.bill(2)
    plan.bill(2, "paused")
    plan.bill(2)
    plan.cancel(0.3, at_once=True)
    plan.finish()


def _paused(told: Told) -> None:
    """Paused since two months."""
    plan = told.begin(told.monthly(_TEAM), 2)
    plan.bill(3)
    plan.bill(3, "paused")
    plan.finish()


def _with(offer: Offer, months: int) -> Callable[[Told], None]:
    def tell(told: Told) -> None:
        plan = told.begin(told.monthly(_PRO), offer=offer)
        plan.bill(months)
        plan.cancel(0.5, at_once=False)
        plan.finish()

    return tell


def _lapsing(told: Told) -> None:
    """A bill paid late, and then one that nobody pays: it is given up."""
    plan = told.begin(told.monthly(_STARTER))
    plan.bill(2)
    plan.bill(outcome="recovered")
    plan.bill()
    plan.bill(outcome="lost")
    plan.finish()


def _unpaid(told: Told) -> None:
    """A bill that nobody pays, and that is left open."""
    plan = told.begin(told.monthly(_STARTER))
    plan.bill(2)
    plan.bill(outcome="unpaid")
    plan.finish()


def _kept_by_a_trial(told: Told) -> None:
    """Free weeks given to somebody who pays already."""
    plan = told.begin(told.monthly(_PRO))
    plan.bill(2)
    plan.offer_trial(30)
    plan.bill(2)
    plan.cancel(0.5, at_once=False)
    plan.finish()


def _back_on_trial(told: Told) -> None:
    """Somebody who paid and left comes back, with a trial."""
    plan = told.begin(told.monthly(_STARTER))
    plan.bill(2)
    plan.cancel(0.5, at_once=True)
    plan.finish()
    again = told.begin(told.monthly(_PRO), after=90, trial_days=14)
    again.bill(2)
    again.cancel(0.2, at_once=False)
    again.finish()


def _back_at_once(told: Told) -> None:
    """Gone and back within a month, on the same plan."""
    plan = told.begin(told.monthly(_PRO))
    plan.bill(2)
    plan.cancel(0.5, at_once=True)
    plan.finish()
    again = told.begin(told.monthly(_PRO), after=60)
    again.bill_on(4)
    again.cancel(0.5, at_once=False)
    again.finish()


def _free_first(told: Told) -> None:
    """A plan that costs nothing, then one that does."""
    plan = told.begin(told.special("Community", "month"))
    plan.bill(2)
    plan.change(0.5, {"main": (told.monthly(_STARTER), 1)})
    plan.bill(2)
    plan.cancel(0.5, at_once=True)
    plan.finish()


# How many days a story takes at least, and the story; those of 0 days happen so long before the end as is said.
STORIES: tuple[tuple[int, Callable[[Told], None]], ...] = (
    (420, _team_for_a_year), (250, _paused_for_a_while), (235, _upgrade), (225, _items),
    (215, _with(FREE_FOREVER, 6)), (210, _with(HALF_FOREVER, 6)), (205, _kept_by_a_trial), (200, _lapsing),
    (190, _back_on_trial), (185, _back_at_once), (180, _seats), (175, _with(HALF_3_MONTHS, 5)), (160, _free_first),
    (150, _with(HALF_ONCE, 3)), (140, _with(FREE_1_MONTH, 3)), (135, _to_yearly), (130, _quarterly), (125, _trial),
    (110, _unpaid), (85, _weekly), (60, _biennial), (50, _trial_left), (30, _daily), (20, _never_started),
)  # fmt: skip
NOW: tuple[tuple[int, Callable[[Told], None]], ...] = (
    (170 * DAY, _paused), (18 * DAY, _trial_unpaid), (5 * DAY, _trial_running), (5 * 3600, _incomplete),
)  # fmt: skip

"""Checkout sessions: who buys through one, with which code, and the sessions that nobody finishes.

What is bought and how it is paid is decided in `one_off.py`; plans are not sold through sessions here.
"""

from collections.abc import Sequence
from random import Random

from connectors.sandbox.generator import billing_objects
from connectors.sandbox.generator.catalogue import Price
from connectors.sandbox.generator.checkout_objects import LIFE, checkout_session
from connectors.sandbox.generator.draws import Deck, whole
from connectors.sandbox.generator.payer import Payer
from connectors.sandbox.generator.people import as_typed
from connectors.sandbox.generator.sink import Sink
from connectors.sandbox.generator.terms import FULL_PRICE, WELCOME, Offers, Terms

NONE, PLAIN, CODE, RECEIPT = "none", "plain", "code", "receipt"
_STYLES = ((NONE, 10), (PLAIN, 6), (CODE, 2), (RECEIPT, 2))
_SHORTEST, _LONGEST = 30, 900


class Checkouts:
    """Writes sessions as they stand at `end` (Unix seconds); prices are as old as `price_created`."""

    def __init__(self, sink: Sink, offers: Offers, rng: Random, end: int, price_created: int) -> None:
        self._sink = sink
        self._offers = offers
        self._end = end
        self._price_created = price_created
        self._styles = Deck(rng, _STYLES)

    def style(self, payer: Payer) -> str:
        """How the payer's next purchase is made: without a session, or through one that is plain or has more to it."""
        style = self._styles.draw()
        if not payer.live or not payer.person.payment_kind(len(payer.orders)):
            return NONE  # a session asks for an address
        return PLAIN if style == RECEIPT and not payer.customer else style

    def complete(
        self, payer: Payer, paid: int, prices: Sequence[Price], style: str, intent: str, kind: str,
        receipt: str | None,
    ) -> None:  # fmt: skip
        """The session of a purchase whose payment began at `paid`; `kind` is the kind of address typed into it."""
        person = payer.person
        self._write(
            payer, paid - whole(payer.rng, _SHORTEST, _LONGEST), prices, "complete", style=style, intent=intent,
            email=as_typed(payer.rng, person.address(kind)), receipt=receipt,
        )  # fmt: skip

    def leave(self, payer: Payer, at: int, prices: Sequence[Price]) -> None:
        """A session that nobody finishes: expired, or open while its time has not run out."""
        self._write(payer, at, prices, "expired" if at + LIFE < self._end else "open")

    def _write(
        self, payer: Payer, at: int, prices: Sequence[Price], status: str, *, style: str = PLAIN,
        intent: str | None = None, email: str | None = None, receipt: str | None = None,
    ) -> None:  # fmt: skip
        payer.seen(at)
        terms = of_session(style)
        if style == CODE:
            self._offers.redeemed[WELCOME.coupon] += 1
        self._sink.write(
            "stripe/checkout_sessions",
            checkout_session(
                self._sink.id("cs"), at, [billing_objects.price(price, self._price_created) for price in prices],
                customer=payer.customer or None, email=email, name=payer.person.name,
                country=payer.person.country, intent=intent, status=status, percent_off=terms.percent_off,
                promotion_code=WELCOME.promotion_code if style == CODE else None, invoice=receipt, live=payer.live,
            ),
        )  # fmt: skip


def of_session(style: str) -> Terms:
    """The terms of a purchase made in that style."""
    return Terms(percent_off=WELCOME.percent) if style == CODE else FULL_PRICE

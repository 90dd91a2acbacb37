"""What the shop takes off and puts on a price: its coupons with their codes, and the tax; and how often codes served.

Who redeems what is decided in `business.py` (for ever, on all invoices) and `checkouts.py` (once).
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import accumulate, pairwise

from connectors.sandbox.generator import pricing_objects as objects
from connectors.sandbox.generator.sink import Sink

TAX_RATE, _TAX_PERCENT = "txr_1SbxVAT19", 19
_TAXED_CURRENCY = "eur"


@dataclass(frozen=True)
class Offer:
    """A coupon and the code for it, if there is one; `days` after the shop opened it expires, 0 for never.

    `months` it is good for when its duration is repeating.
    """

    coupon: str
    code: str
    percent: int
    duration: str
    days: int = 0
    months: int = 0

    @property
    def promotion_code(self) -> str:
        """The id of the promotion code."""
        return f"promo_1Sbx{self.code}"


FRIENDS = Offer("friends_20", "FRIENDS20", 20, "forever")
WELCOME = Offer("welcome_10", "WELCOME10", 10, "once")
_OPENING = Offer("opening_15", "OPENING15", 15, "once", days=30)
HALF_FOREVER = Offer("half_forever", "", 50, "forever")
HALF_ONCE = Offer("half_once", "", 50, "once")
HALF_3_MONTHS = Offer("half_3_months", "", 50, "repeating", months=3)
FREE_FOREVER = Offer("free_forever", "", 100, "forever")
FREE_1_MONTH = Offer("free_1_month", "", 100, "repeating", months=1)
_OFFERS = (FRIENDS, WELCOME, _OPENING, HALF_FOREVER, HALF_ONCE, HALF_3_MONTHS, FREE_FOREVER, FREE_1_MONTH)


@dataclass(frozen=True)
class Terms:
    """What applies to one bill: the percentage off with its discount's id, and the percentage of tax on the rest."""

    discount: str = ""
    percent_off: int = 0
    tax_percent: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.percent_off <= 100 or self.tax_percent < 0:
            raise ValueError(f"terms take 0 to 100 % off and tax by 0 % or more, not {self}")

    def off(self, amount: int) -> int:
        """What is taken off `amount` minor units, rounded half up."""
        return (amount * self.percent_off + 50) // 100

    def taxes(self, amounts: Iterable[int]) -> list[int]:
        """The tax on what is left of each amount of one bill: together the tax on their sum, rounded half up once."""
        upto = [(net * self.tax_percent + 50) // 100 for net in accumulate(a - self.off(a) for a in amounts)]
        return [here - before for before, here in pairwise([0, *upto])]

    def due(self, amounts: Collection[int]) -> int:
        """What is to be paid for a bill of these amounts."""
        return sum(amounts) - sum(self.off(amount) for amount in amounts) + sum(self.taxes(amounts))


FULL_PRICE = Terms()


def of_invoices(currency: str, discount: str) -> Terms:
    """The terms of a payer's invoices; `discount` is the id of the one they have, or empty."""
    tax = _TAX_PERCENT if currency == _TAXED_CURRENCY else 0
    return Terms(discount, FRIENDS.percent if discount else 0, tax)


def tax_rate(created: int) -> objects.Object:
    """The shop's tax rate, which is as old as the shop."""
    return objects.tax_rate(TAX_RATE, created, _TAX_PERCENT)


class Offers:
    """Counts the codes redeemed, and writes coupons, codes and the tax rate of a shop opened at `opened`."""

    def __init__(self, sink: Sink, opened: int) -> None:
        self._sink = sink
        self._opened = opened
        self.redeemed: Counter[str] = Counter()

    def write(self) -> None:
        """Write them as they stand now."""
        for offer in _OFFERS:
            ends = self._opened + offer.days * 86_400 if offer.days else None
            count = self.redeemed[offer.coupon]
            self._sink.write(
                "stripe/coupons",
                objects.coupon(
                    offer.coupon, self._opened, offer.percent, duration=offer.duration, redeemed=count,
                    redeem_by=ends, valid=not ends, months=offer.months or None,
                ),
            )  # fmt: skip
            if not offer.code:
                continue
            self._sink.write(
                "stripe/promotion_codes",
                objects.promotion_code(
                    offer.promotion_code, self._opened, offer.code, offer.coupon, redeemed=count, expires_at=ends,
                    active=not ends,
                ),
            )  # fmt: skip
        self._sink.write("stripe/tax_rates", tax_rate(self._opened))

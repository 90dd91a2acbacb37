"""What the business sells: plans by the month and by the year, and things bought once, priced in each currency."""

from dataclasses import dataclass

# What one US cent is in minor units of the other currencies, as the shop rounds its price list.
_RATES = {"usd": 1.0, "eur": 0.9, "jpy": 1.5}
_PLANS = (("Starter", 1900), ("Pro", 4900), ("Team", 9900))
_ONCE = (("Template pack", 2900), ("Field guide", 3900), ("Video course", 19900))
_PAID_MONTHS_A_YEAR = 10
# What only the scripted subscriptions of `plan_stories.py` buy: name, US cents, interval, how many of it, usage.
_SPECIAL = (
    ("Coaching", 1000, "week", 1, "licensed"), ("Hotline", 100, "day", 1, "licensed"),
    ("Pro", 13500, "month", 3, "licensed"), ("Archive", 240000, "year", 2, "licensed"),
    ("Community", 0, "month", 1, "licensed"), ("Storage", 200, "month", 1, "metered"),
)  # fmt: skip
_INTERVALS = ("", "day", "week", "month", "year")


@dataclass(frozen=True)
class Product:
    """Something sold; `slug` stands in its ids."""

    slug: str
    name: str

    @property
    def id(self) -> str:
        """Its Stripe id."""
        return f"prod_{self.slug}"


@dataclass(frozen=True)
class Price:
    """A product's price in one currency, in minor units, each `count` intervals; no interval when bought once.

    `usage` is licensed (by quantity, in advance) or metered (by what was used, afterwards).
    """

    product: Product
    currency: str
    amount: int
    interval: str = ""
    count: int = 1
    usage: str = "licensed"

    def __post_init__(self) -> None:
        if self.amount < 0 or self.interval not in _INTERVALS or self.count < 1:
            raise ValueError(f"no price: {self.amount} each {self.count} {self.interval!r}")

    @property
    def id(self) -> str:
        """Its Stripe id."""
        each = f"{self.count if self.count > 1 else ''}{self.interval or 'once'}"
        return f"price_{self.product.slug}_{each}_{self.currency}"


def _converted(cents: int, currency: str) -> int:
    return round(cents * _RATES[currency] / 100) * 100


def _slug(name: str) -> str:
    return name.lower().replace(" ", "_")


_SOLD = dict.fromkeys([name for name, _ in (*_PLANS, *_ONCE)] + [name for name, *_ in _SPECIAL])
PRODUCTS = tuple(Product(_slug(name), name) for name in _SOLD)
_BY_NAME = {product.name: product for product in PRODUCTS}
CURRENCIES = tuple(_RATES)
PLANS = {
    (currency, interval): tuple(
        Price(_BY_NAME[name], currency, _converted(cents * months, currency), interval) for name, cents in _PLANS
    )
    for currency in CURRENCIES
    for interval, months in (("month", 1), ("year", _PAID_MONTHS_A_YEAR))
}
ONCE = {
    currency: tuple(Price(_BY_NAME[name], currency, _converted(cents, currency)) for name, cents in _ONCE)
    for currency in CURRENCIES
}
SPECIAL = {
    currency: {
        (name, interval): Price(_BY_NAME[name], currency, _converted(cents, currency), interval, count, usage)
        for name, cents, interval, count, usage in _SPECIAL
    }
    for currency in CURRENCIES
}
PRICES = tuple(
    price
    for group in (*PLANS.values(), *ONCE.values(), *(prices.values() for prices in SPECIAL.values()))
    for price in group
)

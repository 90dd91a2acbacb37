"""What the business sells: plans by the month and by the year, and things bought once, priced in each currency."""

from dataclasses import dataclass

# What one US cent is in minor units of the other currencies, as the shop rounds its price list.
_RATES = {"usd": 1.0, "eur": 0.9, "jpy": 1.5}
_PLANS = (("Starter", 1900), ("Pro", 4900), ("Team", 9900))
_ONCE = (("Template pack", 2900), ("Field guide", 3900), ("Video course", 19900))
_PAID_MONTHS_A_YEAR = 10


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
    """A product's price in one currency, in minor units; `interval` is month, year, or empty when bought once."""

    product: Product
    currency: str
    amount: int
    interval: str = ""

    def __post_init__(self) -> None:
        if self.amount <= 0 or self.interval not in ("", "month", "year"):
            raise ValueError(f"a price is above 0 and monthly, yearly or once, not {self.amount} {self.interval!r}")

    @property
    def id(self) -> str:
        """Its Stripe id."""
        return f"price_{self.product.slug}_{self.interval or 'once'}_{self.currency}"


def _converted(cents: int, currency: str) -> int:
    return round(cents * _RATES[currency] / 100) * 100


def _slug(name: str) -> str:
    return name.lower().replace(" ", "_")


PRODUCTS = tuple(Product(_slug(name), name) for name, _ in (*_PLANS, *_ONCE))
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
PRICES = tuple(price for group in (*PLANS.values(), *ONCE.values()) for price in group)

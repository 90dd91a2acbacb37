"""How values read: numbers, money, dates and moments in the account's locale, currency and zone.

Belongs here: one value in, its text out. Does not: HTML, which escapes what comes from here.
"""

import csv
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_compact_currency, format_compact_decimal, format_currency, format_decimal

from orchestration.paths import DBT_PROJECT
from orchestration.site.questions import Column, Unit


@dataclass(frozen=True)
class Formats:
    """The account's way to write. `currency` is the report currency, `locale` a CLDR name such as en or de_CH."""

    locale: str
    currency: str
    timezone: str
    _known: Locale = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Parse the locale once. Raises `ValueError` for one nobody knows."""
        object.__setattr__(self, "_known", Locale.parse(self.locale.replace("-", "_")))

    @property
    def language(self) -> str:
        """For HTML's `lang`: the pages' words are English, whatever the numbers are written like."""
        return "en"

    def value(self, value: object, column: Column, currency: str | None = None, grain: str = "") -> str:
        """Any value of a column; `currency` is the row's own, for minor units."""
        if value is None:
            return column.missing
        if isinstance(value, date) and not isinstance(value, datetime):
            return self.period(value, grain) if column.unit is Unit.PERIOD else self.day(value, column.unit)
        if isinstance(value, datetime):
            return self.moment(value)
        if column.unit is Unit.MINOR:
            return self.minor(Decimal(str(value)), currency or self.currency)
        if column.unit is Unit.CURRENCY:
            return str(value).upper()
        return self.number(Decimal(str(value)), column.unit) if column.is_number else str(value)

    def number(self, value: Decimal, unit: Unit) -> str:
        """A number with its unit."""
        if unit is Unit.MONEY:
            return format_currency(value, self.currency.upper(), locale=self._known)
        if unit is Unit.SHARE:
            return f"{format_decimal(value * 100, '#,##0.0', locale=self._known)} %"
        if unit is Unit.MULTIPLE:
            return f"{format_decimal(value, '#,##0.00', locale=self._known)}×"
        if unit is Unit.DAYS:
            return f"{format_decimal(value, '#,##0.#', locale=self._known)} d"
        return format_decimal(value, "#,##0.#", locale=self._known)

    def short(self, value: float, unit: Unit) -> str:
        """A number on an axis: 12K rather than 12,000."""
        if unit is Unit.MONEY:
            return format_compact_currency(value, self.currency.upper(), locale=self._known, fraction_digits=1)
        if unit in (Unit.COUNT, Unit.DAYS):
            return format_compact_decimal(value, locale=self._known, fraction_digits=1)
        return self.number(Decimal(str(round(value, 6))), unit)

    def minor(self, value: Decimal, currency: str) -> str:
        """Minor units of a currency, in its major ones."""
        exponent = _exponents().get(currency.lower(), 2)
        digits = f".{'0' * exponent}" if exponent else ""
        major = format_decimal(value.scaleb(-exponent), f"#,##0{digits}", locale=self._known)
        return f"{major} {currency.upper()}"

    def change(self, change: Decimal | None) -> str:
        """A relative change with its sign, "" when there is none to speak of."""
        if change is None:
            return ""
        sign = "▲" if change > 0 else "▼" if change < 0 else "="
        return f"{sign} {format_decimal(abs(change) * 100, '#,##0.0', locale=self._known)} %"

    def day(self, day: date, unit: Unit = Unit.DATE) -> str:
        """A date, or its month."""
        return format_date(day, "MMM y" if unit is Unit.MONTH else "medium", locale=self._known)

    def period(self, start: date, grain: str) -> str:
        """A period by its first day."""
        if grain == "month":
            return format_date(start, "MMMM y", locale=self._known)
        return f"week of {self.day(start)}" if grain == "week" else self.day(start)

    def tick(self, start: date) -> str:
        """A period on an axis."""
        return format_skeleton("yMMMd", start, locale=self._known)

    def moment(self, moment: datetime) -> str:
        """An instant, in the account's zone."""
        utc = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        local = utc.astimezone(ZoneInfo(self.timezone))
        return f"{self.day(local)}, {format_time(local, 'short', locale=self._known)}"


@cache
def _exponents() -> dict[str, int]:
    """Digits of each currency's minor unit, as the models know them."""
    with (DBT_PROJECT / "seeds" / "currencies.csv").open(encoding="utf-8") as file:
        return {row["currency"]: int(row["exponent"]) for row in csv.DictReader(file)}

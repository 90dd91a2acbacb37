"""What a column of a file may hold, as data and as a check: text, times, days, money, counts.

Belongs here: kinds of columns. Does not: which columns a table has (`tables.py`).
"""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from connectors.files.currencies import EXPONENTS
from connectors.folders.moments import moment
from connectors.folders.reading import Unfit

Kind = Literal["text", "email", "time", "day", "money", "currency", "rate", "count", "flag", "word", "items"]

KINDS: dict[Kind, str] = {
    "text": "any text",
    "email": "an email address",
    "time": "ISO 8601, `2026-01-31`, `2026-01-31 16:15:00` or `2026-01-31T16:15:00+01:00`; without a zone it is UTC",
    "day": "a calendar day, `2026-01-31`",
    "money": "a decimal number in major units, `45.00`, with a point and no more places than the currency has",
    "currency": "the ISO 4217 code, `usd`",
    "rate": "a decimal number above 0, `1.0842`",
    "count": "a whole number, 0 or more",
    "flag": "`1`, `true` or `yes`, and `0`, `false` or `no`",
    "word": "one of the words allowed",
    "items": "a list of objects with the columns `product_id`, `name`, `quantity`, `amount`, `subscription_id`",
}
WHOLE = -1
"""In place of decimal places: amounts are whole minor units."""
_LARGEST = Decimal(10) ** 15
FLAGS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


@dataclass(frozen=True)
class Column:
    """A column of a file: its kind, whether each record needs it, the words it may hold, what it means."""

    name: str
    kind: Kind
    description: str
    is_required: bool = False
    allowed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse words for another kind than `word`, and a `word` without any."""
        if (self.kind == "word") != bool(self.allowed):
            raise ValueError(f"column {self.name} of kind {self.kind} allows the words {self.allowed}")

    def check(self, value: Any, places: int | None) -> None:
        """Raise `Unfit` when the value is not of this kind; `places` are the decimals money may have here."""
        if self.kind == "items":
            return  # each is checked as a record of its own
        if isinstance(value, dict | list):
            raise Unfit(f"{self.name} is a list or an object, expected {KINDS[self.kind]}")
        text = ("true" if value else "false") if isinstance(value, bool) else str(value).strip()
        if not self._fits(text, places):
            expected = f"one of {', '.join(self.allowed)}" if self.allowed else KINDS[self.kind].replace("`", "")
            if self.kind == "money" and places == WHOLE:
                expected = "a whole number of minor units, 4500, without a point"
            elif self.kind == "money" and places is not None and _number(text) is not None:
                expected = f"at most {places} decimal places and an amount below {_LARGEST:,}"
            raise Unfit(f"{self.name} is {text[:80]!r}, expected {expected}")

    def _fits(self, text: str, places: int | None) -> bool:
        match self.kind:
            case "email":
                return bool(re.fullmatch(r"[^@\s]+(@[^@\s]+)+", text))
            case "time":
                return moment(text) is not None
            case "day":
                return len(text) == 10 and moment(text) is not None
            case "money" if places == WHOLE:
                return bool(re.fullmatch(r"[+-]?[0-9]{1,15}", text))
            case "money":
                number = _number(text)
                return number is not None and abs(number) < _LARGEST and -_exponent(number) <= (places or 0)
            case "rate":
                number = _number(text)
                return number is not None and 0 < number < _LARGEST
            case "count":
                return bool(re.fullmatch(r"[0-9]{1,15}", text))
            case "currency":
                return text.lower() in EXPONENTS
            case "flag":
                return text.lower() in FLAGS
            case "word":
                return text.lower() in self.allowed
        return True


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text) if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?", text) else None
    except InvalidOperation:
        return None
    return number


def _exponent(number: Decimal) -> int:
    """Of the number without trailing zeros: 12.50 has -1, 1200 has 2."""
    exponent = number.normalize().as_tuple().exponent if number else 0
    return exponent if isinstance(exponent, int) else 0

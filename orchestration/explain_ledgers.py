"""What it takes to say what a figure is made of: where its rows lie, which of them, and which sum over them.

Belongs here: the shape of an entry. Does not: the entries (`explain_measures.py`, `explain_subscriptions.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Ledger:
    """Where the rows behind a figure lie, and what of them is printed."""

    table: str
    dimensions: tuple[str, ...]
    shown: tuple[str, ...]
    keys: tuple[str, ...]
    raw: str


@dataclass(frozen=True)
class Measure:
    """Figure = `total` over the rows of `ledger` of which `where` holds; %(day)s is the day asked for.

    What `is_per_cell` is rounded in each row of the daily report, so `total` also knows that row's dimensions by name.
    """

    ledger: Ledger
    total: str
    where: str = "report_date = %(day)s"
    is_additive: bool = True
    follows_dimensions: bool = True
    is_per_cell: bool = False


def sums(ledger: Ledger, columns: Iterable[str], **how: object) -> dict[str, Measure]:
    """Measures that are plain sums of a column of the same name; NULL as soon as one row's is."""
    return {column: replace(Measure(ledger, known_sum(column)), **how) for column in columns}  # type: ignore[arg-type]


def known_sum(column: str) -> str:
    """The sum, 0 without rows; NULL as soon as one row's value is."""
    return f"case when count(*) = count({column}) then coalesce(sum({column}), 0) end"

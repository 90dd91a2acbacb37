"""Whether a record fits its table: columns known, needed, of their kind; and the object that is landed.

Does not belong here: kinds of values (`columns.py`), which columns there are (`tables.py`).
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from connectors.connector import Object
from connectors.files.columns import WHOLE, Column
from connectors.files.currencies import EXPONENTS
from connectors.files.tables import ITEM_COLUMNS, TABLES, FileTable
from connectors.folders.reading import Unfit

_BY_NAME = {table.name: table for table in TABLES}
_SPEND_PLACES = 6
"""Spend is kept in millionths, as ad networks report it."""


@dataclass
class Records:
    """Fits records of one run: `currency` fills in a missing one; with `is_minor`, amounts are whole minor units.

    `unknown` gathers the columns no table knows, by table.
    """

    currency: str | None = None
    is_minor: bool = False
    unknown: dict[str, set[str]] = field(default_factory=dict)

    def declared(self, name: str, columns: list[str]) -> None:
        """Refuse a file whose header lacks a column that each record needs."""
        table = _BY_NAME[name]
        found = {_spelt(table, column) for column in columns}
        missing = [c for c in table.required if c not in found and not (c == "currency" and self.currency)]
        if table.one_of and found.isdisjoint(table.one_of):
            missing.append(" or ".join(table.one_of))
        if missing:
            expected = ", ".join(column.name for column in table.columns)
            raise Unfit(
                f"no column {', '.join(missing)}; found {', '.join(columns)[:500]}, expected some of {expected}"
            )

    def fitted(self, name: str, value: Object) -> tuple[str, Object]:
        """The record under the table's own column names. Raises `Unfit` naming the column."""
        table = _BY_NAME[name]
        obj = {_spelt(table, column): held for column, held in value.items()}
        if len(obj) < len(value):
            raise Unfit("a column stands twice in it")
        self.unknown.setdefault(name, set()).update(obj.keys() - {column.name for column in table.columns})
        if self.currency and any(c.name == "currency" for c in table.columns) and _is_empty(obj.get("currency")):
            obj["currency"] = self.currency
        obj = _written(obj)
        places = self._places(table, obj)
        _check(table.columns, obj, places)
        for column in table.columns:
            # An address stays as written: its white space is evidence, and the reports trim it.
            if column.kind != "email" and isinstance(held := obj.get(column.name), str):
                obj[column.name] = held.strip()
        if table.one_of and all(_is_empty(obj.get(column)) for column in table.one_of):
            raise Unfit(f"none of {', '.join(table.one_of)} is given")
        if not _is_empty(obj.get("items")) and any(c.kind == "items" for c in table.columns):
            obj["items"] = _items(obj["items"], places)
        if self.is_minor:
            obj["_amounts"] = "minor"
        return name, obj

    def _places(self, table: FileTable, obj: Object) -> int | None:
        if self.is_minor:
            return WHOLE
        if table.name == "ad_days":
            return _SPEND_PLACES
        return EXPONENTS.get(str(obj.get("currency") or "").strip().lower())


def _check(columns: tuple[Column, ...], obj: Object, places: int | None) -> None:
    for column in sorted(columns, key=lambda column: column.kind != "currency"):  # money is judged by its currency
        value = obj.get(column.name)
        if not _is_empty(value):
            column.check(value, places)
        elif column.is_required:
            raise Unfit(f"{column.name} is missing")


def _items(found: Any, places: int | None) -> list[Object]:
    """An order's lines, given as a list or as the JSON text of one."""
    try:
        items = json.loads(found, parse_float=str) if isinstance(found, str) else found
    except ValueError:
        items = None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Unfit("items is no list of objects")
    for number, item in enumerate(items, start=1):
        try:
            _check(ITEM_COLUMNS, item, places)
        except Unfit as error:
            raise Unfit(f"item {number}: {error}") from None
    return [_written(item) for item in items]


def _written(obj: Object) -> Object:
    """Without the fields that hold nothing but white space: a CSV's empty ones are left out too."""
    return {name: held for name, held in obj.items() if not isinstance(held, str) or held.strip()}


def _spelt(table: FileTable, column: str) -> str:
    """The table's own name for a column written `Date Created`; any other as it is, our own marks aside."""
    plain = re.sub(r"[\s-]+", "_", column.strip().lower())
    known = plain in {own.name for own in table.columns}
    return plain if known else column.lstrip("_") or column.strip()


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())

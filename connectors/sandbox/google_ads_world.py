"""Google Ads' part of a world: rows of `FROM ad_group_ad`, by date, with the fields and customers they name."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connectors.sandbox.jsonl import Line, WorldError, read_lines

Row = dict[str, Any]
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DEFAULT_CUSTOMER = "1234567890"


@dataclass
class GoogleAdsWorld:
    """Rows in date order with their dates beside them; `customer_id` is the account a client is told to use."""

    customer_id: str = _DEFAULT_CUSTOMER
    customers: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    _rows: list[Row] = field(default_factory=list)
    _dates: list[str] = field(default_factory=list)

    def rows(self, first: str, last: str) -> Sequence[Row]:
        """The rows of the days [first, last], ISO dates."""
        return self._rows[bisect_left(self._dates, first) : bisect_right(self._dates, last)]


def load_google_ads(folder: Path, customer_id: str) -> GoogleAdsWorld:
    """Read `ad_group_ad.jsonl` of `folder`; `customer_id` overrides the account named to clients.

    Raises `WorldError` naming file and line for a row without account, date or whole-number metrics.
    """
    rows: list[Row] = []
    customers: dict[str, int] = {}
    fields: set[str] = set()
    shapes: set[tuple[str, ...]] = set()
    for line in read_lines(folder / "ad_group_ad.jsonl"):
        id_ = _checked(line)
        customers[id_] = customers.get(id_, 0) + 1
        paths = tuple(_paths(line.value, ""))
        if paths not in shapes:
            shapes.add(paths)
            fields.update(snake(path) for path in paths)
        rows.append(line.value)
    rows.sort(key=lambda row: row["segments"]["date"])
    main = customer_id or max(customers, key=lambda c: customers[c], default=_DEFAULT_CUSTOMER)
    return GoogleAdsWorld(
        customer_id=main,
        customers=frozenset({main, *customers}),
        fields=frozenset(fields),
        _rows=rows,
        _dates=[row["segments"]["date"] for row in rows],
    )


def snake(path: str) -> str:
    """`adGroupAd.ad.finalUrls` as GAQL writes it: `ad_group_ad.ad.final_urls`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda m: "_" + m[1].lower(), path)


def camel(path: str) -> str:
    """`ad_group_ad.ad.final_urls` as JSON writes it: `adGroupAd.ad.finalUrls`."""
    return re.sub(r"_([a-z0-9])", lambda m: m[1].upper(), path)


def _checked(line: Line) -> str:
    """Return the row's customer id after checking what every query leans on."""
    value: Any = line.value
    customer, segments, metrics = (value.get(k) for k in ("customer", "segments", "metrics"))
    id_ = customer.get("id") if isinstance(customer, dict) else None
    if not isinstance(id_, str) or not id_:
        raise WorldError(f"{line.where}: the row has no `customer.id`; expected the account's digits as text.")
    date = segments.get("date") if isinstance(segments, dict) else None
    if not isinstance(date, str) or not _DATE.fullmatch(date):
        raise WorldError(f"{line.where}: `segments.date` is {date!r}, expected a day such as '2026-01-31'.")
    if not isinstance(metrics, dict):
        raise WorldError(f"{line.where}: the row has no `metrics`; expected costMicros, clicks and impressions.")
    for name in ("costMicros", "clicks", "impressions"):
        found = metrics.get(name, "0")
        if not isinstance(found, str) or not re.fullmatch(r"-?\d+", found):
            raise WorldError(f"{line.where}: `metrics.{name}` is {found!r}, expected digits as text (an int64).")
    return id_


def _paths(value: Row, prefix: str) -> Iterator[str]:
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from _paths(inner, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"

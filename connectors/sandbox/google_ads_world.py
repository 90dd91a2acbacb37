"""Google Ads' part of a world: rows of `FROM ad_group_ad` and `FROM campaign`, by date, with what they name.

What a campaign has beyond its ads is kept as a row of its own, so that whatever is asked for sums to the same.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from connectors.sandbox.jsonl import Line, WorldError, read_lines
from connectors.sandbox.restated import Restated

Row = dict[str, Any]
FILES = ("ad_group_ad.jsonl", "campaign.jsonl")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DEFAULT_CUSTOMER = "1234567890"


class GoogleAdsWorld:
    """Rows in date order, those of campaigns first; `customer_id` is the account a client is told to use.

    `ad_rows` are rows of ads; `campaign_rows` are rows of whole campaigns, of which there may be none. `put` changes
    them while the world is played.
    """

    def __init__(
        self,
        ad_rows: Sequence[Row] = (),
        campaign_rows: Sequence[Row] = (),
        customer_id: str = "",
        restated: Restated | None = None,
    ) -> None:
        self._restated = restated or Restated(0)
        self._named = customer_id
        self.put(ad_rows, campaign_rows)

    def put(self, ad_rows: Sequence[Row], campaign_rows: Sequence[Row] = ()) -> None:
        """Hold these rows from now on, and no others."""
        self._rows = sorted([*_beyond_ads(ad_rows, campaign_rows), *ad_rows], key=lambda row: row["segments"]["date"])
        self._dates = [row["segments"]["date"] for row in self._rows]
        count: dict[str, int] = defaultdict(int)
        for row in self._rows:
            count[row["customer"]["id"]] += 1
        self.customer_id = self._named or max(count, key=lambda c: count[c], default=_DEFAULT_CUSTOMER)
        self.customers = frozenset({self.customer_id, *count})
        shapes = {tuple(_paths(row, "")) for row in self._rows}
        self.fields = frozenset(snake(path) for shape in shapes for path in shape)

    @property
    def is_empty(self) -> bool:
        """Whether there is no row at all."""
        return not self._rows

    def rows(self, first: str, last: str, now: float) -> Iterator[Row]:
        """The rows of the days [first, last], ISO dates, as they are shown at the Unix time `now`."""
        for row in self._rows[bisect_left(self._dates, first) : bisect_right(self._dates, last)]:
            yield from self._shown(row, now)

    def _shown(self, row: Row, now: float) -> Iterator[Row]:
        if not self._restated.settled_days:
            yield row
            return
        day, key = row["segments"]["date"], "/".join(_key(row))
        age = self._restated.age(day, now, row["customer"].get("timeZone", "UTC"))
        percent = self._restated.percent(key, age)
        if percent:
            yield {**row, "metrics": {name: _part(value, percent) for name, value in row["metrics"].items()}}
        if is_of_ad(row) and self._restated.has_ghost(key, age):
            ad = row["adGroupAd"]["ad"]
            ghost = {**ad, "id": f"{ad['id']}9", "resourceName": f"customers/{row['customer']['id']}/ads/{ad['id']}9"}
            yield {**row, "adGroupAd": {**row["adGroupAd"], "ad": ghost}}


def load_google_ads(folder: Path, customer_id: str, restated_days: int = 0) -> GoogleAdsWorld:
    """Read the rows of `folder`; `customer_id` overrides the account named to clients.

    Raises `WorldError` naming file and line for a row without account, date or whole-number metrics.
    """
    ads, campaigns = ([_checked(line) for line in read_lines(folder / file)] for file in FILES)
    return GoogleAdsWorld(ads, campaigns, customer_id, Restated(restated_days))


def is_of_ad(row: Row) -> bool:
    """Whether an ad carries the row."""
    return "adGroupAd" in row


def _beyond_ads(ad_rows: Iterable[Row], campaign_rows: Iterable[Row]) -> Iterator[Row]:
    """For each row of a campaign what it has beyond the sum of its ads, zero included: its fields are shown too."""
    sums: dict[tuple[str, ...], dict[str, float]] = defaultdict(lambda: defaultdict(int))
    for row in ad_rows:
        for name, value in row["metrics"].items():
            sums[_key(row, ad=False)][name] += float(value) if isinstance(value, float) else int(value)
    for row in campaign_rows:
        carried = sums[_key(row, ad=False)]
        rest = {
            name: value - carried[name] if isinstance(value, float) else str(int(value) - int(carried[name]))
            for name, value in row["metrics"].items()
        }
        yield {**row, "metrics": rest}


def _key(row: Row, *, ad: bool = True) -> tuple[str, ...]:
    """Customer, campaign, date, and the ad where the row is of one."""
    key = (row["customer"]["id"], str(row.get("campaign", {}).get("id")), row["segments"]["date"])
    return (*key, str(row["adGroupAd"]["ad"]["id"])) if ad and is_of_ad(row) else key


def _part(value: Any, percent: int) -> Any:
    return value * percent / 100 if isinstance(value, float) else str(int(value) * percent // 100)


def snake(path: str) -> str:
    """`adGroupAd.ad.finalUrls` as GAQL writes it: `ad_group_ad.ad.final_urls`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda m: "_" + m[1].lower(), path)


def camel(path: str) -> str:
    """`ad_group_ad.ad.final_urls` as JSON writes it: `adGroupAd.ad.finalUrls`."""
    return re.sub(r"_([a-z0-9])", lambda m: m[1].upper(), path)


def _checked(line: Line) -> Row:
    """Return the row after checking what every query leans on."""
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
    return line.value


def _paths(value: Row, prefix: str) -> Iterator[str]:
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from _paths(inner, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"

"""Meta Ads' part of a world: accounts, campaigns, ad sets, ads, and insights by day of ads and of whole campaigns.

What a campaign has beyond its ads is kept as a row of its own, so that whatever is asked for sums to the same.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_DOWN, Decimal
from pathlib import Path
from typing import Any

from connectors.sandbox.jsonl import Line, WorldError, read_lines, require_id
from connectors.sandbox.restated import Restated

Row = dict[str, Any]
LISTS = ("accounts", "campaigns", "adsets", "ads")
REPORTS = ("insights", "campaign_insights")
METRICS = ("spend", "impressions", "clicks")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CENT = Decimal("0.01")


class MetaAdsWorld:
    """The lists and the insights by date; `put` changes them while the world is played."""

    def __init__(self, restated: Restated | None = None, **lists: Sequence[Row]) -> None:
        self._restated = restated or Restated(0)
        self.lists: dict[str, list[Row]] = {name: [] for name in (*LISTS, *REPORTS)}
        self.put(**lists)

    def put(self, **lists: Sequence[Row]) -> None:
        """Hold these objects of the lists named, and no others."""
        self.lists |= {name: list(objects) for name, objects in lists.items()}
        self._days: dict[str, list[Row]] = defaultdict(list)
        ads, campaigns = (self.lists[name] for name in REPORTS)
        for row in (*_beyond_ads(ads, campaigns), *ads):
            self._days[row["date_start"]].append(row)

    @property
    def account_id(self) -> str:
        """The digits of the account a client is told to use; "" when there is none."""
        return self.lists["accounts"][0]["account_id"] if self.lists["accounts"] else ""

    def account(self, account_id: str) -> Row | None:
        """The account of those digits."""
        return next((a for a in self.lists["accounts"] if a["account_id"] == account_id), None)

    def rows(self, account: Row, first: str, last: str, now: float) -> Iterator[Row]:
        """The account's rows of the days [first, last], ISO dates, as they are shown at the Unix time `now`."""
        for day in sorted(day for day in self._days if first <= day <= last):
            for row in self._days[day]:
                if row["account_id"] == account["account_id"]:
                    yield from self._shown(row, account["timezone_name"], now)

    def _shown(self, row: Row, zone: str, now: float) -> Iterator[Row]:
        if not self._restated.settled_days:
            yield row
            return
        key = f"{row['campaign_id']}/{row.get('ad_id')}/{row['date_start']}"
        age = self._restated.age(row["date_start"], now, zone)
        percent = self._restated.percent(key, age)
        if percent:
            yield {**row, **{name: _part(name, row[name], percent) for name in METRICS}}
        if "ad_id" in row and self._restated.has_ghost(key, age):
            yield {**row, "ad_id": f"{row['ad_id']}9", "ad_name": f"{row.get('ad_name')} again"}


def load_meta_ads(folder: Path, restated_days: int = 0) -> MetaAdsWorld:
    """Read the files of `folder`. Raises `WorldError` naming file and line for what no answer could be made of."""
    lists: dict[str, list[Row]] = {}
    for name in LISTS:
        seen: dict[str, int] = {}
        lists[name] = []
        for line in read_lines(folder / f"{name}.jsonl"):
            require_id(line, seen)
            lists[name].append(line.value)
    for name in REPORTS:
        lists[name] = [_checked(line, name) for line in read_lines(folder / f"{name}.jsonl")]
    return MetaAdsWorld(Restated(restated_days), **lists)


def amount(name: str, value: Decimal) -> str:
    """A metric as Meta writes it: spend in the account's currency with cents, the others as whole numbers."""
    return str(value.quantize(_CENT)) if name == "spend" else str(int(value))


def _part(name: str, value: str, percent: int) -> str:
    part = Decimal(value) * percent / 100
    return str(part.quantize(_CENT, ROUND_DOWN)) if name == "spend" else str(int(part))


def _beyond_ads(ads: Iterable[Row], campaigns: Iterable[Row]) -> Iterator[Row]:
    carried: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in ads:
        for name in METRICS:
            carried[row["campaign_id"], row["date_start"]][name] += Decimal(row[name])
    for row in campaigns:
        sums = carried[row["campaign_id"], row["date_start"]]
        yield {**row, **{name: amount(name, Decimal(row[name]) - sums[name]) for name in METRICS}}


def _checked(line: Line, name: str) -> Row:
    row = line.value
    keys = ("account_id", "campaign_id", *(("adset_id", "ad_id") if name == "insights" else ()))
    for key in keys:
        if not isinstance(row.get(key), str) or not row[key]:
            raise WorldError(f"{line.where}: `{key}` is {row.get(key)!r}, expected an id's digits as text.")
    for key in ("date_start", "date_stop"):
        if not isinstance(row.get(key), str) or not _DATE.fullmatch(row[key]):
            raise WorldError(f"{line.where}: `{key}` is {row.get(key)!r}, expected a day such as '2026-01-31'.")
    for key in METRICS:
        if not isinstance(row.get(key), str) or not re.fullmatch(r"-?\d+(\.\d+)?", row[key]):
            raise WorldError(f"{line.where}: `{key}` is {row.get(key)!r}, expected a number as text.")
    return row

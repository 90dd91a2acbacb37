"""LinkedIn Ads' part of a world: the account, its lists, and rows of both reports as adAnalytics answers them.

While days are restated, a campaign's row is what its creatives show at the time, and a part of what it has beyond them.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_DOWN, Decimal
from pathlib import Path
from typing import Any

from connectors.sandbox.jsonl import WorldError, read_lines
from connectors.sandbox.restated import Restated

Row = dict[str, Any]
EDGES = {"adCampaignGroups": "campaign_groups", "adCampaigns": "campaigns", "creatives": "creatives"}
REPORTS = {"List(CAMPAIGN,CREATIVE)": "ad_days", "List(CAMPAIGN)": "campaign_days"}
NAMES = ("accounts", *EDGES.values(), *REPORTS.values())
METRICS = ("costInLocalCurrency", "impressions", "clicks")
_CENT = Decimal("0.01")


@dataclass
class LinkedInAdsWorld:
    """Objects and rows by the name of their file; days are UTC's."""

    lists: dict[str, list[Row]] = field(default_factory=dict)
    restated: Restated = field(default_factory=lambda: Restated(0))

    @property
    def account(self) -> Row | None:
        """The account, if there is one."""
        return next(iter(self.lists.get("accounts", ())), None)

    def rows(self, report: str, first: date, last: date, now: float) -> list[Row]:
        """The rows of a report's days from `first` to `last`, as they are shown at the Unix time `now`."""
        if not self.restated.settled_days:
            return [row for row in self.lists[report] if first <= day_of(row) <= last]
        ads = [row for row in self.lists["ad_days"] if first <= day_of(row) <= last]
        shown = [one for row in ads for one in self._shown(row, now)]
        if report == "ad_days":
            return shown
        campaigns = [row for row in self.lists["campaign_days"] if first <= day_of(row) <= last]
        final, by_now = _sums(ads), _sums(shown)
        return [
            {**row, **_figures({name: by_now[_campaign(row)][name] + beyond[name] for name in METRICS})}
            for row in campaigns
            if (percent := self._percent(row, now)) or _campaign(row) in by_now
            for beyond in [{name: _part(_of(row, name) - final[_campaign(row)][name], percent) for name in METRICS}]
        ]

    def _shown(self, row: Row, now: float) -> Iterator[Row]:
        key, age = _key(row), self.restated.age(day_of(row).isoformat(), now, "UTC")
        if percent := self.restated.percent(key, age):
            yield {**row, **_figures({name: _part(_of(row, name), percent) for name in METRICS})}
        if self.restated.has_ghost(key, age):
            campaign, creative = row["pivotValues"]
            yield {**row, "pivotValues": [campaign, f"{creative}9"]}

    def _percent(self, row: Row, now: float) -> int:
        return self.restated.percent(_key(row), self.restated.age(day_of(row).isoformat(), now, "UTC"))


def load_linkedin_ads(folder: Path, restated_days: int = 0) -> LinkedInAdsWorld:
    """Read the files of `folder`. Raises `WorldError` naming file and line for a row without things or day."""
    lists: dict[str, list[Row]] = {}
    for name in NAMES:
        lists[name] = []
        for line in read_lines(folder / f"{name}.jsonl"):
            needed = ("pivotValues", "dateRange") if name in REPORTS.values() else ("id",)
            if absent := [key for key in needed if not line.value.get(key)]:
                raise WorldError(f"{line.where}: the object has no `{absent[0]}`.")
            lists[name].append(line.value)
    return LinkedInAdsWorld(lists, Restated(restated_days))


def day_of(row: Row) -> date:
    """The day a report's row is of."""
    start = row["dateRange"]["start"]
    return date(start["year"], start["month"], start["day"])


def _key(row: Row) -> str:
    return "/".join([*row["pivotValues"], day_of(row).isoformat()])


def _campaign(row: Row) -> tuple[str, date]:
    return row["pivotValues"][0], day_of(row)


def _of(row: Row, name: str) -> Decimal:
    return Decimal(row.get(name) or 0)


def _part(value: Decimal, percent: int) -> Decimal:
    return (value * percent / 100).quantize(_CENT, ROUND_DOWN)


def _figures(values: dict[str, Decimal]) -> Row:
    """Metrics as LinkedIn writes them: money as text, counts as whole numbers."""
    return {name: str(value) if name == METRICS[0] else int(value) for name, value in values.items()}


def _sums(rows: list[Row]) -> dict[tuple[str, date], dict[str, Decimal]]:
    sums: dict[tuple[str, date], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows:
        for name in METRICS:
            sums[_campaign(row)][name] += _of(row, name)
    return sums

"""LinkedIn Ads' part of a world: the account, its lists, and rows of both reports as adAnalytics answers them."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connectors.sandbox.jsonl import WorldError, read_lines

EDGES = {"adCampaignGroups": "campaign_groups", "adCampaigns": "campaigns", "creatives": "creatives"}
REPORTS = {"List(CAMPAIGN,CREATIVE)": "ad_days", "List(CAMPAIGN)": "campaign_days"}
NAMES = ("accounts", *EDGES.values(), *REPORTS.values())


@dataclass
class LinkedInAdsWorld:
    """Objects and rows by the name of their file."""

    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def account(self) -> dict[str, Any] | None:
        """The account, if there is one."""
        return next(iter(self.lists.get("accounts", ())), None)


def load_linkedin_ads(folder: Path) -> LinkedInAdsWorld:
    """Read the files of `folder`. Raises `WorldError` naming file and line for a row without things or day."""
    lists: dict[str, list[dict[str, Any]]] = {}
    for name in NAMES:
        lists[name] = []
        for line in read_lines(folder / f"{name}.jsonl"):
            needed = ("pivotValues", "dateRange") if name in REPORTS.values() else ("id",)
            if absent := [key for key in needed if not line.value.get(key)]:
                raise WorldError(f"{line.where}: the object has no `{absent[0]}`.")
            lists[name].append(line.value)
    return LinkedInAdsWorld(lists)

"""LinkedIn Ads' objects and reports as data: where they are asked for and the key of their rows.

Does not belong here: asking for them (`client.py`) or what they mean (`dbt_project/models/staging/linkedin_ads/`).
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.connector import Object, Table


@dataclass(frozen=True, kw_only=True)
class ListTable(Table):
    """Objects found by the `finder` at the account's `edge`."""

    edge: str
    finder: str


@dataclass(frozen=True, kw_only=True)
class ReportTable(Table):
    """A report by day over these `pivots`."""

    pivots: tuple[str, ...]


def _id(obj: Object) -> str | None:
    """The last part of an id or URN: `urn:li:sponsoredCreative:5` and 5 alike give 5."""
    found = obj.get("id")
    return str(found).rsplit(":", 1)[-1] if found else None


def _created(obj: Object) -> datetime | None:
    at = obj.get("createdAt") or ((obj.get("changeAuditStamps") or {}).get("created") or {}).get("time")
    return datetime.fromtimestamp(at / 1000, UTC) if at else None


def _day(row: Object) -> datetime | None:
    start = (row.get("dateRange") or {}).get("start")
    return datetime(start["year"], start["month"], start["day"], tzinfo=UTC) if start else None


def _key(row: Object) -> str | None:
    day, things = _day(row), row.get("pivotValues")
    return "/".join([*(urn.rsplit(":", 1)[-1] for urn in things), day.date().isoformat()]) if day and things else None


_METRICS = ("costInLocalCurrency", "impressions", "clicks")
REPORT_FIELDS = ("pivotValues", "dateRange", *_METRICS)
ACCOUNTS = Table("accounts", "The ad account and its currency; LinkedIn's days are UTC's.", _id, _created)
CAMPAIGN_GROUPS = ListTable(
    name="campaign_groups",
    description="One row per campaign group.",
    identify=_id,
    created=_created,
    edge="adCampaignGroups",
    finder="search",
)
CAMPAIGNS = ListTable(
    name="campaigns",
    description="One row per campaign with its group.",
    identify=_id,
    created=_created,
    edge="adCampaigns",
    finder="search",
)
CREATIVES = ListTable(
    name="creatives",
    description="One row per creative (the ad) with its content or a reference to the post that is it.",
    identify=_id,
    created=_created,
    edge="creatives",
    finder="criteria",
)
AD_DAYS = ReportTable(
    name="ad_days",
    description="One row per campaign, creative and day with its spend, impressions and clicks.",
    identify=_key,
    created=_day,
    remembers=_METRICS,
    pivots=("CAMPAIGN", "CREATIVE"),
)
CAMPAIGN_DAYS = ReportTable(
    name="campaign_days",
    description="One row per campaign and day with all it spent, also what no creative shows any more.",
    identify=_key,
    created=_day,
    remembers=_METRICS,
    pivots=("CAMPAIGN",),
)
LISTS = (CAMPAIGN_GROUPS, CAMPAIGNS, CREATIVES)
REPORTS = (AD_DAYS, CAMPAIGN_DAYS)
TABLES = (ACCOUNTS, *LISTS, *REPORTS)

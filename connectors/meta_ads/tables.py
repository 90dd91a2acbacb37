"""Meta Ads' objects and reports as data: where they are asked for, their fields and the key of their rows.

Does not belong here: asking for them (`client.py`, `insights.py`), what they mean (`models/staging/meta_ads/`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.connector import Object, Table

_STATUSES = ("ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "IN_PROCESS", "WITH_ISSUES")
STATUSES = {
    "campaign": _STATUSES,
    "adset": (*_STATUSES, "CAMPAIGN_PAUSED"),
    "ad": (
        *_STATUSES,
        "CAMPAIGN_PAUSED",
        "ADSET_PAUSED",
        "PENDING_REVIEW",
        "DISAPPROVED",
        "PREAPPROVED",
        "PENDING_BILLING_INFO",
    ),
}
"""All states by level: without them Meta leaves out what is archived or deleted, and its spend with it."""


@dataclass(frozen=True, kw_only=True)
class ListTable(Table):
    """Objects listed at the account's `edge`; `limit` of them a page."""

    edge: str
    level: str
    fields: tuple[str, ...]
    limit: int = 500


@dataclass(frozen=True, kw_only=True)
class InsightsTable(Table):
    """A report by day at a `level`."""

    level: str
    fields: tuple[str, ...]


def _created(obj: Object) -> datetime | None:
    text = obj.get("created_time")
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def _day(row: Object) -> datetime | None:
    day = row.get("date_start")
    return datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None


def _id(obj: Object) -> str | None:
    return str(obj["id"]) if obj.get("id") else None


def _key(*parts: str) -> Callable[[Object], str | None]:
    def identify(row: Object) -> str | None:
        found = [row.get(part) for part in parts]
        return "/".join(map(str, found)) if all(found) else None

    return identify


_THING = ("id", "account_id", "name", "status", "effective_status", "created_time", "updated_time")
_LINKS = "url_tags,link_url,object_url,template_url,template_url_spec,object_story_spec,asset_feed_spec"
_METRICS = ("spend", "impressions", "clicks")

ACCOUNT_FIELDS = ("id", "account_id", "name", "currency", "timezone_name", "account_status", "created_time")
ACCOUNTS = Table("accounts", "The ad account: its currency and its time zone.", _id, _created)
CAMPAIGNS = ListTable(
    name="campaigns",
    description="One row per campaign, archived and deleted ones included.",
    identify=_id,
    created=_created,
    edge="campaigns",
    level="campaign",
    fields=(*_THING, "objective"),
)
ADSETS = ListTable(
    name="adsets",
    description="One row per ad set, archived and deleted ones included.",
    identify=_id,
    created=_created,
    edge="adsets",
    level="adset",
    fields=(*_THING, "campaign_id"),
)
ADS = ListTable(
    name="ads",
    description="One row per ad with the parts of its creative that hold links, archived and deleted ones included.",
    identify=_id,
    created=_created,
    edge="ads",
    level="ad",
    fields=(*_THING, "campaign_id", "adset_id", f"creative{{id,name,{_LINKS}}}"),
    limit=100,
)
AD_DAYS = InsightsTable(
    name="ad_days",
    description="One row per ad account, campaign, ad set, ad and day with its spend, impressions and clicks.",
    identify=_key("account_id", "campaign_id", "adset_id", "ad_id", "date_start"),
    created=_day,
    remembers=_METRICS,
    level="ad",
    fields=("account_id", "account_currency", "campaign_id", "adset_id", "ad_id", *_METRICS),
)
CAMPAIGN_DAYS = InsightsTable(
    name="campaign_days",
    description="One row per campaign and day with all it spent, also what no ad shows any more.",
    identify=_key("account_id", "campaign_id", "date_start"),
    created=_day,
    remembers=_METRICS,
    level="campaign",
    fields=("account_id", "account_currency", "campaign_id", *_METRICS),
)
LISTS = (CAMPAIGNS, ADSETS, ADS)
REPORTS = (AD_DAYS, CAMPAIGN_DAYS)
TABLES = (ACCOUNTS, *LISTS, *REPORTS)

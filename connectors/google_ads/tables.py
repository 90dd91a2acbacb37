"""Google Ads' reports as data: the GAQL fields of each table and the key of its rows.

Does not belong here: asking for them (`client.py`) or what they mean (`dbt_project/models/staging/google_ads/`).
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.connector import Object, Table

_IDS = {
    "customer": ("customer", "id"),
    "campaign": ("campaign", "id"),
    "ad_group": ("adGroup", "id"),
    "ad_group_ad": ("adGroupAd", "ad", "id"),
    "date": ("segments", "date"),
}
_METRICS = ("metrics.cost_micros", "metrics.impressions", "metrics.clicks")
_URL_OPTIONS = ("tracking_url_template", "final_url_suffix")


def _at(row: Object, path: tuple[str, ...]) -> Any:
    found: Any = row
    for key in path:
        found = found.get(key, {}) if isinstance(found, dict) else {}
    return found or None


def _day(row: Object) -> datetime | None:
    day = _at(row, _IDS["date"])
    return datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None


@dataclass(frozen=True, kw_only=True)
class GoogleAdsTable(Table):
    """A resource and its fields; `key` are the parts of a row's id, joined by slashes. A report's key ends in its date.

    Reports hold ids and figures only: what a thing is called stands once, in the list of such things.
    """

    identify: Any = field(init=False, repr=False)
    created: Any = field(default=_day, repr=False)
    resource: str
    key: tuple[str, ...]
    fields: tuple[str, ...]

    def __post_init__(self) -> None:
        """Read the id by `key`; a row that lacks a part of it has none."""
        paths = [_IDS[part] for part in self.key]

        def identify(row: Object) -> str | None:
            parts = [_at(row, path) for path in paths]
            return "/".join(map(str, parts)) if all(parts) else None

        object.__setattr__(self, "identify", identify)
        super().__post_init__()

    @property
    def is_report(self) -> bool:
        """Whether it has a row a day, to be read by days."""
        return self.key[-1] == "date"

    def query(self, first_day: str = "", last_day: str = "") -> str:
        """GAQL for all of a list, or for a report's days from `first_day` to `last_day` (YYYY-MM-DD, inclusive)."""
        selected = f"SELECT {', '.join(self.fields)} FROM {self.resource}"  # noqa: S608 - GAQL from constants, not SQL
        return f"{selected} WHERE segments.date BETWEEN '{first_day}' AND '{last_day}'" if self.is_report else selected


FIRST_DAY = (
    f"SELECT segments.date, {', '.join(_METRICS)} FROM customer"  # noqa: S608 - GAQL from constants, not SQL
    " WHERE segments.date BETWEEN '{}' AND '{}' ORDER BY segments.date LIMIT 1"
)
"""The account's first day with anything to report: Google leaves out days on which all metrics selected are zero."""

ACCOUNTS = GoogleAdsTable(
    name="accounts",
    description="The ad account: its currency, its time zone and the URL options that hold for all of it.",
    resource="customer",
    key=("customer",),
    fields=(
        "customer.id",
        "customer.descriptive_name",
        "customer.currency_code",
        "customer.time_zone",
        "customer.status",
        "customer.test_account",
        *(f"customer.{option}" for option in _URL_OPTIONS),
    ),
)
CAMPAIGNS = GoogleAdsTable(
    name="campaigns",
    description="One row per campaign, removed ones included.",
    resource="campaign",
    key=("customer", "campaign"),
    fields=(
        "customer.id",
        "campaign.id",
        "campaign.name",
        "campaign.status",
        "campaign.advertising_channel_type",
        *(f"campaign.{option}" for option in _URL_OPTIONS),
        "campaign.url_custom_parameters",
    ),
)
AD_GROUPS = GoogleAdsTable(
    name="ad_groups",
    description="One row per ad group, removed ones included.",
    resource="ad_group",
    key=("customer", "campaign", "ad_group"),
    fields=(
        "customer.id",
        "campaign.id",
        "ad_group.id",
        "ad_group.name",
        "ad_group.status",
        *(f"ad_group.{option}" for option in _URL_OPTIONS),
        "ad_group.url_custom_parameters",
    ),
)
ADS = GoogleAdsTable(
    name="ads",
    description="One row per ad with its final URLs and URL options, removed ones included.",
    resource="ad_group_ad",
    key=("customer", "campaign", "ad_group", "ad_group_ad"),
    fields=(
        "customer.id",
        "campaign.id",
        "ad_group.id",
        "ad_group_ad.ad.id",
        "ad_group_ad.ad.name",
        "ad_group_ad.ad.type",
        "ad_group_ad.status",
        "ad_group_ad.ad.final_urls",
        *(f"ad_group_ad.ad.{option}" for option in _URL_OPTIONS),
        "ad_group_ad.ad.url_custom_parameters",
    ),
)
AD_DAYS = GoogleAdsTable(
    name="ad_days",
    description="One row per ad account, campaign, ad group, ad and day with its spend, impressions and clicks.",
    resource="ad_group_ad",
    key=("customer", "campaign", "ad_group", "ad_group_ad", "date"),
    fields=("customer.id", "campaign.id", "ad_group.id", "ad_group_ad.ad.id", "segments.date", *_METRICS),
    remembers=("metrics.costMicros", "metrics.impressions", "metrics.clicks"),
)
CAMPAIGN_DAYS = GoogleAdsTable(
    name="campaign_days",
    description="One row per campaign and day with all it spent, also what no ad carries (Performance Max).",
    resource="campaign",
    key=("customer", "campaign", "date"),
    fields=("customer.id", "campaign.id", "segments.date", *_METRICS),
    remembers=("metrics.costMicros", "metrics.impressions", "metrics.clicks"),
)
LISTS = (CAMPAIGNS, AD_GROUPS, ADS)
REPORTS = (AD_DAYS, CAMPAIGN_DAYS)
TABLES = (ACCOUNTS, *LISTS, *REPORTS)

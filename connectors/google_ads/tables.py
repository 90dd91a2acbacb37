"""Google Ads' reports as data: the GAQL fields of each table and the key of its rows.

Does not belong here: asking for them (`client.py`) or what they mean (`dbt_project/models/staging/google_ads/`).
"""

from dataclasses import dataclass, field
from typing import Any

from connectors.connector import Object, Table


def _identify(row: Object) -> str | None:
    """`<customer>/<campaign>/<ad group>/<ad>/<date>`, or None when a part is missing."""
    parts = (
        row.get("customer", {}).get("id"),
        row.get("campaign", {}).get("id"),
        row.get("adGroup", {}).get("id"),
        row.get("adGroupAd", {}).get("ad", {}).get("id"),
        row.get("segments", {}).get("date"),
    )
    return "/".join(map(str, parts)) if all(parts) else None


@dataclass(frozen=True, kw_only=True)
class GoogleAdsTable(Table):
    """A report: the GAQL resource it selects from and its fields; one row per entity and day."""

    identify: Any = field(default=_identify, repr=False)
    created: Any = field(default=lambda _: None, repr=False)  # Google says nothing of a row's creation
    resource: str
    fields: tuple[str, ...]

    def query(self, first_day: str, last_day: str) -> str:
        """GAQL for the days from `first_day` to `last_day`, both YYYY-MM-DD and inclusive."""
        selected = ", ".join(self.fields)
        return (
            f"SELECT {selected} FROM {self.resource}"  # noqa: S608 - GAQL from constants, not SQL
            f" WHERE segments.date BETWEEN '{first_day}' AND '{last_day}'"
        )


TABLES = (
    GoogleAdsTable(
        name="ad_days",
        description="One row per ad account, campaign, ad group, ad and day with its spend.",
        resource="ad_group_ad",
        fields=(
            "customer.id",
            "customer.descriptive_name",
            "customer.currency_code",
            "customer.time_zone",
            "campaign.id",
            "campaign.name",
            "ad_group.id",
            "ad_group.name",
            "ad_group_ad.ad.id",
            "ad_group_ad.ad.name",
            "ad_group_ad.ad.final_urls",
            "segments.date",
            "metrics.cost_micros",
            "metrics.impressions",
            "metrics.clicks",
        ),
    ),
)

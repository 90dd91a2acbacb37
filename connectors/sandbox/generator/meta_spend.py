"""Meta's ad performance by day, and the account with its campaigns, ad sets and ads as the Graph API shows them."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from connectors.sandbox.generator.draws import DAY, whole
from connectors.sandbox.generator.meta_campaigns import (
    ACCOUNT_ID,
    CURRENCY,
    PLATFORM,
    SOCIAL_ADS,
    TIME_ZONE,
    SocialAd,
)
from connectors.sandbox.generator.sink import Sink
from connectors.sandbox.generator.spend_book import SpendBook

_ZONE = ZoneInfo(TIME_ZONE)
_ACCOUNT_NAME = "Sandbox world social"
_QUIET_DAY = 0.06
_MICROS_PER_CENT = 10_000
Figures = tuple[int, int, int]


class SocialSpend:
    """Counts the contacts and the visits each ad brought, then writes its days and their truth."""

    def __init__(self) -> None:
        self._leads: Counter[tuple[str, date]] = Counter()
        self._visits: Counter[tuple[str, date]] = Counter()

    def brought(self, ad: SocialAd, at: int) -> None:
        """One contact came by `ad` at `at` (Unix seconds); it counts for the account's local day."""
        self._leads[ad.id, datetime.fromtimestamp(at, _ZONE).date()] += 1

    def visited(self, ad: SocialAd, at: int) -> None:
        """The website saw one click of `ad` arrive at `at` (Unix seconds): Meta counts at least as many."""
        self._visits[ad.id, datetime.fromtimestamp(at, _ZONE).date()] += 1

    def write(self, sink: Sink, book: SpendBook, rng: Random, start: int, end: int) -> None:
        """Write the account's objects, and insights by ad and by campaign for every day with impressions."""
        _write_objects(sink, datetime.fromtimestamp(start - 30 * DAY, _ZONE).strftime("%Y-%m-%dT%H:%M:%S%z"))
        first = datetime.fromtimestamp(start, UTC).date() - timedelta(days=1)
        days = (datetime.fromtimestamp(end, UTC).date() - first).days
        for day in (first + timedelta(days=n) for n in range(days)):
            of_campaign: dict[str, Figures] = {}
            for ad in SOCIAL_ADS:
                figures = self._day(rng, ad, day)
                if figures[2]:
                    sink.write("meta_ads/insights", {**_campaign_part(ad), **_ad_part(ad), **_figures(day, figures)})
                    sums = of_campaign.get(ad.campaign_id, (0, 0, 0))
                    of_campaign[ad.campaign_id] = (sums[0] + figures[0], sums[1] + figures[1], sums[2] + figures[2])
            for ad in {ad.campaign_id: ad for ad in SOCIAL_ADS}.values():
                if ad.campaign_id in of_campaign:
                    cents, clicks, impressions = of_campaign[ad.campaign_id]
                    row = {**_campaign_part(ad), **_figures(day, (cents, clicks, impressions))}
                    sink.write("meta_ads/campaign_insights", row)
                    spent = (cents * _MICROS_PER_CENT, clicks, impressions)
                    book.note(day, PLATFORM, ACCOUNT_ID, ad.campaign_id, CURRENCY.lower(), spent)

    def _day(self, rng: Random, ad: SocialAd, day: date) -> Figures:
        """Cost in cents, clicks and impressions of one ad on one day."""
        leads = self._leads[ad.id, day]
        clicks = sum(whole(rng, 5, 12) for _ in range(leads)) + int(rng.random() * 2.4)
        clicks = max(clicks, self._visits[ad.id, day])
        shown = clicks * whole(rng, 60, 140) + whole(rng, 0, 120)
        return sum(ad.cost * whole(rng, 60, 140) // 100 for _ in range(clicks)), clicks, (
            shown if clicks or rng.random() >= _QUIET_DAY else 0
        )  # fmt: skip


def _campaign_part(ad: SocialAd) -> dict[str, str]:
    return {
        "account_id": ACCOUNT_ID, "account_name": _ACCOUNT_NAME, "account_currency": CURRENCY,
        "campaign_id": ad.campaign_id, "campaign_name": ad.campaign,
    }  # fmt: skip


def _ad_part(ad: SocialAd) -> dict[str, str]:
    return {"adset_id": ad.group_id, "adset_name": ad.group, "ad_id": ad.id, "ad_name": _name(ad)}


def _figures(day: date, figures: Figures) -> dict[str, str]:
    """Every figure is text, money in units of the account's currency."""
    cents, clicks, impressions = figures
    return {
        "date_start": day.isoformat(), "date_stop": day.isoformat(), "spend": f"{cents // 100}.{cents % 100:02d}",
        "impressions": str(impressions), "clicks": str(clicks),
    }  # fmt: skip


def _write_objects(sink: Sink, created: str) -> None:
    on: dict[str, Any] = {
        "status": "ACTIVE", "effective_status": "ACTIVE", "created_time": created, "updated_time": created,
    }  # fmt: skip
    sink.write(
        "meta_ads/accounts",
        {
            "id": f"act_{ACCOUNT_ID}", "account_id": ACCOUNT_ID, "name": _ACCOUNT_NAME, "currency": CURRENCY,
            "timezone_name": TIME_ZONE, "account_status": 1, "created_time": created,
        },
    )  # fmt: skip
    for ad in {ad.campaign_id: ad for ad in SOCIAL_ADS}.values():
        campaign = {"id": ad.campaign_id, "account_id": ACCOUNT_ID, "name": ad.campaign, "objective": "OUTCOME_LEADS"}
        sink.write("meta_ads/campaigns", {**campaign, **on})
    for ad in SOCIAL_ADS:
        above = {"account_id": ACCOUNT_ID, "campaign_id": ad.campaign_id}
        sink.write("meta_ads/adsets", {"id": ad.group_id, **above, "name": ad.group, **on})
        shown = {"id": ad.id, **above, "adset_id": ad.group_id, "name": _name(ad), **on, "creative": ad.creative}
        sink.write("meta_ads/ads", shown)


def _name(ad: SocialAd) -> str:
    return f"{ad.group} {ad.place}"

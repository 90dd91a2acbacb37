"""Google's ad performance by day: clicks grow out of the contacts an ad brought, cost and impressions out of clicks."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from connectors.sandbox.generator.campaigns import (
    ADS,
    CAMPAIGNS,
    CUSTOMER_ID,
    PERFORMANCE_MAX,
    PLATFORM,
    TIME_ZONE,
    Ad,
    Campaign,
)
from connectors.sandbox.generator.draws import whole
from connectors.sandbox.generator.sink import Sink
from connectors.sandbox.generator.spend_book import SpendBook

_ZONE = ZoneInfo(TIME_ZONE)
_WEEKEND_SHARE = 0.7
_ACCOUNT = f"customers/{CUSTOMER_ID}"
_SHOWN_PER_CLICK = 30
_MAX_CLICK_COST = 800_000
Figures = tuple[int, int, int]


class AdSpend:
    """Counts the contacts and the visits each ad brought, then writes its days and their truth."""

    def __init__(self) -> None:
        self._leads: Counter[tuple[str, date]] = Counter()
        self._visits: Counter[tuple[str, date]] = Counter()

    def brought(self, ad: Ad, at: int) -> None:
        """One contact came by `ad` at `at` (Unix seconds); it counts for the account's local day."""
        self._leads[ad.id, datetime.fromtimestamp(at, _ZONE).date()] += 1

    def visited(self, ad: Ad, at: int) -> None:
        """The website saw one click of `ad` arrive at `at` (Unix seconds): Google counts at least as many."""
        self._visits[ad.id, datetime.fromtimestamp(at, _ZONE).date()] += 1

    def write(self, sink: Sink, book: SpendBook, rng: Random, max_rng: Random, start: int, end: int) -> None:
        """Write a row for every ad and for every campaign and day with impressions; `book` notes the campaigns'.

        `max_rng` draws the campaign whose spend no ad carries.
        """
        first = datetime.fromtimestamp(start, UTC).date() - timedelta(days=1)
        days = (datetime.fromtimestamp(end, UTC).date() - first).days
        for day in (first + timedelta(days=n) for n in range(days)):
            of_campaign: dict[str, Figures] = {}
            for ad in ADS:
                figures = self._day(rng, ad, day)
                if figures[2]:
                    sink.write("google_ads/ad_group_ad", _ad_row(ad, day.isoformat(), figures))
                    sums = of_campaign.get(ad.campaign_id, (0, 0, 0))
                    of_campaign[ad.campaign_id] = (sums[0] + figures[0], sums[1] + figures[1], sums[2] + figures[2])
            of_campaign[PERFORMANCE_MAX.id] = _max_day(max_rng)
            for campaign in (*CAMPAIGNS, PERFORMANCE_MAX):
                if campaign.id in of_campaign:
                    sums = of_campaign[campaign.id]
                    row = {**_campaign_parts(campaign), **_figures(day.isoformat(), sums)}
                    sink.write("google_ads/campaign", row)
                    book.note(day, PLATFORM, CUSTOMER_ID, campaign.id, "usd", sums)

    def _day(self, rng: Random, ad: Ad, day: date) -> Figures:
        """Cost in micros, clicks and impressions of one ad on one day."""
        leads = self._leads[ad.id, day]
        clicks = sum(whole(rng, 6, 14) for _ in range(leads)) + int(rng.random() * 2.2)
        if day.weekday() >= 5:
            clicks = max(leads, int(clicks * _WEEKEND_SHARE))
        impressions = clicks * whole(rng, 15, 45) + whole(rng, 0, 40) if rng.random() < 0.96 or clicks else 0
        cost = sum(ad.cost * whole(rng, 60, 140) // 100 for _ in range(clicks))
        more = max(0, self._visits[ad.id, day] - clicks)
        return cost + more * ad.cost, clicks + more, impressions + more * _SHOWN_PER_CLICK


def _max_day(rng: Random) -> Figures:
    clicks = whole(rng, 1, 9)
    cost = sum(_MAX_CLICK_COST * whole(rng, 50, 150) // 100 for _ in range(clicks))
    return cost, clicks, clicks * whole(rng, 40, 90)


def _campaign_parts(campaign: Campaign) -> dict[str, Any]:
    """The account and the campaign as every row shows them; what is not set is left out."""
    shown = {
        "resourceName": f"{_ACCOUNT}/campaigns/{campaign.id}",
        "id": campaign.id,
        "name": campaign.name,
        "status": "ENABLED",
        "advertisingChannelType": campaign.channel,
    }
    if campaign.tracking_template:
        shown["trackingUrlTemplate"] = campaign.tracking_template
    return {
        "customer": {
            "resourceName": _ACCOUNT,
            "id": CUSTOMER_ID,
            "descriptiveName": "Sandbox world",
            "currencyCode": "USD",
            "timeZone": TIME_ZONE,
        },
        "campaign": shown,
    }


def _figures(day: str, figures: Figures) -> dict[str, Any]:
    """Metrics, int64 values as text, and their day."""
    cost, clicks, impressions = figures
    metrics = {"costMicros": str(cost), "clicks": str(clicks), "impressions": str(impressions)}
    return {"metrics": metrics, "segments": {"date": day}}


_SHOWN = {campaign.id: _campaign_parts(campaign) for campaign in CAMPAIGNS}


def _ad_row(ad: Ad, day: str, figures: Figures) -> dict[str, Any]:
    """One row as `FROM ad_group_ad` answers it."""
    shown = {
        "resourceName": f"{_ACCOUNT}/ads/{ad.id}",
        "id": ad.id,
        "name": f"{ad.group} {ad.id[-1]}",
        "finalUrls": [ad.final_url],
    }
    if ad.final_url_suffix:
        shown["finalUrlSuffix"] = ad.final_url_suffix
    return {
        **_SHOWN[ad.campaign_id],
        "adGroup": {
            "resourceName": f"{_ACCOUNT}/adGroups/{ad.group_id}",
            "id": ad.group_id,
            "name": ad.group,
            "status": "ENABLED",
        },
        "adGroupAd": {
            "resourceName": f"{_ACCOUNT}/adGroupAds/{ad.group_id}~{ad.id}",
            "status": "ENABLED",
            "ad": shown,
        },
        **_figures(day, figures),
    }

"""Ad performance by day: clicks grow out of the contacts an ad brought, cost and impressions out of the clicks."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from connectors.sandbox.generator.campaigns import ADS, CUSTOMER_ID, TIME_ZONE, Ad
from connectors.sandbox.generator.draws import whole
from connectors.sandbox.generator.ledger import write_csv
from connectors.sandbox.generator.sink import Sink

_ZONE = ZoneInfo(TIME_ZONE)
_WEEKEND_SHARE = 0.7


class AdSpend:
    """Counts the contacts each ad brought, then writes its days and their truth."""

    def __init__(self) -> None:
        self._leads: dict[tuple[str, date], int] = defaultdict(int)

    def brought(self, ad: Ad, at: int) -> None:
        """One contact came by `ad` at `at` (Unix seconds); it counts for the account's local day."""
        self._leads[ad.id, datetime.fromtimestamp(at, _ZONE).date()] += 1

    def write(self, sink: Sink, truth: Path, rng: Random, start: int, end: int) -> None:
        """Write a row for every ad and day with impressions, and `ad_spend.csv` by day and campaign."""
        first = datetime.fromtimestamp(start, UTC).date() - timedelta(days=1)
        days = (datetime.fromtimestamp(end, UTC).date() - first).days
        sums: dict[tuple[str, str], list[int]] = {}
        for day in (first + timedelta(days=n) for n in range(days)):
            for ad in ADS:
                cost, clicks, impressions = self._day(rng, ad, day)
                if impressions:
                    sink.write("google_ads/ad_group_ad", _row(ad, day.isoformat(), cost, clicks, impressions))
                    total = sums.setdefault((day.isoformat(), ad.campaign_id), [0, 0, 0])
                    for place, value in enumerate((cost, clicks, impressions)):
                        total[place] += value
        write_csv(truth / "ad_spend.csv", ("date", "campaign_id", "cost_micros", "clicks", "impressions"), _flat(sums))

    def _day(self, rng: Random, ad: Ad, day: date) -> tuple[int, int, int]:
        """Cost in micros, clicks and impressions of one ad on one day."""
        leads = self._leads[ad.id, day]
        clicks = sum(whole(rng, 6, 14) for _ in range(leads)) + int(rng.random() * 2.2)
        if day.weekday() >= 5:
            clicks = max(leads, int(clicks * _WEEKEND_SHARE))
        impressions = clicks * whole(rng, 15, 45) + whole(rng, 0, 40) if rng.random() < 0.96 or clicks else 0
        return sum(ad.cost * whole(rng, 60, 140) // 100 for _ in range(clicks)), clicks, impressions


def _flat(sums: dict[tuple[str, str], list[int]]) -> Iterable[tuple[Any, ...]]:
    return ((*key, *values) for key, values in sums.items())


def _row(ad: Ad, day: str, cost: int, clicks: int, impressions: int) -> dict[str, Any]:
    """One row as `FROM ad_group_ad` answers it; int64 values are text."""
    account = f"customers/{CUSTOMER_ID}"
    return {
        "customer": {
            "resourceName": account,
            "id": CUSTOMER_ID,
            "descriptiveName": "Sandbox world",
            "currencyCode": "USD",
            "timeZone": TIME_ZONE,
        },
        "campaign": {
            "resourceName": f"{account}/campaigns/{ad.campaign_id}",
            "id": ad.campaign_id,
            "name": ad.campaign,
            "status": "ENABLED",
            "advertisingChannelType": ad.channel,
        },
        "adGroup": {
            "resourceName": f"{account}/adGroups/{ad.group_id}",
            "id": ad.group_id,
            "name": ad.group,
            "status": "ENABLED",
        },
        "adGroupAd": {
            "resourceName": f"{account}/adGroupAds/{ad.group_id}~{ad.id}",
            "status": "ENABLED",
            "ad": {
                "resourceName": f"{account}/ads/{ad.id}",
                "id": ad.id,
                "name": f"{ad.group} {ad.id[-1]}",
                "finalUrls": [ad.final_url],
            },
        },
        "metrics": {"costMicros": str(cost), "clicks": str(clicks), "impressions": str(impressions)},
        "segments": {"date": day},
    }

"""LinkedIn Ads: the wall of a report, pages of a list, settings; the rest is in the contract suite."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from typing import Any

import pytest

from connectors.connector import Connection
from connectors.errors import ConfigError, StopError
from connectors.linkedin_ads import client, follow
from connectors.linkedin_ads.client import LinkedInAdsApi
from connectors.linkedin_ads.tables import AD_DAYS, CREATIVES
from connectors.sandbox.linkedin_ads_settings import LinkedInAdsSettings
from connectors.sandbox.linkedin_ads_world import NAMES, LinkedInAdsWorld
from connectors.sandbox.serving import serving
from connectors.sandbox.settings import Settings
from connectors.sandbox.world import World

LINKEDIN = Connection("linkedin_ads")


def row(creative: int, day: int) -> dict[str, Any]:
    on = {"year": 2026, "month": 3, "day": day}
    things = ["urn:li:sponsoredCampaign:1", f"urn:li:sponsoredCreative:{creative}"]
    return {"pivotValues": things, "dateRange": {"start": on, "end": on}, "costInLocalCurrency": "1.10"}


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    with ExitStack() as stack:

        def start(rows_a_report: int = 15_000) -> None:
            lists: dict[str, list[dict[str, Any]]] = {name: [] for name in NAMES}
            lists["accounts"] = [{"id": 5, "name": "Shop", "currency": "EUR"}]
            lists["creatives"] = [{"id": f"urn:li:sponsoredCreative:{n}"} for n in range(230)]
            lists["ad_days"] = [row(n, day) for day in range(1, 8) for n in range(3)]
            chosen = Settings(others={"linkedin_ads": LinkedInAdsSettings(report_rows=rows_a_report)})
            world = World(settings=chosen, others={"linkedin_ads": LinkedInAdsWorld(lists)})
            monkeypatch.setattr(client, "REPORT_ROWS", rows_a_report)
            for name, value in stack.enter_context(serving(world)).env.items():
                monkeypatch.setenv(name, value)

        yield start


def days(first: int, last: int) -> list[str | None]:
    pages = LinkedInAdsApi(LINKEDIN).report_pages(AD_DAYS, date(2026, 3, first), date(2026, 3, last))
    return sorted(AD_DAYS.identify(found) or "" for page in pages for found in page.objects)


def test_a_report_at_the_wall_is_halved_and_no_row_is_lost_or_doubled(play: Callable[..., None]) -> None:
    play(rows_a_report=7)
    assert days(1, 7) == sorted(f"1/{n}/2026-03-0{day}" for n in range(3) for day in range(1, 8))


def test_a_single_day_at_the_wall_is_an_error_and_not_a_part_of_it(play: Callable[..., None]) -> None:
    play(rows_a_report=3)
    with pytest.raises(StopError, match="3 rows or more"):
        days(1, 2)


def test_lists_are_read_to_their_last_page(play: Callable[..., None]) -> None:
    play()
    assert [len(page.objects) for page in LinkedInAdsApi(LINKEDIN).list_pages(CREATIVES)] == [100, 100, 30]
    assert follow.probe(LINKEDIN).title == "Shop"


def test_an_ended_token_names_the_cure(play: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    play()
    monkeypatch.setenv("SOURCES__LINKEDIN_ADS__ACCESS_TOKEN", "ended")
    with pytest.raises(ConfigError, match=r"revoked or has expired.*into SOURCES__LINKEDIN_ADS__ACCESS_TOKEN"):
        follow.probe(LINKEDIN)

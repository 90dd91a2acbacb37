"""LinkedIn Ads: the wall of a report, pages of a list, settings; the rest is in the contract suite."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest

from connectors.connector import Connection
from connectors.errors import ConfigError, StopError
from connectors.linkedin_ads import client, follow
from connectors.linkedin_ads.client import LinkedInAdsApi
from connectors.linkedin_ads.source import CONNECTOR
from connectors.linkedin_ads.tables import AD_DAYS, CREATIVES
from connectors.registry import sync
from connectors.sandbox.linkedin_ads_settings import LinkedInAdsSettings
from connectors.sandbox.linkedin_ads_world import NAMES, LinkedInAdsWorld
from connectors.sandbox.serving import serving
from connectors.sandbox.settings import Settings
from connectors.sandbox.world import World
from connectors.warehouse import resolve
from tests.connectors.scripted_server import Answer, Script, scripted

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


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[[Script], LinkedInAdsApi]:
    def of(script: Script) -> LinkedInAdsApi:
        for name, value in {"ACCESS_TOKEN": "AQV", "ACCOUNT_ID": "5", "BASE_URL": script.url}.items():
            monkeypatch.setenv(f"SOURCES__LINKEDIN_ADS__{name}", value)
        return LinkedInAdsApi(LINKEDIN)

    return of


def test_a_report_is_asked_for_as_the_vendor_writes_it(asked: Callable[[Script], LinkedInAdsApi]) -> None:
    with scripted(Answer({"elements": [row(1, 2)], "paging": {"start": 0, "count": 10, "links": []}})) as script:
        (page,) = asked(script).report_pages(AD_DAYS, date(2026, 3, 1), date(2026, 3, 31))
    assert [AD_DAYS.identify(found) for found in page.objects] == ["1/1/2026-03-02"]
    request = script.asked[0]
    assert request.path == "/rest/adAnalytics"
    assert request.query == {
        "q": ["statistics"],
        "timeGranularity": ["DAILY"],
        "pivots": ["List(CAMPAIGN,CREATIVE)"],
        "dateRange": ["(start:(year:2026,month:3,day:1),end:(year:2026,month:3,day:31))"],
        "accounts": ["List(urn:li:sponsoredAccount:5)"],
        "fields": ["pivotValues,dateRange,costInLocalCurrency,impressions,clicks"],
    }
    sent = {name.lower(): value for name, value in request.headers.items()}
    assert sent["x-restli-protocol-version"] == "2.0.0"
    assert sent["x-restli-method"] == "FINDER"
    assert re.fullmatch(r"20\d{4}", sent["linkedin-version"])


def test_page_tokens_are_opaque_and_one_that_does_not_advance_is_an_error(
    asked: Callable[[Script], LinkedInAdsApi],
) -> None:
    def page(creative: int, **metadata: str) -> Answer:
        return Answer({"elements": [{"id": f"urn:li:sponsoredCreative:{creative}"}], "metadata": metadata})

    with scripted(page(1, nextPageToken="D/g+=="), page(2)) as script:
        pages = asked(script).list_pages(CREATIVES)
    assert [CREATIVES.identify(found) for one in pages for found in one.objects] == ["1", "2"]
    assert script.asked[1].query["pageToken"] == ["D/g+=="]
    with scripted(page(1, nextPageToken="same")) as script, pytest.raises(StopError, match="does not advance"):
        asked(script).list_pages(CREATIVES)


def test_a_version_that_has_ended_names_the_setting_and_one_that_answers(
    asked: Callable[[Script], LinkedInAdsApi],
) -> None:
    ended = {"status": 426, "code": "NONEXISTENT_VERSION", "message": "Requested version 20260901 is not active"}
    said = r"API version 202609; set SOURCES__LINKEDIN_ADS__API_VERSION to a month of the last year, such as 20\d{4}"
    with scripted(Answer(ended, 426)) as script, pytest.raises(ConfigError, match=said):
        asked(script).account_page()


def test_an_answer_without_elements_is_no_empty_report(asked: Callable[[Script], LinkedInAdsApi]) -> None:
    with scripted(Answer({"hello": 1})) as script, pytest.raises(StopError, match="no `elements`"):
        asked(script).report_pages(AD_DAYS, date(2026, 3, 1), date(2026, 3, 1))


def test_reports_that_are_empty_for_want_of_rights_take_nothing_away(
    warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = {"id": 5, "currency": "EUR", "changeAuditStamps": {"created": {"time": 1_772_323_200_000}}}  # 1 March
    days = [row(1, day) for day in range(1, 8)]
    played = LinkedInAdsWorld(
        {
            **{name: [] for name in NAMES},
            "accounts": [account],
            "ad_days": days,
            "campaign_days": [{**one, "pivotValues": one["pivotValues"][:1]} for one in days],
        }
    )
    world = World(others={"linkedin_ads": played})
    world.clock.stop(at=datetime(2026, 3, 8, 12, tzinfo=UTC).timestamp())
    shown = dict(played.lists)
    with serving(world) as playing:
        for name, value in playing.env.items():
            monkeypatch.setenv(name, value)
        sync(CONNECTOR, LINKEDIN, resolve())
        played.lists.update(ad_days=shown["ad_days"][:6], campaign_days=shown["campaign_days"][:6])
        sync(CONNECTOR, LINKEDIN, resolve())
        assert living(warehouse_url) == 6, "yesterday alone may well be taken back"
        played.lists.update(ad_days=[], campaign_days=[])
        world.clock.advance(86_400)
        with pytest.raises(ConfigError, match=r"6 days with campaigns are held.*into SOURCES__LINKEDIN_ADS__ACCESS"):
            sync(CONNECTOR, LINKEDIN, resolve())
    assert living(warehouse_url) == 6


def living(url: str) -> int:
    with psycopg.connect(url) as db:
        (count,) = db.execute("select count(*) from raw_linkedin_ads.ad_days where not is_deleted").fetchone() or (0,)
    return count

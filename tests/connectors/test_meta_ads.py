"""Meta Ads: what its error codes become, report jobs, pages, and a played account landing whole."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from typing import Any

import psycopg
import pytest

from connectors.connector import Connection
from connectors.errors import ConfigError, RetryError, StopError
from connectors.meta_ads import follow, insights
from connectors.meta_ads.client import MetaAdsApi
from connectors.meta_ads.source import CONNECTOR
from connectors.meta_ads.tables import AD_DAYS, ADS, CAMPAIGN_DAYS
from connectors.registry import sync
from connectors.sandbox.meta_ads_settings import MetaAdsSettings
from connectors.sandbox.meta_ads_world import MetaAdsWorld
from connectors.sandbox.serving import serving
from connectors.sandbox.settings import Settings
from connectors.sandbox.world import World
from connectors.sync import http
from connectors.warehouse import resolve
from tests.connectors.scripted_server import Answer, scripted

META = Connection("meta_ads")
ACCOUNT = {
    "id": "act_7", "account_id": "7", "name": "Shop", "currency": "USD", "timezone_name": "Europe/Paris",
    "created_time": "2026-01-01T00:00:00+0100",
}  # fmt: skip
DAYS = [f"2026-01-{day:02}" for day in range(1, 31)]


def ad(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"3{number}", "account_id": "7", "campaign_id": "1", "adset_id": "2", "name": f"Ad {number}", **more}


def row(number: int, day: str, spend: str) -> dict[str, Any]:
    return {
        "account_id": "7", "account_currency": "USD", "campaign_id": "1", "adset_id": "2", "ad_id": f"3{number}",
        "date_start": day, "date_stop": day, "spend": spend, "impressions": "10", "clicks": "1",
    }  # fmt: skip


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., World]]:
    """Play an account of some ads over 30 days, with the settings given; waits are cut short."""
    monkeypatch.setattr(http, "BACKOFF", lambda _: 0.01)
    monkeypatch.setattr(insights, "FIRST_WAIT", 0.01)
    with ExitStack() as stack:

        def start(ads: int = 3, **settings: Any) -> World:
            shop = MetaAdsWorld(
                accounts=[ACCOUNT],
                campaigns=[{"id": "1", "account_id": "7", "name": "Spring", "effective_status": "DELETED"}],
                adsets=[{"id": "2", "account_id": "7", "campaign_id": "1", "name": "Set"}],
                ads=[ad(n, effective_status="ARCHIVED" if n == 1 else "ACTIVE") for n in range(1, ads + 1)],
                insights=[row(n, day, f"{n}.10") for day in DAYS for n in range(1, ads + 1)],
                campaign_insights=[
                    {k: v for k, v in row(0, day, "99.99").items() if k not in ("ad_id", "adset_id")} for day in DAYS
                ],
            )  # fmt: skip
            chosen = Settings(others={"meta_ads": MetaAdsSettings(**settings)})
            world = World(settings=chosen, others={"meta_ads": shop})
            world.clock.stop(at=1_769_860_000)  # 2026-01-31, noon in Paris
            playing = stack.enter_context(serving(world))
            for name, value in playing.env.items():
                monkeypatch.setenv(name, value)
            return world

        yield start


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Probe an account whose server gives these answers."""
    monkeypatch.setattr(http, "BACKOFF", lambda _: 0.0)

    def probe(*answers: Answer) -> Any:
        with scripted(*answers) as script:
            for name, value in {"ACCESS_TOKEN": "EAA", "ACCOUNT_ID": "act_7", "BASE_URL": script.url}.items():
                monkeypatch.setenv(f"SOURCES__META_ADS__{name}", value)
            return follow.probe(META), script

    return probe


def error(code: int, message: str = "No.", status: int = 400, **more: Any) -> Answer:
    return Answer({"error": {"message": message, "code": code, **more}}, status)


def test_rate_limits_and_hiccups_are_waited_for_although_they_come_as_400(answered: Callable[..., Any]) -> None:
    limits = [error(code) for code in (4, 17, 613, 80_004)]
    opened, script = answered(*limits, error(2, status=500), error(1, is_transient=True), Answer(ACCOUNT))
    assert (opened.account_id, opened.title) == ("7", "Shop")
    assert len(script.asked) == 7
    assert script.asked[0].headers["Authorization"] == "Bearer EAA"


def test_the_wait_is_the_one_that_meta_estimates(answered: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", waits.append)
    limited = error(80_004)
    limited.headers["x-business-use-case-usage"] = '{"7": [{"estimated_time_to_regain_access": 1}]}'
    answered(limited, Answer(ACCOUNT))
    assert waits == [60.0]


@pytest.mark.parametrize(
    ("refusal", "kind", "says"),
    [
        (error(190, "Session has expired."), ConfigError, "expired.*fresh one with ads_read into .*ACCESS_TOKEN"),
        (error(200, "Ad account owner has NOT granted", 403), ConfigError, "permission ads_read"),
        (
            error(100, "Object 'act_7' does not exist", error_subcode=33),
            ConfigError,
            "check SOURCES__META_ADS__ACCOUNT",
        ),
        (error(100, "nonexisting field"), StopError, "code 100"),
        (error(17), RetryError, "limited by Meta 8 times"),
        (Answer(b"<html>bad gateway", 502), RetryError, "answered 502 8 times"),
        (Answer([]), StopError, "is the base URL Meta's"),
    ],
)
def test_what_is_refused_says_what_to_do(
    answered: Callable[..., Any], refusal: Answer, kind: type[Exception], says: str
) -> None:
    with pytest.raises(kind, match=says):
        answered(refusal)


@pytest.mark.parametrize(("name", "value"), [("ACCOUNT_ID", "mine"), ("HISTORY_START", "last year")])
def test_a_setting_that_means_nothing_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    for setting, given in {"ACCESS_TOKEN": "EAA", "ACCOUNT_ID": "7", name: value}.items():
        monkeypatch.setenv(f"SOURCES__META_ADS__{setting}", given)
    with pytest.raises(ConfigError, match=f"SOURCES__META_ADS__{name} is '{value}'"):
        follow.probe(META)


def read(table: Any, first: str = DAYS[0], last: str = DAYS[-1]) -> tuple[list[dict], MetaAdsApi]:
    api = MetaAdsApi(META)
    pages = insights.days(api, table, date.fromisoformat(first), date.fromisoformat(last))
    return [found for page in pages for found in page.objects], api


def keys(rows: list[dict]) -> list[tuple[str, str]]:
    return sorted((found["ad_id"], found["date_start"]) for found in rows)


EVERY = sorted((f"3{n}", day) for day in DAYS for n in (1, 2, 3))


def test_a_short_span_is_asked_for_directly_and_a_long_one_as_a_job(play: Callable[..., World]) -> None:
    play(job_polls=2)
    rows, api = read(AD_DAYS, DAYS[0], DAYS[6])
    assert (len(rows), api.requests) == (21, 1)
    rows, api = read(AD_DAYS)
    assert keys(rows) == EVERY
    assert api.requests == 1 + 3 + 1, "one to start the job, three to look at it, one for the rows"


def test_a_job_that_fails_is_halved_until_it_does_not(play: Callable[..., World]) -> None:
    play(largest_job=20, job_polls=0)
    rows, api = read(AD_DAYS)
    assert keys(rows) == EVERY
    assert api.requests < 40


def test_a_report_without_a_job_is_no_answer_of_metas(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(Answer({"id": "1"})) as script, pytest.raises(StopError, match=r"ad_days.*no job named"):
        for name, value in {"ACCESS_TOKEN": "EAA", "ACCOUNT_ID": "7", "BASE_URL": script.url}.items():
            monkeypatch.setenv(f"SOURCES__META_ADS__{name}", value)
        insights.days(MetaAdsApi(META), AD_DAYS, date(2026, 1, 1), date(2026, 1, 31))


def test_a_single_day_that_keeps_failing_is_given_up_for_now(play: Callable[..., World]) -> None:
    play(largest_answer=2, largest_job=2, job_polls=0)
    with pytest.raises(RetryError, match=r"'Job Failed'.*attempt 3 at a single day"):
        read(AD_DAYS)


def test_too_much_for_an_answer_is_a_job_and_no_error(play: Callable[..., World]) -> None:
    play(largest_answer=5, job_polls=0)
    rows, _ = read(AD_DAYS, DAYS[0], DAYS[2])
    assert len(rows) == 9


def test_long_lists_come_page_by_page_and_archived_objects_with_them(play: Callable[..., World]) -> None:
    play(ads=230)
    pages = MetaAdsApi(META).list_pages(ADS)
    assert [len(page.objects) for page in pages] == [100, 100, 30]
    assert {obj["id"] for page in pages for obj in page.objects} == {f"3{n}" for n in range(1, 231)}


def test_the_apps_secret_is_proved_where_there_is_one(
    play: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    play(app_secret="shh")
    assert follow.probe(META).account_id == "7"
    monkeypatch.delenv("SOURCES__META_ADS__APP_SECRET")
    with pytest.raises(StopError, match="appsecret_proof"):
        follow.probe(META)


def test_an_account_lands_whole_and_what_vanishes_is_buried(play: Callable[..., World], warehouse_url: str) -> None:
    world = play()
    result = sync(CONNECTOR, META, resolve())
    held = {table.table: table.total for table in result.tables}
    assert held == {"accounts": 1, "campaigns": 1, "adsets": 1, "ads": 3, "ad_days": 90, "campaign_days": 30}
    with psycopg.connect(warehouse_url, autocommit=True) as db:
        noted = db.execute("select count(*), min(day)::text, max(day)::text from ingest.days").fetchone()
        assert noted == (31, "2026-01-01", "2026-01-31"), "every day from the account's first to its today"
        shop = world.others["meta_ads"]
        shop.put(insights=[found for found in shop.lists["insights"] if found["ad_id"] != "33"])
        world.clock.advance(86_400)
        sync(CONNECTOR, META, resolve())
        gone = "select count(*), min(data ->> 'date_start') from raw_meta_ads.ad_days where is_deleted"
        assert db.execute(gone).fetchone() == (28, "2026-01-03")
        assert db.execute("select count(*) from raw_meta_ads.ad_days_past").fetchone() == (28,)


def test_a_killed_history_goes_on_where_it_stopped(
    play: Callable[..., World], warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    play()
    asked: list[tuple[date, date]] = []
    whole = insights.days

    def days(api: MetaAdsApi, table: Any, first: date, last: date) -> Any:
        if table is CAMPAIGN_DAYS:
            asked.append((first, last))
            if len(asked) == 2:
                raise RetryError("killed")
        return whole(api, table, first, last)

    monkeypatch.setattr(insights, "days", days)
    with pytest.raises(RetryError, match="killed"):
        sync(CONNECTOR, META, resolve())
    sync(CONNECTOR, META, resolve())
    assert asked[1][1] < asked[0][0], "the history was to be read in more than one span"
    again = {last for _, last in asked[2:]}
    assert asked[1][1] in again
    with psycopg.connect(warehouse_url) as db:
        assert db.execute("select count(*) from raw_meta_ads.ad_days where not is_deleted").fetchone() == (90,)


def listed(monkeypatch: pytest.MonkeyPatch, *answers: Answer) -> tuple[list[str], list[dict[str, list[str]]]]:
    """The ids of the ads that a server of these answers gives, and what it was asked."""
    with scripted(*answers) as script:
        for name, value in {"ACCESS_TOKEN": "EAA", "ACCOUNT_ID": "7", "BASE_URL": script.url}.items():
            monkeypatch.setenv(f"SOURCES__META_ADS__{name}", value)
        pages = MetaAdsApi(META).list_pages(ADS)
    return [ADS.identify(found) or "" for page in pages for found in page.objects], [one.query for one in script.asked]


def test_pages_go_on_where_the_address_says_when_a_list_has_no_cursors(monkeypatch: pytest.MonkeyPatch) -> None:
    following = "https://graph.facebook.com/v25.0/act_7/ads?access_token=EAA&limit=100&offset=100"
    first = Answer({"data": [{"id": 31}], "paging": {"next": following}})
    last = Answer({"data": [{"id": "32"}], "paging": {"cursors": {"before": "a", "after": "b"}}})
    ids, asked = listed(monkeypatch, first, last)
    assert ids == ["31", "32"]
    assert [one.get("offset") for one in asked] == [None, ["100"]]


@pytest.mark.parametrize(
    "paging", [{"next": "https://graph.facebook.com/x?limit=5"}, {"next": "x", "cursors": {"after": "same"}}]
)
def test_a_page_that_does_not_say_where_it_goes_on_is_an_error_and_not_the_end(
    monkeypatch: pytest.MonkeyPatch, paging: dict[str, Any]
) -> None:
    with pytest.raises(StopError, match="more follow, but not where"):
        listed(monkeypatch, Answer({"data": [{"id": "31"}], "paging": paging}))

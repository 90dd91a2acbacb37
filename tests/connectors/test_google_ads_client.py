"""The Google Ads client against answers no world plays: grants refused or ended, settings that mean nothing."""

import pytest

from connectors.connector import Connection
from connectors.errors import ConfigError, RetryError, StopError
from connectors.google_ads.client import GoogleAdsApi
from connectors.google_ads.follow import probe
from connectors.google_ads.tables import AD_DAYS, FIRST_DAY
from tests.connectors.scripted_server import Answer, Script, scripted

SETTINGS = {
    "DEVELOPER_TOKEN": "dev",
    "CLIENT_ID": "client",
    "CLIENT_SECRET": "secret",
    "REFRESH_TOKEN": "refresh",
    "CUSTOMER_ID": "123-456-7890",
    "HISTORY_START": "2025-06-01",
}
GRANT = Answer({"access_token": "fresh"})
ROW = {"customer": {"id": "1"}, "metrics": {"costMicros": "5"}, "segments": {"date": "2026-01-01"}}


QUERY = AD_DAYS.query("2026-01-01", "2026-01-31")


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch):
    def settings(script: Script, **settings: str) -> Connection:
        for name, value in {**SETTINGS, "BASE_URL": script.url, **settings}.items():
            monkeypatch.setenv(f"SOURCES__GOOGLE_ADS__{name}", value)
        return Connection("google_ads")

    return settings


@pytest.fixture
def rows(opened):
    return lambda script, **settings: GoogleAdsApi(opened(script, **settings)).search("ad_days", QUERY).objects


def test_all_chunks_of_a_stream_are_read_with_a_fresh_token(rows) -> None:
    with scripted(GRANT, Answer([{"results": [ROW]}, {"results": [ROW]}, {}])) as script:
        assert rows(script) == [ROW, ROW]
    asked = script.asked[1]
    assert asked.path == "/v26/customers/1234567890/googleAds:searchStream"
    assert asked.headers["Authorization"] == "Bearer fresh"
    assert asked.body["query"].endswith("FROM ad_group_ad WHERE segments.date BETWEEN '2026-01-01' AND '2026-01-31'")


def test_a_token_is_renewed_before_it_ends_and_not_sooner(opened) -> None:
    for seconds, grants in ((3_599, 1), (60, 3)):
        granted = Answer({"access_token": "fresh", "expires_in": seconds})
        answers = [granted, Answer([])] * 3 if grants == 3 else [granted, Answer([])]
        with scripted(*answers) as script:
            api = GoogleAdsApi(opened(script))
            for _ in range(3):
                api.search("ad_days", QUERY)
        assert sum(asked.path == "/token" for asked in script.asked) == grants


def test_a_token_that_ended_before_its_time_is_renewed_once(rows) -> None:
    ended = Answer([{"error": {"code": 401, "status": "UNAUTHENTICATED"}}], 401)
    with scripted(GRANT, ended, GRANT, Answer([{"results": [ROW]}])) as script:
        assert rows(script) == [ROW]
    with scripted(GRANT, ended, GRANT, ended) as script, pytest.raises(ConfigError, match=r"401.*UNAUTHENTICATED"):
        rows(script)
    assert len(script.asked) == 4


@pytest.mark.parametrize("body", [{}, []])
def test_a_grant_without_a_token_is_no_answer_of_googles(rows, body) -> None:
    with scripted(Answer(body)) as script, pytest.raises(StopError, match="SOURCES__GOOGLE_ADS__TOKEN_URL"):
        rows(script)


def test_a_revoked_grant_names_the_cure(rows) -> None:
    with (
        scripted(Answer({"error": "invalid_grant"}, 400)) as script,
        pytest.raises(ConfigError, match=r"invalid_grant.*fresh refresh token into SOURCES__GOOGLE_ADS__REFRESH_TOKEN"),
    ):
        rows(script)


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("CUSTOMER_ID", "mine", "an account id is ten digits"),
        ("LOGIN_CUSTOMER_ID", "boss", "an account id is ten digits"),
        ("HISTORY_START", "last year", "a day is written 2024-01-31"),
    ],
)
def test_a_setting_that_means_nothing_is_refused_by_name(opened, setting: str, value: str, says: str) -> None:
    with scripted(GRANT, Answer([])) as script, pytest.raises(ConfigError, match=f"{setting} is '{value}'; {says}"):
        probe(opened(script, **{setting: value}))


def test_what_opens_is_named_and_an_account_that_shows_nothing_is_refused(opened) -> None:
    customer = {"customer": {"id": "1234567890", "descriptiveName": "Shop"}}
    with scripted(GRANT, Answer([{"results": [customer]}])) as script:
        found = probe(opened(script))
    assert (found.account_id, found.title) == ("1234567890", "Shop")
    with scripted(GRANT, Answer([])) as script, pytest.raises(ConfigError, match="1234567890 shows nothing of itself"):
        probe(opened(script))


def test_another_servers_answer_is_told_from_google(rows) -> None:
    with scripted(GRANT, Answer({"rows": []})) as script, pytest.raises(StopError, match="is the base URL Google Ads'"):
        rows(script)


def test_a_stream_that_breaks_off_is_no_answer(rows) -> None:
    broken = {"error": {"code": 503, "message": "The service is currently unavailable."}}
    with scripted(GRANT, Answer([{"results": [ROW]}, broken])) as script, pytest.raises(RetryError, match="broke off"):
        rows(script)


def test_the_first_day_is_asked_for_with_figures_for_only_then_idle_days_are_left_out() -> None:
    assert FIRST_DAY.startswith("SELECT segments.date, metrics.cost_micros, metrics.impressions, metrics.clicks FROM")

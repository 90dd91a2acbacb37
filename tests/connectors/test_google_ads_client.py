"""The Google Ads client against answers no world plays: grants refused, settings that mean nothing."""

from itertools import pairwise

import pytest

from connectors.connector import Connection
from connectors.errors import ConfigError, StopError
from connectors.google_ads.client import GoogleAdsApi
from connectors.google_ads.tables import TABLES
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


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch):
    def read(script: Script, **settings: str) -> list[dict]:
        for name, value in {**SETTINGS, "BASE_URL": script.url, **settings}.items():
            monkeypatch.setenv(f"SOURCES__GOOGLE_ADS__{name}", value)
        return [row for page in GoogleAdsApi(Connection("google_ads")).pages(TABLES[0]) for row in page.objects]

    return read


def test_history_is_read_by_year_without_a_gap_or_an_overlap(rows) -> None:
    with scripted(GRANT, Answer([{"results": [ROW]}, {"results": [ROW]}, {}]), Answer([])) as script:
        assert rows(script) == [ROW, ROW]
    queries = [asked.body["query"] for asked in script.asked[1:]]
    windows = sorted((q.split("'")[1], q.split("'")[3]) for q in queries)
    assert windows[0][0] == "2025-06-01"
    assert all(start == f"{int(end[:4]) + 1}-01-01" for (_, end), (start, _) in pairwise(windows))
    assert {asked.path for asked in script.asked[1:]} == {"/v26/customers/1234567890/googleAds:searchStream"}
    assert script.asked[1].headers["Authorization"] == "Bearer fresh"


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
def test_a_setting_that_means_nothing_is_refused_by_name(rows, setting: str, value: str, says: str) -> None:
    with scripted(GRANT, Answer([])) as script, pytest.raises(ConfigError, match=f"{setting} is '{value}'; {says}"):
        rows(script, **{setting: value})


def test_another_servers_answer_is_told_from_google(rows) -> None:
    with scripted(GRANT, Answer({"rows": []})) as script, pytest.raises(StopError, match="is the base URL Google Ads'"):
        rows(script)

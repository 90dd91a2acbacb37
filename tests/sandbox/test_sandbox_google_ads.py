import csv
import json
from collections import defaultdict

import pytest
import requests

from connectors.sandbox.gaql import GaqlError, parse
from connectors.sandbox.serving import Playing, serving

RANGE = "WHERE segments.date BETWEEN '2024-01-01' AND '2026-12-31'"


def token(playing: Playing, **other: str) -> requests.Response:
    form = {
        "grant_type": "refresh_token",
        "client_id": playing.env["SOURCES__GOOGLE_ADS__CLIENT_ID"],
        "client_secret": playing.env["SOURCES__GOOGLE_ADS__CLIENT_SECRET"],
        "refresh_token": playing.env["SOURCES__GOOGLE_ADS__REFRESH_TOKEN"],
        **other,
    }
    return requests.post(f"{playing.url}/google_ads/token", data=form, timeout=10)


def ask(playing: Playing, query: str, *, customer: str = "", version: str = "v23", **headers: str) -> requests.Response:
    sent = {
        "Authorization": f"Bearer {token(playing).json()['access_token']}",
        "developer-token": playing.env["SOURCES__GOOGLE_ADS__DEVELOPER_TOKEN"],
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    customer = customer or playing.env["SOURCES__GOOGLE_ADS__CUSTOMER_ID"]
    url = f"{playing.url}/google_ads/{version}/customers/{customer}/googleAds:searchStream"
    return requests.post(url, json={"query": query}, headers=sent, timeout=10)


def rows(playing: Playing, query: str) -> list[dict]:
    answer = ask(playing, query)
    assert answer.status_code == 200, answer.text
    return [row for chunk in answer.json() for row in chunk["results"]]


def error_code(answer: requests.Response) -> dict:
    return answer.json()[0]["error"]["details"][0]["errors"][0]["errorCode"]


def test_spend_by_day_and_campaign_equals_the_truth(playing, generated):
    with (generated / "truth" / "ad_spend.csv").open() as file:
        truth = {
            (r["date"], r["campaign_id"]): (r["cost_micros"], r["clicks"], r["impressions"])
            for r in csv.DictReader(file)
            if r["platform"] == "google_ads"
        }
    metrics = "metrics.cost_micros, metrics.clicks, metrics.impressions"
    found = rows(playing, f"SELECT campaign.id, segments.date, {metrics} FROM campaign {RANGE}")
    read = {
        (r["segments"]["date"], r["campaign"]["id"]): tuple(
            r["metrics"][m] for m in ("costMicros", "clicks", "impressions")
        )
        for r in found
    }
    assert len(found) == len(truth) > 1000
    assert read == truth


def test_ads_sum_to_their_groups_and_campaigns_with_what_no_ad_carries_to_the_account(playing):
    totals = {
        level: sum(
            int(r["metrics"]["costMicros"]) for r in rows(playing, f"SELECT metrics.cost_micros FROM {level} {RANGE}")
        )
        for level in ("customer", "campaign", "ad_group", "ad_group_ad")
    }
    assert totals["customer"] == totals["campaign"] > totals["ad_group"] == totals["ad_group_ad"] > 0


def test_only_selected_fields_and_resource_names_are_answered(playing):
    row = rows(
        playing, f"SELECT ad_group_ad.ad.final_urls, campaign.id, metrics.clicks FROM ad_group_ad {RANGE} LIMIT 1"
    )[0]
    assert set(row) == {"adGroupAd", "campaign", "metrics"}
    assert set(row["campaign"]) == {"id", "resourceName"}
    assert set(row["adGroupAd"]) == {"ad", "resourceName"}
    assert set(row["metrics"]) == {"clicks"}
    assert row["adGroupAd"]["ad"]["finalUrls"][0].startswith("https://www.example.com/")


def test_ad_rows_are_those_of_the_file_within_the_range(playing, generated):
    stored = [json.loads(line) for line in (generated / "google_ads" / "ad_group_ad.jsonl").read_text().splitlines()]
    days = sorted({r["segments"]["date"] for r in stored})[100:103]
    expected = defaultdict(int)
    for row in stored:
        if days[0] <= row["segments"]["date"] <= days[2]:
            expected[row["adGroupAd"]["ad"]["id"], row["segments"]["date"]] += int(row["metrics"]["impressions"])
    within = f"segments.date >= '{days[0]}' AND segments.date <= '{days[2]}'"
    query = f"SELECT ad_group_ad.ad.id, segments.date, metrics.impressions FROM ad_group_ad WHERE {within}"
    read = {
        (r["adGroupAd"]["ad"]["id"], r["segments"]["date"]): int(r["metrics"]["impressions"])
        for r in rows(playing, query)
    }
    assert read == expected


def test_filters_orders_and_limits_are_kept(playing):
    kept = f"{RANGE} AND campaign.name != 'brand_search' ORDER BY metrics.clicks DESC LIMIT 2"
    query = f"SELECT campaign.name, metrics.clicks FROM campaign {kept}"
    found = rows(playing, query)
    assert len(found) == 2
    assert "brand_search" not in [r["campaign"]["name"] for r in found]
    assert int(found[0]["metrics"]["clicks"]) >= int(found[1]["metrics"]["clicks"])


def test_a_range_without_rows_answers_an_empty_array(playing):
    answer = ask(playing, "SELECT campaign.id, metrics.clicks FROM campaign WHERE segments.date = '1999-01-01'")
    assert (answer.status_code, answer.json()) == (200, [])


def test_a_long_answer_comes_in_several_chunks_of_one_request(write_world):
    line = {
        "customer": {"id": "1"},
        "campaign": {"id": "2"},
        "adGroup": {"id": "3"},
        "metrics": {"clicks": "1"},
        "segments": {"date": "2026-01-01"},
    }
    world = write_world(
        {"google_ads/ad_group_ad": [{**line, "adGroupAd": {"ad": {"id": str(n)}}} for n in range(10_001)]}
    )
    with serving(world) as playing:
        chunks = ask(
            playing, "SELECT ad_group_ad.ad.id, metrics.clicks FROM ad_group_ad WHERE segments.date = '2026-01-01'"
        ).json()
    assert [len(chunk["results"]) for chunk in chunks] == [10_000, 1]
    assert len({chunk["requestId"] for chunk in chunks}) == 1
    assert chunks[0]["fieldMask"] == "adGroupAd.ad.id,metrics.clicks"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (f"SELECT campaign.colour FROM campaign {RANGE}", "UNRECOGNIZED_FIELD"),
        (f"SELECT campaign.id FROM campaign {RANGE} AND metrics.colour > 1", "UNRECOGNIZED_FIELD"),
        ("SELECT campaign.id FROM unicorn", "BAD_RESOURCE_TYPE_IN_FROM_CLAUSE"),
        ("SELECT ad_group.id FROM campaign", "PROHIBITED_RESOURCE_TYPE_IN_SELECT_CLAUSE"),
        ("SELECT campaign.id, segments.date FROM campaign", "EXPECTED_FILTERS_ON_DATE_RANGE"),
        (
            "SELECT campaign.id, segments.date FROM campaign WHERE segments.date >= '2026-01-01'",
            "EXPECTED_FILTERS_ON_DATE_RANGE",
        ),
        ("SELECT campaign.id WHERE campaign.id = 1", "EXPECTED_FROM"),
        ("SELECT campaign.id FROM campaign WHERE campaign.name LIKE 'a%'", "BAD_OPERATOR"),
        ("DROP TABLE campaign", "EXPECTED_SELECT"),
    ],
)
def test_a_query_google_refuses_is_refused_in_its_shape(playing, query, code):
    answer = ask(playing, query)
    assert (answer.status_code, answer.json()[0]["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert error_code(answer) == {"queryError": code}
    assert "v23.errors.GoogleAdsFailure" in answer.json()[0]["error"]["details"][0]["@type"]


def test_the_token_needs_the_right_refresh_token(playing):
    right = token(playing).json()
    assert (right["token_type"], right["expires_in"]) == ("Bearer", 3599)
    wrong = token(playing, refresh_token="1//stolen")
    assert wrong.status_code == 400
    assert wrong.json() == {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}


def test_wrong_credentials_are_refused_one_by_one(playing):
    query = "SELECT campaign.id FROM campaign"
    assert ask(playing, query, Authorization="Bearer ya29.other").json()[0]["error"]["status"] == "UNAUTHENTICATED"
    assert ask(playing, query, developer_token="other").status_code == 403
    stranger = ask(playing, query, customer="999")
    assert (stranger.status_code, error_code(stranger)) == (403, {"authorizationError": "USER_PERMISSION_DENIED"})
    assert error_code(ask(playing, query, version="v22")) == {"requestError": "UNSUPPORTED_VERSION"}
    assert ask(playing, query, version="v25", login_customer_id="1").status_code == 200


def test_values_in_quotes_are_never_read_as_words():
    query = parse(
        "select campaign.id from campaign where campaign.name in (\"AND\", 'LIMIT 3') order by campaign.id limit 5"
    )
    assert query.conditions[0].values == ("AND", "LIMIT 3")
    assert query.limit == 5


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SELECT",
        "SELECT a FROM b WHERE",
        "SELECT a FROM b WHERE c IN (",
        "SELECT a FROM b LIMIT 0",
        "SELECT a FROM b ~",
    ],
)
def test_broken_queries_raise_and_never_hang(text):
    with pytest.raises(GaqlError):
        parse(text)


def test_what_a_campaign_spends_beyond_its_ads_is_seen_from_its_level_up(write_world):
    def line(cost: str, ad: str | None, campaign: str = "2") -> dict:
        of_ad = {"adGroup": {"id": "3"}, "adGroupAd": {"ad": {"id": ad}}} if ad else {}
        named = {"customer": {"id": "1"}, "campaign": {"id": campaign, "name": f"c{campaign}"}, **of_ad}
        return {**named, "metrics": {"costMicros": cost}, "segments": {"date": "2026-01-01"}}

    world = write_world(
        {
            "google_ads/ad_group_ad": [line("5", "4"), line("6", "5")],
            "google_ads/campaign": [line("11", None), line("9", None, "8")],
        }
    )
    with serving(world) as playing:
        spent = {
            level: [int(r["metrics"]["costMicros"]) for r in rows(playing, f"SELECT metrics.cost_micros FROM {level}")]
            for level in ("customer", "campaign", "ad_group", "ad_group_ad")
        }
        named = rows(playing, "SELECT campaign.id, campaign.name FROM campaign ORDER BY campaign.id")
    assert spent == {"customer": [20], "campaign": [11, 9], "ad_group": [11], "ad_group_ad": [5, 6]}
    assert [r["campaign"]["name"] for r in named] == ["c2", "c8"]


def test_url_options_are_played_at_every_level_and_absent_where_unset(playing):
    options = ", ".join(
        f"{part}.{option}"
        for part in ("customer", "campaign", "ad_group", "ad_group_ad.ad")
        for option in ("tracking_url_template", "final_url_suffix")
    )
    found = rows(playing, f"SELECT {options}, ad_group_ad.ad.url_custom_parameters FROM ad_group_ad")
    assert len(found) == 20
    parts = [[r.get("customer", {}), r["campaign"], r["adGroup"], r["adGroupAd"].get("ad", {})] for r in found]
    assert all(any({"finalUrlSuffix", "trackingUrlTemplate"} & part.keys() for part in levels) for levels in parts)
    assert not any("trackingUrlTemplate" in part and not part["trackingUrlTemplate"] for p in parts for part in p)

import json
from collections import defaultdict
from decimal import Decimal

import pytest
import requests

from connectors.sandbox.clock import Clock
from connectors.sandbox.jsonl import WorldError
from connectors.sandbox.meta_ads_world import MetaAdsWorld
from connectors.sandbox.restated import Restated
from connectors.sandbox.serving import Playing, serving
from connectors.sandbox.world import load

ACCOUNT = {
    "id": "act_7", "account_id": "7", "name": "Shop", "currency": "USD", "timezone_name": "America/Los_Angeles",
    "created_time": "2026-01-01T00:00:00-0800",
}  # fmt: skip
SPAN = {"time_range": json.dumps({"since": "2026-01-01", "until": "2026-01-31"}), "time_increment": "1"}
METRICS = "spend,impressions,clicks"


def row(ad: str | None, day: str, spend: str, campaign: str = "1") -> dict:
    of_ad = {"adset_id": "2", "ad_id": ad} if ad else {}
    return {
        "account_id": "7", "campaign_id": campaign, **of_ad, "date_start": day, "date_stop": day,
        "spend": spend, "impressions": "10", "clicks": "1",
    }  # fmt: skip


@pytest.fixture
def shop(write_world):
    """Play an account with three ads, one of them deleted, and a campaign that spent more than they did."""

    def write(toml: str = ""):
        ads = [
            {"id": str(n), "account_id": "7", "campaign_id": "1", "adset_id": "2", "name": f"Ad {n}",
             "effective_status": "DELETED" if n == 33 else "ACTIVE",
             "creative": {"id": "9", "url_tags": "utm_source=fb", "object_story_spec": {"link_data": {"link": "x"}}}}
            for n in (31, 32, 33)
        ]  # fmt: skip
        files = {
            "meta_ads/accounts": [ACCOUNT],
            "meta_ads/ads": ads,
            "meta_ads/insights": [row(ad["id"], f"2026-01-0{d}", f"{d}.25") for ad in ads for d in (1, 2)],
            "meta_ads/campaign_insights": [row(None, f"2026-01-0{d}", "9.99") for d in (1, 2)],
        }
        return write_world(files, toml)

    return write


def ask(playing: Playing, path: str, method: str = "GET", **parameters: str) -> requests.Response:
    token = playing.env["SOURCES__META_ADS__ACCESS_TOKEN"]
    sent = {"access_token": token, **parameters}
    where = {"params" if method == "GET" else "data": sent}
    return requests.request(method, f"{playing.url}/meta_ads/v25.0/{path}", timeout=10, **where)


def total(answer: requests.Response) -> Decimal:
    assert answer.status_code == 200, answer.text
    return sum((Decimal(found["spend"]) for found in answer.json()["data"]), Decimal())


def code(answer: requests.Response) -> tuple:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("error_subcode")


EVERY_AD = json.dumps([{"field": "ad.effective_status", "operator": "IN", "value": ["ACTIVE", "DELETED"]}])


def test_deleted_ads_hide_until_a_filter_names_their_state(shop):
    with serving(shop()) as playing:
        assert [ad["id"] for ad in ask(playing, "act_7/ads", fields="name").json()["data"]] == ["31", "32"]
        assert len(ask(playing, "act_7/ads", filtering=EVERY_AD).json()["data"]) == 3
        by_ad = {"level": "ad", "fields": METRICS, **SPAN}
        assert total(ask(playing, "act_7/insights", **by_ad)) == Decimal("7.00")
        assert total(ask(playing, "act_7/insights", **by_ad, filtering=EVERY_AD)) == Decimal("10.50")


def test_campaigns_and_the_account_hold_what_no_ad_shows(shop):
    with serving(shop()) as playing:
        for level in ("campaign", "account"):
            found = ask(playing, "act_7/insights", level=level, fields=METRICS, **SPAN)
            assert total(found) == Decimal("19.98")
            assert [r["date_start"] for r in found.json()["data"]] == ["2026-01-01", "2026-01-02"]


def test_a_generated_account_sums_alike_on_every_level(playing, generated):
    account = playing.env["SOURCES__META_ADS__ACCOUNT_ID"]
    stored: dict[str, Decimal] = defaultdict(Decimal)
    for line in (generated / "meta_ads" / "campaign_insights.jsonl").read_text().splitlines():
        found = json.loads(line)
        stored[found["date_start"]] += Decimal(found["spend"])
    span = json.dumps({"since": min(stored), "until": max(stored)})
    for level in ("ad", "adset", "campaign", "account"):
        sent = {"level": level, "fields": METRICS, "time_range": span, "limit": "5000"}
        found = ask(playing, f"act_{account}/insights", **sent)
        assert total(found) == sum(stored.values()) > 0, level


def test_only_the_fields_asked_for_are_answered_and_others_refused(shop):
    with serving(shop()) as playing:
        found = ask(playing, "act_7/ads", fields="name,creative{url_tags}", limit="1").json()["data"][0]
        assert found == {"id": "31", "name": "Ad 31", "creative": {"id": "9", "url_tags": "utm_source=fb"}}
        assert code(ask(playing, "act_7/ads", fields="colour")) == (400, 100, None)
        assert code(ask(playing, "act_7/insights", fields="ad_id", level="campaign", **SPAN)) == (400, 100, None)


def test_pages_follow_the_cursor_until_there_is_no_next(shop):
    with serving(shop()) as playing:
        first = ask(playing, "act_7/ads", limit="1").json()
        assert "next" in first["paging"]
        rest = ask(playing, "act_7/ads", limit="1", after=first["paging"]["cursors"]["after"]).json()
        assert ([ad["id"] for ad in rest["data"]], "next" in rest["paging"]) == (["32"], False)
        assert code(ask(playing, "act_7/ads", after="nonsense")) == (400, 100, None)


def test_a_job_runs_for_a_while_and_then_has_the_rows(shop):
    with serving(shop("[meta_ads]\njob_polls = 2\n")) as playing:
        job = ask(playing, "act_7/insights", "POST", level="ad", fields=METRICS, **SPAN).json()["report_run_id"]
        states = [ask(playing, job).json()["async_status"] for _ in range(3)]
        assert states == ["Job Running", "Job Running", "Job Completed"]
        assert total(ask(playing, f"{job}/insights")) == Decimal("7.00")


def test_walls_are_answered_as_meta_answers_them(shop):
    with serving(shop("[meta_ads]\nlargest_answer = 1\nlargest_job = 1\njob_polls = 0\n")) as playing:
        assert code(ask(playing, "act_7/insights", level="ad", fields=METRICS, **SPAN)) == (500, 1, 99)
        job = ask(playing, "act_7/insights", "POST", level="ad", fields=METRICS, **SPAN).json()["report_run_id"]
        assert ask(playing, job).json()["async_status"] == "Job Failed"
        old = json.dumps({"since": "2019-01-01", "until": "2019-01-02"})
        assert code(ask(playing, "act_7/insights", time_range=old)) == (400, 3018, None)
        assert code(ask(playing, "act_8")) == (400, 100, 33)
        assert code(ask(playing, "act_7", access_token="other")) == (400, 190, 463)


def test_a_rate_limit_comes_as_400_with_the_time_to_wait(shop):
    with serving(shop("[meta_ads]\nrequests_per_second = 1.0\n")) as playing:
        answers = [ask(playing, "act_7") for _ in range(3)]
    limited = next(answer for answer in answers if answer.status_code != 200)
    assert code(limited)[:2] == (400, 80_004)
    assert "estimated_time_to_regain_access" in limited.headers["x-business-use-case-usage"]


def test_an_account_that_is_not_there_is_not_switched_on(write_world):
    with serving(write_world({"hubspot/contacts": []})) as playing:
        assert not any("META_ADS" in name or "GOOGLE_ADS" in name for name in playing.env)


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ({"spend": 1.5}, "`spend` is 1.5"),
        ({"date_start": "soon"}, "`date_start` is 'soon'"),
        ({"ad_id": None}, "`ad_id`"),
    ],
)
def test_a_row_that_no_answer_could_show_is_refused_by_line(write_world, broken, says):
    world = write_world(
        {"meta_ads/accounts": [ACCOUNT], "meta_ads/insights": [{**row("31", "2026-01-01", "1"), **broken}]}
    )
    with pytest.raises(WorldError, match=f"insights.jsonl, line 1: {says}"):
        load(world)


def test_young_days_grow_hold_ghosts_and_settle_in_the_accounts_zone():
    rows = [row(str(n), "2026-01-10", "100.00") for n in range(10, 50)]
    world = MetaAdsWorld(Restated(28), accounts=[ACCOUNT], insights=rows)
    clock = Clock()
    midnight = 1_768_032_000  # 2026-01-10 00:00 in Los Angeles
    sums, counts = [], []
    for age in (-0.01, 0, 1, 3, 5, 20, 28):
        clock.stop(at=midnight + age * 86_400)
        shown = list(world.rows(ACCOUNT, "2026-01-01", "2026-01-31", clock.now()))
        sums.append(sum(Decimal(found["spend"]) for found in shown if len(found["ad_id"]) < 3))
        counts.append(len(shown))
    assert sums[0] == 0 < sums[1] < sums[2] < sums[3] < sums[5] <= sums[6] == 4_000
    assert counts[1] == counts[4] == counts[6] == 40 < counts[2] == counts[3], "ghosts stand from a day to four"

"""The ladder: which days are due, and restated days of every ad vendor landing as they are shown in the end."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from connectors.connector import Connection
from connectors.errors import StopError
from connectors.registry import connector, sync
from connectors.sandbox.google_ads_world import GoogleAdsWorld
from connectors.sandbox.linkedin_ads_world import LinkedInAdsWorld, day_of
from connectors.sandbox.meta_ads_world import MetaAdsWorld
from connectors.sandbox.restated import Restated
from connectors.sandbox.serving import serving
from connectors.sandbox.world import World
from connectors.sync import ladder
from connectors.sync.ladder import Calendar, Spans
from connectors.warehouse import resolve

ZONE = ZoneInfo("America/Los_Angeles")
NOON = datetime(2026, 3, 31, 12, tzinfo=ZONE)
TODAY = NOON.date()


def aged(*ages: int) -> list[date]:
    return [TODAY - timedelta(days=age) for age in ages]


def due(**read_before: float) -> list[int]:
    """The ages due out of the last 40 days, all read `h` hours ago but those given as a<age>=<hours>."""
    hours = {age: read_before.get(f"a{age}", 1.0) for age in range(40)}
    read = {day: NOON - timedelta(hours=hours[age]) for age, day in enumerate(aged(*range(40)))}
    found = Calendar(aged(39)[0], NOON, ZONE).due(read)
    return [(TODAY - day).days for day in found]


def test_today_and_yesterday_are_due_at_every_run_and_nothing_else_an_hour_later() -> None:
    assert due() == [0, 1]


def test_a_week_is_due_every_six_hours_and_four_weeks_daily() -> None:
    assert due(a2=6, a7=6, a8=6) == [0, 1, 2, 7]
    assert due(a7=5, a8=24, a28=24, a30=23) == [0, 1, 8, 28]


def test_a_run_a_little_early_does_not_skip_a_rung() -> None:
    assert due(a5=5.8, a6=5.7) == [0, 1, 5]


def test_a_settled_day_is_read_once_more_and_then_never() -> None:
    hours = 24.0
    assert 39 not in due(a39=hours * 10)  # read at 29 days: its last word
    assert 39 in due(a39=hours * 11)  # read at 28 days, when it could still move


def test_the_day_is_the_accounts_own() -> None:
    late = datetime(2026, 4, 1, 3, tzinfo=UTC)  # still 31 March in Los Angeles
    assert Calendar(date(2026, 3, 31), late, ZONE).due({}) == [date(2026, 3, 31)]
    assert Calendar(date(2026, 3, 31), late, ZoneInfo("UTC")).due({}) == [date(2026, 4, 1), date(2026, 3, 31)]
    assert Calendar(date(2026, 4, 1), late, ZONE).due({}) == []


def test_an_unknown_zone_is_named() -> None:
    with pytest.raises(StopError, match="'Mars/Olympus' is not known"):
        ladder.zone("Mars/Olympus", "meta_ads")


def test_spans_are_unbroken_newest_first_and_as_long_as_their_rows_allow() -> None:
    spans, found = Spans(aged(0, 1, 5, *range(30, 400))), []
    for first, last in spans:
        found.append(((TODAY - last).days, (TODAY - first).days))
        spans.rows = 30_000 if len(found) == 3 else 0
    assert found[:4] == [(0, 1), (5, 5), (30, 141), (142, 215)]
    covered = [age for newest, oldest in found for age in range(newest, oldest + 1)]
    assert covered == [0, 1, 5, *range(30, 400)]


# --- Every ad vendor, restated while the world's clock runs -------------------------------------------------------

DAYS = [date(2026, 2, 1) + timedelta(days=n) for n in range(60)]


def google_world() -> GoogleAdsWorld:
    def row(campaign: int, ad: int | None, day: date, cost: int) -> dict[str, Any]:
        of_ad = {"adGroup": {"id": f"2{campaign}"}, "adGroupAd": {"ad": {"id": f"3{campaign}{ad}"}}} if ad else {}
        return {
            "customer": {"id": "1", "currencyCode": "USD", "timeZone": ZONE.key},
            "campaign": {"id": f"1{campaign}"},
            **of_ad,
            "metrics": {"costMicros": str(cost), "impressions": str(cost // 100), "clicks": str(cost // 900)},
            "segments": {"date": day.isoformat()},
        }

    ads = [row(c, a, day, 7_001 * c * a + day.day) for day in DAYS for c in (1, 2) for a in (1, 2, 3)]
    whole = [row(3, None, day, 50_000) for day in DAYS]
    return GoogleAdsWorld(ads, whole, restated=Restated(28))


def meta_world() -> MetaAdsWorld:
    account = {
        "id": "act_1", "account_id": "1", "name": "Shop", "currency": "USD", "timezone_name": ZONE.key,
        "created_time": "2026-02-01T00:00:00-0800",
    }  # fmt: skip

    def row(campaign: int, ad: int, day: date, cents: int) -> dict[str, Any]:
        of_ad = {"adset_id": f"2{campaign}", "ad_id": f"3{campaign}{ad}"} if ad else {}
        figures = {"spend": f"{cents / 100:.2f}", "impressions": str(cents * 7), "clicks": str(cents // 9)}
        span = {"date_start": day.isoformat(), "date_stop": day.isoformat()}
        return {"account_id": "1", "account_currency": "USD", "campaign_id": f"1{campaign}", **of_ad, **span, **figures}

    ads = [row(c, a, day, 701 * c * a + day.day) for day in DAYS for c in (1, 2) for a in (1, 2, 3)]
    whole = [row(c, 0, day, 701 * c * 6 + 3 * day.day + 25 * c) for day in DAYS for c in (1, 2)]
    return MetaAdsWorld(Restated(28), accounts=[account], insights=ads, campaign_insights=whole)


def linkedin_world() -> LinkedInAdsWorld:
    account = {
        "id": 5, "name": "Shop", "currency": "EUR",
        "changeAuditStamps": {"created": {"time": int(datetime(2026, 2, 1, tzinfo=UTC).timestamp() * 1_000)}},
    }  # fmt: skip

    def row(campaign: int, ad: int, day: date, cents: int) -> dict[str, Any]:
        on = {"year": day.year, "month": day.month, "day": day.day}
        things = [
            f"urn:li:sponsoredCampaign:1{campaign}",
            *([f"urn:li:sponsoredCreative:3{campaign}{ad}"] if ad else []),
        ]
        figures = {"costInLocalCurrency": f"{cents / 100:.2f}", "impressions": cents * 7, "clicks": cents // 9}
        return {"pivotValues": things, "dateRange": {"start": on, "end": on}, **figures}

    ads = [row(c, a, day, 701 * c * a + day.day) for day in DAYS for c in (1, 2) for a in (1, 2, 3)]
    whole = [row(c, 0, day, 701 * c * 6 + 3 * day.day + 25 * c) for day in DAYS for c in (1, 2)]
    lists = {"accounts": [account], "campaign_groups": [], "campaigns": [], "creatives": []}
    return LinkedInAdsWorld({**lists, "ad_days": ads, "campaign_days": whole}, Restated(28))


@dataclass(frozen=True)
class Vendor:
    name: str
    world: Callable[[], Any]
    ad_rows: Callable[[Any, float], dict[str, tuple[str, ...]]]
    figures: str


def google_rows(world: GoogleAdsWorld, now: float) -> dict[str, tuple[str, ...]]:
    return {
        f"1/{r['campaign']['id']}/{r['adGroup']['id']}/{r['adGroupAd']['ad']['id']}/{r['segments']['date']}": tuple(
            r["metrics"][m] for m in ("costMicros", "impressions", "clicks")
        )
        for r in world.rows("2026-01-01", "2026-12-31", now)
        if "adGroupAd" in r
    }


def meta_rows(world: MetaAdsWorld, now: float) -> dict[str, tuple[str, ...]]:
    return {
        f"1/{r['campaign_id']}/{r['adset_id']}/{r['ad_id']}/{r['date_start']}": tuple(
            r[m] for m in ("spend", "impressions", "clicks")
        )
        for r in world.rows(world.lists["accounts"][0], "2026-01-01", "2026-12-31", now)
        if "ad_id" in r
    }


def linkedin_rows(world: LinkedInAdsWorld, now: float) -> dict[str, tuple[str, ...]]:
    return {
        f"{'/'.join(urn.rsplit(':', 1)[-1] for urn in r['pivotValues'])}/{day_of(r)}": tuple(
            str(r[m]) for m in ("costInLocalCurrency", "impressions", "clicks")
        )
        for r in world.rows("ad_days", date(2026, 1, 1), date(2026, 12, 31), now)
    }


GOOGLE = Vendor(
    "google_ads", google_world, google_rows, "data #>> '{metrics,costMicros}', data #>> '{metrics,impressions}', "
    "data #>> '{metrics,clicks}'",
)  # fmt: skip
META = Vendor("meta_ads", meta_world, meta_rows, "data ->> 'spend', data ->> 'impressions', data ->> 'clicks'")

LINKEDIN = Vendor(
    "linkedin_ads", linkedin_world, linkedin_rows,
    "data ->> 'costInLocalCurrency', data ->> 'impressions', data ->> 'clicks'",
)  # fmt: skip


@pytest.fixture
def run_of_days(warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    def run(vendor: Vendor, steps: int, days_a_step: int) -> tuple[dict, dict, int, int]:
        """Sync at each step; what is held and shown in the end, rows logged, and rows that were to be logged."""
        world = World(others={vendor.name: vendor.world()})
        start = datetime(2026, 2, 3, 23, 30, tzinfo=ZONE).timestamp()
        world.clock.stop(at=start)
        told: dict[str, tuple[str, ...] | None] = {}
        changes = 0
        with serving(world) as playing:
            for name, value in playing.env.items():
                monkeypatch.setenv(name, value)
            for step in range(steps):
                world.clock.set(start + step * days_a_step * 86_400)
                sync(connector(vendor.name), Connection(vendor.name), resolve(), tables=["ad_days", "campaign_days"])
                shown = vendor.ad_rows(world.others[vendor.name], world.clock.now())
                for key in told.keys() | shown.keys():
                    if key in told and told[key] != shown.get(key):
                        changes += 1
                    told[key] = shown.get(key)
        with psycopg.connect(warehouse_url) as db:
            schema = f"raw_{vendor.name}"
            held = {
                key: tuple(figures)
                for key, *figures in db.execute(
                    f"select id, {vendor.figures} from {schema}.ad_days where not is_deleted"
                ).fetchall()
            }
            logged = db.execute(f"select count(*) from {schema}.ad_days_past").fetchone()[0]
        return held, shown, logged, changes

    yield run


def test_28_days_of_restated_google_spend_leave_no_stale_and_no_ghost_row(run_of_days: Callable[..., Any]) -> None:
    held, shown, logged, changes = run_of_days(GOOGLE, steps=16, days_a_step=2)
    assert held == shown
    assert len(held) > 150
    assert logged == changes > 300, "one row of the log per reading that changed a figure"


def test_restated_meta_spend_leaves_no_stale_and_no_ghost_row(run_of_days: Callable[..., Any]) -> None:
    held, shown, logged, changes = run_of_days(META, steps=5, days_a_step=1)
    assert held == shown
    assert logged == changes > 50


def test_28_days_of_restated_linkedin_spend_leave_no_stale_and_no_ghost_row(run_of_days: Callable[..., Any]) -> None:
    held, shown, logged, changes = run_of_days(LINKEDIN, steps=8, days_a_step=4)
    assert held == shown
    assert len(held) > 150
    assert logged == changes > 100, "one row of the log per reading that changed a figure"

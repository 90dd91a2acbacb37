"""Secrets that are about to end: what vendors tell, what a setting says, the check that warns and what ends it."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from dagster import AssetCheckResult, AssetCheckSeverity

from connectors.connector import Connection, Connector, Credential, Page, SecretEnd, Table
from connectors.errors import ConfigError, StopError
from connectors.google_ads.follow import secret_end as of_google
from connectors.linkedin_ads.client import token_end as of_linkedin
from connectors.meta_ads.follow import secret_end as of_meta
from connectors.registry import CONNECTORS, SyncResult, sync
from connectors.sandbox.google_ads_settings import GoogleAdsSettings
from connectors.sandbox.google_ads_world import GoogleAdsWorld
from connectors.sandbox.linkedin_ads_settings import LinkedInAdsSettings
from connectors.sandbox.linkedin_ads_world import NAMES, LinkedInAdsWorld
from connectors.sandbox.meta_ads_settings import MetaAdsSettings
from connectors.sandbox.meta_ads_world import MetaAdsWorld
from connectors.sandbox.serving import serving
from connectors.sandbox.settings import Settings
from connectors.sandbox.world import World
from connectors.sync import secret_ends
from connectors.warehouse import resolve
from orchestration import connections
from orchestration.assets import secret_lasts

DAY = 86_400
NOW = int(time.time())
THINGS = Table("things", "One row per thing.", lambda obj: obj["id"], lambda _: None)


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, Any, Any], None]]:
    """Play one vendor's world; the environment leads there."""
    with ExitStack() as stack:

        def start(vendor: str, world: Any, settings: Any) -> None:
            played = World(settings=Settings(others={vendor: settings}), others={vendor: world})
            for name, value in stack.enter_context(serving(played)).env.items():
                monkeypatch.setenv(name, value)

        yield start


def test_meta_tells_the_nearer_end_of_token_and_data_access(play: Callable[..., None]) -> None:
    ends = MetaAdsSettings(token_expires_at=NOW + 50 * DAY, data_access_expires_at=NOW + 9 * DAY)
    account = {"id": "act_7", "account_id": "7"}
    world = MetaAdsWorld(accounts=[account], campaigns=[], adsets=[], ads=[], insights=[], campaign_insights=[])
    play("meta_ads", world, ends)
    end = of_meta(Connection("meta_ads"))
    assert end == SecretEnd("access_token", datetime.fromtimestamp(NOW + 9 * DAY, UTC))
    play("meta_ads", world, MetaAdsSettings())
    assert of_meta(Connection("meta_ads")) is None  # a system user's token does not end


def test_google_tells_the_end_of_a_refresh_token_of_an_app_in_testing(
    play: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = GoogleAdsWorld(customer_id="1234567890")
    play("google_ads", world, GoogleAdsSettings(refresh_token_expires_in=6 * DAY))
    for name in ("client_id", "client_secret", "refresh_token"):
        monkeypatch.setenv(f"SOURCES__GOOGLE_ADS__{name.upper()}", getattr(GoogleAdsSettings(), name))
    monkeypatch.setenv("SOURCES__GOOGLE_ADS__CUSTOMER_ID", "1234567890")
    end = of_google(Connection("google_ads"))
    assert end
    assert end.setting == "refresh_token"
    assert abs(end.at - datetime.now(UTC) - timedelta(days=6)) < timedelta(hours=1)
    play("google_ads", world, GoogleAdsSettings())
    assert of_google(Connection("google_ads")) is None


def test_linkedin_tells_the_app_that_made_the_token(play: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    lists: dict[str, list[dict[str, Any]]] = {name: [] for name in NAMES} | {"accounts": [{"id": 5}]}
    play("linkedin_ads", LinkedInAdsWorld(lists), LinkedInAdsSettings(token_expires_at=NOW + 3 * DAY))
    linkedin = Connection("linkedin_ads")
    assert of_linkedin(linkedin) is None
    monkeypatch.setenv("SOURCES__LINKEDIN_ADS__CLIENT_ID", "sandbox-client")
    monkeypatch.setenv("SOURCES__LINKEDIN_ADS__CLIENT_SECRET", "sandbox-client-secret")
    assert of_linkedin(linkedin) == SecretEnd("access_token", datetime.fromtimestamp(NOW + 3 * DAY, UTC))
    monkeypatch.setenv("SOURCES__LINKEDIN_ADS__CLIENT_SECRET", "another's")
    with pytest.raises(ConfigError, match="Check SOURCES__LINKEDIN_ADS__CLIENT_ID"):
        of_linkedin(linkedin)


class Vendor:
    """Tells when its key ends, or refuses to; counts how often it was asked."""

    def __init__(self) -> None:
        self.end: SecretEnd | None = None
        self.refusal = ""
        self.asked = 0

    def __call__(self, _: Connection) -> SecretEnd | None:
        self.asked += 1
        if self.refusal:
            raise StopError(self.refusal)
        return self.end


@pytest.fixture
def vendor() -> Vendor:
    return Vendor()


@pytest.fixture
def toy(vendor: Vendor, warehouse_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Connector:
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path))
    monkeypatch.setenv("SOURCES__TOY__KEY", "key-1")
    return Connector(
        name="toy",
        title="Toy",
        tables=(THINGS,),
        credentials=(Credential("key", "The key."),),
        cadence=timedelta(minutes=1),
        read=lambda *_: iter([Page([{"id": "1"}], datetime.now(UTC))]),
        secret_end=vendor,
    )


def synced(toy: Connector) -> SyncResult:
    return sync(toy, Connection("toy"), resolve())


def checked(toy: Connector, *results: SyncResult) -> AssetCheckResult:
    [spec] = secret_lasts.specs(toy)
    [found] = secret_lasts.results(toy, {spec.key}, results)
    return found


def test_a_secret_near_its_end_warns_with_the_cure_and_a_new_one_ends_that(
    toy: Connector, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor.end = SecretEnd("key", datetime.now(UTC) + timedelta(days=9, hours=1))
    found = checked(toy, synced(toy))
    assert (found.passed, found.severity) == (False, AssetCheckSeverity.WARN)
    assert f"toy: its key ends on {vendor.end.at:%Y-%m-%d} (in 9 days): run `leadline connect toy`" in str(
        found.description
    )
    with psycopg.connect(resolve().url) as db:
        assert secret_ends.held(db) == {"toy": vendor.end}
    monkeypatch.setattr(connections, "holds_ours", lambda _: True)
    monkeypatch.setattr(connections, "connections", lambda: [])
    assert "toy: its key ends on" in connections.listing(is_offline=True, seconds=0).text

    monkeypatch.setenv("SOURCES__TOY__KEY", "key-2")
    vendor.end = SecretEnd("key", datetime.now(UTC) + timedelta(days=60))
    found = checked(toy, synced(toy))
    assert found.passed
    assert "run `" not in str(found.description)


def test_the_vendor_is_asked_once_a_day_and_again_about_a_new_secret(
    toy: Connector, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor.end = SecretEnd("key", datetime.now(UTC) + timedelta(days=9))
    assert [synced(toy).secret_end for _ in range(3)] == [vendor.end] * 3
    assert vendor.asked == 1
    with psycopg.connect(resolve().url) as db:
        db.execute("update ingest.secrets set asked_at = now() - interval '1 day'")
    synced(toy)
    assert vendor.asked == 2
    monkeypatch.setenv("SOURCES__TOY__KEY", "key-2")
    vendor.end = None
    assert synced(toy).secret_end is None
    assert vendor.asked == 3
    with psycopg.connect(resolve().url) as db:
        assert secret_ends.held(db) == {}


def test_a_vendor_that_does_not_say_fails_no_sync(toy: Connector, vendor: Vendor) -> None:
    vendor.refusal = "Not told."
    result = synced(toy)
    assert result.notes == ("when the secret ends could not be asked: Not told.",)
    assert checked(toy, result).passed


def test_the_setting_warns_where_no_vendor_tells(toy: Connector, monkeypatch: pytest.MonkeyPatch) -> None:
    silent = replace(toy, secret_end=None)
    assert "nothing says when its secret ends" in str(checked(silent, synced(silent)).description)
    monkeypatch.setenv("SOURCES__TOY__SECRET_EXPIRES_ON", "2026-01-31")
    found = checked(silent, synced(silent))
    assert not found.passed
    assert "ends on 2026-01-31 (it is over): run `leadline connect toy` and put the new" in str(found.description)
    monkeypatch.setenv("SOURCES__TOY__SECRET_EXPIRES_ON", "soon")
    with pytest.raises(ConfigError, match="SOURCES__TOY__SECRET_EXPIRES_ON is 'soon'"):
        synced(silent)


def test_every_vendor_with_secrets_has_the_check_once() -> None:
    checked = {connector.name for connector in CONNECTORS if secret_lasts.specs(connector)}
    assert checked >= {"stripe", "hubspot", "google_ads", "meta_ads", "linkedin_ads", "activecampaign", "kit"}

"""When a raw table is late: by its connector's cadence, and only while an account of it is connected."""

from datetime import timedelta

import pytest

from connectors.registry import CONNECTORS, connector
from orchestration.assets import freshness
from orchestration.assets.translators import raw_spec

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("name", "late", "overdue"),
    [
        ("stripe", 26 * HOUR, 30 * HOUR),  # synced when it has news, and swept every night
        ("hubspot", HOUR, 2 * HOUR),
        ("kit", 4 * HOUR, 8 * HOUR),
        ("google_ads", 4 * HOUR, 8 * HOUR),
    ],
)
def test_tables_are_late_and_overdue_by_the_cadence_of_their_connector(
    name: str, late: timedelta, overdue: timedelta
) -> None:
    assert freshness.windows(connector(name)) == (late, overdue)


def test_every_connector_is_late_before_it_is_overdue() -> None:
    for each in CONNECTORS:
        late, overdue = freshness.windows(each)
        assert each.cadence < late < overdue, each.name


def test_only_connected_vendors_tables_can_be_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTIONS", "")
    monkeypatch.setenv("SOURCES__KIT__API_KEY", "k")
    monkeypatch.setenv("SOURCES__ACTIVECAMPAIGN__API_URL", "half configured")
    kit, active, stripe = (connector(name) for name in ("kit", "activecampaign", "stripe"))
    monkeypatch.delenv("SOURCES__STRIPE__API_KEY", raising=False)
    policy = raw_spec(kit, kit.tables[0]).freshness_policy
    assert policy == freshness.policy(kit) is not None
    assert raw_spec(stripe, stripe.tables[0]).freshness_policy is None
    assert raw_spec(active, active.tables[0]).freshness_policy is None

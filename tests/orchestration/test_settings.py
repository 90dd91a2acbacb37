"""What an account setting may be, and what is said when it is something else."""

import re
from pathlib import Path

import pytest

from connectors.registry import ConfigError
from orchestration.settings import SETTINGS, AccountSettings

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in SETTINGS:
        monkeypatch.delenv(setting.name, raising=False)


def test_unset_settings_have_defaults_that_are_themselves_accepted() -> None:
    values = AccountSettings.from_environment().dbt_environment()
    assert values["REPORT_TIMEZONE"] == "UTC" and values["ATTRIBUTION_WINDOW_DAYS"] == "90"
    assert all(setting.accepts(setting.default) for setting in SETTINGS if setting.default)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REPORT_TIMEZONE", "Mars/Olympus"),
        ("REPORT_CURRENCY", "dollars"),
        ("MRR_BASIS", "day31"),
        ("ORDERS_EXCLUDE", "failed,lost"),
        ("MATCH_EMAIL_ALIASES", "yes"),
        ("ATTRIBUTION_MODEL", "any_touch"),
        ("ATTRIBUTION_TOUCHES", "page_view,impression"),
        ("ATTRIBUTION_WINDOW_DAYS", "0"),
        ("TIME_DECAY_HALF_LIFE_DAYS", "a week"),
        ("NURTURE_WINDOW_DAYS", "-1"),
        ("TRACKING_STARTED_AT", "yesterday"),
        ("HASH_PII", "on"),
    ],
)
def test_what_no_setting_may_be_is_refused_by_name_with_what_it_may(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=f"{name} is '{re.escape(value)}', which is not"):
        AccountSettings.from_environment()


def test_every_setting_stands_in_the_example_and_is_read_by_the_models_with_the_same_default() -> None:
    example = (ROOT / ".env.example").read_text()
    macros = (ROOT / "dbt_project" / "macros" / "settings.sql").read_text()
    for setting in SETTINGS:
        assert re.search(rf"^(# )?{setting.name}=", example, re.MULTILINE), setting.name
        written = f"('{setting.name}', '{setting.default}')" if setting.default else f"('{setting.name}')"
        assert written in macros, f"{setting.name} has another default in settings.sql"

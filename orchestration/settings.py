"""Account settings: read from the environment, checked once, handed to dbt as variables it reads with `env_var`.

Belongs here: what a setting may be. Does not: what models do with it (`dbt_project/macros/settings.sql` reads them).
"""

import os
import re
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from babel import localedata

from connectors.registry import ConfigError
from orchestration.paths import PROJECT, home

ORDER_STATUSES = frozenset(
    {"dispute_lost", "disputed", "refunded", "partially_refunded", "paid", "open", "failed", "uncollectible"}
)
ADDITIVE_MODELS = (
    "first_touch",
    "last_touch",
    "last_non_direct",
    "opt_in",
    "linear",
    "position_based",
    "time_decay",
    "markov",
    "shapley",
)
TOUCH_TYPES = ("page_view", "ad_click", "opt_in", "tag")
TIME_ZONES = zoneinfo.available_timezones()


@dataclass(frozen=True)
class Setting:
    """One variable: its default, what it may be in words, and whether a value is that."""

    name: str
    default: str
    expected: str
    accepts: Callable[[str], bool]

    def read(self, written: str) -> str:
        """The value in force, the default when nothing is written. Raises `ConfigError`."""
        value = written.strip() or self.default
        if value and not self.accepts(value):
            raise ConfigError(f"{self.name} is {value!r}, which is not {self.expected}.")
        return value


def _days(value: str) -> bool:
    return re.fullmatch(r"\d+(\.\d+)?", value) is not None and float(value) > 0


def _date(value: str) -> bool:
    try:
        return bool(date.fromisoformat(value))
    except ValueError:
        return False


def _words_of(known: frozenset[str] | tuple[str, ...]) -> Callable[[str], bool]:
    return lambda value: {word.strip() for word in value.split(",")} <= set(known)


def _names(value: str) -> bool:
    return all(re.fullmatch(r"[\w@./ -]+", word.strip()) for word in value.split(","))


def _locale(value: str) -> bool:
    return localedata.exists(value.replace("-", "_"))


SETTINGS = (
    Setting(
        "REPORT_TIMEZONE",
        "UTC",
        "a time zone; write an IANA name such as UTC, Europe/Berlin or America/New_York",
        TIME_ZONES.__contains__,
    ),
    Setting(
        "REPORT_CURRENCY",
        "usd",
        "a currency; write an ISO 4217 code such as USD or EUR",
        lambda value: re.fullmatch(r"[A-Za-z]{3}", value) is not None,
    ),
    Setting("MRR_BASIS", "year12", "year12 or day30", ("year12", "day30").__contains__),
    Setting(
        "ORDERS_EXCLUDE",
        "",
        f"a list of order statuses separated by commas; known are {', '.join(sorted(ORDER_STATUSES))}",
        _words_of(ORDER_STATUSES),
    ),
    Setting(
        "SOURCE_OF_TRUTH",
        "stripe,files",
        "a list of connections, connectors or processors separated by commas, the most trusted first",
        _names,
    ),
    Setting("CRM_ID_METADATA_KEYS", "crm_contact_id", "a list of metadata keys separated by commas", _names),
    Setting("MATCH_EMAIL_ALIASES", "false", "true or false", ("true", "false").__contains__),
    Setting(
        "ATTRIBUTION_MODEL",
        "last_touch",
        f"an additive attribution model; known are {', '.join(ADDITIVE_MODELS)}",
        ADDITIVE_MODELS.__contains__,
    ),
    Setting(
        "ATTRIBUTION_TOUCHES",
        ",".join(TOUCH_TYPES),
        f"a list of touch types separated by commas; known are {', '.join(TOUCH_TYPES)}",
        _words_of(TOUCH_TYPES),
    ),
    Setting("ATTRIBUTION_WINDOW_DAYS", "90", "a number of days above 0", _days),
    Setting("TIME_DECAY_HALF_LIFE_DAYS", "7", "a number of days above 0", _days),
    Setting("NURTURE_WINDOW_DAYS", "", "a number of days above 0, or empty for no limit", _days),
    Setting("TRACKING_STARTED_AT", "", "a day such as 2025-03-01 (UTC), or empty", _date),
    Setting("HASH_PII", "false", "true or false", ("true", "false").__contains__),
)
"""What each means stands in docs/metrics.md; changing one re-labels and re-aggregates, it changes no raw row."""

LOCALE = Setting("REPORT_LOCALE", "en", "a locale; write a CLDR name such as en, en_GB, de or fr_CH", _locale)


@dataclass(frozen=True)
class AccountSettings:
    """The settings in force, by variable name."""

    values: dict[str, str]

    @classmethod
    def from_environment(cls) -> "AccountSettings":
        """The settings this process runs under. Raises `ConfigError`."""
        return cls({setting.name: setting.read(os.environ.get(setting.name, "")) for setting in SETTINGS})

    def dbt_environment(self) -> dict[str, str]:
        """The variables dbt's models read."""
        return dict(self.values)


@dataclass(frozen=True)
class SiteSettings:
    """How the report site writes, and where it lies: no number depends on these, so no build does."""

    locale: str
    currency: str
    timezone: str
    model: str
    folder: Path

    @classmethod
    def from_environment(cls) -> "SiteSettings":
        """The settings this process runs under. Raises `ConfigError`."""
        values = AccountSettings.from_environment().values
        return cls(
            locale=LOCALE.read(os.environ.get(LOCALE.name, "")),
            currency=values["REPORT_CURRENCY"],
            timezone=values["REPORT_TIMEZONE"],
            model=values["ATTRIBUTION_MODEL"],
            folder=PROJECT / Path(os.environ.get("REPORT_SITE_DIR", "").strip() or home() / "site").expanduser(),
        )

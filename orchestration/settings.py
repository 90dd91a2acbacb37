"""Account settings: read from the environment, checked once, handed to dbt as variables it reads with `env_var`.

Belongs here: what a setting may be. Does not: what models do with it (`dbt_project/`).
"""

import os
import zoneinfo
from dataclasses import dataclass

from connectors.registry import ConfigError


@dataclass(frozen=True)
class AccountSettings:
    """How reports are labelled; changing one re-labels and re-aggregates, it never rewrites raw data."""

    report_timezone: str = "UTC"

    def __post_init__(self) -> None:
        """Raise `ConfigError` for a zone that is not an IANA name."""
        if self.report_timezone not in zoneinfo.available_timezones():
            raise ConfigError(
                f"REPORT_TIMEZONE is {self.report_timezone!r}, which is no time zone; write an IANA name such as"
                " UTC, Europe/Berlin or America/New_York."
            )

    @classmethod
    def from_environment(cls) -> "AccountSettings":
        """The settings this process runs under. Raises `ConfigError`."""
        return cls(report_timezone=os.environ.get("REPORT_TIMEZONE", "").strip() or "UTC")

    def dbt_environment(self) -> dict[str, str]:
        """The variables `dbt_project.yml` reads."""
        return {"REPORT_TIMEZONE": self.report_timezone}

"""Having history read again from the launchpad: one account, some tables, some days; first as a dry run.

Belongs here: the job and its config. Does not: forgetting what was read (`connectors/`), reading it (the next sync,
which the historical sensor starts).
"""

from datetime import date

from dagster import Config, OpExecutionContext, job, op
from pydantic import Field

from connectors.registry import ConfigError, Span, connection, examined, restart_history
from orchestration.assets import faults
from orchestration.progress import say
from orchestration.resources import WarehouseResource


class RestartConfig(Config):
    """What is read again."""

    connection: str = Field(description="The account, such as stripe or stripe@eu.")
    tables: list[str] = Field(
        default=[], description="Raw tables, such as charges; empty: every table that has a history."
    )
    from_day: str = Field(
        default="",
        description="First day, 2026-01-31: of creation (UTC) at Stripe, of the report for ads; empty: the beginning."
        " HubSpot, ActiveCampaign, files and website events can only be read again whole.",
    )
    until_day: str = Field(default="", description="Last day, 2026-01-31, which is included; empty: today.")
    dry_run: bool = Field(
        default=True, description="Only say what would be read again: nothing is changed and no vendor is asked."
    )


@op(name="restart_history")
def restart(context: OpExecutionContext, config: RestartConfig, warehouse: WarehouseResource) -> None:
    """Forget that a history was read, so that the next sync of the account reads it again; rows stay meanwhile."""
    with faults.told(context):
        named = connection(config.connection)
        span = _span(config)
        said = restart_history(named, config.tables, span, warehouse.resolve(), dry_run=config.dry_run)
    for sentence in said:
        say(context, f"{named.name}/{sentence}")
    if config.dry_run:
        say(context, "Nothing was changed: this was a dry run. Set dry_run to false to have it read again.")
    elif named not in examined().on:
        say(context, f"{named.name} is not connected now: it is read once it is.")
    else:
        say(context, f"The next sync of {named.name} reads it; historical_sensor starts it within a minute.")


def _span(config: RestartConfig) -> Span:
    """The days. Raises `ConfigError` for what is no day, or ends before it begins."""
    try:
        first, last = (date.fromisoformat(day) if day.strip() else None for day in (config.from_day, config.until_day))
        return Span(first, last)
    except ValueError as error:
        raise ConfigError(
            f"from_day {config.from_day!r} and until_day {config.until_day!r} are no days ({error}); a day is written"
            " 2026-01-31, and the last does not come before the first."
        ) from error


@job(
    name="restart_history_job",
    description="Have the history of one account, or some tables and days of it, read again. A dry run unless told"
    " otherwise.",
)
def restart_history_job() -> None:
    """The one step."""
    restart()

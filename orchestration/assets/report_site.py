"""The report site as an asset: written after each build, after one that failed as well, for then it says what failed.

Belongs here: what Dagster knows of the site, and what of a build it tells. Does not: the pages (`site/`), when it is
written (`transformation.py`).
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetExecutionContext,
    AssetKey,
    AssetSpec,
    MaterializeResult,
    MetadataValue,
)

from connectors.registry import LeadlineError
from orchestration.assets.translators import ANALYTICS_TEAM
from orchestration.progress import say
from orchestration.settings import SiteSettings
from orchestration.site import trust, write
from orchestration.site.render import PAGES

_MARTS = {block.query.mart for page in PAGES for block in page.blocks} | {
    ledger.mart for page in PAGES for _, ledger in page.ledgers
}
SITE_SPEC = AssetSpec(
    key=AssetKey(["report_site"]),
    deps=[AssetKey(mart.partition(".")[2]) for mart in sorted(_MARTS)],
    description="The reports as HTML pages for people: one file each, readable without a server or a network."
    " `leadline report --open` opens them.",
    group_name="reports",
    kinds={"python", "html"},
    owners=[ANALYTICS_TEAM],
)


class CheckLog:
    """What the checks of the running build said, for the site to tell."""

    def __init__(self) -> None:
        """Nothing was checked yet."""
        self._passed = 0
        self._failed: list[trust.FailedCheck] = []

    def note(self, event: object) -> None:
        """Take in one of the build's events, if it is a check's."""
        if not isinstance(event, AssetCheckResult):
            return
        if event.passed:
            self._passed += 1
            return
        rows = event.metadata.get("dagster_dbt/failed_row_count")
        found = f"{rows.value} rows" if rows is not None else event.description or ""
        is_error = event.severity is AssetCheckSeverity.ERROR
        self._failed.append(trust.FailedCheck(event.check_name or "check", is_error, found))

    def outcome(self) -> trust.Checks | None:
        """All of it; None when no check was run."""
        if not self._passed and not self._failed:
            return None
        failed = sorted(self._failed, key=lambda check: (not check.is_error, check.name))
        return trust.Checks(datetime.now(UTC), self._passed, tuple(failed))


def written(context: AssetExecutionContext, db: psycopg.Connection, checks: CheckLog) -> Iterator[MaterializeResult]:
    """Write the site, if the run selects it and the project builds reports.

    A run that did not run all checks leaves what the former site says of them. Raises `ConfigError` when the folder
    is not one to replace.
    """
    if SITE_SPEC.key not in context.selected_asset_keys:
        return
    if not write.has_reports(db):
        say(context, "report site: not written, for there are no reports")
        return
    settings = SiteSettings.from_environment()
    outcome = None if context.is_subset else checks.outcome()
    known = trust.Trust(trust.sources(db), outcome or write.last_checks(settings.folder))
    site = write.write(db, known, settings, settings.folder)
    say(context, f"report site: {len(site.pages)} pages, open {site.front}")
    yield MaterializeResult(
        asset_key=SITE_SPEC.key,
        metadata={
            "front_page": MetadataValue.url(site.front.as_uri()),
            "pages": len(site.pages),
            "largest_page_bytes": max(site.pages.values()),
        },
    )


def written_after_failure(
    context: AssetExecutionContext, db: psycopg.Connection, checks: CheckLog
) -> Iterator[MaterializeResult]:
    """The same after a build that failed, whose own error is the one to raise: a site that cannot be is only said."""
    try:
        yield from written(context, db, checks)
    except LeadlineError as error:
        say(context, f"report site: not written. {error}")

"""The report site as an asset: written after each build, after one that failed as well, for then it says what failed.

Belongs here: what Dagster knows of the site. Does not: the pages (`site/`), when it is
written (`transformation.py`).
"""

from collections.abc import Iterator

import psycopg
from dagster import (
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


def written(context: AssetExecutionContext, db: psycopg.Connection) -> Iterator[MaterializeResult]:
    """Write the site, if the run selects it and the project builds reports.

    Raises `ConfigError` when the folder is not one to replace.
    """
    if SITE_SPEC.key not in context.selected_asset_keys:
        return
    if not write.has_reports(db):
        say(context, "report site: not written, for there are no reports")
        return
    settings = SiteSettings.from_environment()
    site = write.write(db, trust.known(db), settings, settings.folder)
    say(context, f"report site: {len(site.pages)} pages, open {site.front}")
    yield MaterializeResult(
        asset_key=SITE_SPEC.key,
        metadata={
            "front_page": MetadataValue.url(site.front.as_uri()),
            "pages": len(site.pages),
            "largest_page_bytes": max(site.pages.values()),
        },
    )


def written_after_failure(context: AssetExecutionContext, db: psycopg.Connection) -> Iterator[MaterializeResult]:
    """The same after a build that failed, whose own error is the one to raise: a site that cannot be is only said."""
    try:
        yield from written(context, db)
    except LeadlineError as error:
        say(context, f"report site: not written. {error}")

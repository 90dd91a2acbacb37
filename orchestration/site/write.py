"""The site as files: all pages and a note of itself, written beside the former site and moved in its place.

Belongs here: one snapshot, its files, the swap. Does not: what pages hold (`render.py`), when it happens
(`assets/report_site.py`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import psycopg
from psycopg.rows import tuple_row

from connectors.registry import ConfigError
from orchestration.folder_swap import replacing
from orchestration.settings import SiteSettings
from orchestration.site.answers import Marts
from orchestration.site.formats import Formats
from orchestration.site.render import Renderer
from orchestration.site.trust import Trust

NOTE = "site.json"


@dataclass(frozen=True)
class Written:
    """A written site: its folder and the size of each page in bytes."""

    folder: Path
    pages: dict[str, int]

    @property
    def front(self) -> Path:
        """The page to open first."""
        return self.folder / "index.html"


def write(db: psycopg.Connection[Any], trust: Trust, settings: SiteSettings, folder: Path) -> Written:
    """Ask the marts in one snapshot and replace the site in `folder`.

    Raises `ConfigError` when the reports were not built yet, or the folder is not one to replace.
    """
    formats = Formats(settings.locale, settings.currency, settings.timezone)
    pages = {}
    with replacing(folder, NOTE) as new, _snapshot(db):
        try:
            for name, html in Renderer(Marts(db, settings.model), formats, trust).pages():
                content = html.encode()
                (new / name).write_bytes(content)
                pages[name] = len(content)
        except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn) as error:
            raise ConfigError(
                f"The reports were not built whole ({error.diag.message_primary}): run `leadline sync`."
            ) from error
        (new / NOTE).write_bytes(orjson.dumps(_note(trust, pages), option=orjson.OPT_INDENT_2))
    return Written(folder, pages)


def has_reports(db: psycopg.Connection[Any]) -> bool:
    """Whether a build has made what the site reads first."""
    with db.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute("select to_regclass('reports.rpt_kpis') is not null").fetchone() == (True,)


def _note(trust: Trust, pages: dict[str, int]) -> dict[str, Any]:
    return {
        "written_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "as_of": trust.as_of.isoformat() if trust.as_of else None,
        "checks_passed": trust.checks.passed,
        "checks_failed": trust.checks.errors,
        "pages": pages,
    }


@contextmanager
def _snapshot(db: psycopg.Connection[Any]) -> Iterator[None]:
    """A transaction that sees one state and changes nothing: no page knows more than another."""
    with db.transaction():
        db.execute("set transaction isolation level repeatable read, read only")
        yield

"""Pages as HTML: what the marts answered, laid out by the templates, every text escaped.

Belongs here: what a template is given. Does not: asking (`answers.py`), files (`write.py`).
"""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from orchestration.site import charts, drawings, tables
from orchestration.site.answers import Answer, KpiValue, Marts, Standing
from orchestration.site.definitions import Definitions
from orchestration.site.formats import Formats
from orchestration.site.pages import (
    acquisition,
    ads,
    engagement,
    journeys,
    nurture,
    orders,
    reconciliation,
    subscriptions,
    unmatched,
)
from orchestration.site.questions import Block, Page, Unit, kpi_series
from orchestration.site.trust import Trust

REPORTS = (acquisition.PAGE, nurture.PAGE, engagement.PAGE, orders.PAGE, subscriptions.PAGE)
PAGES = (*REPORTS, ads.PAGE, journeys.PAGE, unmatched.PAGE, reconciliation.PAGE)
GRAINS = {"month": "Month", "week": "Week", "day": "Day"}


@dataclass(frozen=True)
class Shown:
    """A block with its chart and table, ready to be laid out."""

    block: Block
    answer: Answer
    drawing: Markup
    table: tables.Table
    is_time: bool


class Renderer:
    """All pages of one account, from one snapshot of its marts."""

    def __init__(self, marts: Marts, formats: Formats, trust: Trust) -> None:
        """Load the templates; nothing is asked yet but the standing."""
        self._marts, self._formats, self._trust = marts, formats, trust
        self._standing: Standing = marts.standing()
        self._environment = Environment(
            loader=PackageLoader("orchestration.site"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

        self._environment.filters["with_code"] = _with_code

    def pages(self) -> Iterator[tuple[str, str]]:
        """Every page as its file's name and its HTML, one at a time."""
        for page in PAGES:
            yield f"{page.name}.html", self._page(page)
        yield "index.html", self._overview()

    def _page(self, page: Page) -> str:
        definitions = Definitions(page, self._marts.meanings)
        kpis = self._marts.kpis(page) if page.kpis else []
        blocks = [self._shown(block) for block in page.blocks]
        ledgers = [(title, self._marts.ledger(ledger), ledger) for title, ledger in page.ledgers]
        return self._laid_out(
            "report.html",
            page=page,
            title=page.title,
            kpis={grain: [kpi for kpi in kpis if kpi.grain == grain] for grain in GRAINS},
            first_grain=_first_grain(kpis),
            blocks=blocks,
            ledgers=[
                (title, tables.table(answer, self._formats, self._marts.period.grain), answer)
                for title, answer, _ in ledgers
            ],
            is_empty=all(shown.answer.is_empty for shown in blocks),
            definitions=definitions,
        )

    def _overview(self) -> str:
        tiles = []
        for page in REPORTS:
            heads = tuple(kpi for kpi in page.kpis if kpi.name in page.headlines)
            kpis = self._marts.kpis(page)
            grain = _first_grain(kpis)
            series = self._marts.ask(kpi_series(page.report, heads)).rows
            lines = {
                kpi.name: charts.spark([None if (v := row[kpi.name]) is None else float(v) for row in series])
                for kpi in heads
            }
            headlines = [kpi for kpi in kpis if kpi.grain == grain and kpi.kpi in heads]
            tiles.append((page, headlines, lines))
        return self._laid_out("overview.html", page=None, title="Overview", tiles=tiles, reports=REPORTS)

    def _shown(self, block: Block) -> Shown:
        answer = self._marts.ask(block.query)
        grain = self._marts.period.grain
        return Shown(
            block,
            answer,
            drawings.drawn(block, answer, self._formats, grain),
            tables.table(answer, self._formats, grain, block.chart),
            not block.has_open_table,
        )

    def _laid_out(self, template: str, **given: Any) -> str:
        return self._environment.get_template(template).render(
            pages=PAGES,
            style=self._style,
            script=self._script,
            script_hash=self._script_hash,
            formats=self._formats,
            period=self._marts.period,
            is_young=self._marts.is_young,
            first=self._marts.first,
            last=self._marts.last,
            trust=self._trust,
            standing=self._standing,
            grains=GRAINS,
            share=Unit.SHARE,
            **given,
        )

    @cached_property
    def _style(self) -> Markup:
        return _asset("style.css")

    @cached_property
    def _script(self) -> Markup:
        return _asset("script.js")

    @cached_property
    def _script_hash(self) -> str:
        """Lets the pages allow this one script and no other, whatever a name might smuggle in."""
        return base64.b64encode(hashlib.sha256(self._script.encode()).digest()).decode()


def _first_grain(kpis: list[KpiValue]) -> str:
    """The longest grain with a complete period and one before it; days for the youngest accounts."""
    for grain in GRAINS:
        if any(kpi.is_complete and kpi.previous_value is not None for kpi in kpis if kpi.grain == grain):
            return grain
    return "day"


def _asset(name: str) -> Markup:
    """One of our own files, which holds no text of a user."""
    return Markup((files("orchestration.site") / "templates" / name).read_text(encoding="utf-8"))


def _with_code(text: str) -> Markup:
    """Escaped, with what stands between backticks as code."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part) for place, part in enumerate(parts)
    )

"""A page of the report site as a test reads it: its numbers with where they come from, its queries, its words.

Belongs here: HTML in, values out. Does not: what they must be (`test_report_site.py`).
"""

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "input", "img", "path"}
Attributes = dict[str, str | None]


@dataclass
class Cell:
    """What stands in a cell, and what it says it is."""

    text: str = ""
    value: str | None = None

    @property
    def exact(self) -> str:
        """The value in full; the text itself where it is that."""
        return self.text.strip() if self.value is None else self.value


@dataclass
class Table:
    """A table's mart and name, its columns with their units, its rows with their groups, its row of all groups."""

    mart: str
    name: str
    columns: list[tuple[str, str]] = field(default_factory=list)
    keys: list[dict[str, str]] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    total: list[Cell] = field(default_factory=list)
    explained: set[str] = field(default_factory=set)


@dataclass
class Kpi:
    """A tile: its row of `rpt_kpis`, and the number."""

    key: dict[str, str]
    cell: Cell


class Page(HTMLParser):
    """A parsed page. `tags` counts every element, so that one more or one fewer is seen; `hovers` are the texts
    that the columns of a block's chart show."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tables: dict[str, Table] = {}
        self.kpis: list[Kpi] = []
        self.queries: dict[str, str] = {}
        self.hovers: dict[str, list[str]] = {}
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.tags: dict[str, int] = {}
        self.handlers: list[str] = []
        self._open: list[tuple[str, Attributes]] = []
        self._table: Table | None = None
        self._cell: Cell | None = None
        self._query = self._block = ""
        self._is_hover = False
        self.feed(html)
        self.close()
        assert self._open == [], self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.handlers += [name for name in given if name.startswith("on")]
        if identity := given.get("id"):
            self.anchors.add(identity)
        if tag == "section":
            self._block = given.get("aria-labelledby") or ""
        if tag == "rect" and given.get("class") == "hover":
            self._is_hover = True
            self.hovers.setdefault(self._block, []).append("")
        if tag == "a":
            self.links.append(given["href"] or "")
            if self._table is not None and self._open[-1][0] == "th":
                self._table.explained.add(self._table.columns[-1][0])
        if tag == "table" and given.get("data-mart"):
            self._table = Table(given["data-mart"] or "", given["data-name"] or "")
            self.tables[self._table.name] = self._table
        if self._table is not None:
            self._in_table(tag, given, self._table)
        if "data-query" in given:
            self._query = given["data-query"] or ""
            self.queries[self._query] = ""
        if given.get("data-mart") == "reports.rpt_kpis" and tag == "span":
            self._cell = Cell(value=given["data-value"])
            self.kpis.append(Kpi(json.loads(given["data-key"] or ""), self._cell))
        if tag not in VOID:
            self._open.append((tag, given))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] = self.tags.get(tag, 0) + 1

    def _in_table(self, tag: str, given: Attributes, table: Table) -> None:
        if tag == "th":
            table.columns.append((given["data-column"] or "", given["data-unit"] or ""))
        if tag == "tr" and given.get("data-key"):
            table.keys.append(json.loads(given["data-key"] or ""))
            table.rows.append([])
        if tag == "td":
            self._cell = Cell(value=given.get("data-value"))
            row = table.total if any(name == "tfoot" for name, _ in self._open) else table.rows[-1]
            row.append(self._cell)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        opened, _ = self._open.pop()
        assert opened == tag, f"<{opened}> is closed by </{tag}>"
        if tag == "title":
            self._is_hover = False
        if tag in ("td", "span"):
            self._cell = self._cell if tag == "span" and self._table else None
        if tag == "table":
            self._table = None
        if tag == "pre":
            self._query = ""

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.text += data
        if self._is_hover:
            self.hovers[self._block][-1] += data
        if self._query:
            self.queries[self._query] += data


def shown(text: str) -> tuple[Decimal, int] | None:
    """The number a text written in English shows, and its digits after the point; None for one without a number."""
    found = re.search(r"[-−]?[^\d.\-−]*[\d,]*\.?\d+", text)
    if found is None:
        return None
    written = found[0].replace("−", "-").replace(",", "")
    digits = re.sub(r"[^\d.\-]", "", written)
    return Decimal(digits), len(digits.partition(".")[2])

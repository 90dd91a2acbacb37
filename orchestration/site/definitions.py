"""What every number on a page means: the columns' own words, else the comments of the marts they come from.

Belongs here: finding and naming definitions. Does not: writing them (`pages/`, the models' descriptions).
"""

from dataclasses import dataclass, field

from orchestration.site.questions import Column, Kpi, Page

Meanings = dict[tuple[str, str], str]


@dataclass(frozen=True)
class Definition:
    """One entry of a page's list: its anchor, the name in the column's head, what it means."""

    anchor: str
    title: str
    meaning: str


@dataclass
class Definitions:
    """The definitions of one page, in the order its numbers appear; `meanings` are the marts' comments."""

    page: Page
    meanings: Meanings
    found: dict[tuple[str, str], Definition] = field(default_factory=dict)

    def anchor(self, column: Column | Kpi, mart: str) -> str:
        """Where the page defines a number; "" for what is no number or has no definition."""
        if isinstance(column, Column) and not column.is_number:
            return ""
        meaning = self._meaning(column, mart)
        if not meaning:
            return ""
        if (column.name, meaning) not in self.found:
            others = sum(name == column.name for name, _ in self.found)
            anchor = f"def-{column.name}-{others + 1}" if others else f"def-{column.name}"
            self.found[column.name, meaning] = Definition(anchor, column.title, meaning)
        return self.found[column.name, meaning].anchor

    def listed(self) -> list[Definition]:
        """All that were asked for."""
        return list(self.found.values())

    def _meaning(self, column: Column | Kpi, mart: str) -> str:
        """Its own words; else what the mart says of the column, else what the report's tables do."""
        report = f"reports.rpt_{self.page.report}"
        places = (mart, f"{report}_daily", report)
        return column.means or next(filter(None, (self._comment(place, column.name) for place in places)), "")

    def _comment(self, mart: str, name: str) -> str:
        """A column's comment; of an amount that is only said to be another's in the report currency, that one's too."""
        comment = self.meanings.get((mart, name), "")
        if comment == f"{name}_minor in the report currency.":
            return f"{self.meanings.get((mart, f'{name}_minor'), '')} In the report currency.".strip()
        return comment

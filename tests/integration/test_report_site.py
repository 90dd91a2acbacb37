"""The report site of the studio's demo: what it shows is what the marts hold, whatever their texts are."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import axe_core_python
import orjson
import psycopg
import pytest
from psycopg.rows import dict_row

from orchestration.settings import SiteSettings
from orchestration.site import trust, write
from orchestration.site.pages import ads
from orchestration.site.render import PAGES
from tests.integration.studio import Played
from tests.site import browser
from tests.site.reading import Cell, Page, Table, shown

NAMES = [*(page.name for page in PAGES), "index"]
MOST_BYTES = 500_000
SCALE = {"share": 100, "money": 1, "count": 1, "multiple": 1, "days": 1}
pytestmark = pytest.mark.xdist_group("pipeline")
Rows = list[dict[str, Any]]
Asked = Callable[..., Rows]


def settings(folder: Path, locale: str = "en") -> SiteSettings:
    return SiteSettings(locale, "usd", "UTC", "last_touch", folder)


def pages(folder: Path) -> dict[str, Page]:
    return {name: Page((folder / f"{name}.html").read_text()) for name in NAMES}


@pytest.fixture(scope="module")
def site(played_once: Played) -> dict[str, Page]:
    """The pages that the demo itself wrote."""
    return pages(played_once.home / "site")


@pytest.fixture(scope="module")
def asked(played_once: Played) -> Iterator[Asked]:
    """Asks the marts as the reading role, which sees nothing else."""
    with psycopg.connect(played_once.url, autocommit=True, row_factory=dict_row) as db:
        db.execute("set role leadline_reader")
        yield lambda text, *values: db.execute(text.encode(), values or None).fetchall()


def as_text(value: object) -> str:
    return "" if value is None else str(value)


def is_shown(cell: Cell, unit: str, currency: str | None) -> bool:
    """Whether a cell's text is its value, rounded to the digits it shows."""
    if cell.value == "":
        return shown(cell.text) is None
    read = shown(cell.text)
    assert read is not None, cell
    number, digits = read
    value = Decimal(cell.exact)
    if unit == "minor":
        value = value.scaleb(-{"jpy": 0, "kwd": 3}.get(currency or "", 2))
    exact = (value * SCALE.get(unit, 1)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)
    return exact == number


def compare(table: Table, rows: Rows) -> None:
    """Every cell of a table against the rows its own query gives; a period without a row counts 0."""
    total = [row for row in rows if row.get("is_total")]
    groups = [row for row in rows if not row.get("is_total")]
    if any(table.keys) and not table.name.startswith("ledger"):
        held = {tuple(as_text(row[name]) for name in table.keys[0]): row for row in groups}
        assert len(held) == len(groups), table.name
        matched = [held.get(tuple(key.values())) for key in table.keys]
    else:
        matched = [*groups[: len(table.rows)]]
    for cells, row in zip(table.rows, matched, strict=True):
        compare_row(table, cells, row if row is not None else dict.fromkeys((name for name, _ in table.columns), 0))
    assert bool(total) == bool(table.total)
    if total:
        compare_row(table, table.total, total[0])


def compare_row(table: Table, cells: list[Cell], row: dict[str, Any]) -> None:
    for (name, unit), cell in zip(table.columns, cells, strict=True):
        if unit in (*SCALE, "minor"):
            where = (table.name, name, cell, row[name])
            assert (cell.exact == "") == (row[name] is None), where
            assert cell.exact == "" or Decimal(cell.exact) == Decimal(str(row[name])), where
            assert is_shown(cell, unit, row.get("currency")), where


def test_every_number_on_every_page_is_what_its_mart_says(site: dict[str, Page], asked: Asked) -> None:
    numbers = 0
    for name, page in site.items():
        for tile in page.kpis:
            [row] = asked(
                "select value from reports.rpt_kpis where report = %s and kpi = %s and grain = %s and period_start = %s",
                *(tile.key[part] for part in ("report", "kpi", "grain", "period_start")),
            )
            assert tile.cell.exact == as_text(row["value"]), (name, tile)
            unit = next(kpi.unit for each in PAGES for kpi in each.kpis if kpi.name == tile.key["kpi"])
            assert is_shown(tile.cell, unit, None), (name, tile)
        for table in page.tables.values():
            compare(table, asked(page.queries[table.name]))
            numbers += sum(len(cells) for cells in table.rows)
    assert numbers > 2_000
    assert sum(len(page.kpis) for page in site.values()) > 80


def test_what_pages_add_up_is_what_other_marts_add_up_to(site: dict[str, Page], asked: Asked) -> None:
    """Asked anew in other words, so that a query that is wrong on the page is not right here."""
    since = site["acquisition"].tables["over_time"].keys[0]["period_start"]
    [reach] = asked("select max(period_start) as until from reports.rpt_kpis where grain = 'day'")
    days = (since, reach["until"])

    def total(page: str, table: str, column: str) -> Decimal:
        found = site[page].tables[table]
        place = [name for name, _ in found.columns].index(column)
        return Decimal(found.total[place].exact)

    def one(text: str, *values: object) -> Decimal:
        [row] = asked(text, *values)
        return Decimal(str(next(iter(row.values()))))

    between = "between %s and %s"
    assert total("acquisition", "channels", "leads") == one(
        f"select count(*) from reports.rpt_acquisition where report_date {between}", *days
    )
    assert total("acquisition", "channels", "lead_revenue") == one(
        f"select sum(lead_revenue) from reports.rpt_acquisition where report_date {between}", *days
    )
    assert total("acquisition", "channels", "ad_spend") == one(
        f"select sum(ad_spend) from reports.rpt_acquisition_spend where report_date {between}", *days
    )
    assert total("ads", "campaigns", "spend") == total("acquisition", "channels", "ad_spend")
    assert total("orders", "statuses", "revenue") == one(
        f"select sum(revenue) from marts.fct_orders where not is_duplicate and ordered_at::date {between}", *days
    )
    assert total("orders", "channels", "revenue") == total("orders", "statuses", "revenue")
    assert total("orders", "channels", "orders") == total("orders", "statuses", "orders")
    assert total("ads", "unattributed", "revenue") == one(
        f"select sum(policy_revenue) from reports.rpt_orders where not is_zero_amount and report_date {between}", *days
    )
    assert total("unmatched", "reasons", "payments") == one("select count(*) from reports.rpt_unmatched_payments")
    assert total("journeys", "first_channels", "customers") == one(
        "select count(distinct person_id) from marts.fct_orders where collected_minor > 0 and not is_duplicate"
    )


def test_every_row_of_mrr_movements_closes(site: dict[str, Page]) -> None:
    table = site["subscriptions"].tables["movements"]
    names = [name for name, _ in table.columns]
    closing = None
    for cells in table.rows:
        row = {name: Decimal(cell.exact) for name, cell in zip(names[1:], cells[1:], strict=True)}
        gained = row["new_mrr"] + row["reactivation_mrr"] + row["expansion_mrr"] + row["fx_mrr"]
        assert row["opening_mrr"] + gained - row["contraction_mrr"] - row["churn_mrr"] == row["mrr"]
        assert closing in (None, row["opening_mrr"])
        closing = row["mrr"]
    assert closing


def test_models_disagree_by_what_stands_beside_them(site: dict[str, Page]) -> None:
    table = site["ads"].tables["models"]
    names = [name for name, _ in table.columns]
    for cells in table.rows:
        row = {name: cell.exact for name, cell in zip(names, cells, strict=True)}
        credits = [Decimal(row[model]) for model in ads.MODELS]
        if max(credits):
            assert abs(Decimal(row["disagreement"]) - (max(credits) - min(credits)) / max(credits)) < Decimal("1e-9")
    assert len(table.rows) > 3


def test_every_number_is_explained_and_every_link_leads_somewhere(site: dict[str, Page]) -> None:
    for name, page in site.items():
        for table in page.tables.values():
            unexplained = {column for column, unit in table.columns if unit in SCALE or unit == "minor"}
            assert unexplained - table.explained == set(), (name, table.name)
        for link in page.links:
            file, _, anchor = link.partition("#")
            target = site[file.removesuffix(".html") or name]
            assert not anchor or anchor in target.anchors, (name, link)


def test_pages_stand_alone_and_are_small(played_once: Played) -> None:
    folder = played_once.home / "site"
    assert {file.name for file in folder.iterdir()} == {*(f"{name}.html" for name in NAMES), write.NOTE}
    assert folder.stat().st_mode & 0o077 == 0
    for name in NAMES:
        html = (folder / f"{name}.html").read_text()
        assert len(html.encode()) <= MOST_BYTES
        assert "src=" not in html
        assert "@import" not in html
        assert "url(" not in html
    assert f"Report site: {folder / 'index.html'}" in played_once.said.stdout


def test_the_front_page_says_how_far_to_trust_the_numbers(played_once: Played, asked: Asked) -> None:
    html = (played_once.home / "site" / "index.html").read_text()
    [orders] = asked("select count(*) as all, count(person_id) as matched from reports.rpt_orders where not is_zero_amount")
    assert f"{Decimal(orders['matched']) * 100 / orders['all']:.1f} %" in html
    assert "Reconciles to the cent" in html
    with psycopg.connect(played_once.url) as db:
        sources = db.execute("select connection, account_id from ingest.connections").fetchall()
    assert len(sources) > 3
    assert all(f"<div>{name}</div>" in html and (account or "") in html for name, account in sources)
    note = orjson.loads((played_once.home / "site" / write.NOTE).read_bytes())
    assert note["checks"]["passed"] > 100
    assert f"{note['checks']['passed']} held" in html
    for check in note["checks"]["failed"]:
        assert not check["is_error"]
        assert check["name"] in html


def test_a_build_with_a_failed_check_writes_pages_that_name_it(studio: Played) -> None:
    """And the next build, with nothing new to say, keeps what is known of the checks."""
    with psycopg.connect(studio.url, autocommit=True) as db:
        db.execute(
            "update raw_stripe.charges set synced_at = now(), data = jsonb_set(data::jsonb, '{currency}', '\"zzz\"')"
            " where id = (select min(id) from raw_stripe.charges where data ->> 'invoice' is null)"
        )
    assert studio.demo().returncode == 2
    checks = write.last_checks(studio.home / "site")
    assert checks is not None
    failed = {check.name for check in checks.failed if check.is_error}
    assert "assert_currencies_known" in failed
    html = (studio.home / "site" / "index.html").read_text()
    assert f"⚠ {len(checks.failed)} of" in html
    assert "assert_currencies_known" in html

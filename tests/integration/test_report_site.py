"""The report site of the studio's demo: what it shows is what the marts hold, whatever their texts are."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import axe_core_python
import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from orchestration.check_results import Checks, Failed
from orchestration.settings import SiteSettings
from orchestration.site import trust, write
from orchestration.site.pages import ads
from orchestration.site.render import PAGES
from tests.databases import NewDatabase
from tests.integration.studio import Played
from tests.site import browser
from tests.site.reading import Cell, Page, Table, shown

NAMES = [*(page.name for page in PAGES), "index"]
MOST_BYTES = 500_000
SCALE = {"share": 100, "money": 1, "count": 1, "multiple": 1, "days": 1}
Rows = list[dict[str, Any]]
Asked = Callable[..., Rows]


def settings(folder: Path, locale: str = "en") -> SiteSettings:
    return SiteSettings(locale, "usd", "UTC", "last_touch", folder)


def pages(folder: Path) -> dict[str, Page]:
    return {name: Page((folder / f"{name}.html").read_text()) for name in NAMES}


@pytest.fixture(scope="module")
def site(read_studio: Played) -> dict[str, Page]:
    """The pages that the demo itself wrote."""
    return pages(read_studio.home / "site")


@pytest.fixture(scope="module")
def asked(read_studio: Played) -> Iterator[Asked]:
    """Asks the marts as the reading role, which sees nothing else."""
    with psycopg.connect(read_studio.url, autocommit=True, row_factory=dict_row) as db:
        db.execute("set role leadline_reader")
        yield lambda text, *values: db.execute(text.encode(), values or None).fetchall()


def as_text(value: object) -> str:
    return "" if value is None else str(value)


def is_shown(cell: Cell, unit: str, currency: str | None) -> bool:
    """Whether a cell's text is its value, rounded to the digits it shows."""
    if cell.exact == "":
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
                "select value from reports.rpt_kpis"
                " where report = %s and kpi = %s and grain = %s and period_start = %s",
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
    closing, known = None, 0
    for cells in table.rows:
        written = {name: cell.exact for name, cell in zip(names[1:], cells[1:], strict=True)}
        if "" in written.values():  # a day without an exchange rate
            closing = None
            continue
        row = {name: Decimal(value) for name, value in written.items()}
        gained = row["new_mrr"] + row["reactivation_mrr"] + row["expansion_mrr"] + row["fx_mrr"]
        assert row["opening_mrr"] + gained - row["contraction_mrr"] - row["churn_mrr"] == row["mrr"]
        assert closing in (None, row["opening_mrr"])
        closing, known = row["mrr"], known + bool(row["mrr"])
    assert known > 3


def test_models_disagree_by_what_stands_beside_them(site: dict[str, Page]) -> None:
    table = site["ads"].tables["models"]
    names = [name for name, _ in table.columns]
    for cells in table.rows:
        row = {name: cell.exact for name, cell in zip(names, cells, strict=True)}
        credits = [Decimal(row[model]) for model in ads.MODELS]
        if max(credits):
            assert abs(Decimal(row["disagreement"]) - (max(credits) - min(credits)) / max(credits)) < Decimal("1e-9")
    assert len(table.rows) > 3


def test_charts_say_what_the_tables_below_them_say(site: dict[str, Page]) -> None:
    told = 0
    for page in PAGES:
        for block in page.blocks:
            if block.chart is None or block.chart.kind not in ("lines", "stacked"):
                continue
            table, hovers = site[page.name].tables[block.name], site[page.name].hovers[block.name]
            names = [name for name, _ in table.columns]
            titles = {column.name: column.title for column in block.query.columns}
            for cells, hover in zip(table.rows, hovers, strict=True):
                row = {name: cell.text for name, cell in zip(names, cells, strict=True)}
                values = [f"{titles[name]}: {row[name]}" for name in block.chart.series]
                assert hover.splitlines() == [cells[0].text, *values], (page.name, block.name)
                told += 1
    assert told > 300


QUOTIENTS = (
    ("acquisition", "channels", "conversion_rate", "customers", "leads"),
    ("acquisition", "channels", "lead_value", "lead_revenue", "leads"),
    ("acquisition", "channels", "cost_per_lead", "ad_spend", "leads"),
    ("acquisition", "channels", "cac", "ad_spend", "customers"),
    ("acquisition", "channels", "roas", "lead_revenue", "ad_spend"),
    ("nurture", "tags", "buying_share", "buyers_after", "persons"),
    ("engagement", "pages", "buyer_share", "engaged_customers", "engaged_contacts"),
    ("orders", "channels", "average_order_value", "revenue", "orders"),
    ("ads", "campaigns", "cpl", "spend", "leads"),
    ("ads", "campaigns", "cpa", "spend", "customers"),
    ("ads", "campaigns", "roas_by_order_date", "revenue_by_order_date", "spend"),
    ("journeys", "first_channels", "conversion_rate", "customers", "persons"),
    ("journeys", "first_channels", "customer_value", "lifetime_revenue", "customers"),
)


@pytest.mark.parametrize(("page", "name", "ratio", "top", "bottom"), QUOTIENTS)
def test_ratios_are_quotients_of_what_stands_beside_them(
    site: dict[str, Page], page: str, name: str, ratio: str, top: str, bottom: str
) -> None:
    table = site[page].tables[name]
    names = [column for column, _ in table.columns]
    assert table.rows
    for cells in (*table.rows, *([table.total] if table.total else [])):
        row = {column: cell.exact for column, cell in zip(names, cells, strict=True)}
        if row[top] and Decimal(row[bottom] or 0):
            assert abs(Decimal(row[ratio]) - Decimal(row[top]) / Decimal(row[bottom])) < Decimal("1e-9")
        else:
            assert row[ratio] == ""


def test_every_number_is_explained_and_every_link_leads_somewhere(site: dict[str, Page]) -> None:
    for name, page in site.items():
        for table in page.tables.values():
            unexplained = {column for column, unit in table.columns if unit in SCALE or unit == "minor"}
            assert unexplained - table.explained == set(), (name, table.name)
        for link in page.links:
            file, _, anchor = link.partition("#")
            target = site[file.removesuffix(".html") or name]
            assert not anchor or anchor in target.anchors, (name, link)


def test_pages_stand_alone_and_are_small(read_studio: Played) -> None:
    folder = read_studio.home / "site"
    assert {file.name for file in folder.iterdir()} == {*(f"{name}.html" for name in NAMES), write.NOTE}
    assert folder.stat().st_mode & 0o077 == 0
    for name in NAMES:
        html = (folder / f"{name}.html").read_text()
        assert len(html.encode()) <= MOST_BYTES
        assert "src=" not in html
        assert "@import" not in html
        assert "url(" not in html
    assert f"Report site: {folder / 'index.html'}" in read_studio.said


def test_the_front_page_says_how_far_to_trust_the_numbers(read_studio: Played, asked: Asked) -> None:
    html = (read_studio.home / "site" / "index.html").read_text()
    [orders] = asked(
        "select count(*) as all, count(person_id) as matched from reports.rpt_orders where not is_zero_amount"
    )
    assert f"{Decimal(orders['matched']) * 100 / orders['all']:.1f} %" in html
    assert "Reconciles to the cent" in html
    with psycopg.connect(read_studio.url) as db:
        sources = db.execute("select connection, account_id from ingest.connections").fetchall()
        checks = db.execute("select check_name, passed, is_warning from ingest.checks").fetchall()
    assert len(sources) > 3
    assert all(f"<div>{name}</div>" in html and (account or "") in html for name, account in sources)
    assert len(checks) > 100
    failed = [name for name, passed, _ in checks if not passed]
    assert f"{len(checks) - len(failed)} held, 0 failed and {len(failed)} warned" in html
    assert all(is_warning for _, passed, is_warning in checks if not passed)
    assert all(f"Warning</strong>: <code>{name}</code>" in html for name in failed)


def written(url: str, folder: Path, role: str = "", locale: str = "en", checks: Checks | None = None) -> Path:
    """The site of a warehouse, as its owner or another role asks for it."""
    with psycopg.connect(url, autocommit=True) as db:
        known = replace(trust.known(db), checks=checks) if checks else trust.known(db)
        if role:
            db.execute(f"set role {role}")
        return write.write(db, known, settings(folder, locale), folder).folder


def test_the_reading_role_alone_can_build_the_same_site(read_studio: Played, tmp_path: Path) -> None:
    demo = read_studio.home / "site"
    folder = written(read_studio.url, tmp_path / "site", "leadline_reader")
    assert [
        name for name in NAMES if (folder / f"{name}.html").read_bytes() != (demo / f"{name}.html").read_bytes()
    ] == []


def test_numbers_dates_and_moments_are_written_as_the_account_does(read_studio: Played, tmp_path: Path) -> None:
    with psycopg.connect(read_studio.url, autocommit=True) as db:
        german = SiteSettings("de-DE", "usd", "Asia/Tokyo", "last_touch", tmp_path / "site")
        write.write(db, trust.Trust(trust.sources(db)), german, german.folder)
        [[moment, revenue]] = db.execute(
            "select ordered_at at time zone 'Asia/Tokyo', revenue from reports.rpt_orders"
            " where ordered_at = (select max(ordered_at) from reports.rpt_orders) limit 1"
        ).fetchall()
    html = (german.folder / "orders.html").read_text()
    assert f"{moment:%d.%m.%Y}, {moment:%H:%M}" in html
    assert f"{revenue:.2f}".replace(".", ",") + "\xa0$" in html


def test_checks_that_failed_stand_on_every_page(read_studio: Played, tmp_path: Path) -> None:
    failed = (
        Failed("fct_payments", "assert_money_closes", False, "It closes. (3 rows)", datetime(2026, 7, 1, 12, 30)),
        Failed("fct_ad_spend", "assert_zones", True, "One zone. (1 row)", datetime(2026, 7, 1, 12, 30)),
    )
    folder = written(read_studio.url, tmp_path / "site", checks=Checks(98, failed))
    assert all("⚠ 1 of 100 checks failed" in (folder / f"{name}.html").read_text() for name in NAMES)
    front = (folder / "index.html").read_text()
    assert "Failed</strong>: <code>assert_money_closes</code> of <code>fct_payments</code>, since" in front
    assert "It closes. (3 rows)" in front
    assert "Warning</strong>: <code>assert_zones</code>" in front


HOSTILE = """"></td></svg></title><script>window.hacked=1</script><img src=x onerror="window.hacked=1">'{{ 7*7 }}%s"""
NOT_TEXTS_OF_USERS = {
    *("report", "kpi", "grain", "unit", "report_currency", "currency", "model", "date_basis", "unattributed_reason"),
    *("measure", "journey", "trial_outcome"),
}


def deface(db: psycopg.Connection) -> None:
    """Put markup into every text of the reports that a user, a vendor or a visitor may have written."""
    columns = db.execute(
        "select table_name, column_name from information_schema.columns"
        " where table_schema = 'reports' and data_type = 'text' and column_name <> all(%s)",
        [list(NOT_TEXTS_OF_USERS)],
    ).fetchall()
    tables: dict[str, list[str]] = {}
    for table, column in columns:
        tables.setdefault(table, []).append(column)
    for table, names in tables.items():
        changes = sql.SQL(", ").join(
            sql.SQL("{0} = {1} || {0}").format(sql.Identifier(name), sql.Literal(HOSTILE)) for name in names
        )
        db.execute(sql.SQL("update {} set {}").format(sql.Identifier("reports", table), changes))
    db.execute(
        'update reports.rpt_journeys set journey = replace(journey, \'"channel": "\', %s)',
        ['"channel": "' + HOSTILE.replace('"', '\\"')],
    )
    db.execute("update ingest.connections set account_id = %s", [HOSTILE])


@pytest.fixture(scope="module")
def defaced(played_once: Played, new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a copy of the studio whose every text is hostile."""
    url = new_database(played_once.url)
    with psycopg.connect(url, autocommit=True) as db:
        deface(db)
    return written(url, tmp_path_factory.mktemp("defaced") / "site")


@pytest.fixture(scope="module")
def emptied(played_once: Played, new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a copy of the studio without a row, as a build over nothing leaves it."""
    url = new_database(played_once.url)
    with psycopg.connect(url, autocommit=True) as db:
        tables = db.execute(
            "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in ('marts', 'reports')"
        ).fetchall()
        db.execute("truncate ingest.connections, " + ", ".join(name for (name,) in tables))
    return written(url, tmp_path_factory.mktemp("emptied") / "site")


def test_texts_with_markup_in_them_stay_texts(site: dict[str, Page], defaced: Path) -> None:
    for name, page in pages(defaced).items():
        assert page.handlers == [], name
        assert page.tags.get("img", 0) == 0, name
        assert page.tags["script"] == 1, name
        assert page.tags["h2"] == site[name].tags["h2"], name
    acquisition = (defaced / "acquisition.html").read_text()
    assert "&lt;script&gt;window.hacked=1" in acquisition
    assert "{{ 7*7 }}%s" in acquisition


def test_an_account_with_nothing_in_it_is_told_what_to_do(emptied: Path) -> None:
    for name, page in pages(emptied).items():
        html = (emptied / f"{name}.html").read_text()
        assert page.tags.get("table", 0) == 0, name
        assert page.tags.get("svg", 0) == 0, name
        assert "Nothing to show yet" in html, name
        assert "leadline connect" in html, name


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[browser.Tab]:
    with browser.tab(tmp_path_factory.mktemp("chromium")) as opened:
        yield opened


AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text()
BARRIERS = """
axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}).then(
    found => found.violations.map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(" | ")}`))
"""
OPEN_ALL = "document.querySelectorAll('details').forEach(each => each.open = true)"


def complaints(
    tab: browser.Tab, folder: Path, views: Sequence[tuple[int, str]], looks_for_barriers: bool
) -> list[object]:
    """What is wrong with the pages of a folder, opened at each width and in each scheme, all their details unfolded."""
    tab.complaints.clear()
    found: list[object] = []
    for name in NAMES:
        for width, scheme in views:
            tab.open((folder / f"{name}.html").as_uri(), width, scheme=scheme)
            tab.ask(OPEN_ALL)
            if (needed := tab.ask("document.documentElement.scrollWidth")) > width:
                found.append(f"{name} needs {needed} px of {width}")
            if tab.ask("window.hacked") is not None:
                found.append(f"{name} ran a script that was a text")
            if looks_for_barriers:
                tab.ask(AXE)
                found += [(name, width, scheme, barrier) for barrier in tab.ask(BARRIERS)]
    return [*found, *tab.complaints]


def test_pages_fit_narrow_and_wide_light_and_dark_without_a_barrier(read_studio: Played, tab: browser.Tab) -> None:
    views = ((360, "dark"), (1280, "light"))
    assert complaints(tab, read_studio.home / "site", views, looks_for_barriers=True) == []


def test_pages_of_an_empty_account_fit_and_have_no_barrier(emptied: Path, tab: browser.Tab) -> None:
    assert complaints(tab, emptied, ((360, "light"),), looks_for_barriers=True) == []


def test_texts_with_markup_run_nothing_and_widen_nothing(defaced: Path, tab: browser.Tab) -> None:
    assert complaints(tab, defaced, ((360, "dark"), (1280, "light")), looks_for_barriers=False) == []


def test_tables_sort_and_filter_and_grains_can_be_chosen(read_studio: Played, tab: browser.Tab) -> None:
    tab.open((read_studio.home / "site" / "acquisition.html").as_uri(), 1280)
    values = """[...document.querySelectorAll("table[data-name=channels] tbody tr")]
        .map(row => Number(row.cells[1].dataset.value ?? row.cells[1].textContent))"""
    tab.ask("document.querySelectorAll('table[data-name=channels] th button')[1].click()")
    assert tab.ask(values) == sorted(tab.ask(values), reverse=True)
    tab.ask("document.querySelectorAll('table[data-name=channels] th button')[1].click()")
    assert tab.ask(values) == sorted(tab.ask(values))
    shown_rows = (
        "[...document.querySelectorAll('table[data-name=campaigns] tbody tr')].filter(row => !row.hidden).length"
    )
    before = tab.ask(shown_rows)
    tab.ask("""{const filter = document.querySelector("section[aria-labelledby=campaigns] .filter");
        filter.value = "facebook"; filter.dispatchEvent(new Event("input"))}""")
    assert 0 < tab.ask(shown_rows) < before
    is_shown_panel = "getComputedStyle(document.querySelector('.panel.week')).display"
    assert tab.ask(is_shown_panel) == "none"
    tab.ask("document.querySelector('label[for=grain-week]').click()")
    assert tab.ask(is_shown_panel) == "block"

"""`leadline explain`: every figure of the daily reports opens to its ledger rows, and those to raw rows."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from click.testing import CliRunner

from orchestration import explain, raw_rows
from orchestration.cli import main
from orchestration.explain_measures import REPORTS
from tests.dbt_project.dbt_runs import Built, Db

NO_MEASURES = {
    "report_date", "connector", "connection", "currency", "report_currency", "tag_kind", "tag_id", "tag_name",
    "channel", "source", "medium", "campaign",
    "report_rate", "as_of",
}  # fmt: skip


@pytest.fixture(autouse=True)
def in_new_york(monkeypatch: pytest.MonkeyPatch) -> None:
    """The zone the reports were built in."""
    monkeypatch.setenv("REPORT_TIMEZONE", "America/New_York")


def measures(db: Db, report: str) -> list[str]:
    """The measures of a daily report, as its table has them."""
    rows = db.execute(
        "select column_name from information_schema.columns where table_schema = 'reports' and table_name = %s"
        " order by ordinal_position",
        (f"rpt_{report}_daily",),
    )
    return [row["column_name"] for row in rows if row["column_name"] not in NO_MEASURES]


@pytest.mark.parametrize("report", REPORTS)
def test_every_measure_of_a_daily_report_says_what_it_is_made_of(reported: Built, report: str) -> None:
    assert sorted(REPORTS[report]) == sorted(measures(reported.db, report))


def cells(db: Db, report: str) -> list[dict[str, Any]]:
    return db.execute(f"select * from reports.rpt_{report}_daily where report_date < '2026-07-01'").fetchall()


def test_every_cell_of_orders_of_every_kind_is_what_its_ledger_rows_come_to(built: Db) -> None:
    wrong = []
    for cell in built.execute("select * from reports.rpt_orders_daily").fetchall():
        filters = {name: cell[name] for name in ("connection", "currency", "channel", "source", "medium", "campaign")}
        for measure in REPORTS["orders"]:
            question = explain.Question("orders", measure, cell["report_date"], filters)
            if explain.total(built, question) != cell[measure]:
                wrong.append((measure, filters, cell["report_date"], cell[measure], explain.total(built, question)))
    assert wrong == []


# The business of `reported` sells two subscriptions: test_subscriptions.py opens those of every kind.
@pytest.mark.parametrize("report", sorted({*REPORTS} - {"subscriptions"}))
def test_every_cell_is_what_its_ledger_rows_come_to(reported: Built, report: str) -> None:
    wrong, opened = [], 0
    for cell in cells(reported.db, report):
        for measure, made_of in REPORTS[report].items():
            if not made_of.follows_dimensions or (report == "engagement" and cell["channel"] == "(none)"):
                continue
            filters = {name: cell[name] for name in made_of.ledger.dimensions}
            question = explain.Question(report, measure, cell["report_date"], filters)
            opened += 1
            if explain.total(reported.db, question) != cell[measure]:
                wrong.append((question, cell[measure]))
    assert wrong == []
    assert opened > 20


def test_all_contacts_of_a_day_are_the_leads_until_then(reported: Built) -> None:
    for row in cells(reported.db, "engagement"):
        if row["channel"] == "(none)":
            question = explain.Question("engagement", "all_contacts", row["report_date"], {})
            assert explain.total(reported.db, question) == row["all_contacts"]


def test_all_contacts_stand_in_the_row_of_a_day_that_has_no_labels_and_in_no_other(reported: Built) -> None:
    figures = set()
    for row in cells(reported.db, "engagement"):
        filters = {name: row[name] for name in REPORTS["engagement"]["all_contacts"].ledger.dimensions}
        question = explain.Question("engagement", "all_contacts", row["report_date"], filters)
        assert explain.total(reported.db, question) == row["all_contacts"]
        figures.add((row["channel"], row["all_contacts"]))
    assert {("paid", 0), ("(none)", 7)} <= figures


def raw_of(reported: Built, report: str, measure: str, day: str, **filters: str) -> set[tuple[str, str]]:
    question = explain.Question(report, measure, date.fromisoformat(day), filters)
    found = explain.rows(reported.db, question, 100)
    kind = question.made_of().ledger.raw
    return {(raw.table, raw.id) for row in found for raw in raw_rows.behind(reported.db, kind, row)}


@pytest.mark.parametrize(
    ("report", "measure", "day", "expected"),
    [
        (
            "acquisition",
            "lead_revenue",
            "2026-03-01",
            {
                ("raw_hubspot.contacts", "7"),
                ("raw_hubspot.contacts", "9"),
                ("raw_stripe.payment_intents", "pi_twin"),
                ("raw_stripe.charges", "ch_twin"),
            },
        ),
        (
            "acquisition",
            "ad_spend",
            "2026-02-12",
            {("raw_google_ads.ad_days", "1/20/200/2000/2026-02-12")},
        ),
        (
            "orders",
            "net_cash",
            "2026-02-12",
            set(),
        ),
        (
            "orders",
            "collected_by_payment_date",
            "2026-02-11",
            {("raw_stripe.charges", "ch_reader")},
        ),
        (
            "orders",
            "revenue",
            "2026-02-11",
            {("raw_stripe.payment_intents", "pi_reader"), ("raw_stripe.charges", "ch_reader")},
        ),
        (
            "nurture",
            "tag_additions",
            "2026-02-03",
            {
                ("raw_hubspot.list_memberships", "5/23"),
                ("raw_hubspot.contacts", "23"),
                *(("raw_stripe.payment_intents", f"pi_moment{n}") for n in (1, 2)),
                *(("raw_stripe.charges", f"ch_moment{n}") for n in (1, 2)),
            },
        ),
        (
            "engagement",
            "page_views",
            "2026-02-12",
            {
                ("raw_web_events.pages", "v4"),
                ("raw_hubspot.contacts", "32"),
                ("raw_stripe.payment_intents", "pi_reader"),
                ("raw_stripe.charges", "ch_reader"),
            },
        ),
    ],
)
def test_ledger_rows_open_to_the_raw_rows_they_come_from(
    reported: Built, report: str, measure: str, day: str, expected: set[tuple[str, str]]
) -> None:
    assert raw_of(reported, report, measure, day) == expected


def said(reported: Built, monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    monkeypatch.setenv("WAREHOUSE_URL", reported.url)
    result = CliRunner().invoke(main, ["explain", *words])
    return f"{result.exit_code}\n{result.output}"


def test_the_command_prints_the_cell_its_ledger_rows_and_the_raw_rows_with_their_sync(
    reported: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("acquisition", "lead_revenue", "2026-02-10", "campaign=spring", "--raw")
    output = said(reported, monkeypatch, *words)
    assert output.startswith("0\n")
    assert "campaign=spring  figure=105.000" in output
    assert "From the ledger: 105.000, over 1 rows of" in output
    assert "select * from reports.rpt_acquisition where report_date = '2026-02-10'" in output
    assert "person_id=hubspot:31" in output
    assert "raw_stripe.charges stripe ch_visitor version=1 synced_at=" in output


def test_long_ledgers_are_cut_and_say_so(reported: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    output = said(reported, monkeypatch, "engagement", "all_contacts", "2026-02-10", "--limit", "2")
    assert "over 7 rows" in output
    assert "… and 5 more" in output


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        (("sales", "leads", "2026-02-10"), "there are acquisition"),
        (("acquisition", "lead", "2026-02-10"), "it has leads"),
        (("acquisition", "leads", "2026-02-10", "tag_id=5"), "it can by channel"),
        (("acquisition", "leads", "2026-02-10", "paid"), "such as channel=paid"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(
    reported: Built, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], cure: str
) -> None:
    output = said(reported, monkeypatch, *words)
    assert output.startswith("2\n")
    assert cure in output


def test_nothing_is_hidden_by_a_figure_that_is_not_known(reported: Built) -> None:
    question = explain.Question("acquisition", "lead_revenue", date(1999, 1, 1), {})
    assert explain.total(reported.db, question) == Decimal(0)

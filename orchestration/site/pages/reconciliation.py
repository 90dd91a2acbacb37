"""Reconciliation: does everything add up to what the sources have?"""

from orchestration.site.questions import Block, Column, Ledger, Page, Query, Unit

MART = "reports.rpt_reconciliation"
WORDS = {
    "everything_minor": ("Everything", "straight from what the source said"),
    "matched_minor": ("Matched", "of a known person"),
    "unmatched_minor": ("Unmatched", "of nobody known yet"),
    "excluded_minor": ("Excluded", "in no order, with a reason"),
    "difference_minor": ("Difference", "what is left: it must be 0"),
}
PARTS = tuple(
    Column(name, title, Unit.MINOR, f"sum({name})", f"{title}: {words}, in major units of the row's currency.")
    for name, (title, words) in WORDS.items()
)

PAGE = Page(
    name="reconciliation",
    title="Reconciliation",
    question="Does everything add up to what the sources have?",
    cure="Nothing was synced yet that could be reconciled: run `leadline connect stripe`, then `leadline sync`.",
    blocks=(
        Block(
            "sources",
            "Everything = matched + unmatched + excluded",
            "All history, by source, measure and currency; currencies are never added up.",
            Query(
                MART,
                (
                    Column("connection", "Source"),
                    Column("measure", "Measure"),
                    Column("currency", "Currency", Unit.CURRENCY),
                ),
                PARTS,
                where="",
                order="1, 2, 3",
            ),
        ),
        Block(
            "months",
            "Months that do not add up",
            "Empty when all do.",
            Query(
                MART,
                (
                    Column("month", "Month", Unit.MONTH),
                    Column("connection", "Source"),
                    Column("measure", "Measure"),
                    Column("currency", "Currency", Unit.CURRENCY),
                ),
                PARTS,
                where="difference_minor <> 0",
                order="1 desc, 2, 3, 4",
                limit=50,
            ),
            empty="Every month of every source adds up to the cent.",
        ),
    ),
    ledgers=(
        (
            "The latest months",
            Ledger(
                MART,
                (
                    Column("month", "Month", Unit.MONTH),
                    Column("connection", "Source"),
                    Column("measure", "Measure"),
                    Column("currency", "Currency", Unit.CURRENCY),
                    *(Column(name, title, Unit.MINOR) for name, (title, _) in WORDS.items()),
                    Column("excluded_reasons", "Why excluded"),
                ),
                "month desc, connection, measure, currency",
                where="",
                limit=24,
            ),
        ),
    ),
)

"""What a finished run tells in the terminal: the five reports, the match rate, the reconciliation line.

Belongs here: what is said, and in which order. Does not: how a report is laid out (`summary_reports.py`).
"""

import psycopg

from connectors.registry import Warehouse, warehouse
from orchestration import summary_reports

_MATCH = "select count(*), count(person_id) from reports.rpt_orders where not is_zero_amount"
_RECONCILIATION = "select count(*), count(*) filter (where difference_minor <> 0) from reports.rpt_reconciliation"


def text(target: Warehouse) -> str:
    """The figures, as lines to print."""
    with warehouse.connect(target) as db:
        if db.execute("select to_regclass('reports.rpt_reconciliation')").fetchone() == (None,):
            return "Reports: none built yet; `make sync` or `make demo` builds them."
        return "\n".join([*summary_reports.lines(db), "", *_trust(db)])


def _trust(db: psycopg.Connection) -> list[str]:
    orders, matched = db.execute(_MATCH).fetchone() or (0, 0)
    rows, open_rows = db.execute(_RECONCILIATION).fetchone() or (0, 0)
    rate = f"{matched / orders:.1%}" if orders else "-"
    closes = "to the cent" if not open_rows else f"NOT: {open_rows:,} lines differ, see reports.rpt_reconciliation"
    return [
        f"Match rate: {rate} ({matched:,} of {orders:,} orders belong to a known person; the others, with the reason,"
        " are in reports.rpt_unmatched_payments).",
        f"Reconciliation: everything = matched + unmatched + excluded, {closes} ({rows:,} lines).",
    ]

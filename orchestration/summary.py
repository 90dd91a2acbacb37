"""What a finished run tells in the terminal: the report's figures, the match rate, the reconciliation line.

Belongs here: asking the reports and printing. Does not: computing any figure (`dbt_project/`).
"""

from decimal import Decimal

import psycopg

from connectors.registry import Warehouse, warehouse

_FIGURES = """
select o.currency, coalesce(c.exponent, 0),
       sum(case when o.is_zero_amount then 0 else 1 end), sum(o.revenue_minor), sum(o.collected_minor),
       sum(o.refunded_minor), sum(o.fees_minor), count(distinct case when o.collected_minor > 0 then o.payer_id end),
       sum(case when o.person_id is not null then o.revenue_minor else 0 end)
from reports.rpt_orders as o left join staging.currencies as c on c.currency = o.currency
group by 1, 2 order by 3 desc
"""
_MATCH = "select count(*), count(person_id) from reports.rpt_orders where not is_zero_amount"
_RECONCILIATION = "select count(*), count(*) filter (where difference_minor <> 0) from reports.rpt_reconciliation"


def text(target: Warehouse) -> str:
    """The figures, as lines to print."""
    with warehouse.connect(target) as db:
        if db.execute("select to_regclass('reports.rpt_reconciliation')").fetchone() == (None,):
            return "Reports: none built yet; `make sync` or `make demo` builds them."
        figures = db.execute(_FIGURES).fetchall()
        return "\n".join([*_orders(figures), *_trust(db)])


def _orders(figures: list[tuple]) -> list[str]:
    if not figures:
        return ["Orders: none yet."]
    head = "".join(
        [
            f"{'':5}{'orders':>9}{'revenue':>18}{'collected':>18}{'refunded':>16}{'fees':>14}",
            f"{'customers':>11}{'matched':>9}",
        ]
    )
    lines = ["Orders, all revenue whatever its status:", head]
    for currency, exponent, orders, revenue, collected, refunded, fees, customers, matched in figures:
        money = [_money(amount, exponent) for amount in (revenue, collected, refunded, fees)]
        share = f"{matched / revenue:.1%}" if revenue else "-"
        lines.append(
            f"{currency.upper():5}{orders:>9,}{money[0]:>18}{money[1]:>18}{money[2]:>16}{money[3]:>14}"
            f"{customers:>11,}{share:>9}"
        )
    return lines


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


def _money(minor: int | Decimal, exponent: int) -> str:
    return f"{Decimal(int(minor)).scaleb(-exponent):,.{exponent}f}"

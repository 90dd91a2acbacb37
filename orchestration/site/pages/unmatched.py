"""Unmatched payments: whose money has no owner, why, and what to do about it."""

from orchestration.site.questions import (
    IN_CHART,
    NO_RATE,
    PERIOD_START,
    Block,
    Chart,
    Column,
    Ledger,
    Page,
    Query,
    Unit,
    amount,
    count,
    ratio,
)

MART = "reports.rpt_unmatched_payments"
PAYMENTS = count("payments", "Payments", "count(*)", "Payments no contact was found for.")

PAGE = Page(
    name="unmatched",
    title="Unmatched payments",
    question="Whose money has no owner, and why?",
    cure="No payment is without an owner: either every one is matched, or nothing is connected yet"
    " (`leadline connect stripe`).",
    blocks=(
        Block(
            "reasons",
            "Why they have no owner",
            "Of all history. Correct the contact in the CRM, or link it by hand; the next build matches the payment.",
            Query(
                MART,
                (Column("unmatched_reason", "Reason"),),
                (
                    PAYMENTS,
                    count("payers", "Payers", "count(distinct payer_id)", "Distinct payers of them."),
                    amount("amount", "Amount"),
                ),
                where="",
                order="amount desc nulls last, 1",
                has_total=True,
            ),
            Chart("ranked", ("amount",)),
        ),
        Block(
            "over_time",
            "Unmatched payments over time",
            "What has no owner yet, by the day it was paid.",
            Query(
                MART,
                (Column("period_start", "Period", Unit.PERIOD, PERIOD_START),),
                (amount("amount", "Amount"), PAYMENTS),
                where=IN_CHART,
                is_series=True,
            ),
            Chart("stacked", ("amount",)),
            has_open_table=False,
        ),
        Block(
            "matching",
            "How orders were matched",
            "Orders of this period by the rung that found their person; `(unmatched)` found none.",
            Query(
                "reports.rpt_orders",
                (Column("method", "Matched by", sql="coalesce(match_method, '(unmatched)')"),),
                (
                    count(
                        "orders",
                        "Orders",
                        "count(*) filter (where not is_zero_amount)",
                        "Orders of the period, zero amounts left out.",
                    ),
                    amount("revenue", "Revenue"),
                    ratio(
                        "share",
                        "Of all orders",
                        Unit.SHARE,
                        "1.0 * count(*) filter (where not is_zero_amount)",
                        "max(all_orders)",
                        "Orders of the row ÷ all orders.",
                    ),
                ),
                relation="(select *, count(*) filter (where not is_zero_amount) over () as all_orders"
                " from reports.rpt_orders where report_date between %(since)s and %(until)s) as orders",
                where="",
                order="orders desc, 1",
                has_total=True,
            ),
            Chart("ranked", ("orders",)),
        ),
    ),
    ledgers=(
        (
            "The largest unmatched payments",
            Ledger(
                MART,
                (
                    Column("paid_at", "Paid", Unit.MOMENT),
                    Column("amount", "Amount", Unit.MONEY, missing=NO_RATE),
                    Column("unmatched_reason", "Reason"),
                    Column("candidate_emails", "Addresses tried"),
                    Column("nearest_contact_email", "Nearest contact"),
                    Column("payer_amount", "All of this payer", Unit.MONEY, missing=NO_RATE),
                    Column("payment_id", "Payment"),
                ),
                "amount desc nulls last, connection, payment_id",
                where="",
                limit=25,
            ),
        ),
    ),
)

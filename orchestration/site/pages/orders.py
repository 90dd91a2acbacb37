"""Orders: what was sold, paid and refunded, to whom."""

from orchestration.site.questions import (
    IN_CHART,
    NO_RATE,
    PERIOD_START,
    Block,
    Chart,
    Column,
    Kpi,
    Ledger,
    Page,
    Query,
    Unit,
    amount,
    count,
    kpi_series,
    ratio,
    summed,
)

DAILY = "reports.rpt_orders_daily"
PERIOD = Column("period_start", "Period", Unit.PERIOD, PERIOD_START)
KPIS = (
    Kpi("revenue", "Revenue", Unit.MONEY),
    Kpi("orders", "Orders", Unit.COUNT),
    Kpi("average_order_value", "Average order", Unit.MONEY, "Revenue ÷ orders."),
    Kpi("collected", "Collected", Unit.MONEY),
    Kpi("net_revenue", "Net revenue", Unit.MONEY),
    Kpi("customers", "Customers", Unit.COUNT),
)

PAGE = Page(
    name="orders",
    title="Orders",
    question="What was sold, what was paid and refunded, and to whom?",
    cure="Orders come from your payments: connect them with `leadline connect stripe` (or files), then run"
    " `leadline sync`.",
    report="orders",
    kpis=KPIS,
    headlines=("revenue", "net_revenue", "orders"),
    blocks=(
        Block(
            "over_time",
            "Revenue, and what is left of it",
            "Revenue counts every order as if it were paid; net revenue is collected less refunds and lost disputes.",
            kpi_series("orders", (KPIS[0], KPIS[4], KPIS[1])),
            Chart("lines", ("revenue", "net_revenue")),
            has_open_table=False,
        ),
        Block(
            "statuses",
            "Revenue by status",
            "What became of the orders of this period.",
            Query(
                "reports.rpt_orders",
                (Column("order_status", "Status"),),
                (
                    count(
                        "orders",
                        "Orders",
                        "count(*) filter (where not is_zero_amount)",
                        "Orders of the period, zero amounts left out.",
                    ),
                    amount("revenue", "Revenue"),
                    amount("collected", "Collected"),
                    amount("refunded", "Refunded"),
                    amount("disputes_lost", "Lost in disputes"),
                    amount("net_revenue", "Net revenue"),
                ),
                order="revenue desc nulls last, 1",
                has_total=True,
            ),
            Chart("ranked", ("revenue",)),
        ),
        Block(
            "new_and_returning",
            "New against returning customers",
            "Totals of a payer's first paid order, and of the later ones; orders that brought no money are neither.",
            Query(
                DAILY,
                (PERIOD,),
                (
                    amount("new_customer_revenue", "New"),
                    amount("returning_customer_revenue", "Returning"),
                    count("new_customer_orders", "New, orders"),
                    count("returning_customer_orders", "Returning, orders"),
                ),
                where=IN_CHART,
                is_series=True,
            ),
            Chart("stacked", ("returning_customer_revenue", "new_customer_revenue")),
            has_open_table=False,
        ),
        Block(
            "refunds",
            "Refunds on both bases",
            "The same refunds by the day of their order, and by the day they were given.",
            Query(
                DAILY,
                (PERIOD,),
                (
                    amount("refunds_by_order_date", "By order date"),
                    amount("refunds_by_refund_date", "By refund date"),
                    amount("disputes_lost_by_order_date", "Disputes lost, by order date"),
                    amount("disputes_lost_by_withdrawal_date", "Disputes lost, by withdrawal date"),
                ),
                where=IN_CHART,
                is_series=True,
            ),
            Chart("lines", ("refunds_by_order_date", "refunds_by_refund_date")),
            has_open_table=False,
        ),
        Block(
            "products",
            "Products",
            "Order lines of any status, before discounts and without tax on top, so they need not add up to revenue.",
            Query(
                "reports.rpt_orders_products_daily",
                (Column("product_name", "Product"),),
                (
                    count("quantity", "Units"),
                    count("order_lines", "Lines"),
                    amount("amount", "Amount"),
                    amount("discount", "Discount"),
                    amount("net_amount", "Net amount"),
                ),
                order="net_amount desc nulls last, 1",
                limit=25,
                has_total=True,
            ),
            Chart("ranked", ("net_amount",)),
        ),
        Block(
            "channels",
            "Channels",
            "Orders by the touch that the setting's attribution model gives most of them to.",
            Query(
                DAILY,
                (Column("channel", "Channel"),),
                (
                    count("orders", "Orders"),
                    amount("revenue", "Revenue"),
                    ratio(
                        "average_order_value",
                        "Average order",
                        Unit.MONEY,
                        summed("revenue"),
                        "sum(orders)",
                        "Revenue ÷ orders.",
                    ),
                    amount("net_revenue", "Net revenue"),
                    ratio(
                        "matched_share",
                        "Matched",
                        Unit.SHARE,
                        "sum(orders_matched)",
                        "sum(orders)",
                        "Orders with a known person ÷ orders.",
                    ),
                ),
                order="revenue desc nulls last, 1",
                has_total=True,
            ),
        ),
    ),
    ledgers=(
        (
            "The latest orders",
            Ledger(
                "reports.rpt_orders",
                (
                    Column("ordered_at", "Ordered", Unit.MOMENT),
                    Column("order_id", "Order"),
                    Column("order_status", "Status"),
                    Column("revenue", "Revenue", Unit.MONEY, missing=NO_RATE),
                    Column("net_revenue", "Net revenue", Unit.MONEY, missing=NO_RATE),
                    Column("match_email", "Matched by"),
                    Column("channel", "Channel"),
                    Column("campaign", "Campaign"),
                ),
                "ordered_at desc, connection, order_id",
            ),
        ),
    ),
)

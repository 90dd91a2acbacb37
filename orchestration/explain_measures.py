"""What every figure of the daily reports is made of, as data: which ledger rows, and which sum over them.

Belongs here: one entry per measure of every daily report, which a test holds; docs/metrics.md says how to read them.
Does not: asking (`explain.py`), where raw rows lie (`raw_rows.py`), subscriptions (`explain_subscriptions.py`).
"""

from orchestration.explain_ledgers import Ledger, Measure, known_sum, sums
from orchestration.explain_subscriptions import SUBSCRIPTION_MEASURES

LABELS = ("channel", "source", "medium", "campaign")
LEADS = Ledger(
    table="reports.rpt_acquisition",
    dimensions=LABELS,
    shown=("person_id", "contact_ids", "lead_created_at", *LABELS, "first_ordered_at", "orders", "lead_revenue"),
    keys=("person_id",),
    raw="person",
)
SPEND = Ledger(
    table="reports.rpt_acquisition_spend",
    dimensions=LABELS,
    shown=("connection", "ad_day_id", "campaign_name", "ad_name", "currency", "spend_micros", "ad_spend"),
    keys=("connector", "connection", "ad_day_id"),
    raw="ad_day",
)
ADDITIONS = Ledger(
    table="reports.rpt_nurture",
    dimensions=("connection", "tag_kind", "tag_id"),
    shown=("tag_name", "person_id", "contact_id", "added_at", "removed_at", "is_first_of_day", "revenue_after_touch"),
    keys=("connector", "connection", "tag_kind", "tag_event_id", "person_id"),
    raw="addition",
)
VIEWS = Ledger(
    table="reports.rpt_engagement",
    dimensions=LABELS,
    shown=("page_view_id", "person_id", "viewed_at", "url", "is_first_of_day", "revenue_same_day"),
    keys=("connection", "page_view_id", "person_id"),
    raw="view",
)
ORDERS = Ledger(
    table="reports.rpt_orders",
    dimensions=("connection", "currency", *LABELS),
    shown=(
        *("connection", "order_id", "order_status", "ordered_at", "currency", "revenue_minor", "net_revenue_minor"),
        *LABELS,
    ),
    keys=("connector", "connection", "order_id"),
    raw="order",
)
MOVEMENTS = Ledger(
    table="""(
    select moved.*, orders.channel, orders.source, orders.medium, orders.campaign from (
        select 'payment' as kind, connector, connection, payment_id as movement_id, order_id, currency,
            paid_at as moved_at, amount_minor, amount from marts.fct_payments where exclusion_reason is null
        union all
        select 'refund', connector, connection, refund_id, order_id, currency,
            refunded_at, -amount_minor, -amount from marts.fct_refunds where exclusion_reason is null
        union all
        select 'dispute', 'stripe', connection, dispute_id, order_id, currency,
            withdrawn_at, -lost_minor, -lost from marts.fct_disputes where is_lost and exclusion_reason is null
    ) as moved join reports.rpt_orders as orders using (connection, order_id)
) as movements""",
    dimensions=("connection", "currency", *LABELS),
    shown=("kind", "connection", "movement_id", "order_id", "moved_at", "currency", "amount_minor", "amount", *LABELS),
    keys=("connector", "connection", "kind", "movement_id"),
    raw="movement",
)


BY_FIRST_ORDER = "first_order_date = %(day)s and is_customer"
FIRST = "report_date = %(day)s and is_first_of_day"

ACQUISITION = {
    "leads": Measure(LEADS, "count(*)"),
    "customers": Measure(LEADS, "count(*)", "report_date = %(day)s and is_customer"),
    "purchased_before_lead": Measure(LEADS, "count(*)", "report_date = %(day)s and purchased_before_lead"),
    "days_until_purchase_sum": Measure(
        LEADS, "coalesce(sum(days_until_purchase), 0)", "report_date = %(day)s and days_until_purchase is not null"
    ),
    "days_until_purchase_count": Measure(
        LEADS, "count(*)", "report_date = %(day)s and days_until_purchase is not null"
    ),
    "first_time_customers": Measure(LEADS, "count(*)", BY_FIRST_ORDER),
    **sums(LEADS, ("first_order_revenue", "net_first_order_revenue"), where=BY_FIRST_ORDER),
    **sums(LEADS, ("lead_revenue", "net_lead_revenue")),
    **sums(SPEND, ("ad_spend",)),
}
NURTURE = {
    "tag_additions": Measure(ADDITIONS, "count(*)"),
    "tag_additions_currently_applied": Measure(ADDITIONS, "count(*)", "report_date = %(day)s and is_currently_applied"),
    "persons": Measure(ADDITIONS, "count(*)", FIRST, is_additive=False),
    "customers": Measure(ADDITIONS, "count(*)", f"{FIRST} and is_customer", is_additive=False),
    **sums(
        ADDITIONS,
        ("revenue_after_touch", "net_revenue_after_touch", "revenue_any_time", "net_revenue_any_time"),
        where=FIRST,
        is_additive=False,
    ),
    "days_to_purchase_median": Measure(
        ADDITIONS,
        "round(cast(percentile_cont(0.5) within group (order by days_to_purchase) as numeric), 1)",
        f"{FIRST} and days_to_purchase is not null",
        is_additive=False,
    ),
    "days_to_purchase_count": Measure(
        ADDITIONS, "count(*)", f"{FIRST} and days_to_purchase is not null", is_additive=False
    ),
}
ENGAGEMENT = {
    "all_contacts": Measure(
        LEADS,
        "count(*)",
        "report_date <= %(day)s and (deleted_date is null or deleted_date > %(day)s)",
        follows_dimensions=False,
    ),
    "engaged_contacts": Measure(VIEWS, "count(*)", FIRST),
    "page_views": Measure(VIEWS, "count(*)"),
    "engaged_customers": Measure(VIEWS, "count(*)", f"{FIRST} and is_customer"),
    "engaged_revenue_same_day": Measure(VIEWS, known_sum("revenue_same_day"), FIRST),
    "net_engaged_revenue_same_day": Measure(VIEWS, known_sum("net_revenue_same_day"), FIRST),
    "engaged_lifetime_revenue": Measure(VIEWS, known_sum("lifetime_revenue"), FIRST),
    "net_engaged_lifetime_revenue": Measure(VIEWS, known_sum("net_lifetime_revenue"), FIRST),
}
TODAY = "report_date = %(day)s"
IN_FULL = "collected_minor > 0 and refunded_minor >= collected_minor"
MOVED = "cast(moved_at at time zone %(timezone)s as date) = %(day)s"
# Measures of money stand twice: in the order's minor units, and in the report currency.
ORDER_MONEY = {
    "revenue": ("revenue", TODAY),
    "policy_revenue": ("policy_revenue", TODAY),
    "revenue_excluding_failed": ("revenue", f"{TODAY} and order_status <> 'failed'"),
    "revenue_excluding_refunded": ("revenue", f"{TODAY} and not ({IN_FULL})"),
    "revenue_matched": ("revenue", f"{TODAY} and person_id is not null"),
    "revenue_unmatched": ("revenue", f"{TODAY} and person_id is null"),
    "new_customer_revenue": ("revenue", f"{TODAY} and is_new_customer"),
    "returning_customer_revenue": ("revenue", f"{TODAY} and customer_order_number > 1"),
    "collected": ("collected", TODAY),
    "refunds_by_order_date": ("refunded", TODAY),
    "disputes_lost_by_order_date": ("disputes_lost", TODAY),
    "net_revenue": ("net_revenue", TODAY),
    "outstanding": ("outstanding", TODAY),
    "fees": ("fees", TODAY),
    "tax": ("tax", TODAY),
}
CASH = {
    "collected_by_payment_date": ("{}", f"{MOVED} and kind = 'payment'"),
    "refunds_by_refund_date": ("-{}", f"{MOVED} and kind = 'refund'"),
    "disputes_lost_by_withdrawal_date": ("-{}", f"{MOVED} and kind = 'dispute'"),
    "net_cash": ("{}", MOVED),
}
PAYERS = f"{TODAY} and collected_minor > 0"
ORDERS_MEASURES = {
    "orders": Measure(ORDERS, "count(*)", f"{TODAY} and not is_zero_amount"),
    "orders_matched": Measure(ORDERS, "count(*)", f"{TODAY} and not is_zero_amount and person_id is not null"),
    "orders_failed": Measure(ORDERS, "count(*)", f"{TODAY} and order_status = 'failed'"),
    "orders_refunded": Measure(ORDERS, "count(*)", f"{TODAY} and {IN_FULL}"),
    "new_customer_orders": Measure(ORDERS, "count(*)", f"{TODAY} and is_new_customer"),
    "returning_customer_orders": Measure(ORDERS, "count(*)", f"{TODAY} and customer_order_number > 1"),
    "customers": Measure(ORDERS, "count(distinct payer_id)", PAYERS, is_additive=False),
    "customers_matched": Measure(ORDERS, "count(distinct person_id)", PAYERS, is_additive=False),
    **{
        f"{name}{unit}": Measure(ORDERS, known_sum(f"{column}{unit}"), where)
        for name, (column, where) in ORDER_MONEY.items()
        for unit in ("_minor", "")
    },
    **{
        f"{name}{unit}": Measure(MOVEMENTS, known_sum(f"({column.format('amount' + unit)})"), where)
        for name, (column, where) in CASH.items()
        for unit in ("_minor", "")
    },
}
REPORTS: dict[str, dict[str, Measure]] = {
    "acquisition": ACQUISITION,
    "nurture": NURTURE,
    "engagement": ENGAGEMENT,
    "orders": ORDERS_MEASURES,
    "subscriptions": SUBSCRIPTION_MEASURES,
}

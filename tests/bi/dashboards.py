"""What the starter dashboards show: one for each of the five reports, and its charts.

Belongs here: which figures, split by what. Does not: how they are computed (`measures.py`), how a BI tool writes them
down (`superset_files.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.bi.measures import MEASURES

KINDS = ("number", "latest", "stack", "bars", "lines", "table")
GRAINS = {"day": "P1D", "month": "P1M"}


@dataclass(frozen=True)
class Chart:
    """Measures of one report: over all rows, per period of `report_date` (`grain`), and split by columns (`by`).

    A `number` is over all rows; `latest` is the last of a measure's days, for what stands at the end of a day. What is
    in a `stack` adds up, what has `bars` stands side by side.
    """

    title: str
    report: str
    kind: str
    measures: Sequence[str]
    by: Sequence[str] = ()
    grain: str | None = None

    def __post_init__(self) -> None:
        """Refuses a chart that no tool could draw."""
        if self.kind not in KINDS:
            raise ValueError(f"{self.title}: a chart is one of {', '.join(KINDS)}, not {self.kind!r}.")
        if (self.kind in ("latest", "stack", "bars", "lines")) != (self.grain in GRAINS):
            raise ValueError(f"{self.title}: what runs over time has a grain ({', '.join(GRAINS)}), nothing else has.")
        if unknown := [name for name in self.measures if name not in MEASURES[self.report]]:
            raise ValueError(f"{self.title}: {self.report} has no measure {unknown[0]!r}: add it to MEASURES.")
        if not self.measures or (self.kind in ("number", "latest") and (len(self.measures) > 1 or self.by)):
            raise ValueError(f"{self.title}: a number shows one measure of all rows, every other chart at least one.")


DASHBOARDS: Mapping[str, Sequence[Chart]] = {
    "Acquisition": (
        Chart("Leads", "rpt_acquisition_daily", "number", ["total_leads"]),
        Chart("Conversion rate", "rpt_acquisition_daily", "number", ["conversion_rate"]),
        Chart("Lead value", "rpt_acquisition_daily", "number", ["lead_value"]),
        Chart("Cost per customer", "rpt_acquisition_daily", "number", ["cac"]),
        Chart("Leads by month and channel", "rpt_acquisition_daily", "stack", ["total_leads"], ["channel"], "month"),
        Chart(
            "Spend and revenue by month of the lead",
            "rpt_acquisition_daily",
            "lines",
            ["total_ad_spend", "total_lead_revenue"],
            grain="month",
        ),
        Chart("Channels", "rpt_acquisition_daily", "table", list(MEASURES["rpt_acquisition_daily"]), ["channel"]),
    ),
    "Nurture": (
        Chart("Persons who got a tag", "rpt_nurture", "number", ["persons"]),
        Chart("Of these, bought after it", "rpt_nurture", "number", ["buyers_after"]),
        Chart("Additions by month", "rpt_nurture_daily", "stack", ["total_additions"], ["tag_kind"], "month"),
        Chart(
            "Additions that still stand",
            "rpt_nurture_daily",
            "table",
            ["total_additions", "still_applied"],
            ["tag_kind"],
        ),
        Chart(
            "Tags, lists and automations",
            "rpt_nurture",
            "table",
            ["additions", "persons", "buyers_after", "revenue_after_first", "median_days"],
            ["connection", "tag_kind", "tag_id", "tag_name"],
        ),
    ),
    "Engagement": (
        Chart("Engaged persons", "rpt_engagement", "number", ["engaged_persons"]),
        Chart("Engaged customers", "rpt_engagement", "number", ["engaged_customers"]),
        Chart("Page views", "rpt_engagement_daily", "number", ["total_page_views"]),
        Chart(
            "Engaged persons by month",
            "rpt_engagement",
            "lines",
            ["engaged_persons", "engaged_customers"],
            grain="month",
        ),
        Chart("Engagement rate by day", "rpt_engagement_daily", "lines", ["engagement_rate"], grain="day"),
        Chart("Page views by month and channel", "rpt_engagement", "stack", ["views"], ["channel"], "month"),
        Chart("Revenue on the day of a visit", "rpt_engagement_daily", "stack", ["revenue_same_day"], grain="month"),
        Chart(
            "Campaigns that brought them",
            "rpt_engagement",
            "table",
            ["views", "engaged_persons", "engaged_customers"],
            ["channel", "campaign"],
        ),
    ),
    "Orders": (
        Chart("Revenue", "rpt_orders_daily", "number", ["total_revenue"]),
        Chart("Net revenue", "rpt_orders_daily", "number", ["total_net_revenue"]),
        Chart("Orders", "rpt_orders_daily", "number", ["total_orders"]),
        Chart("Average order", "rpt_orders_daily", "number", ["average_order"]),
        Chart(
            "Revenue of new and returning customers by month",
            "rpt_orders_daily",
            "stack",
            ["new_customer_total", "returning_customer_total"],
            grain="month",
        ),
        Chart(
            "Sold, collected, refunded by month",
            "rpt_orders_daily",
            "lines",
            ["total_revenue", "total_collected", "total_net_revenue", "total_refunds"],
            grain="month",
        ),
        Chart("Orders by status", "rpt_orders", "table", ["counted_orders", "ledger_revenue"], ["order_status"]),
        Chart(
            "Orders by currency",
            "rpt_orders",
            "table",
            ["counted_orders", "amount_in_currency", "ledger_revenue", "ledger_net_revenue"],
            ["currency"],
        ),
        Chart(
            "Products", "rpt_orders_products_daily", "table", ["total_quantity", "total_net_amount"], ["product_name"]
        ),
        Chart(
            "Revenue by channel",
            "rpt_orders_daily",
            "table",
            ["total_orders", "total_revenue", "total_net_revenue"],
            ["channel"],
        ),
    ),
    "Subscriptions": (
        Chart("MRR", "rpt_subscriptions_daily", "latest", ["closing_mrr"], grain="day"),
        Chart("Active subscriptions", "rpt_subscriptions_daily", "latest", ["active"], grain="day"),
        Chart("Churn rate", "rpt_subscriptions_daily", "latest", ["churn_rate"], grain="day"),
        Chart(
            "MRR movements by month",
            "rpt_subscriptions_daily",
            "stack",
            [
                "total_new_mrr",
                "total_reactivation_mrr",
                "total_expansion_mrr",
                "total_contraction_mrr",
                "total_churn_mrr",
                "total_fx_mrr",
            ],
            grain="month",
        ),
        Chart("Active and in trial by day", "rpt_subscriptions_daily", "lines", ["active", "trialing"], grain="day"),
        Chart("Started and ended by month", "rpt_subscriptions_daily", "bars", ["started", "ended"], grain="month"),
        Chart(
            "Trials by month",
            "rpt_subscriptions_daily",
            "bars",
            ["total_trials_started", "total_trials_converted", "total_trials_cancelled"],
            grain="month",
        ),
        Chart("Subscriptions by state", "rpt_subscriptions", "table", ["subscriptions", "mrr_now"], ["state"]),
        Chart(
            "Subscriptions by currency",
            "rpt_subscriptions",
            "table",
            ["subscriptions", "mrr_minor_in_currency", "mrr_now"],
            ["currency"],
        ),
    ),
}

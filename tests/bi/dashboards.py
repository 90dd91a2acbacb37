"""What the starter dashboards show: a dashboard per report, its charts, and the measures they are made of.

Belongs here: which figures, split by what. Does not: how a BI tool writes them down (`superset_files.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

KINDS = ("number", "bars", "lines", "table")
GRAINS = {"day": "P1D", "month": "P1M"}


@dataclass(frozen=True)
class Measure:
    """A figure as SQL over one report; `is_amount` for money in the report currency, `is_share` for a part of 1."""

    expression: str
    title: str
    is_amount: bool = False
    is_share: bool = False


@dataclass(frozen=True)
class Chart:
    """Measures of one report: over all rows, per period of `report_date` (`grain`), and split by columns (`by`)."""

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
        if (self.kind in ("bars", "lines")) != (self.grain in GRAINS):
            raise ValueError(
                f"{self.title}: bars and lines have a grain ({', '.join(GRAINS)}), and no other chart has."
            )
        if unknown := [name for name in self.measures if name not in MEASURES[self.report]]:
            raise ValueError(f"{self.title}: {self.report} has no measure {unknown[0]!r}: add it to MEASURES.")
        if not self.measures or (self.kind == "number" and (len(self.measures) > 1 or self.by)):
            raise ValueError(f"{self.title}: a number shows one measure of all rows, every other chart at least one.")


def _sum(column: str, title: str) -> Measure:
    return Measure(f"sum({column})", title)


def _amount(column: str, title: str) -> Measure:
    return Measure(f"sum({column})", title, is_amount=True)


MEASURES: Mapping[str, Mapping[str, Measure]] = {
    "rpt_acquisition_daily": {
        "leads_total": _sum("leads", "Leads"),
        "customers_total": _sum("customers", "Leads that bought"),
        "conversion_rate": Measure("1.0 * sum(customers) / nullif(sum(leads), 0)", "Conversion rate", is_share=True),
        "lead_revenue_total": _amount("lead_revenue", "Revenue of the leads"),
        "ad_spend_total": _amount("ad_spend", "Ad spend"),
        "cac": Measure("sum(ad_spend) / nullif(sum(customers), 0)", "Cost per customer", is_amount=True),
        "roas": Measure("sum(lead_revenue) / nullif(sum(ad_spend), 0)", "Revenue per unit of spend"),
    },
    "rpt_nurture": {
        "additions": Measure("count(*)", "Additions"),
        "persons": Measure("count(distinct person_id)", "Persons"),
        "buyers_after": Measure(
            "count(distinct case when orders_after_touch > 0 then person_id end)", "Persons who bought after it"
        ),
        "median_days": Measure(
            "percentile_cont(0.5) within group (order by days_to_purchase)", "Median days to the purchase"
        ),
    },
    "rpt_nurture_daily": {
        "tag_additions_total": _sum("tag_additions", "Additions"),
        "still_applied": _sum("tag_additions_currently_applied", "Of these, still applied"),
    },
    "rpt_engagement": {
        "persons": Measure("count(distinct person_id)", "Engaged persons"),
        "customers": Measure("count(distinct case when is_customer then person_id end)", "Engaged customers"),
        "page_views": Measure("count(*)", "Page views"),
    },
    "rpt_engagement_daily": {
        "page_views_total": _sum("page_views", "Page views"),
        "revenue_same_day": _amount("engaged_revenue_same_day", "Revenue on the day of a visit"),
    },
    "rpt_orders_daily": {
        "orders_total": _sum("orders", "Orders"),
        "revenue_total": _amount("revenue", "Revenue"),
        "collected_total": _amount("collected", "Collected"),
        "net_revenue_total": _amount("net_revenue", "Net revenue"),
        "refunds_total": _amount("refunds_by_refund_date", "Refunds by their own date"),
        "average_order": Measure("sum(revenue) / nullif(sum(orders), 0)", "Average order", is_amount=True),
        "new_customer_total": _amount("new_customer_revenue", "Revenue of new customers"),
        "returning_customer_total": _amount("returning_customer_revenue", "Revenue of returning customers"),
    },
    "rpt_orders": {
        "orders_of_status": Measure("count(*) filter (where not is_zero_amount)", "Orders"),
        "revenue_of_status": _amount("revenue", "Revenue"),
    },
    "rpt_orders_products_daily": {
        "quantity_total": _sum("quantity", "Quantity"),
        "net_amount_total": _amount("net_amount", "Amount after discounts"),
    },
    "rpt_subscriptions_daily": {
        "mrr_total": _amount("mrr", "MRR at the end of the day"),
        "active_total": _sum("active_subscriptions", "Active subscriptions"),
        "trialing_total": _sum("trialing_subscriptions", "In trial"),
        "new_mrr_total": _amount("new_mrr", "New"),
        "reactivation_mrr_total": _amount("reactivation_mrr", "Reactivation"),
        "expansion_mrr_total": _amount("expansion_mrr", "Expansion"),
        "contraction_mrr_total": Measure("-sum(contraction_mrr)", "Contraction", is_amount=True),
        "churn_mrr_total": Measure("-sum(churn_mrr)", "Churn", is_amount=True),
        "started_total": _sum("subscriptions_started", "Started"),
        "cancellations_total": _sum("cancellations", "Ended"),
    },
    "rpt_subscriptions": {
        "subscriptions": Measure("count(*)", "Subscriptions"),
        "mrr_of_state": _amount("mrr", "MRR"),
    },
}

DASHBOARDS: Mapping[str, Sequence[Chart]] = {
    "Acquisition": (
        Chart("Leads", "rpt_acquisition_daily", "number", ["leads_total"]),
        Chart("Conversion rate", "rpt_acquisition_daily", "number", ["conversion_rate"]),
        Chart("Cost per customer", "rpt_acquisition_daily", "number", ["cac"]),
        Chart("Leads by month and channel", "rpt_acquisition_daily", "bars", ["leads_total"], ["channel"], "month"),
        Chart(
            "Spend and revenue by month of the lead",
            "rpt_acquisition_daily",
            "lines",
            ["ad_spend_total", "lead_revenue_total"],
            grain="month",
        ),
        Chart(
            "Channels",
            "rpt_acquisition_daily",
            "table",
            [
                "leads_total",
                "customers_total",
                "conversion_rate",
                "lead_revenue_total",
                "ad_spend_total",
                "cac",
                "roas",
            ],
            ["channel"],
        ),
    ),
    "Nurture": (
        Chart("Persons who got a tag", "rpt_nurture", "number", ["persons"]),
        Chart("Of these, bought after it", "rpt_nurture", "number", ["buyers_after"]),
        Chart("Additions by month", "rpt_nurture_daily", "bars", ["tag_additions_total"], ["tag_kind"], "month"),
        Chart(
            "Tags, lists and automations",
            "rpt_nurture",
            "table",
            ["additions", "persons", "buyers_after", "median_days"],
            ["tag_kind", "tag_name"],
        ),
        Chart(
            "Still applied",
            "rpt_nurture_daily",
            "table",
            ["tag_additions_total", "still_applied"],
            ["tag_kind", "tag_name"],
        ),
    ),
    "Engagement": (
        Chart("Engaged persons", "rpt_engagement", "number", ["persons"]),
        Chart("Engaged customers", "rpt_engagement", "number", ["customers"]),
        Chart("Engaged persons by month", "rpt_engagement", "lines", ["persons", "customers"], grain="month"),
        Chart(
            "Page views by month and channel",
            "rpt_engagement_daily",
            "bars",
            ["page_views_total"],
            ["channel"],
            "month",
        ),
        Chart(
            "Campaigns that brought them back",
            "rpt_engagement",
            "table",
            ["page_views", "persons", "customers"],
            ["channel", "campaign"],
        ),
        Chart(
            "Revenue on the day of a visit",
            "rpt_engagement_daily",
            "lines",
            ["revenue_same_day"],
            grain="month",
        ),
    ),
    "Orders": (
        Chart("Revenue", "rpt_orders_daily", "number", ["revenue_total"]),
        Chart("Orders", "rpt_orders_daily", "number", ["orders_total"]),
        Chart("Average order", "rpt_orders_daily", "number", ["average_order"]),
        Chart(
            "Revenue by month, new customers and returning ones",
            "rpt_orders_daily",
            "bars",
            ["new_customer_total", "returning_customer_total"],
            grain="month",
        ),
        Chart(
            "Sold, collected, refunded by month",
            "rpt_orders_daily",
            "lines",
            ["revenue_total", "collected_total", "net_revenue_total", "refunds_total"],
            grain="month",
        ),
        Chart("Orders by status", "rpt_orders", "table", ["orders_of_status", "revenue_of_status"], ["order_status"]),
        Chart(
            "Products",
            "rpt_orders_products_daily",
            "table",
            ["quantity_total", "net_amount_total"],
            ["product_name"],
        ),
        Chart(
            "Revenue by channel",
            "rpt_orders_daily",
            "table",
            ["orders_total", "revenue_total", "net_revenue_total"],
            ["channel"],
        ),
    ),
    "Subscriptions": (
        Chart("MRR by day", "rpt_subscriptions_daily", "lines", ["mrr_total"], grain="day"),
        Chart(
            "Active and trialing by day",
            "rpt_subscriptions_daily",
            "lines",
            ["active_total", "trialing_total"],
            grain="day",
        ),
        Chart(
            "MRR movements by month",
            "rpt_subscriptions_daily",
            "bars",
            [
                "new_mrr_total",
                "reactivation_mrr_total",
                "expansion_mrr_total",
                "contraction_mrr_total",
                "churn_mrr_total",
            ],
            grain="month",
        ),
        Chart(
            "Started and ended by month",
            "rpt_subscriptions_daily",
            "bars",
            ["started_total", "cancellations_total"],
            grain="month",
        ),
        Chart("Subscriptions by state", "rpt_subscriptions", "table", ["subscriptions", "mrr_of_state"], ["state"]),
    ),
}

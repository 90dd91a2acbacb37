"""The figures of the starter dashboards, as SQL over one report each.

Belongs here: how a figure is computed, as docs/metrics.md says it. Does not: which charts show it (`dashboards.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

FORMS = ("count", "amount", "share", "ratio")


@dataclass(frozen=True)
class Measure:
    """A figure over the rows of a report, NULL when it is not known.

    `form` says how it reads: a `count`, an `amount` of money, a `share` of 1, a `ratio`.
    """

    title: str
    expression: str
    form: str = "count"

    def __post_init__(self) -> None:
        """Refuses a form that nobody can write as a number."""
        if self.form not in FORMS:
            raise ValueError(f"{self.title}: a measure is one of {', '.join(FORMS)}, not {self.form!r}.")


def known(column: str) -> str:
    """The sum of a column, NULL as soon as one value is: money without a rate makes a total unknown, not smaller."""
    return f"case when count(*) = count({column}) then sum({column}) end"


def quotient(numerator: str, denominator: str) -> str:
    """A ratio of sums, never a mean of ratios; NULL when divided by 0."""
    return f"1.0 * {numerator} / nullif({denominator}, 0)"


def _sum(title: str, column: str) -> Measure:
    return Measure(title, f"sum({column})")


def _amount(title: str, column: str, sign: str = "") -> Measure:
    return Measure(title, f"{sign}{known(column)}" if not sign else f"{sign}({known(column)})", "amount")


def _of_first_additions(expression: str) -> str:
    """Over each person's first addition of a tag, so that nobody counts twice for one."""
    return f"{expression} filter (where addition_number = 1)"


def _of_one_currency(column: str) -> str:
    """The sum of amounts in the currency of their row, NULL where rows of several currencies meet."""
    return f"case when count(distinct currency) = 1 then sum({column}) end"


MEASURES: Mapping[str, Mapping[str, Measure]] = {
    "rpt_acquisition_daily": {
        "total_leads": _sum("Leads", "leads"),
        "total_customers": _sum("Leads that bought", "customers"),
        "conversion_rate": Measure("Conversion rate", quotient("sum(customers)", "sum(leads)"), "share"),
        "total_lead_revenue": _amount("Revenue of the leads", "lead_revenue"),
        "lead_value": Measure("Lead value", quotient(known("lead_revenue"), "sum(leads)"), "amount"),
        "total_ad_spend": _amount("Ad spend", "ad_spend"),
        "cac": Measure("Cost per customer", quotient(known("ad_spend"), "sum(customers)"), "amount"),
        "roas": Measure("Revenue per unit of spend", quotient(known("lead_revenue"), known("ad_spend")), "ratio"),
    },
    "rpt_nurture": {
        "additions": Measure("Additions", "count(*)"),
        "persons": Measure("Persons", "count(distinct person_id)"),
        "buyers_after": Measure(
            "Bought after it", "count(distinct person_id) filter (where days_to_purchase is not null)"
        ),
        "revenue_after_first": Measure(
            "Revenue after the first addition",
            f"case when {_of_first_additions('count(*)')} = {_of_first_additions('count(revenue_after_touch)')}"
            f" then {_of_first_additions('sum(revenue_after_touch)')} end",
            "amount",
        ),
        "median_days": Measure(
            "Median days to the purchase",
            _of_first_additions("percentile_cont(0.5) within group (order by days_to_purchase)"),
            "ratio",
        ),
    },
    "rpt_nurture_daily": {
        "total_additions": _sum("Additions", "tag_additions"),
        "still_applied": _sum("Of these, still applied", "tag_additions_currently_applied"),
    },
    "rpt_engagement": {
        "engaged_persons": Measure("Engaged persons", "count(distinct person_id)"),
        "engaged_customers": Measure("Engaged customers", "count(distinct person_id) filter (where is_customer)"),
        "views": Measure("Page views", "count(*)"),
    },
    "rpt_engagement_daily": {
        "total_page_views": _sum("Page views", "page_views"),
        "engagement_rate": Measure(
            "Part of all contacts", quotient("sum(engaged_contacts)", "sum(all_contacts)"), "share"
        ),
        "revenue_same_day": _amount("Revenue on the day of a visit", "engaged_revenue_same_day"),
    },
    "rpt_orders_daily": {
        "total_orders": _sum("Orders", "orders"),
        "total_revenue": _amount("Revenue", "revenue"),
        "total_collected": _amount("Collected", "collected"),
        "total_net_revenue": _amount("Net revenue", "net_revenue"),
        "total_refunds": _amount("Refunds, on their day", "refunds_by_refund_date"),
        "average_order": Measure("Average order", quotient(known("revenue"), "sum(orders)"), "amount"),
        "new_customer_total": _amount("New customers", "new_customer_revenue"),
        "returning_customer_total": _amount("Returning customers", "returning_customer_revenue"),
    },
    "rpt_orders": {
        "counted_orders": Measure("Orders", "count(*) filter (where not is_zero_amount)"),
        "amount_in_currency": Measure("Revenue in its currency", _of_one_currency("amount"), "amount"),
        "ledger_revenue": _amount("Revenue in the report currency", "revenue"),
        "ledger_net_revenue": _amount("Net revenue in the report currency", "net_revenue"),
    },
    "rpt_orders_products_daily": {
        "total_quantity": _sum("Quantity", "quantity"),
        "total_net_amount": _amount("Amount after discounts", "net_amount"),
    },
    "rpt_subscriptions_daily": {
        "closing_mrr": _amount("MRR at the end of the day", "mrr"),
        "active": _sum("Active subscriptions", "active_subscriptions"),
        "trialing": _sum("In trial", "trialing_subscriptions"),
        "total_new_mrr": _amount("New", "new_mrr"),
        "total_reactivation_mrr": _amount("Reactivation", "reactivation_mrr"),
        "total_expansion_mrr": _amount("Expansion", "expansion_mrr"),
        "total_contraction_mrr": _amount("Contraction", "contraction_mrr", "-"),
        "total_churn_mrr": _amount("Churn", "churn_mrr", "-"),
        "total_fx_mrr": _amount("Exchange rates", "fx_mrr"),
        "started": _sum("Started", "subscriptions_started"),
        "ended": _sum("Ended", "cancellations"),
        "total_trials_started": _sum("Trials started", "trials_started"),
        "total_trials_converted": _sum("Converted", "trials_converted"),
        "total_trials_cancelled": _sum("Cancelled", "trials_cancelled"),
        "churn_rate": Measure(
            "Churned in 30 days", quotient("sum(churn_stripe_numerator)", "sum(churn_stripe_denominator)"), "share"
        ),
    },
    "rpt_subscriptions": {
        "subscriptions": Measure("Subscriptions", "count(*)"),
        "mrr_minor_in_currency": Measure("MRR in its currency's minor units", _of_one_currency("mrr_minor")),
        "mrr_now": _amount("MRR in the report currency", "mrr"),
    },
}

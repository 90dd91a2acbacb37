"""What a report tells of itself in the Dagster UI when it is built: its pictures and its match rate.

Belongs here: which figures, from reports alone, where they are made and not yet shown. Does not: drawing
(`plots.py`), failed checks (`distrust.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from dagster import MetadataValue

from orchestration.assets import plots
from orchestration.assets.plots import Chart

DAYS = 90
WEEKS = 52


@dataclass(frozen=True)
class Picture:
    """A chart of a report: `query` gives a day, a number for each of `series`, and a currency; NULL counts as 0."""

    name: str
    title: str
    series: Sequence[str]
    query: str
    draw: Callable[[Chart], MetadataValue]


PICTURES: Mapping[str, Picture] = {
    "rpt_orders_daily": Picture(
        "revenue_per_day",
        f"Revenue per day in {{currency}}, the last {DAYS} days",
        ("matched to a person", "unmatched"),
        "select report_date, sum(revenue_matched), sum(revenue_unmatched), min(report_currency)"
        " from building.rpt_orders_daily"
        " where report_date > (select max(report_date) from building.rpt_orders_daily) - %(days)s"
        " group by 1 order by 1",
        plots.bars,
    ),
    "rpt_subscriptions_daily": Picture(
        "mrr_movements",
        f"MRR movements per day in {{currency}}, the last {DAYS} days",
        ("new", "reactivation", "expansion", "contraction", "churn"),
        "select report_date, sum(new_mrr), sum(reactivation_mrr), sum(expansion_mrr), -sum(contraction_mrr),"
        " -sum(churn_mrr), min(report_currency) from building.rpt_subscriptions_daily"
        " where report_date > (select max(report_date) from building.rpt_subscriptions_daily where opening_mrr <> mrr)"
        " - %(days)s"
        " group by 1 order by 1",
        plots.bars,
    ),
    "rpt_acquisition_daily": Picture(
        "spend_and_revenue",
        f"Ad spend, and what the leads of the day brought, in {{currency}}, the last {DAYS} days",
        ("ad spend", "revenue of the day's leads"),
        "select report_date, sum(ad_spend), sum(lead_revenue), min(report_currency) from building.rpt_acquisition_daily"
        " where report_date > (select max(report_date) from building.rpt_acquisition_daily) - %(days)s"
        " group by 1 order by 1",
        plots.lines,
    ),
    "rpt_orders": Picture(
        "match_rate_per_week",
        f"Orders that belong to a known person, per cent by week, the last {WEEKS} weeks",
        ("matched",),
        "select date_trunc('week', report_date)::date, 100.0 * count(person_id) / count(*), min(report_currency)"
        " from building.rpt_orders where not is_zero_amount"
        " and report_date > (select max(report_date) from building.rpt_orders) - %(weeks)s * 7 group by 1 order by 1",
        plots.lines,
    ),
}
_MATCHED = "select count(*), count(person_id) from building.rpt_orders where not is_zero_amount"


def of(db: psycopg.Connection, model: str) -> dict[str, Any]:
    """The metadata of a report just built; nothing for other models, and no picture where there is nothing to draw."""
    told: dict[str, Any] = {}
    if model == "rpt_orders":
        orders, matched = db.execute(_MATCHED).fetchone() or (0, 0)
        told["match_rate_percent"] = round(100.0 * matched / orders, 1) if orders else None
    if picture := PICTURES.get(model):
        rows = db.execute(picture.query, {"days": DAYS, "weeks": WEEKS}).fetchall()
        if rows:
            told[picture.name] = picture.draw(_chart(picture, rows))
    return told


def _chart(picture: Picture, rows: Sequence[tuple[Any, ...]]) -> Chart:
    days: list[date] = [row[0] for row in rows]
    columns = zip(*(row[1:-1] for row in rows), strict=True)
    series = {
        name: [float(value or 0) for value in column] for name, column in zip(picture.series, columns, strict=True)
    }
    currency = next((row[-1] for row in rows if row[-1]), "")
    return Chart(picture.title.format(currency=currency.upper()), days, series)

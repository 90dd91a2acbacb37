"""A world's truth about the reports' days, subscriptions and attribution against the tables that tell them.

Each comparison is data: a file of `truth/`, what its rows are told apart by, how its columns add up to a report's
measures, and the query that reads these. Rows in which every figure is zero say nothing on either side. The world is
built with the default settings, in UTC and US dollars; amounts in the report currency are compared where all the
money of a row is in dollars.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

Figures = dict[tuple[str, ...], tuple[int, ...]]


@dataclass(frozen=True)
class Comparison:
    """`measures` names what is compared: the columns of the file that are added up for each.

    `query` yields the keys as text, then the measures. In a comparison `in_dollars`, the file has a currency beside its
    keys, and rows with money of another are left out on both sides. What `is_held` goes on after the world's last day,
    which comes first among its keys, for as long as nothing is heard.
    """

    file: str
    keys: tuple[str, ...]
    measures: Mapping[str, Sequence[str]]
    query: str
    in_dollars: bool = False
    is_held: bool = False


def _same(*names: str) -> dict[str, tuple[str]]:
    return {name: (name,) for name in names}


_ORDERS = (
    "orders", "revenue_minor", "revenue_excluding_failed_minor", "revenue_excluding_refunded_minor", "collected_minor",
    "refunds_by_order_date_minor", "refunds_by_refund_date_minor", "disputes_lost_by_order_date_minor",
    "disputes_lost_by_withdrawal_date_minor", "fees_minor", "tax_minor", "net_revenue_minor", "outstanding_minor",
)  # fmt: skip
_LEADS = ("leads", "customers", "purchased_before_lead", "first_time_customers")
_LEAD_MONEY = ("lead_revenue_minor", "net_lead_revenue_minor", "first_order_revenue_minor")
_TAGS = ("tag_additions", "persons", "customers")
_TAG_MONEY = (
    "revenue_any_time_minor", "net_revenue_any_time_minor", "revenue_after_touch_minor",
    "net_revenue_after_touch_minor",
)  # fmt: skip
_VIEWS = ("page_views", "engaged_contacts", "engaged_customers")
_MONEY_OF_VIEWS = ("engaged_revenue_same_day_minor",)


def _sums(*names: str) -> str:
    return ", ".join(f"sum({name})::bigint" for name in names)


def _cents(*names: str) -> str:
    return ", ".join(f"round(100 * sum({name.removesuffix('_minor')}))::bigint" for name in names)


ORDERS = Comparison(
    "orders_daily.csv", ("date", "connector", "currency"), _same(*_ORDERS),
    f"select report_date::text, split_part(connection, '@', 1), currency, {_sums(*_ORDERS)}"
    " from reports.rpt_orders_daily group by 1, 2, 3",
)  # fmt: skip
ACQUISITION = (
    Comparison(
        "acquisition_daily.csv", ("date",), _same(*_LEADS),
        f"select report_date::text, {_sums(*_LEADS)} from reports.rpt_acquisition_daily group by 1",
    ),
    Comparison(
        "acquisition_revenue_daily.csv", ("date",), _same(*_LEAD_MONEY),
        f"select report_date::text, {_cents(*_LEAD_MONEY)} from reports.rpt_acquisition_daily group by 1",
        in_dollars=True,
    ),
)  # fmt: skip
NURTURE = (
    Comparison(
        "nurture_daily.csv", ("date", "list_id"), _same(*_TAGS),
        f"select report_date::text, tag_id, {_sums(*_TAGS)} from reports.rpt_nurture_daily"
        " where tag_kind = 'list' group by 1, 2",
    ),
    Comparison(
        "nurture_revenue_daily.csv", ("date", "list_id"), _same(*_TAG_MONEY),
        f"select report_date::text, tag_id, {_cents(*_TAG_MONEY)} from reports.rpt_nurture_daily"
        " where tag_kind = 'list' group by 1, 2",
        in_dollars=True,
    ),
)  # fmt: skip
# Persons are counted in the ledger: the days have them once for each campaign.
ENGAGEMENT = (
    Comparison(
        "engagement_daily.csv", ("date",), _same("page_views"),
        "select report_date::text, sum(page_views)::bigint from reports.rpt_engagement_daily group by 1",
    ),
    Comparison(
        "engagement_daily.csv", ("date",), _same("all_contacts"),
        "select report_date::text, max(all_contacts)::bigint from reports.rpt_engagement_daily group by 1",
        is_held=True,
    ),
)  # fmt: skip
# Pausing is a contraction and resuming an expansion, each also told apart.
_MRR = {
    "opening_mrr_minor": ("opening_minor",),
    "new_mrr_minor": ("new_minor",),
    "reactivation_mrr_minor": ("reactivation_minor",),
    "expansion_mrr_minor": ("expansion_minor", "resumed_minor"),
    "contraction_mrr_minor": ("contraction_minor", "paused_minor"),
    "churn_mrr_minor": ("churn_minor",),
    "mrr_minor": ("closing_minor",),
    "resumed_mrr_minor": ("resumed_minor",),
    "pausing_mrr_minor": ("paused_minor",),
    "billed_mrr_minor": ("billed_mrr_minor",),
    "paused_mrr_minor": ("paused_mrr_minor",),
    "active_subscriptions": ("active_subscriptions",),
    "subscribers": ("subscribers",),
}
MRR = Comparison(
    "mrr_daily.csv", ("date", "currency"), _MRR,
    f"select report_date::text, currency, {_sums(*_MRR)} from reports.rpt_subscriptions_daily group by 1, 2",
    is_held=True,
)  # fmt: skip
_AT = "coalesce(to_char({} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), '')"
_MOMENTS = ", ".join(_AT.format(column) for column in ("converted_at", "cancellation_requested_at", "ended_at"))
_LIFE = (
    "subscription_id", "trial_outcome", "trial_converted_at", "cancellation_requested_at", "ended_at", "mrr_minor",
    "billed_mrr_minor",
)  # fmt: skip
LIVES = (
    "select subscription_id, case trial_outcome when 'retention_offer' then 'offer' else coalesce(trial_outcome, '')"
    f" end, {_MOMENTS}, mrr_minor::text, billed_mrr_minor::text from marts.fct_subscriptions"
    " where state not in ('incomplete', 'incomplete_expired')"
)
ATTRIBUTION = Comparison(
    "attributed_revenue.csv", ("model", "channel", "unattributed_reason", "currency"),
    _same("revenue_minor", "net_revenue_minor"),
    "select model, case when touchpoint_id is not null then channel else '' end, coalesce(unattributed_reason, ''),"
    f" currency, {_sums('revenue_minor', 'net_revenue_minor')} from marts.fct_attributed_revenue"
    " where model in ('first_touch', 'last_touch', 'last_non_direct', 'linear', 'position_based', 'time_decay',"
    " 'any_touch') group by 1, 2, 3, 4",
)  # fmt: skip
"""Only of a build with ATTRIBUTION_TOUCHES=page_view,ad_click: truth tells no other touches."""

ALWAYS = (ORDERS, *ACQUISITION, *NURTURE, *ENGAGEMENT, MRR)
"""Those that every build with the default settings is held to."""


def of_truth(world: Path, comparison: Comparison) -> tuple[Figures, set[tuple[str, ...]]]:
    """The file's figures, and the keys of rows that are left out because money of other currencies is in them."""
    figures: dict[tuple[str, ...], list[int]] = {}
    foreign: set[tuple[str, ...]] = set()
    with (world / "truth" / comparison.file).open(newline="") as file:
        for row in csv.DictReader(file):
            key = tuple(row[name] for name in comparison.keys)
            if comparison.in_dollars and row["currency"] != "usd":
                foreign.add(key)
            sums = figures.setdefault(key, [0] * len(comparison.measures))
            for place, columns in enumerate(comparison.measures.values()):
                sums[place] += sum(int(row[column]) for column in columns)
    return {key: tuple(sums) for key, sums in figures.items() if any(sums) and key not in foreign}, foreign


def of_marts(db: psycopg.Connection[Any], comparison: Comparison, foreign: set[tuple[str, ...]]) -> Figures:
    """The same figures as the warehouse tells them."""
    count = len(comparison.keys)
    rows = {tuple(row[:count]): tuple(int(v or 0) for v in row[count:]) for row in db.execute(comparison.query)}
    return {key: sums for key, sums in rows.items() if any(sums) and key not in foreign}


def differences(db: psycopg.Connection[Any], world: Path, comparison: Comparison) -> list[str]:
    """What differs, in words, the first few of each comparison."""
    truth, foreign = of_truth(world, comparison)
    assert truth, f"{comparison.file} proves nothing"
    marts = of_marts(db, comparison, foreign)
    if comparison.is_held:
        last = max(truth)[0]
        marts = {key: sums for key, sums in marts.items() if key[0] <= last}
    names = list(comparison.measures)
    return [
        f"{comparison.file} {'/'.join(key)} {name}: truth {expected}, marts {found}"
        for key in sorted({*truth, *marts})
        for name, expected, found in zip(
            names, truth.get(key, (0,) * len(names)), marts.get(key, (0,) * len(names)), strict=True
        )
        if expected != found
    ]


def differing_lives(db: psycopg.Connection[Any], world: Path) -> list[tuple[tuple[str, ...] | None, ...]]:
    """What became of each subscription, as (truth, marts) where they differ.

    Running trials are left out: the world stands still on its last day, and the warehouse asks the clock.
    """
    with (world / "truth" / "subscriptions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    running = {row["subscription_id"] for row in rows if row["state"] == "trialing"}
    truth = {row["subscription_id"]: tuple(row[name] for name in _LIFE) for row in rows}
    marts = {row[0]: tuple(row) for row in db.execute(LIVES)}
    return [
        (truth.get(id_), marts.get(id_))
        for id_ in sorted({*truth, *marts} - running)
        if truth.get(id_) != marts.get(id_)
    ]

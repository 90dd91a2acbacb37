"""Orders, touches and leads put straight into the facts, and attribution built on them alone.

What belongs here: rows as short calls, and the build. What does not: what must come out (`test_attribution*.py`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import psycopg

from tests.dbt_project.dbt_runs import NEW_YORK, Db, Dbt

MODELS = [
    "dim_campaigns", "int_touch_labels", "stg_attribution__channel_weights", "int_attribution_orders",
    "int_attribution_touches", "int_attribution_persons", "int_attribution_paths",
    "int_order_touches", "int_attribution_weights",
    "int_attribution_data_persons", "int_attribution_data_credits", "int_lead_paths", "fct_attributed_revenue",
    "fct_attributed_leads", "int_attribution_day_sums", "int_lead_day_sums", "int_attribution_data_days",
    "int_attribution_day_fingerprints", "int_attribution_days", "int_ad_spend_days", "int_untracked_labels",
    "int_untracked_touches", "rpt_attribution_daily", "rpt_ads",
    "rpt_unmatched_spend", "rpt_untracked_campaigns",
]  # fmt: skip
ADDITIVE = ["first_touch", "last_touch", "last_non_direct", "opt_in", "linear", "position_based", "time_decay"]


@dataclass(frozen=True)
class Order:
    """An order of a person (None: unmatched); amounts in minor units, times as UTC texts. No rate is known of EUR."""

    order_id: str
    ordered_at: str
    revenue: int
    person: str | None = "p"
    net: int | None = None
    currency: str = "usd"
    first_order: str | None = None  # of its subscription
    is_duplicate: bool = False
    number: int | None = None  # of the payer's orders that brought money


@dataclass(frozen=True)
class Touch:
    """A touch of a person; its channel doubles as its source."""

    touchpoint_id: str
    touched_at: str
    channel: str = "paid"
    person: str = "p"
    touch_type: str = "page_view"
    campaign: str | None = None
    ad: tuple[str, str, str | None] | None = None  # connection, campaign id, ad id


@dataclass(frozen=True)
class Facts:
    """What attribution reads."""

    orders: tuple[Order, ...] = ()
    touches: tuple[Touch, ...] = ()
    leads: Mapping[str, str] | None = None  # person: when the first contact was created
    weights: Mapping[tuple[str, str], float] | None = None  # (model, channel): weight

    def with_(self, **changes: Any) -> "Facts":
        """The same with other parts."""
        return replace(self, **changes)


def put(db: Db, facts: Facts) -> None:
    """These facts and no others."""
    for table in (
        "building.fct_orders", "building.fct_touchpoints", "intermediate.int_persons", "attribution.channel_weights",
    ):  # fmt: skip
        db.execute(f"truncate {table}")
    for order in facts.orders:
        net = order.revenue if order.net is None else order.net
        insert(
            db, "building.fct_orders", connection="stripe", order_id=order.order_id, order_status="paid",
            person_id=order.person, ordered_at=order.ordered_at, currency=order.currency,
            is_duplicate=order.is_duplicate, is_zero_amount=order.revenue == 0, policy_revenue_minor=order.revenue,
            net_revenue_minor=net, policy_revenue=in_dollars(order.revenue, order.currency),
            net_revenue=in_dollars(net, order.currency), subscription_first_order_id=order.first_order,
            customer_order_number=order.number,
        )  # fmt: skip
    numbers: dict[tuple[str | None, ...], int] = {}
    for touch in facts.touches:
        connection, campaign_id, ad_id = touch.ad or (None, None, None)
        label = (touch.channel, touch.channel, "m", touch.campaign, connection, campaign_id, ad_id)
        if label not in numbers:
            numbers[label] = label_number(db, label)
        insert(
            db, "building.fct_touchpoints", touchpoint_id=touch.touchpoint_id, person_id=touch.person,
            touch_type=touch.touch_type, touched_at=touch.touched_at, channel=touch.channel, source=touch.channel,
            medium="m", campaign=touch.campaign, ad_connection=connection, campaign_id=campaign_id, ad_id=ad_id,
            label_id=numbers[label],
        )  # fmt: skip
    for person, created_at in (facts.leads or {}).items():
        insert(db, "intermediate.int_persons", person_id=person, contact_id=person, lead_created_at=created_at)
    for (model, channel), weight in (facts.weights or {}).items():
        insert(db, "attribution.channel_weights", model=model, channel=channel, weight=weight)


def in_dollars(minor: int, currency: str) -> Decimal | None:
    """The amount in the report currency; nothing is nothing in every one."""
    if not minor:
        return Decimal(0)
    rate = {"usd": Decimal("0.01"), "jpy": Decimal("0.0071")}.get(currency)
    return None if rate is None else (minor * rate).quantize(Decimal("0.01"))


def label_number(db: Db, label: Iterable[str | None]) -> int:
    """The number fct_touchpoints gives these values."""
    row = db.execute(
        "select hash_record_extended(row(%s::text, %s::text, %s::text, %s::text, %s::text, %s::text, %s::text), 0)"
        " as n",
        tuple(label),
    ).fetchone()
    assert row is not None
    number: int = row["n"]
    return number


def insert(db: Db, table: str, **values: Any) -> None:
    """One row."""
    names = ", ".join(values)
    db.execute(f"insert into {table} ({names}) values ({', '.join(['%s'] * len(values))})", tuple(values.values()))


def build(dbt: Dbt, url: str, *arguments: str, **settings: str) -> None:
    """Attribution from the facts as they are, and nothing before them."""
    result = dbt.run(url, "run", "--select", *MODELS, *arguments, settings=NEW_YORK | settings)
    assert result.success, result.exception or [f"{run.node.name}: {run.message}" for run in result.result]


def credits(db: Db, model: str, order_id: str | None = None) -> list[tuple[Any, ...]]:
    """(touch or reason, revenue in minor units) of a model, in the touches' order."""
    rows = db.execute(
        "select coalesce(touchpoint_id, unattributed_reason) as touch, revenue_minor"
        " from marts.fct_attributed_revenue where model = %s and (%s::text is null or order_id = %s)"
        " order by order_id, touched_at, touchpoint_id",
        (model, order_id, order_id),
    )
    return [(row["touch"], row["revenue_minor"]) for row in rows]


def everything(db: psycopg.Connection[Any], tables: Iterable[str]) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of these tables and views, sorted, but for the number of the build that made it."""
    return {
        table: sorted(
            (
                tuple(value for name, value in row.items() if name != "built_in")
                for row in db.execute(f"select * from {table}")
            ),
            key=repr,
        )
        for table in tables
    }

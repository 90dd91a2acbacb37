"""Stripe's subscriptions, prices and the bills for them, in every shape the API had, as short calls.

What belongs here: one factory per kind of object. What does not: a story (see `subscription_worlds.py`).
Amounts are minor units; times are UTC ISO texts.
"""

import itertools
from typing import Any

from tests.dbt_project.raw_layer import Row, stripe
from tests.dbt_project.vendor_objects import ts

SHAPES = ("item", "subscription", "plan")  # since 2025-03-31; before; long before


def price(key: str, amount: int, interval: str = "month", count: int = 1, **extra: Any) -> dict[str, Any]:
    """A whole price, as `prices` lists it and as older objects hold it."""
    recurring = {"interval": interval, "interval_count": count, "usage_type": extra.pop("usage_type", "licensed")}
    return {
        "id": f"price_{key}",
        "created": ts("2025-01-01T00:00:00+00:00"),
        "currency": extra.pop("currency", "usd"),
        "unit_amount": amount,
        "billing_scheme": "per_unit",
        "type": "recurring",
        "recurring": recurring,
        "livemode": True,
        **extra,
    }


def _plan(of: dict[str, Any]) -> dict[str, Any]:
    recurring = of["recurring"]
    return {"id": of["id"], "amount": of["unit_amount"], "currency": of["currency"], **recurring}


def listed_price(of: dict[str, Any], connection: str = "stripe") -> Row:
    """The row of `prices`."""
    return stripe("prices", of, connection)


def subscription(
    key: str, items: list[tuple[dict[str, Any], int]], start: str, status: str = "active", shape: str = "item",
    **extra: Any,
) -> Row:  # fmt: skip
    """A subscription sub_<key> of cus_<key>; times given as texts become seconds."""
    connection = extra.pop("connection", "stripe")
    period = extra.pop("period", (start, start))
    times = {name: ts(value) if isinstance(value, str) else value for name, value in extra.items() if name in _TIMES}
    extra = {name: value for name, value in extra.items() if name not in _TIMES}
    ends = {"current_period_start": ts(period[0]), "current_period_end": ts(period[1])}
    members = [
        {
            "id": f"si_{key}_{of['id']}",
            "created": ts(start),
            "quantity": quantity,
            **({"plan": _plan(of)} if shape == "plan" else {"price": of}),
            **(ends if shape == "item" else {}),
        }
        for of, quantity in items
    ]
    data = {
        "id": f"sub_{key}",
        "created": ts(start),
        "customer": f"cus_{key}",
        "status": status,
        "start_date": ts(start),
        "currency": items[0][0]["currency"],
        "collection_method": "charge_automatically",
        "pause_collection": None,
        "livemode": True,
        "items": {"data": members},
        **({} if shape == "item" else ends),
        **times,
        **extra,
    }
    return stripe("subscriptions", data, connection)


_TIMES = ("trial_start", "trial_end", "cancel_at", "canceled_at", "ended_at")


def line(
    sub: str, of: dict[str, Any], start: str, end: str, amount: int | None = None, quantity: int = 1,
    shape: str = "item", proration: bool = False, discount: int = 0,
) -> dict[str, Any]:  # fmt: skip
    """A line that bills sub_<sub>; without an amount, the full price."""
    billed = of["unit_amount"] * quantity if amount is None else amount
    shared = {
        "id": f"il_{sub}_{of['id']}_{start}_{billed}",
        "amount": billed,
        "quantity": quantity,
        "currency": of["currency"],
        "period": {"start": ts(start), "end": ts(end)},
        "discount_amounts": [{"amount": discount, "discount": f"di_{sub}"}] if discount else [],
    }
    if shape == "item":
        details = {"subscription": f"sub_{sub}", "proration": proration}
        kind = "invoice_item_details" if proration else "subscription_item_details"
        if not proration:
            details["subscription_item"] = f"si_{sub}_{of['id']}"
        return {
            **shared,
            "parent": {kind: details, "type": kind},
            "pricing": {"price_details": {"price": of["id"]}, "unit_amount_decimal": str(billed // (quantity or 1))},
        }
    whole = {"plan": _plan(of)} if shape == "plan" else {"price": of}
    return {
        **shared,
        **whole,
        "type": "invoiceitem" if proration else "subscription",
        "subscription": f"sub_{sub}",
        "subscription_item": f"si_{sub}_{of['id']}",
        "proration": proration,
    }


def bill(
    key: str, sub: str, at: str, lines: list[dict[str, Any]], status: str = "paid", shape: str = "item", **extra: Any
) -> Row:
    """The invoice in_<key> of sub_<sub>, paid when it was made."""
    connection = extra.pop("connection", "stripe")
    off = sum(one["discount_amounts"][0]["amount"] for one in lines if one["discount_amounts"])
    parent = {"parent": {"subscription_details": {"subscription": f"sub_{sub}"}, "type": "subscription_details"}}
    data = {
        "id": f"in_{key}",
        "created": ts(at),
        "customer": f"cus_{sub}",
        "total": sum(one["amount"] for one in lines) - off,
        "currency": lines[0]["currency"],
        "status": status,
        "attempt_count": 1,
        "attempted": True,
        "livemode": True,
        "status_transitions": {"finalized_at": ts(at), "paid_at": ts(at) if status == "paid" else None},
        "lines": {"data": lines},
        **(parent if shape == "item" else {"subscription": f"sub_{sub}"}),
        **extra,
    }
    return stripe("invoices", data, connection)


def bills(sub: str, of: dict[str, Any], moments: list[str], quantity: int = 1, **extra: Any) -> list[Row]:
    """One bill per period between the moments; `discounts` takes so much off the first ones."""
    shape = extra.get("shape", "item")
    discounts = extra.pop("discounts", [])
    rows = []
    for number, (start, end) in enumerate(itertools.pairwise(moments)):
        off = discounts[number] if number < len(discounts) else 0
        one = line(sub, of, start, end, quantity=quantity, shape=shape, discount=off)
        rows.append(bill(f"{sub}_{of['id']}_{start[:10]}", sub, start, [one], **extra))
    return rows


def coupon(key: str, duration: str, **extra: Any) -> Row:
    """A coupon."""
    data = {"id": key, "created": ts("2025-01-01T00:00:00+00:00"), "duration": duration, "livemode": True, **extra}
    return stripe("coupons", data)


def discount(sub: str, coupon_id: str, start: str, end: str | None = None, **extra: Any) -> Row:
    """The coupon on sub_<sub>."""
    data = {
        "id": f"di_{sub}",
        "created": ts(start),
        "start": ts(start),
        "end": end and ts(end),
        "source": {"type": "coupon", "coupon": coupon_id},
        "subscription": f"sub_{sub}",
        "customer": f"cus_{sub}",
        **extra,
    }
    return stripe("discounts", data)


def event(key: str, at: str, after: Row, before: dict[str, Any]) -> Row:
    """customer.subscription.updated: how the subscription stood after it, and what it had been."""
    data = {
        "id": f"evt_{key}",
        "created": ts(at),
        "type": "customer.subscription.updated",
        "livemode": True,
        "data": {"object": {"object": "subscription", **after.data}, "previous_attributes": before},
    }
    return stripe("events", data, after.connection)

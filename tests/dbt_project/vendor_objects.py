"""Stripe's and HubSpot's objects with the fields that matter, as short calls.

What belongs here: one factory per kind of object. What does not: a story (see `worlds.py`).
Amounts are minor units; times are UTC ISO texts.
"""

from datetime import datetime
from typing import Any

from tests.dbt_project.raw_layer import Row, before, contact, stripe

NOON = "2026-01-31T17:00:00+00:00"  # noon in New York
MAY = "2026-05-05T16:00:00+00:00"  # noon in New York


def ts(moment: str) -> int:
    """Seconds since 1970."""
    return int(datetime.fromisoformat(moment).timestamp())


def later(moment: str, seconds: int) -> str:
    """The moment so many seconds later."""
    return datetime.fromtimestamp(ts(moment) + seconds).astimezone().isoformat()


def person(contact_id: str, email: str | None, born: str = "2025-06-01T00:00:00+00:00", **extra: Any) -> Row:
    """A contact; `archived` and HubSpot properties may be given."""
    archived = extra.pop("archived", False)
    connection = extra.pop("connection", "hubspot")
    properties = {"email": email, "hs_object_id": contact_id, **extra}
    return contact({"id": contact_id, "createdAt": born, "archived": archived, "properties": properties}, connection)


def had(contact: Row, email: str, until: str = NOON, **extra: Any) -> Row:
    """The contact's address before it was changed."""
    return before(contact, until, {"properties": {"email": email, **extra}})


def intent(key: str, amount: int, status: str = "succeeded", at: str = NOON, **extra: Any) -> Row:
    """A PaymentIntent pi_<key>."""
    connection = extra.pop("connection", "stripe")
    data = {
        "id": f"pi_{key}",
        "created": ts(at),
        "amount": amount,
        "amount_received": amount if status == "succeeded" else 0,
        "currency": "usd",
        "status": status,
        "livemode": True,
        **extra,
    }
    return stripe("payment_intents", data, connection)


def charge(key: str, amount: int, status: str = "succeeded", at: str = NOON, **extra: Any) -> Row:
    """A charge ch_<key>; `email` fills the billing details."""
    connection = extra.pop("connection", "stripe")
    captured = extra.pop("captured", status == "succeeded")
    data = {
        "id": f"ch_{key}",
        "created": ts(at),
        "amount": amount,
        "amount_captured": amount if captured else 0,
        "captured": captured,
        "currency": "usd",
        "status": status,
        "livemode": True,
        "billing_details": {"email": extra.pop("email", None)},
        **extra,
    }
    return stripe("charges", data, connection)


def refund(
    key: str, charge_key: str | None, amount: int, status: str = "succeeded", at: str = NOON, **extra: Any
) -> Row:
    """A refund re_<key> of ch_<charge_key>."""
    connection = extra.pop("connection", "stripe")
    data = {
        "id": f"re_{key}",
        "created": ts(at),
        "amount": amount,
        "currency": "usd",
        "status": status,
        "charge": charge_key and f"ch_{charge_key}",
        "balance_transaction": f"txn_re_{key}" if status == "succeeded" else None,
        **extra,
    }
    return stripe("refunds", data, connection)


def settled(
    key: str, source: str | None, amount: int, fee: int, currency: str = "usd", at: str = NOON, **extra: Any
) -> Row:
    """The balance transaction txn_<key> of a charge, refund, dispute or payout."""
    connection = extra.pop("connection", "stripe")
    categories = {"re": "refund", "du": "dispute" if amount < 0 else "dispute_reversal", "po": "payout"}
    data = {
        "id": f"txn_{key}",
        "created": ts(at),
        "amount": amount,
        "fee": fee,
        "net": amount - fee,
        "currency": currency,
        "source": source,
        "reporting_category": categories.get((source or "")[:2], "charge"),
        **extra,
    }
    return stripe("balance_transactions", data, connection)


def dispute(key: str, charge_key: str, amount: int, status: str, moved: list[Row], **extra: Any) -> list[Row]:
    """A dispute du_<key> of ch_<charge_key>, and the balance transactions that it lists."""
    data = {
        "id": f"du_{key}",
        "created": ts(extra.pop("at", NOON)),
        "amount": amount,
        "currency": "usd",
        "status": status,
        "reason": "fraudulent",
        "charge": f"ch_{charge_key}",
        "livemode": True,
        "balance_transactions": [row.data for row in moved],
        **extra,
    }
    return [stripe("disputes", data), *moved]


def payout(key: str, amount: int, paid_out: list[str] | None, at: str = NOON, **extra: Any) -> list[Row]:
    """A payout po_<key>, its balance transaction, and, when automatic, the list of what it paid out."""
    data = {
        "id": f"po_{key}",
        "created": ts(at),
        "amount": amount,
        "currency": "usd",
        "status": "paid",
        "automatic": paid_out is not None,
        "reconciliation_status": "not_applicable" if paid_out is None else "completed",
        "balance_transaction": f"txn_po_{key}",
        "livemode": True,
        **extra,
    }
    listed = {"id": f"po_{key}", "created": ts(at), "balance_transactions": [f"txn_po_{key}", *(paid_out or [])]}
    rows = [stripe("payouts", data), settled(f"po_{key}", f"po_{key}", -amount, 0, at=at)]
    return rows if paid_out is None else [*rows, stripe("payout_transactions", listed)]


def checkout(key: str, email: str | None, lines: list[int], at: str = NOON, **extra: Any) -> Row:
    """A finished checkout cs_<key>; `lines` are amounts."""
    data = {
        "id": f"cs_{key}",
        "created": ts(at),
        "status": "complete",
        "mode": "payment",
        "currency": "usd",
        "customer_details": {"email": email},
        "livemode": True,
        "line_items": {
            "data": [{"id": f"li_{key}_{n}", "amount_subtotal": amount} for n, amount in enumerate(lines)],
        },
        **extra,
    }
    return stripe("checkout_sessions", data)


def invoice(key: str, total: int, status: str = "paid", at: str = NOON, **extra: Any) -> Row:
    """An invoice in_<key> in today's shape."""
    lines = extra.pop("lines", [total])
    is_deleted = extra.pop("is_deleted", False)
    data = {
        "id": f"in_{key}",
        "created": ts(at),
        "total": total,
        "amount_due": total,
        "amount_paid": total if status == "paid" else 0,
        "currency": "usd",
        "status": status,
        "attempt_count": 1,
        "attempted": True,
        "livemode": True,
        "lines": {"data": [{"id": f"il_{key}_{n}", "amount": amount} for n, amount in enumerate(lines)]},
        **extra,
    }
    return stripe("invoices", data, is_deleted=is_deleted)


def invoice_payment(key: str, invoice_id: str, **payment: Any) -> Row:
    """The bridge between an invoice and what paid it."""
    kind = "charge" if "charge" in payment else "payment_intent"
    data = {
        "id": f"inpay_{key}",
        "created": ts(NOON),
        "invoice": invoice_id,
        "status": payment.pop("status", "paid"),
        "livemode": True,
        "payment": {"type": kind, **payment},
    }
    return stripe("invoice_payments", data)


def customer(key: str, email: str | None, **extra: Any) -> Row:
    """A Stripe customer cus_<key>."""
    return stripe("customers", {"id": f"cus_{key}", "created": ts(NOON), "email": email, "livemode": True, **extra})


def paid(key: str, amount: int = 1000, at: str = NOON, **extra: Any) -> list[Row]:
    """A PaymentIntent paid at the first attempt; `email` is typed at the checkout."""
    email = extra.pop("email", None)
    shared = {name: extra[name] for name in ("customer", "currency", "livemode", "connection") if name in extra}
    return [
        intent(key, amount, at=at, **extra),
        charge(key, amount, at=at, payment_intent=f"pi_{key}", email=email, **shared),
    ]

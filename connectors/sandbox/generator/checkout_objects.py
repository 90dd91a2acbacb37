"""Stripe's checkout session with its line items, in the current shape.

Factories only; amounts in minor units, times in Unix seconds. Who checks out how is decided in `checkouts.py`.
"""

from collections.abc import Sequence
from typing import Any

Object = dict[str, Any]
LIFE = 86_400
"""How long a session can be paid, in seconds."""


def checkout_session(
    id_: str, created: int, prices: Sequence[Object], *, customer: str | None, email: str | None, name: str | None,
    country: str | None, intent: str | None, status: str = "complete", percent_off: int = 0,
    promotion_code: str | None = None, invoice: str | None = None, live: bool = True,
) -> Object:  # fmt: skip
    """A checkout with one line item for each of the price objects: complete and paid, else expired or open.

    `invoice` is the receipt made for it. Who it was is known once it is complete.
    """
    is_complete = status == "complete"
    lines = [_line(f"li_{id_[3:]}{n:02d}", price, percent_off) for n, price in enumerate(prices)]
    off = sum(line["amount_discount"] for line in lines)
    total = sum(line["amount_total"] for line in lines)
    address = {"city": None, "country": country, "line1": None, "line2": None, "postal_code": None, "state": None}
    details: Object = {
        "address": address, "email": email, "name": name, "phone": None, "tax_exempt": "none", "tax_ids": [],
    }  # fmt: skip
    return {
        "id": id_, "object": "checkout.session", "after_expiration": None, "allow_promotion_codes": True,
        "amount_subtotal": total + off, "amount_total": total, "client_reference_id": None, "created": created,
        "currency": prices[0]["currency"], "customer": customer, "customer_account": None,
        "customer_creation": None if customer else "if_required",
        "customer_details": details if is_complete else None, "customer_email": None,
        "discounts": [{"coupon": None, "promotion_code": promotion_code}] if promotion_code else [],
        "expires_at": created + LIFE, "invoice": invoice,
        "invoice_creation": {"enabled": invoice is not None},
        "line_items": {
            "object": "list", "data": lines, "has_more": False, "url": f"/v1/checkout/sessions/{id_}/line_items",
        },
        "livemode": live, "metadata": {}, "mode": "payment", "payment_intent": intent, "payment_link": None,
        "payment_method_types": ["card"], "payment_status": "paid" if is_complete else "unpaid", "status": status,
        "subscription": None,
        "total_details": {"amount_discount": off, "amount_shipping": 0, "amount_tax": 0}, "ui_mode": "hosted",
        "url": f"https://checkout.stripe.com/c/pay/{id_}" if status == "open" else None,
    }  # fmt: skip


def _line(id_: str, price: Object, percent_off: int) -> Object:
    amount = price["unit_amount"]
    off = (amount * percent_off + 50) // 100
    return {
        "id": id_, "object": "item", "amount_discount": off, "amount_subtotal": amount, "amount_tax": 0,
        "amount_total": amount - off, "currency": price["currency"],
        "description": price["product"].removeprefix("prod_").replace("_", " ").capitalize(), "metadata": {},
        "price": price, "quantity": 1,
    }  # fmt: skip

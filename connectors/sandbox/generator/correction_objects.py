"""Stripe's objects that add to an invoice or take from it, in the current shape: invoice item, credit note.

Factories only; amounts in minor units, times in Unix seconds.
"""

from collections.abc import Sequence
from typing import Any

Object = dict[str, Any]


def invoice_item(
    id_: str, created: int, price: Object, *, customer: str, invoice: str | None, quantity: int = 1,
    description: str = "Extra", period: tuple[int, int] | None = None, live: bool = True,
    proration: tuple[int, str, str] | None = None,
) -> Object:  # fmt: skip
    """Something billed outside a plan, pending while it names no invoice; `price` is the price object.

    A `proration` has an amount of its own, a subscription and a subscription item.
    """
    start, end = period or (created, created)
    amount, parent = price["unit_amount"] * quantity, None
    if proration:
        amount, subscription, item = proration
        details = {"subscription": subscription, "subscription_item": item}
        parent = {"subscription_details": details, "type": "subscription_details"}
    return {
        "id": id_, "object": "invoiceitem", "amount": amount, "currency": price["currency"],
        "customer": customer, "customer_account": None, "date": created, "description": description,
        "discountable": not proration, "discounts": [], "invoice": invoice, "livemode": live, "metadata": {},
        "net_amount": amount, "parent": parent, "period": {"end": end, "start": start},
        "pricing": {
            "price_details": {"price": price["id"], "product": price["product"]}, "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        "proration": bool(proration), "quantity": quantity, "tax_rates": [], "test_clock": None,
    }  # fmt: skip


def credit_note(
    id_: str, created: int, invoice: Object, amounts: Sequence[int], *, refund: str | None = None, number: int = 1
) -> Object:
    """A credit note over a paid invoice, with a line for each of `amounts`; `refund` gave the money back."""
    lines: list[Object] = [
        {
            "id": f"cnli_{id_[3:]}{n:02d}", "object": "credit_note_line_item", "amount": amount,
            "description": f"Credit {n + 1}", "discount_amount": 0, "discount_amounts": [],
            "invoice_line_item": None, "livemode": invoice["livemode"], "pretax_credit_amounts": [], "quantity": 1,
            "tax_rates": [], "taxes": [], "type": "custom_line_item", "unit_amount": amount,
            "unit_amount_decimal": str(amount),
        }
        for n, amount in enumerate(amounts)
    ]  # fmt: skip
    total = sum(amounts)
    refunds = [{"amount_refunded": total, "payment_record_refund": None, "refund": refund, "type": "refund"}]
    return {
        "id": id_, "object": "credit_note", "amount": total, "amount_shipping": 0, "created": created,
        "currency": invoice["currency"], "customer": invoice["customer"], "customer_account": None,
        "customer_balance_transaction": None, "discount_amount": 0, "discount_amounts": [], "effective_at": created,
        "invoice": invoice["id"],
        "lines": {"object": "list", "data": lines, "has_more": False, "url": f"/v1/credit_notes/{id_}/lines"},
        "livemode": invoice["livemode"], "memo": None, "metadata": {},
        "number": f"{invoice.get('number')}-CN-{number:02d}", "out_of_band_amount": None,
        "post_payment_amount": total, "pre_payment_amount": 0, "pretax_credit_amounts": [],
        "reason": "order_change", "refunds": refunds if refund else [], "shipping_cost": None, "status": "issued",
        "subtotal": total, "subtotal_excluding_tax": total, "total": total, "total_excluding_tax": total,
        "total_taxes": [], "type": "post_payment", "voided_at": None,
    }  # fmt: skip

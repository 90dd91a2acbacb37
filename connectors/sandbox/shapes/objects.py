"""Stripe's objects that the generator's business has not: dispute, payout, checkout session, credit note and others.

Factories only, in the current shape; amounts in minor units, times in Unix seconds.
"""

from collections.abc import Sequence
from typing import Any

Object = dict[str, Any]


def dispute(
    id_: str, created: int, amount: int, currency: str, *, charge: str, intent: str, transaction: str
) -> Object:
    """A dispute that was lost, with the transaction that withdrew the money."""
    return {
        "id": id_, "object": "dispute", "amount": amount, "balance_transaction": transaction,
        "balance_transactions": [{"id": transaction, "object": "balance_transaction", "amount": -amount}],
        "charge": charge, "created": created, "currency": currency, "enhanced_eligibility_types": [],
        "evidence_details": {"due_by": created + 604_800, "has_evidence": False, "submission_count": 0},
        "is_charge_refundable": False, "livemode": True, "metadata": {}, "payment_intent": intent,
        "reason": "fraudulent", "status": "lost",
    }  # fmt: skip


def payout(id_: str, created: int, amount: int, currency: str, *, transaction: str) -> Object:
    """An automatic payout that arrived two days later."""
    return {
        "id": id_, "object": "payout", "amount": amount, "arrival_date": (created // 86_400 + 2) * 86_400,
        "automatic": True, "balance_transaction": transaction, "created": created, "currency": currency,
        "description": "STRIPE PAYOUT", "destination": "ba_1Shape", "failure_balance_transaction": None,
        "failure_code": None, "failure_message": None, "livemode": True, "metadata": {}, "method": "standard",
        "original_payout": None, "reconciliation_status": "completed", "reversed_by": None, "source_type": "card",
        "statement_descriptor": None, "status": "paid", "type": "bank_account",
    }  # fmt: skip


def checkout_session(
    id_: str, created: int, prices: Sequence[Object], *, customer: str, intent: str, email: str
) -> Object:
    """A completed checkout with one line item for each of `prices`."""
    total = sum(price["unit_amount"] for price in prices)
    lines = [
        {
            "id": f"li_{id_[3:]}{n:02d}", "object": "item", "amount_discount": 0,
            "amount_subtotal": price["unit_amount"], "amount_tax": 0, "amount_total": price["unit_amount"],
            "currency": price["currency"], "description": f"Item {n}", "price": price, "quantity": 1,
        }
        for n, price in enumerate(prices)
    ]  # fmt: skip
    return {
        "id": id_, "object": "checkout.session", "amount_subtotal": total, "amount_total": total, "created": created,
        "currency": prices[0]["currency"], "customer": customer, "customer_account": None,
        "customer_details": {"email": email, "name": None, "phone": None}, "expires_at": created + 86_400,
        "invoice": None,
        "line_items": {
            "object": "list", "data": lines, "has_more": False, "url": f"/v1/checkout/sessions/{id_}/line_items",
        },
        "livemode": True, "metadata": {}, "mode": "payment", "payment_intent": intent, "payment_link": None,
        "payment_status": "paid", "status": "complete", "subscription": None, "total_details": {"amount_tax": 0},
    }  # fmt: skip


def credit_note(id_: str, created: int, invoice: Object, count: int) -> Object:
    """A credit note of `count` lines of 100 over an invoice."""
    lines: list[Object] = [
        {
            "id": f"cnli_{id_[3:]}{n:02d}", "object": "credit_note_line_item", "amount": 100,
            "description": f"Line {n}", "discount_amount": 0, "discount_amounts": [],
            "invoice_line_item": None, "livemode": True, "quantity": 1, "taxes": [],
            "type": "custom_line_item", "unit_amount": 100,
        }
        for n in range(count)
    ]  # fmt: skip
    total = 100 * count
    return {
        "id": id_, "object": "credit_note", "amount": total, "created": created, "currency": invoice["currency"],
        "customer": invoice["customer"], "discount_amount": 0, "invoice": invoice["id"],
        "lines": {"object": "list", "data": lines, "has_more": False, "url": f"/v1/credit_notes/{id_}/lines"},
        "livemode": True, "memo": None, "metadata": {}, "number": f"CN-{id_[-6:]}", "reason": "duplicate",
        "refunds": [], "status": "issued", "subtotal": total, "total": total, "total_taxes": [],
        "type": "post_payment", "voided_at": None,
    }  # fmt: skip


def invoice_item(id_: str, created: int, price: Object, *, customer: str, invoice: str | None) -> Object:
    """An invoice item, pending while it names no invoice."""
    return {
        "id": id_, "object": "invoiceitem", "amount": price["unit_amount"], "currency": price["currency"],
        "customer": customer, "date": created, "description": "Extra", "discountable": True, "discounts": [],
        "invoice": invoice, "livemode": True, "metadata": {}, "parent": None,
        "period": {"end": created, "start": created},
        "pricing": {
            "price_details": {"price": price["id"], "product": price["product"]}, "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        "proration": False, "quantity": 1, "tax_rates": [], "test_clock": None,
    }  # fmt: skip


def coupon(id_: str, created: int, percent: float) -> Object:
    """A coupon that takes `percent` off once."""
    return {
        "id": id_, "object": "coupon", "amount_off": None, "created": created, "currency": None, "duration": "once",
        "duration_in_months": None, "livemode": True, "max_redemptions": None, "metadata": {}, "name": id_,
        "percent_off": percent, "redeem_by": None, "times_redeemed": 0, "valid": True,
    }  # fmt: skip


def promotion_code(id_: str, created: int, code: str, coupon: str) -> Object:
    """A code customers type in for a coupon."""
    return {
        "id": id_, "object": "promotion_code", "active": True, "code": code, "created": created, "customer": None,
        "expires_at": None, "livemode": True, "max_redemptions": None, "metadata": {},
        "promotion": {"coupon": coupon, "type": "coupon"}, "times_redeemed": 0,
    }  # fmt: skip


def tax_rate(id_: str, created: int, percentage: float) -> Object:
    """A tax on top of the price."""
    return {
        "id": id_, "object": "tax_rate", "active": True, "country": "DE", "created": created, "description": None,
        "display_name": "VAT", "effective_percentage": percentage, "inclusive": False, "jurisdiction": "DE",
        "livemode": True, "metadata": {}, "percentage": percentage, "state": None, "tax_type": "vat",
    }  # fmt: skip

"""Stripe's objects that change a price, in the current shape: coupon, promotion code, discount, tax rate.

Factories only; amounts in minor units, times in Unix seconds. Who gets which is decided in `terms.py`.
"""

from typing import Any

Object = dict[str, Any]


def coupon(
    id_: str, created: int, percent: float, *, duration: str = "once", redeemed: int = 0, redeem_by: int | None = None,
    valid: bool = True, months: int | None = None,
) -> Object:  # fmt: skip
    """A coupon that takes `percent` off; `months` when its duration is repeating."""
    return {
        "id": id_, "object": "coupon", "amount_off": None, "created": created, "currency": None, "duration": duration,
        "duration_in_months": months, "livemode": True, "max_redemptions": None, "metadata": {}, "name": id_,
        "percent_off": percent, "redeem_by": redeem_by, "times_redeemed": redeemed, "valid": valid,
    }  # fmt: skip


def promotion_code(
    id_: str, created: int, code: str, coupon: str, *, redeemed: int = 0, expires_at: int | None = None,
    active: bool = True,
) -> Object:  # fmt: skip
    """A code customers type in for a coupon."""
    return {
        "id": id_, "object": "promotion_code", "active": active, "code": code, "created": created, "customer": None,
        "customer_account": None, "expires_at": expires_at, "livemode": True, "max_redemptions": None, "metadata": {},
        "promotion": {"coupon": coupon, "type": "coupon"},
        "restrictions": {"first_time_transaction": False, "minimum_amount": None, "minimum_amount_currency": None},
        "times_redeemed": redeemed,
    }  # fmt: skip


def discount(
    id_: str, start: int, *, customer: str, coupon: str, promotion_code: str | None = None,
    subscription: str | None = None, end: int | None = None,
) -> Object:  # fmt: skip
    """A coupon as a customer has it on everything, or on one subscription; until `end`, if anything ends it."""
    return {
        "id": id_, "object": "discount", "checkout_session": None, "customer": customer, "customer_account": None,
        "end": end, "invoice": None, "invoice_item": None, "promotion_code": promotion_code,
        "source": {"coupon": coupon, "type": "coupon"}, "start": start, "subscription": subscription,
        "subscription_item": None,
    }  # fmt: skip


def tax_rate(id_: str, created: int, percentage: float) -> Object:
    """A tax on top of the price."""
    return {
        "id": id_, "object": "tax_rate", "active": True, "country": "DE", "created": created, "description": None,
        "display_name": "VAT", "effective_percentage": percentage, "flat_amount": None, "inclusive": False,
        "jurisdiction": "DE", "jurisdiction_level": "country", "livemode": True, "metadata": {},
        "percentage": percentage, "rate_type": "percentage", "state": None, "tax_type": "vat",
    }  # fmt: skip

"""Stripe's objects as they were: each function gives one object of the current shape the shape it had before a change.

What 2025-03-31 (basil) cut is looked up again in the world, through invoice payments; which version calls which
function stands in `stripe_versions.py`. A function may change the object it is given.
"""

from typing import Any

from connectors.sandbox.stripe_resource import entries, reference
from connectors.sandbox.stripe_world import StripeWorld

Object = dict[str, Any]
_PERIOD = ("current_period_start", "current_period_end")


def charge_with_invoice(world: StripeWorld, charge: Object) -> Object:
    """`invoice`: the invoice this charge was for."""
    intent = reference(charge.get("payment_intent"))
    paid = world.having("invoice_payments", "payment.charge", charge["id"], 1)[0]
    if not paid and intent:
        paid = world.having("invoice_payments", "payment[payment_intent]", intent, 1)[0]
    return charge | {"invoice": _invoice_of(world, paid)}


def payment_intent_with_invoice(world: StripeWorld, intent: Object) -> Object:
    """`invoice`: the invoice this intent was made for."""
    paid = world.having("invoice_payments", "payment[payment_intent]", intent["id"], 1)[0]
    return intent | {"invoice": _invoice_of(world, paid)}


def invoice_with_payment(world: StripeWorld, invoice: Object) -> Object:
    """`charge`, `payment_intent`, `paid`, `paid_out_of_band`, `subscription`, taxes and lines where they were."""
    parent = invoice.pop("parent", None) or {}
    details = parent.get("subscription_details") or {}
    invoice.pop("amount_overpaid", None)
    invoice.pop("payments", None)
    charge, intent = _payment_of(world, invoice["id"])
    taxes = [_tax_amount(tax) for tax in invoice.pop("total_taxes", None) or []]
    is_paid = invoice.get("status") == "paid"
    if entries(invoice, "lines"):
        invoice["lines"]["data"] = [line_with_price(world, line) for line in entries(invoice, "lines")]
    return invoice | {
        "charge": charge,
        "payment_intent": intent,
        "paid": is_paid,
        "paid_out_of_band": is_paid and bool(invoice.get("amount_due")) and not (charge or intent),
        "quote": (parent.get("quote_details") or {}).get("quote"),
        "subscription": reference(details.get("subscription")) or reference(invoice.get("subscription")),
        "subscription_details": {"metadata": details.get("metadata")},
        "tax": sum(tax["amount"] for tax in taxes) if taxes else None,
        "total_tax_amounts": taxes,
    }


def line_with_price(world: StripeWorld, line: Object) -> Object:
    """An invoice line with `price`, `plan`, `type`, and the subscription it names on the line itself."""
    parent, pricing = line.get("parent") or {}, line.get("pricing") or {}
    of_subscription = parent.get("subscription_item_details")
    details = of_subscription or parent.get("invoice_item_details") or {}
    price = _price(world, line, pricing)
    kept = {key: value for key, value in line.items() if key not in ("parent", "pricing", "taxes")}
    return kept | {
        "invoice_item": details.get("invoice_item"),
        "plan": _plan(price) if price and price.get("recurring") else None,
        "price": price,
        "proration": bool(details.get("proration")),
        "proration_details": details.get("proration_details") or {"credited_items": None},
        "subscription": details.get("subscription"),
        "subscription_item": details.get("subscription_item"),
        "tax_amounts": [_tax_amount(tax) for tax in line.get("taxes") or []],
        "type": "subscription" if of_subscription else "invoiceitem",
        "unit_amount_excluding_tax": pricing.get("unit_amount_decimal"),
    }


def invoice_item_with_price(world: StripeWorld, item: Object) -> Object:
    """`price`, `unit_amount` and the subscription on the item itself."""
    details = (item.pop("parent", None) or {}).get("subscription_details") or {}
    pricing = item.pop("pricing", None) or {}
    price = _price(world, item, pricing)
    return item | {
        "plan": _plan(price) if price and price.get("recurring") else None,
        "price": price,
        "subscription": details.get("subscription"),
        "subscription_item": details.get("subscription_item"),
        "unit_amount": price.get("unit_amount") if price else None,
        "unit_amount_decimal": pricing.get("unit_amount_decimal"),
    }


def subscription_with_period(world: StripeWorld, subscription: Object) -> Object:
    """`current_period_start` and `_end` on the subscription instead of its items."""
    items = entries(subscription, "items")
    period = {key: items[0].get(key) for key in _PERIOD} if items else {}
    if items:
        subscription["items"]["data"] = [item_without_period(world, item) for item in items]
    return subscription | period


def item_without_period(_: StripeWorld, item: Object) -> Object:
    """A subscription item, whose period stood on the subscription."""
    return {key: value for key, value in item.items() if key not in _PERIOD}


def credit_note_with_tax_amounts(world: StripeWorld, note: Object) -> Object:
    """`tax_amounts` on the note and its lines, and the one `refund`."""
    taxes = [_tax_amount(tax) for tax in note.pop("total_taxes", None) or []]
    refunds = note.get("refunds") or []
    if entries(note, "lines"):
        note["lines"]["data"] = [entry_with_tax_amounts(world, line) for line in entries(note, "lines")]
    return note | {"refund": reference(refunds[0].get("refund")) if refunds else None, "tax_amounts": taxes}


def entry_with_tax_amounts(_: StripeWorld, line: Object) -> Object:
    """A credit note line with `tax_amounts`."""
    kept = {key: value for key, value in line.items() if key != "taxes"}
    return kept | {"tax_amounts": [_tax_amount(tax) for tax in line.get("taxes") or []]}


def customer_with_coupon(world: StripeWorld, customer: Object) -> Object:
    """The customer's discount holds its coupon, which since 2025-09-30 it only names."""
    discount = customer.get("discount")
    if isinstance(discount, dict) and isinstance(discount.get("source"), dict):
        coupon = reference(discount.pop("source").get("coupon"))
        customer["discount"] = discount | {"coupon": _coupon(world, coupon)}
    return customer


def promotion_code_with_coupon(world: StripeWorld, code: Object) -> Object:
    """The promotion code holds its coupon, which since 2025-09-30 it only names."""
    coupon = reference((code.pop("promotion", None) or {}).get("coupon"))
    return code | {"coupon": _coupon(world, coupon)} if coupon else code


def _coupon(world: StripeWorld, id_: str | None) -> Object | None:
    return (world.get("coupons", id_) or {"id": id_, "object": "coupon"}) if id_ else None


def _invoice_of(world: StripeWorld, payments: list[str]) -> str | None:
    payment = world.get("invoice_payments", payments[0]) if payments else None
    return reference(payment.get("invoice")) if payment else None


def _payment_of(world: StripeWorld, invoice: str) -> tuple[str | None, str | None]:
    """The charge and the intent of an invoice: the one that paid it, else the newest attempt."""
    ids, _ = world.having("invoice_payments", "invoice", invoice, 100)
    payments = [found for id_ in ids if (found := world.get("invoice_payments", id_))]
    if not payments:
        return None, None
    chosen = next((p for p in payments if p.get("status") == "paid"), payments[0]).get("payment") or {}
    intent = reference(chosen.get("payment_intent"))
    charge = reference(chosen.get("charge"))
    if intent and not charge:
        charge = reference((world.get("payment_intents", intent) or {}).get("latest_charge"))
    return charge, intent


def _price(world: StripeWorld, line: Object, pricing: Object) -> Object | None:
    """The whole price a line names; one that the world does not hold is made of what the line says."""
    named = pricing.get("price_details") or {}
    id_ = reference(named.get("price"))
    if not id_:
        return None
    return world.get("prices", id_) or {
        "id": id_,
        "object": "price",
        "currency": line.get("currency"),
        "product": named.get("product"),
        "recurring": None,
        "unit_amount_decimal": pricing.get("unit_amount_decimal"),
    }


def _plan(price: Object) -> Object:
    """The plan that goes with a recurring price."""
    recurring = price["recurring"]
    return {
        "id": price["id"],
        "object": "plan",
        "active": price.get("active"),
        "amount": price.get("unit_amount"),
        "amount_decimal": price.get("unit_amount_decimal"),
        "billing_scheme": price.get("billing_scheme"),
        "created": price.get("created"),
        "currency": price.get("currency"),
        "interval": recurring.get("interval"),
        "interval_count": recurring.get("interval_count"),
        "livemode": price.get("livemode"),
        "metadata": price.get("metadata"),
        "nickname": price.get("nickname"),
        "product": reference(price.get("product")),
        "usage_type": recurring.get("usage_type"),
    }


def _tax_amount(tax: Object) -> Object:
    """One of today's `taxes` as one of yesterday's `tax_amounts`."""
    return {
        "amount": tax.get("amount"),
        "inclusive": tax.get("tax_behavior") == "inclusive",
        "tax_rate": (tax.get("tax_rate_details") or {}).get("tax_rate"),
        "taxability_reason": tax.get("taxability_reason"),
        "taxable_amount": tax.get("taxable_amount"),
    }

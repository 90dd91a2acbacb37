"""Stripe's billing objects in the current shape: product, price, invoice with lines, invoice payment, subscription.

Factories only; amounts in minor units, times in Unix seconds. Invoices name no charge: invoice payments are the bridge.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.generator.catalogue import Price, Product
from connectors.sandbox.generator.terms import FULL_PRICE, TAX_RATE, Terms

Object = dict[str, Any]
_ISSUER = {"type": "self"}
_AUTOMATIC_TAX = {"disabled_reason": None, "enabled": False, "liability": None, "provider": None, "status": None}
_NO_ADDRESS = {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}


@dataclass(frozen=True)
class LineItem:
    """What an invoice line says: `quantity` of `price` at `unit` minor units for the period [start, end].

    `item` is the subscription item when it is not the subscription's first; a proration has its `exact` amount, which
    is negative for time that was paid for and is not used.
    """

    price: Price
    unit: int
    quantity: int
    start: int
    end: int
    description: str
    subscription: str = ""
    item: str = ""
    exact: int | None = None

    @property
    def amount(self) -> int:
        """Unit amount times quantity, or the exact amount of a proration."""
        return self.unit * self.quantity if self.exact is None else self.exact

    @property
    def is_proration(self) -> bool:
        """Whether it corrects a period that was billed otherwise."""
        return self.exact is not None

    @property
    def subscription_item(self) -> str:
        """The id of its subscription item."""
        return self.item or first_item(self.subscription)


def first_item(subscription_id: str) -> str:
    """The id of a subscription's first item."""
    return f"si_{subscription_id[4:]}"


def product(item: Product, created: int, live: bool = True) -> Object:
    """A product."""
    return {
        "id": item.id, "object": "product", "active": True, "created": created, "default_price": None,
        "description": f"{item.name} of the sandbox shop", "images": [], "livemode": live, "marketing_features": [],
        "metadata": {}, "name": item.name, "package_dimensions": None, "shippable": None,
        "statement_descriptor": None, "tax_code": None, "type": "service", "unit_label": None, "updated": created,
        "url": None,
    }  # fmt: skip


def price(item: Price, created: int, live: bool = True) -> Object:
    """A price; recurring when it has an interval."""
    recurring = {
        "interval": item.interval, "interval_count": item.count, "meter": None, "trial_period_days": None,
        "usage_type": item.usage,
    }  # fmt: skip
    return {
        "id": item.id, "object": "price", "active": True, "billing_scheme": "per_unit", "created": created,
        "currency": item.currency, "custom_unit_amount": None, "livemode": live,
        "lookup_key": item.id.removeprefix("price_"), "metadata": {}, "nickname": None, "product": item.product.id,
        "recurring": recurring if item.interval else None, "tax_behavior": "unspecified", "tiers_mode": None,
        "transform_quantity": None, "type": "recurring" if item.interval else "one_time",
        "unit_amount": item.amount, "unit_amount_decimal": str(item.amount),
    }  # fmt: skip


def invoice(
    id_: str, created: int, lines: Sequence[LineItem], *, status: str, reason: str, customer: str,
    email: str | None, name: str, country: str, live: bool, paid: int = 0, attempts: int = 0,
    finalized_at: int | None = None, paid_at: int | None = None, voided_at: int | None = None,
    uncollectible_at: int | None = None, due_date: int | None = None, subscription: str = "",
    next_attempt: int | None = None, number: str | None = None, terms: Terms = FULL_PRICE, credited: int = 0,
    discount: Object | None = None,
) -> Object:  # fmt: skip
    """An invoice over `lines`; `paid` is what was collected on it, `next_attempt` when payment is tried again.

    `credited` of it was given back by credit notes; `discount` is its discount when the subscription has it, whole
    as the invoice shows it on demand.
    """
    subtotal, off = sum(line.amount for line in lines), sum(terms.off(line.amount) for line in lines)
    taxes = terms.taxes(line.amount for line in lines)
    tax = sum(taxes)
    total = subtotal - off + tax
    parent = {
        "quote_details": None,
        "subscription_details": {"metadata": {}, "subscription": subscription},
        "type": "subscription_details",
    }  # fmt: skip
    return {
        "id": id_, "object": "invoice", "account_country": "US", "account_name": "Sandbox world",
        "account_tax_ids": None, "amount_due": total, "amount_overpaid": 0, "amount_paid": paid,
        "amount_remaining": total - paid, "amount_shipping": 0, "application": None, "attempt_count": attempts,
        "attempted": attempts > 0 or (status == "paid" and total == 0), "auto_advance": next_attempt is not None,
        "automatic_tax": _AUTOMATIC_TAX, "automatically_finalizes_at": created + 3600 if status == "draft" else None,
        "billing_reason": reason,
        "collection_method": "send_invoice" if due_date else "charge_automatically", "created": created,
        "currency": lines[0].price.currency, "custom_fields": None, "customer": customer, "customer_account": None,
        "customer_address": {**_NO_ADDRESS, "country": country}, "customer_email": email, "customer_name": name,
        "customer_phone": None, "customer_shipping": None, "customer_tax_exempt": "none", "customer_tax_ids": [],
        "default_payment_method": None, "default_source": None, "default_tax_rates": [], "description": None,
        "discounts": [discount or terms.discount] if terms.discount else [], "due_date": due_date,
        "effective_at": finalized_at,
        "ending_balance": None if status == "draft" else 0, "footer": None, "from_invoice": None,
        "hosted_invoice_url": f"https://invoice.stripe.com/i/{id_}" if finalized_at else None,
        "invoice_pdf": f"https://pay.stripe.com/invoice/{id_}/pdf" if finalized_at else None, "issuer": _ISSUER,
        "last_finalization_error": None, "latest_revision": None,
        "lines": {
            "object": "list",
            "data": [_line(id_, n, line, live, terms, taxes[n]) for n, line in enumerate(lines)],
            "has_more": False, "total_count": len(lines), "url": f"/v1/invoices/{id_}/lines",
        },
        "livemode": live, "metadata": {}, "next_payment_attempt": next_attempt, "number": number,
        "on_behalf_of": None, "parent": parent if subscription else None,
        "payment_settings": {
            "default_mandate": None, "payment_method_options": None, "payment_method_types": None,
        },
        "period_end": created, "period_start": created, "post_payment_credit_notes_amount": credited,
        "pre_payment_credit_notes_amount": 0, "receipt_number": None, "rendering": None, "shipping_cost": None,
        "shipping_details": None, "starting_balance": 0, "statement_descriptor": None, "status": status,
        "status_transitions": {
            "finalized_at": finalized_at, "marked_uncollectible_at": uncollectible_at, "paid_at": paid_at,
            "voided_at": voided_at,
        },
        "subscription": None, "subtotal": subtotal, "subtotal_excluding_tax": subtotal, "test_clock": None,
        "total": total, "total_discount_amounts": _discounts(terms, off), "total_excluding_tax": subtotal - off,
        "total_pretax_credit_amounts": _credits(terms, off), "total_taxes": _taxes(terms, subtotal - off, tax),
        "webhooks_delivered_at": finalized_at,
    }  # fmt: skip


def invoice_payment(
    id_: str, created: int, amount: int, currency: str, *, invoice: str, intent: str, status: str, live: bool,
    paid_at: int | None = None, canceled_at: int | None = None,
) -> Object:  # fmt: skip
    """The bridge from an invoice to the payment intent that pays it: open, paid or canceled."""
    return {
        "id": id_, "object": "invoice_payment", "amount_paid": amount if status == "paid" else None,
        "amount_requested": amount, "created": created, "currency": currency, "invoice": invoice,
        "is_default": True, "livemode": live, "payment": {"payment_intent": intent, "type": "payment_intent"},
        "status": status, "status_transitions": {"canceled_at": canceled_at, "paid_at": paid_at},
    }  # fmt: skip


def subscription(
    id_: str, created: int, items: Sequence[tuple[str, Price, int]], *, customer: str, status: str,
    period: tuple[int, int], latest_invoice: str, live: bool, price_created: int, trial: tuple[int, int] | None = None,
    anchor: int | None = None, canceled_at: int | None = None, cancel_at: int | None = None,
    at_period_end: bool = False, ended_at: int | None = None, why: str | None = None,
    tax_rates: Sequence[Object] = (), discounts: Sequence[Object] = (), is_paused: bool = False,
) -> Object:  # fmt: skip
    """A subscription to `items`, each with its id and quantity, now in `period`; `why` it was cancelled.

    While it is paused its invoices are made void. `discounts` stand whole, as they do on demand.
    """
    pause = {"behavior": "void", "resumes_at": None} if is_paused else None
    return {
        "id": id_, "object": "subscription", "application": None, "application_fee_percent": None,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": created if anchor is None else anchor, "billing_cycle_anchor_config": None,
        "billing_mode": {"flexible": None, "type": "classic"}, "billing_schedules": [], "billing_thresholds": None,
        "cancel_at": cancel_at, "cancel_at_period_end": at_period_end, "canceled_at": canceled_at,
        "cancellation_details": {"comment": None, "feedback": None, "reason": why},
        "collection_method": "charge_automatically", "created": created, "currency": items[0][1].currency,
        "customer": customer, "customer_account": None, "days_until_due": None, "default_payment_method": None,
        "default_source": None, "default_tax_rates": list(tax_rates), "description": None, "discounts": list(discounts),
        "ended_at": ended_at,
        "invoice_settings": {
            "account_tax_ids": None, "custom_fields": None, "description": None, "footer": None, "issuer": _ISSUER,
        },
        "items": {
            "object": "list", "data": [_item(id_, created, *item, period, live, price_created) for item in items],
            "has_more": False, "total_count": len(items), "url": f"/v1/subscription_items?subscription={id_}",
        },
        "latest_invoice": latest_invoice, "livemode": live, "managed_payments": {"enabled": False}, "metadata": {},
        "next_pending_invoice_item_invoice": None, "on_behalf_of": None, "pause_collection": pause,
        "payment_settings": {
            "payment_method_options": None, "payment_method_types": None, "save_default_payment_method": "off",
        },
        "pending_invoice_item_interval": None, "pending_setup_intent": None, "pending_update": None,
        "schedule": None, "start_date": created, "status": status, "test_clock": None, "transfer_data": None,
        "trial_end": trial[1] if trial else None,
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
        "trial_start": trial[0] if trial else None,
    }  # fmt: skip


def _item(
    id_: str, created: int, key: str, item: Price, quantity: int, period: tuple[int, int], live: bool,
    price_created: int,
) -> Object:  # fmt: skip
    metered = item.usage == "metered"
    plan = {
        "id": item.id, "object": "plan", "active": True, "amount": item.amount, "amount_decimal": str(item.amount),
        "billing_scheme": "per_unit", "created": price_created, "currency": item.currency, "interval": item.interval,
        "interval_count": item.count, "livemode": live, "metadata": {}, "meter": None, "nickname": None,
        "product": item.product.id, "tiers_mode": None, "transform_usage": None, "trial_period_days": None,
        "usage_type": item.usage,
    }  # fmt: skip
    return {
        "id": key, "object": "subscription_item", "billing_thresholds": None, "created": created,
        "current_period_end": period[1], "current_period_start": period[0], "discounts": [], "metadata": {},
        "plan": plan, "price": price(item, price_created, live), "quantity": None if metered else quantity,
        "subscription": id_, "tax_rates": [],
    }  # fmt: skip


def line_key(invoice_id: str, number: int) -> str:
    """What the ids of an invoice's line `number` and of its invoice item have in common."""
    return f"{invoice_id[3:]}{number:02d}"


def _discounts(terms: Terms, off: int) -> list[Object]:
    return [{"amount": off, "discount": terms.discount}] if terms.discount else []


def _credits(terms: Terms, off: int) -> list[Object]:
    return [{"amount": off, "discount": terms.discount, "type": "discount"}] if terms.discount else []


def _taxes(terms: Terms, taxable: int, tax: int) -> list[Object]:
    if not terms.tax_percent:
        return []
    return [
        {
            "amount": tax, "tax_behavior": "exclusive", "tax_rate_details": {"tax_rate": TAX_RATE},
            "taxability_reason": "not_available", "taxable_amount": taxable, "type": "tax_rate_details",
        }
    ]  # fmt: skip


def _line(invoice_id: str, number: int, line: LineItem, live: bool, terms: Terms, tax: int) -> Object:
    key = line_key(invoice_id, number)
    off = terms.off(line.amount)
    of_subscription = {
        "invoice_item": f"ii_{key}" if line.is_proration else None, "proration": line.is_proration,
        "proration_details": {"credited_items": None}, "subscription": line.subscription,
        "subscription_item": line.subscription_item,
    }  # fmt: skip
    of_invoice_item = {
        "invoice_item": f"ii_{key}", "proration": False, "proration_details": {"credited_items": None},
        "subscription": None,
    }  # fmt: skip
    return {
        "id": f"il_{key}", "object": "line_item", "amount": line.amount, "currency": line.price.currency,
        "description": line.description, "discount_amounts": _discounts(terms, off),
        "discountable": not line.is_proration, "discounts": [], "invoice": invoice_id, "livemode": live, "metadata": {},
        "parent": {
            "invoice_item_details": None if line.subscription else of_invoice_item,
            "subscription_item_details": of_subscription if line.subscription else None,
            "type": "subscription_item_details" if line.subscription else "invoice_item_details",
        },
        "period": {"end": line.end, "start": line.start}, "pretax_credit_amounts": _credits(terms, off),
        "pricing": {
            "price_details": {"price": line.price.id, "product": line.price.product.id}, "type": "price_details",
            "unit_amount_decimal": str(line.unit),
        },
        "quantity": line.quantity, "quantity_decimal": str(line.quantity),
        "subscription": line.subscription or None, "subtotal": line.amount,
        "taxes": _taxes(terms, line.amount - off, tax),
    }  # fmt: skip

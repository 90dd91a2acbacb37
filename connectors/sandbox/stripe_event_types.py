"""Which events Stripe writes for which change, as data; several for one change come in the same second.

Changes Stripe tells nobody about have no entry: balance transactions, updates of payment intents and invoice items,
checkout sessions that open.
"""

from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]

_OF_STATUS: dict[str, dict[str, tuple[str, ...]]] = {
    "charges": {
        "succeeded": ("charge.succeeded",),
        "failed": ("charge.failed",),
        "pending": ("charge.pending",),
    },
    "payment_intents": {
        "succeeded": ("payment_intent.succeeded",),
        "canceled": ("payment_intent.canceled",),
        "processing": ("payment_intent.processing",),
        "requires_action": ("payment_intent.requires_action",),
        "requires_capture": ("payment_intent.amount_capturable_updated",),
        "requires_payment_method": ("payment_intent.payment_failed",),
    },
    "invoices": {
        "open": ("invoice.finalized",),
        "paid": ("invoice.paid", "invoice.payment_succeeded"),
        "void": ("invoice.voided",),
        "uncollectible": ("invoice.marked_uncollectible",),
    },
    "subscriptions": {"canceled": ("customer.subscription.deleted",), "paused": ("customer.subscription.paused",)},
    "refunds": {"failed": ("refund.failed",)},
    "disputes": {"won": ("charge.dispute.closed",), "lost": ("charge.dispute.closed",)},
    "payouts": {"paid": ("payout.paid",), "failed": ("payout.failed",), "canceled": ("payout.canceled",)},
    "checkout_sessions": {"complete": ("checkout.session.completed",), "expired": ("checkout.session.expired",)},
    "credit_notes": {"void": ("credit_note.voided",)},
    "invoice_payments": {"paid": ("invoice_payment.paid",)},
}
"""What a status that is reached says, by list."""

_BORN_WITH_STATUS = ("charges", "checkout_sessions", "invoice_payments")
"""Lists whose objects are announced by their status alone when they appear."""

_CREATED = {
    "customers": "customer.created", "payment_intents": "payment_intent.created", "refunds": "refund.created",
    "disputes": "charge.dispute.created", "payouts": "payout.created", "invoices": "invoice.created",
    "invoiceitems": "invoiceitem.created", "credit_notes": "credit_note.created",
    "subscriptions": "customer.subscription.created", "prices": "price.created", "products": "product.created",
    "coupons": "coupon.created", "promotion_codes": "promotion_code.created", "tax_rates": "tax_rate.created",
}  # fmt: skip
_UPDATED = {
    "customers": "customer.updated", "charges": "charge.updated", "refunds": "refund.updated",
    "disputes": "charge.dispute.updated", "payouts": "payout.updated", "invoices": "invoice.updated",
    "credit_notes": "credit_note.updated", "subscriptions": "customer.subscription.updated",
    "prices": "price.updated", "products": "product.updated", "coupons": "coupon.updated",
    "promotion_codes": "promotion_code.updated", "tax_rates": "tax_rate.updated", "accounts": "account.updated",
}  # fmt: skip
DELETED = {
    "customers": "customer.deleted", "invoices": "invoice.deleted", "invoiceitems": "invoiceitem.deleted",
    "prices": "price.deleted", "products": "product.deleted", "coupons": "coupon.deleted",
    "subscriptions": "customer.subscription.deleted",
}  # fmt: skip
"""Of Stripe's fifteen `.deleted` types, those of the lists played; deleting a subscription cancels it."""

_SAYS_IT_ALL = ("customer.subscription.deleted", "charge.captured", "charge.refunded")
"""Events that come without the general `.updated` beside them."""


@dataclass(frozen=True)
class Told:
    """An event to write: its type, and whether it carries what the object was before."""

    type: str
    with_previous: bool = False


def of_creation(name: str, item: Object) -> list[Told]:
    """The events of a new object of the list `name`."""
    types = [_CREATED[name]] if name in _CREATED else []
    if name in _BORN_WITH_STATUS:
        types += _OF_STATUS[name].get(str(item.get("status")), ())
    return [Told(type_) for type_ in types]


def of_update(name: str, before: Object, after: Object) -> list[Told]:
    """The events of a change of an object of the list `name`."""
    types: list[str] = []
    if after.get("status") != before.get("status"):
        types += _OF_STATUS.get(name, {}).get(str(after.get("status")), ())
    if name == "charges" and after.get("captured") and not before.get("captured"):
        types.append("charge.captured")
    if name == "charges" and (after.get("amount_refunded") or 0) > (before.get("amount_refunded") or 0):
        types.append("charge.refunded")
    told = [Told(type_, type_ in _SAYS_IT_ALL and name == "charges") for type_ in types]
    if name in _UPDATED and not any(type_ in _SAYS_IT_ALL for type_ in types):
        told.insert(0, Told(_UPDATED[name], with_previous=True))
    return told


def previous_attributes(before: Object, after: Object) -> Object:
    """What changed, as it was: only the changed keys, inside objects too; a key that is new was null."""
    previous = {}
    for key in {**before, **after}:
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        both = isinstance(old, dict) and isinstance(new, dict) and old.get("object") != "list"
        previous[key] = previous_attributes(old, new) if both else old  # type: ignore[arg-type]
    return previous

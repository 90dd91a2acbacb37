"""Which properties Stripe lets one expand, by list, and what they lead to; `stripe_expand.py` does the expanding."""

from connectors.sandbox.stripe_versions import BASIL, View

NOT_HELD = ""
"""The target of a property that can be expanded but leads to nothing a world holds."""

# List name -> property path -> the lists its target may be in, separated by "|".
EXPANDABLE: dict[str, dict[str, str]] = {
    "customers": {
        "default_source": NOT_HELD,
        "invoice_settings.default_payment_method": NOT_HELD,
        "sources": NOT_HELD,
        "subscriptions": NOT_HELD,
        "tax": NOT_HELD,
        "tax_ids": NOT_HELD,
        "test_clock": NOT_HELD,
    },
    "payment_intents": {
        "customer": "customers",
        "latest_charge": "charges",
        "invoice": "invoices",
        "payment_method": NOT_HELD,
        "review": NOT_HELD,
    },
    "charges": {
        "customer": "customers",
        "payment_intent": "payment_intents",
        "balance_transaction": "balance_transactions",
        "failure_balance_transaction": "balance_transactions",
        "invoice": "invoices",
        "refunds": "refunds",
        "application": NOT_HELD,
        "review": NOT_HELD,
        "transfer": NOT_HELD,
    },
    "refunds": {
        "charge": "charges",
        "payment_intent": "payment_intents",
        "balance_transaction": "balance_transactions",
        "failure_balance_transaction": "balance_transactions",
    },
    "disputes": {"charge": "charges", "payment_intent": "payment_intents"},
    "balance_transactions": {"source": "charges|refunds|disputes|payouts"},
    "payouts": {
        "balance_transaction": "balance_transactions",
        "failure_balance_transaction": "balance_transactions",
        "original_payout": "payouts",
        "reversed_by": "payouts",
        "destination": NOT_HELD,
    },
    "invoices": {
        "customer": "customers",
        "parent.subscription_details.subscription": "subscriptions",
        "subscription": "subscriptions",
        "charge": "charges",
        "payment_intent": "payment_intents",
        "lines.data.pricing.price_details.price": "prices",
        "lines.data.discounts": NOT_HELD,
        "payments": "invoice_payments",
        "default_payment_method": NOT_HELD,
        "discounts": NOT_HELD,
    },
    "invoice_payments": {
        "invoice": "invoices",
        "payment.payment_intent": "payment_intents",
        "payment.charge": "charges",
    },
    "invoiceitems": {
        "customer": "customers",
        "invoice": "invoices",
        "pricing.price_details.price": "prices",
        "discounts": NOT_HELD,
        "tax_rates": NOT_HELD,
    },
    "credit_notes": {
        "customer": "customers",
        "invoice": "invoices",
        "refunds.refund": "refunds",
        "customer_balance_transaction": NOT_HELD,
        "discounts": NOT_HELD,
    },
    "subscriptions": {
        "customer": "customers",
        "latest_invoice": "invoices",
        "items.data.price.product": "products",
        "default_payment_method": NOT_HELD,
        "discounts": NOT_HELD,
        "items.data.discounts": NOT_HELD,
        "pending_setup_intent": NOT_HELD,
        "schedule": NOT_HELD,
    },
    "checkout_sessions": {
        "customer": "customers",
        "invoice": "invoices",
        "line_items": NOT_HELD,
        "line_items.data.price.product": "products",
        "payment_intent": "payment_intents",
        "subscription": "subscriptions",
        "payment_link": NOT_HELD,
        "setup_intent": NOT_HELD,
    },
    "prices": {"product": "products", "tiers": NOT_HELD, "currency_options": NOT_HELD},
    "products": {"default_price": "prices"},
    "coupons": {"applies_to": NOT_HELD, "currency_options": NOT_HELD},
    "promotion_codes": {"customer": "customers", "promotion.coupon": "coupons"},
    "tax_rates": {},
    "accounts": {},
    "events": {},
}
# Lists Stripe leaves out of an object until asked: property -> the filter that finds its entries.
INCLUDED = {
    ("charges", "refunds"): "charge",
    ("invoices", "payments"): "invoice",
}
_ONLY_BEFORE_BASIL = {
    ("charges", "invoice"),
    ("payment_intents", "invoice"),
    ("invoices", "charge"),
    ("invoices", "payment_intent"),
    ("invoices", "subscription"),
}
_ONLY_SINCE_BASIL = {
    ("invoices", "parent.subscription_details.subscription"),
    ("invoices", "payments"),
    ("invoices", "lines.data.pricing.price_details.price"),
    ("invoiceitems", "pricing.price_details.price"),
}


def expandable(view: View, name: str) -> dict[str, str]:
    """The properties of the list `name` that can be expanded in the view's version, with their targets."""
    lacking = _ONLY_SINCE_BASIL if view.is_before(BASIL) else _ONLY_BEFORE_BASIL
    return {edge: target for edge, target in EXPANDABLE[name].items() if (name, edge) not in lacking}

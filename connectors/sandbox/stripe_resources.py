"""Stripe's lists declared: address, object name, the filters each really has, and the permission that reads it.

What a declaration may say stands in `stripe_resource.py`; adding a list is one entry here.
"""

from typing import Any

from connectors.sandbox.collection import Cell
from connectors.sandbox.stripe_resource import Extract, Filter, Resource, at, either, entries, reference


def _prices(subscription: dict[str, Any]) -> Cell:
    return tuple(price for item in entries(subscription, "items") if (price := reference(item.get("price"))))


def _items(subscription: dict[str, Any]) -> Cell:
    return tuple(item["id"] for item in entries(subscription, "items") if isinstance(item.get("id"), str))


def _period(key: str) -> Extract:
    def earliest(subscription: dict[str, Any]) -> Cell:
        times = (item.get(key) for item in entries(subscription, "items"))
        return min((time for time in times if isinstance(time, int)), default=None)

    return either(at(key), earliest)


def _pending(invoice_item: dict[str, Any]) -> Cell:
    return "false" if invoice_item.get("invoice") else "true"


def _delivered(event: dict[str, Any]) -> Cell:
    return "false" if event.get("pending_webhooks") else "true"


SUBSCRIPTION_STATUSES = (
    "incomplete", "incomplete_expired", "trialing", "active", "past_due", "canceled", "unpaid", "paused",
)  # fmt: skip
_CUSTOMER = Filter(at("customer"), refers_to="customers")
_OF_CUSTOMER = {"customer": _CUSTOMER, "customer_account": Filter(at("customer_account"))}
_INTENT = Filter(at("payment_intent"), refers_to="payment_intents")
_CHARGE = Filter(at("charge"), refers_to="charges")
_INVOICE = Filter(at("invoice"), refers_to="invoices")
_COLLECTION = Filter(at("collection_method"), "enum", ("charge_automatically", "send_invoice"))
_ACTIVE = Filter(at("active"), "boolean")

RESOURCES: dict[str, Resource] = {
    resource.name: resource
    for resource in (
        Resource(
            "customers",
            "customer",
            {"email": Filter(at("email")), "test_clock": Filter(at("test_clock"))},
            "rak_customer_read",
        ),
        Resource("payment_intents", "payment_intent", _OF_CUSTOMER, "rak_payment_intent_read", id_param="intent"),
        Resource(
            "charges",
            "charge",
            {"customer": _CUSTOMER, "payment_intent": _INTENT, "transfer_group": Filter(at("transfer_group"))},
            "rak_charge_read",
            nested=("refunds",),
        ),
        Resource("refunds", "refund", {"charge": _CHARGE, "payment_intent": _INTENT}, "rak_charge_read"),
        Resource(
            "disputes",
            "dispute",
            {"charge": _CHARGE, "payment_intent": _INTENT},
            "rak_dispute_read",
            id_param="dispute",
        ),
        Resource(
            "balance_transactions",
            "balance_transaction",
            {
                "currency": Filter(at("currency")),
                "payout": Filter(at("payout"), refers_to="payouts"),
                "source": Filter(at("source")),
                "type": Filter(at("type")),
            },
            "rak_balance_transaction_source_read",
            unseen=("payout",),
            wording="balance transaction",
        ),
        Resource(
            "payouts",
            "payout",
            {
                "arrival_date": Filter(at("arrival_date"), "time"),
                "destination": Filter(at("destination")),
                "status": Filter(at("status")),
            },
            "rak_payout_read",
            id_param="payout",
        ),
        Resource(
            "invoices",
            "invoice",
            {
                **_OF_CUSTOMER,
                "subscription": Filter(
                    either(at("parent", "subscription_details", "subscription"), at("subscription")),
                    refers_to="subscriptions",
                ),
                "status": Filter(at("status"), "enum", ("draft", "open", "paid", "uncollectible", "void")),
                "collection_method": _COLLECTION,
                "due_date": Filter(at("due_date"), "time"),
            },
            "rak_invoice_read",
            id_param="invoice",
            nested=("lines",),
            children=("lines",),
        ),
        Resource(
            "invoice_payments",
            "invoice_payment",
            {
                "invoice": _INVOICE,
                "payment[type]": Filter(at("payment", "type"), "enum", ("payment_intent", "payment_record")),
                "payment[payment_intent]": Filter(at("payment", "payment_intent"), refers_to="payment_intents"),
                "payment[payment_record]": Filter(at("payment", "payment_record")),
                "status": Filter(at("status"), "enum", ("canceled", "open", "paid")),
            },
            "rak_invoice_read",
            id_param="invoice_payment",
            links={"payment.charge": at("payment", "charge")},
        ),
        Resource(
            "invoiceitems",
            "invoiceitem",
            {**_OF_CUSTOMER, "invoice": _INVOICE, "pending": Filter(_pending, "boolean")},
            "rak_invoice_read",
            id_param="invoiceitem",
            created_key="date",
        ),
        Resource(
            "credit_notes",
            "credit_note",
            {**_OF_CUSTOMER, "invoice": _INVOICE},
            "rak_credit_note_read",
            nested=("lines",),
            children=("lines",),
            wording="credit note",
        ),
        Resource(
            "subscriptions",
            "subscription",
            {
                **_OF_CUSTOMER,
                "price": Filter(_prices, refers_to="prices"),
                "plan": Filter(_prices),
                "status": Filter(at("status"), "enum", (*SUBSCRIPTION_STATUSES, "all", "ended")),
                "collection_method": _COLLECTION,
                "automatic_tax[enabled]": Filter(at("automatic_tax", "enabled"), "boolean"),
                "current_period_start": Filter(_period("current_period_start"), "time"),
                "current_period_end": Filter(_period("current_period_end"), "time"),
                "test_clock": Filter(at("test_clock")),
            },
            "rak_subscription_read",
            nested=("items",),
            links={"item": _items},
        ),
        Resource(
            "checkout_sessions",
            "checkout.session",
            {
                **_OF_CUSTOMER,
                "customer_details[email]": Filter(at("customer_details", "email")),
                "payment_intent": _INTENT,
                "payment_link": Filter(at("payment_link")),
                "status": Filter(at("status"), "enum", ("complete", "expired", "open")),
                "subscription": Filter(at("subscription"), refers_to="subscriptions"),
            },
            "rak_checkout_session_read",
            id_param="session",
            path="checkout/sessions",
            nested=("line_items",),
            left_out=("line_items",),
            children=("line_items",),
        ),
        Resource(
            "prices",
            "price",
            {
                "active": _ACTIVE,
                "currency": Filter(at("currency")),
                "lookup_keys": Filter(at("lookup_key"), "list"),
                "product": Filter(at("product"), refers_to="products"),
                "recurring[interval]": Filter(at("recurring", "interval"), "enum", ("day", "month", "week", "year")),
                "recurring[meter]": Filter(at("recurring", "meter")),
                "recurring[usage_type]": Filter(at("recurring", "usage_type"), "enum", ("licensed", "metered")),
                "type": Filter(at("type"), "enum", ("one_time", "recurring")),
            },
            "rak_plan_read",
            id_param="price",
        ),
        Resource(
            "products",
            "product",
            {
                "active": _ACTIVE,
                "ids": Filter(at("id"), "list"),
                "shippable": Filter(at("shippable"), "boolean"),
                "type": Filter(at("type"), "enum", ("good", "service")),
                "url": Filter(at("url")),
            },
            "rak_product_read",
        ),
        Resource("coupons", "coupon", {}, "rak_coupon_read", id_param="coupon"),
        Resource(
            "promotion_codes",
            "promotion_code",
            {
                **_OF_CUSTOMER,
                "active": _ACTIVE,
                "code": Filter(at("code")),
                "coupon": Filter(either(at("promotion", "coupon"), at("coupon")), refers_to="coupons"),
            },
            "rak_promotion_code_read",
            id_param="promotion_code",
            wording="promotion code",
        ),
        Resource(
            "tax_rates",
            "tax_rate",
            {"active": _ACTIVE, "inclusive": Filter(at("inclusive"), "boolean")},
            "rak_tax_rate_read",
            id_param="tax_rate",
            wording="tax rate",
        ),
        Resource("accounts", "account", {}, "rak_accounts_kyc_basic_read", id_param="account"),
        Resource(
            "events",
            "event",
            {
                "type": Filter(at("type"), "pattern"),
                "types": Filter(at("type"), "list"),
                "delivery_success": Filter(_delivered, "boolean"),
            },
            "rak_event_read",
        ),
    )
}

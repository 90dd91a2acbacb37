"""Stripe's lists declared: address, object name, the filters each really has, and where an object keeps the value.

Nothing is answered here: parameters are read in `stripe_params.py`, pages are cut in `stripe_lists.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.collection import Cell

Extract = Callable[[dict[str, Any]], Cell]


@dataclass(frozen=True)
class Filter:
    """One list parameter: how it is read (`kind`: text, boolean, enum, list, time) and compared.

    `refers_to` names the list whose ids the value must be among, `choices` what an enum may say.
    """

    extract: Extract
    kind: str = "text"
    choices: tuple[str, ...] = ()
    refers_to: str = ""


@dataclass(frozen=True)
class Resource:
    """One list under /v1: `id_param` is how Stripe names the id in a 404, `nested` the lists cut at ten."""

    name: str
    object: str
    filters: Mapping[str, Filter]
    id_param: str = "id"
    nested: tuple[str, ...] = ()
    wording: str = field(default="")

    @property
    def noun(self) -> str:
        """The object as Stripe's messages call it: `No such <noun>: 'x'`."""
        return self.wording or self.object


def reference(value: Any) -> str | None:
    """The id of a reference, whether it is an id or the expanded object."""
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) else None


def at(*path: str) -> Extract:
    """Read the value at `path`: an id for a reference, `true`/`false` for a boolean, a whole number as it is."""

    def extract(item: dict[str, Any]) -> Cell:
        value: Any = item
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, bool):
            return "true" if value else "false"
        return value if isinstance(value, int) else reference(value)

    return extract


def _items(subscription: dict[str, Any]) -> list[dict[str, Any]]:
    items = subscription.get("items")
    data = items.get("data") if isinstance(items, dict) else None
    return [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []


def _prices(subscription: dict[str, Any]) -> Cell:
    return tuple(price for item in _items(subscription) if (price := reference(item.get("price"))))


def _period(key: str) -> Extract:
    def extract(subscription: dict[str, Any]) -> Cell:
        own = subscription.get(key)
        if isinstance(own, int):
            return own
        return min((item[key] for item in _items(subscription) if isinstance(item.get(key), int)), default=None)

    return extract


def _invoice_subscription(invoice: dict[str, Any]) -> Cell:
    """The subscription in the current shape, else where it stood before 2025-03-31."""
    current = at("parent", "subscription_details", "subscription")(invoice)
    return current or reference(invoice.get("subscription"))


SUBSCRIPTION_STATUSES = (
    "incomplete", "incomplete_expired", "trialing", "active", "past_due", "canceled", "unpaid", "paused",
)  # fmt: skip
_CUSTOMER = Filter(at("customer"), refers_to="customers")
_INTENT = Filter(at("payment_intent"), refers_to="payment_intents")
_COLLECTION = Filter(at("collection_method"), "enum", ("charge_automatically", "send_invoice"))
_ACTIVE = Filter(at("active"), "boolean")

RESOURCES: dict[str, Resource] = {
    resource.name: resource
    for resource in (
        Resource("customers", "customer", {"email": Filter(at("email")), "test_clock": Filter(at("test_clock"))}),
        Resource(
            "payment_intents",
            "payment_intent",
            {"customer": _CUSTOMER, "customer_account": Filter(at("customer_account"))},
            id_param="intent",
        ),
        Resource(
            "charges",
            "charge",
            {"customer": _CUSTOMER, "payment_intent": _INTENT, "transfer_group": Filter(at("transfer_group"))},
            nested=("refunds",),
        ),
        Resource(
            "refunds",
            "refund",
            {"charge": Filter(at("charge"), refers_to="charges"), "payment_intent": _INTENT},
        ),
        Resource(
            "balance_transactions",
            "balance_transaction",
            {
                "currency": Filter(at("currency")),
                "payout": Filter(at("payout")),
                "source": Filter(at("source")),
                "type": Filter(at("type")),
            },
            wording="balance transaction",
        ),
        Resource(
            "invoices",
            "invoice",
            {
                "customer": _CUSTOMER,
                "customer_account": Filter(at("customer_account")),
                "subscription": Filter(_invoice_subscription, refers_to="subscriptions"),
                "status": Filter(at("status"), "enum", ("draft", "open", "paid", "uncollectible", "void")),
                "collection_method": _COLLECTION,
                "due_date": Filter(at("due_date"), "time"),
            },
            id_param="invoice",
            nested=("lines",),
        ),
        Resource(
            "invoice_payments",
            "invoice_payment",
            {
                "invoice": Filter(at("invoice"), refers_to="invoices"),
                "payment[type]": Filter(at("payment", "type"), "enum", ("payment_intent", "payment_record")),
                "payment[payment_intent]": Filter(at("payment", "payment_intent"), refers_to="payment_intents"),
                "payment[payment_record]": Filter(at("payment", "payment_record")),
                "status": Filter(at("status"), "enum", ("canceled", "open", "paid")),
            },
            id_param="invoice_payment",
        ),
        Resource(
            "subscriptions",
            "subscription",
            {
                "customer": _CUSTOMER,
                "customer_account": Filter(at("customer_account")),
                "price": Filter(_prices, refers_to="prices"),
                "plan": Filter(_prices),
                "status": Filter(at("status"), "enum", (*SUBSCRIPTION_STATUSES, "all", "ended")),
                "collection_method": _COLLECTION,
                "automatic_tax[enabled]": Filter(at("automatic_tax", "enabled"), "boolean"),
                "current_period_start": Filter(_period("current_period_start"), "time"),
                "current_period_end": Filter(_period("current_period_end"), "time"),
                "test_clock": Filter(at("test_clock")),
            },
            nested=("items",),
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
        ),
    )
}

"""Stripe's objects as data: path, filters, nested lists, events. Adding one is one entry here.

Does not belong here: asking for them (`client.py`) or what they mean (`dbt_project/models/staging/stripe/`).
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

from connectors.connector import Object, Table


def _identify(obj: Object) -> str | None:
    return obj.get("id")


def _created(obj: Object) -> datetime | None:
    created = obj.get("created", obj.get("date"))  # invoice items call it date
    return datetime.fromtimestamp(created, UTC) if isinstance(created, int) else None


def _status_but(*settled: str) -> str:
    return f"not is_deleted and (data ->> 'status') not in ({', '.join(map(repr, settled))})"


@dataclass(frozen=True, kw_only=True)
class StripeTable(Table):
    """One kind of object: how it is listed, which events tell of it, and what a restricted key needs.

    `path` is its list ("" where Stripe has none); `parameters` go with every list request. `nested_lists` are cut at
    ten by Stripe, `left_out` among them absent until asked. `harvest` are fields of ids that Stripe expands on demand.
    `events` are patterns of the types whose payload it is, `deletes` those that say it is gone. The creation of
    objects that are not `is_announced` has no event: they are listed by time. Not every key may ask for one that is not
    `is_open`. `unsettled` is the SQL condition on raw rows that picks those which may change without an event: they are
    looked at again.
    """

    object: str
    path: str
    permission: str
    identify: Any = field(default=_identify, repr=False)
    created: Any = field(default=_created, repr=False)
    parameters: dict[str, Any] = field(default_factory=dict)
    nested_lists: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    harvest: tuple[str, ...] = ()
    is_announced: bool = True
    is_open: bool = True
    events: tuple[str, ...] = ()
    deletes: tuple[str, ...] = ()
    unsettled: str = ""

    @property
    def is_listed(self) -> bool:
        """Whether Stripe has a list of them."""
        return bool(self.path)

    @property
    def can_be_asked_for(self) -> bool:
        """Whether one of them can be asked for by its id; else its events are all that is told of its changes."""
        return self.is_listed and self.is_open

    @property
    def expand(self) -> tuple[str, ...]:
        """What every request asks Stripe to expand."""
        return (*self.left_out, *self.harvest)

    def is_told_by(self, event: Object) -> bool:
        """Whether the event's payload is one of these objects."""
        payload = (event.get("data") or {}).get("object") or {}
        type_ = str(event.get("type"))
        return payload.get("object") == self.object and any(fnmatchcase(type_, pattern) for pattern in self.events)


def _table(name: str, object_: str, description: str, permission: str, **rest: Any) -> StripeTable:
    rest.setdefault("path", f"/v1/{name}")
    if "unsettled" in rest:
        rest["indexes"] = (f"(connection, created_at) where {rest['unsettled']}",)
    return StripeTable(name=name, object=object_, description=description, permission=f"{permission}: Read", **rest)


TABLES = (
    _table(
        "events", "event", "One row per event: what changed, when, and the object as it was then.", "Events",
        indexes=("(connection, created_at)",),
    ),
    _table(
        "accounts", "account", "One row per account: the connection's own and those connected to it.", "Accounts",
        is_open=False,  # Stripe refuses accounts to keys of no platform, and to a platform those that left it
        events=("account.*",),
    ),
    _table(
        "customers", "customer", "One row per Stripe customer.", "Customers",
        events=("customer.*",), deletes=("customer.deleted",), remembers=("email",),
    ),
    _table(
        "products", "product", "One row per product.", "Products",
        events=("product.*",), deletes=("product.deleted",),
    ),
    _table(
        "prices", "price", "One row per price of a product.", "Prices",
        events=("price.*",), deletes=("price.deleted",),
    ),
    _table(
        "coupons", "coupon", "One row per coupon.", "Coupons",
        events=("coupon.*",), deletes=("coupon.deleted",),
    ),
    _table(
        "promotion_codes", "promotion_code", "One row per code that customers type in for a coupon.",
        "Promotion Codes", events=("promotion_code.*",),
    ),
    _table(
        "discounts", "discount", "One row per coupon as applied to a customer, subscription or invoice.",
        "Customers", path="", events=("customer.discount.*",), deletes=("customer.discount.deleted",),
    ),
    _table(
        "tax_rates", "tax_rate", "One row per tax rate.", "Tax Rates",
        events=("tax_rate.*",),
    ),
    _table(
        "subscriptions", "subscription",
        "One row per subscription ever started, whatever its status, with its items.", "Subscriptions",
        parameters={"status": "all"},  # Stripe leaves canceled ones out otherwise
        nested_lists=("items",), harvest=("discounts",), events=("customer.subscription.*",),
        unsettled=_status_but("canceled", "incomplete_expired"),
    ),
    _table(
        "invoices", "invoice", "One row per invoice, with all its lines.", "Invoices",
        nested_lists=("lines",), harvest=("discounts",), events=("invoice.*",), deletes=("invoice.deleted",),
        unsettled=_status_but("paid", "void", "uncollectible"),
    ),
    _table(
        "invoice_items", "invoiceitem", "One row per item billed outside a plan, pending or on an invoice.", "Invoices",
        path="/v1/invoiceitems", events=("invoiceitem.*",), deletes=("invoiceitem.deleted",),
        unsettled="not is_deleted and (data ->> 'invoice') is null",
    ),
    _table(
        "invoice_payments", "invoice_payment", "One row per payment made towards an invoice.", "Invoices",
        is_announced=False, events=("invoice_payment.*",), unsettled=_status_but("paid", "canceled"),
    ),
    _table(
        "payment_intents", "payment_intent", "One row per payment intent, paid or not.", "PaymentIntents",
        events=("payment_intent.*",), unsettled=_status_but("succeeded", "canceled"),
    ),
    _table(
        "charges", "charge", "One row per charge attempt, succeeded or not.", "Charges and Refunds",
        events=("charge.*",),
    ),
    _table(
        "refunds", "refund", "One row per refund, whatever its status.", "Charges and Refunds",
        is_announced=False,  # accounts on versions before 2024-10 have no refund.created
        events=("refund.*", "charge.refund.*"),
    ),
    _table(
        "disputes", "dispute", "One row per payment a customer contested.", "Disputes",
        events=("charge.dispute.*",),
    ),
    _table(
        "checkout_sessions", "checkout.session", "One row per checkout, completed or not, with its line items.",
        "Checkout Sessions", path="/v1/checkout/sessions", is_announced=False,
        nested_lists=("line_items",), left_out=("line_items",), events=("checkout.session.*",),
        unsettled=_status_but("complete", "expired"),
    ),
    _table(
        "credit_notes", "credit_note", "One row per credit note, with all its lines.", "Credit notes",
        nested_lists=("lines",), events=("credit_note.*",),
    ),
    _table(
        "balance_transactions", "balance_transaction", "One row per movement of the Stripe balance.",
        "Balance transaction sources", is_announced=False, unsettled=_status_but("available"),
    ),
    _table(
        "payouts", "payout", "One row per payout to a bank account.", "Payouts",
        events=("payout.*",),
    ),
    _table(
        "payout_transactions", "payout_transactions",
        "One row per automatic payout: the ids of the balance transactions it paid out.",
        "Balance transaction sources", path="",
    ),
)  # fmt: skip

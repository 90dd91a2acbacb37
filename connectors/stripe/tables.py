"""Stripe's objects as data: path, list parameters, nested lists. Adding one is one entry here.

Does not belong here: asking for them (`client.py`) or what they mean (`dbt_project/models/staging/stripe/`).
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.connector import Object, Table


def _identify(obj: Object) -> str | None:
    return obj.get("id")


def _created(obj: Object) -> datetime | None:
    created = obj.get("created")
    return datetime.fromtimestamp(created, UTC) if isinstance(created, int) else None


@dataclass(frozen=True, kw_only=True)
class StripeTable(Table):
    """A list endpoint: `path` under /v1, parameters every request carries, and child lists Stripe cuts at ten."""

    identify: Any = field(default=_identify, repr=False)
    created: Any = field(default=_created, repr=False)
    parameters: dict[str, Any] = field(default_factory=dict)
    nested_lists: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The endpoint's path."""
        return f"/v1/{self.name}"


TABLES = (
    StripeTable(name="customers", description="One row per Stripe customer."),
    StripeTable(name="products", description="One row per product."),
    StripeTable(name="prices", description="One row per price of a product."),
    StripeTable(
        name="subscriptions",
        description="One row per subscription ever started, whatever its status, with its items.",
        parameters={"status": "all"},  # Stripe leaves canceled ones out otherwise
        nested_lists=("items",),
    ),
    StripeTable(name="invoices", description="One row per invoice, with all its lines.", nested_lists=("lines",)),
    StripeTable(name="invoice_payments", description="One row per payment made towards an invoice."),
    StripeTable(name="payment_intents", description="One row per payment intent, paid or not."),
    StripeTable(name="charges", description="One row per charge attempt, succeeded or not."),
    StripeTable(name="refunds", description="One row per refund, whatever its status."),
    StripeTable(name="balance_transactions", description="One row per movement of the Stripe balance."),
)

"""Which API version changed what, and an account's objects seen through one version.

Worlds hold the current shape; how older shapes are derived from it stands in `stripe_older_shapes.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from connectors.sandbox import stripe_older_shapes as older
from connectors.sandbox.stripe_older_shapes import Object
from connectors.sandbox.stripe_world import StripeWorld

BASIL = "2025-03-31"
CLOVER = "2025-09-30"

# The version that changed a list's objects -> the list -> how to give the object the shape it had before.
_BEFORE: dict[str, dict[str, Callable[[StripeWorld, Object], Object]]] = {
    CLOVER: {
        "customers": older.customer_with_coupon,
        "promotion_codes": older.promotion_code_with_coupon,
    },
    BASIL: {
        "charges": older.charge_with_invoice,
        "payment_intents": older.payment_intent_with_invoice,
        "invoices": older.invoice_with_payment,
        "invoiceitems": older.invoice_item_with_price,
        "subscriptions": older.subscription_with_period,
        "credit_notes": older.credit_note_with_tax_amounts,
    },
}
# Entries of nested lists, by the object they are.
_ENTRIES_BEFORE_BASIL: dict[tuple[str, str], Callable[[StripeWorld, Object], Object]] = {
    ("invoices", "lines"): older.line_with_price,
    ("credit_notes", "lines"): older.entry_with_tax_amounts,
    ("subscriptions", "items"): older.item_without_period,
}


@dataclass(frozen=True)
class View:
    """An account's objects in the shape of `version` (a date, with or without its name)."""

    world: StripeWorld
    version: str

    def is_before(self, change: str) -> bool:
        """Whether this version is older than the one dated `change`."""
        return self.version[:10] < change

    def reshapes(self, name: str) -> bool:
        """Whether objects of the list `name` differ from what the world holds."""
        return any(self.is_before(change) and name in lists for change, lists in _BEFORE.items())

    def item(self, name: str, line: bytes) -> Object:
        """Decode one line of the list `name` into this version's shape."""
        found: Object = orjson.loads(line)
        for change, lists in _BEFORE.items():
            if self.is_before(change) and name in lists:
                found = lists[name](self.world, found)
        return found

    def entry(self, name: str, key: str, entry: Object) -> Object:
        """One entry of the nested list `key` of an object of the list `name`, in this version's shape."""
        reshape = _ENTRIES_BEFORE_BASIL.get((name, key))
        return reshape(self.world, entry) if reshape and self.is_before(BASIL) else entry

    def get(self, name: str, id_: str) -> dict[str, Any] | None:
        """The object `id_` of the list `name` as the API answers it, or None."""
        line = self.world.collections[name].line(id_)
        return None if line is None else self.item(name, line)

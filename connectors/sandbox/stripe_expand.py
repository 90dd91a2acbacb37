"""`expand[]`: which properties Stripe lets one expand, and putting the world's objects in their place.

A reference to an object the world does not hold (a deleted customer, a payment method) stays an id.
"""

from collections.abc import Sequence
from typing import Any

from connectors.sandbox.stripe_errors import StripeError, bad_request
from connectors.sandbox.stripe_resources import RESOURCES, Resource
from connectors.sandbox.stripe_world import StripeWorld

_DEPTH = 4
_NOT_HELD = ""
_CHARGE_OR_REFUND = "charges|refunds"

# List name -> property path -> the list its target is in; `_NOT_HELD` is expandable but in no world.
_EXPANDABLE: dict[str, dict[str, str]] = {
    "customers": {
        "default_source": _NOT_HELD,
        "invoice_settings.default_payment_method": _NOT_HELD,
        "sources": _NOT_HELD,
        "subscriptions": _NOT_HELD,
        "tax": _NOT_HELD,
        "tax_ids": _NOT_HELD,
        "test_clock": _NOT_HELD,
    },
    "payment_intents": {
        "customer": "customers",
        "latest_charge": "charges",
        "invoice": "invoices",
        "payment_method": _NOT_HELD,
        "review": _NOT_HELD,
    },
    "charges": {
        "customer": "customers",
        "payment_intent": "payment_intents",
        "balance_transaction": "balance_transactions",
        "failure_balance_transaction": "balance_transactions",
        "invoice": "invoices",
        "refunds": "refunds",
        "application": _NOT_HELD,
        "review": _NOT_HELD,
        "transfer": _NOT_HELD,
    },
    "refunds": {
        "charge": "charges",
        "payment_intent": "payment_intents",
        "balance_transaction": "balance_transactions",
        "failure_balance_transaction": "balance_transactions",
    },
    "balance_transactions": {"source": _CHARGE_OR_REFUND},
    "invoices": {
        "customer": "customers",
        "parent.subscription_details.subscription": "subscriptions",
        "subscription": "subscriptions",
        "charge": "charges",
        "payment_intent": "payment_intents",
        "lines.data.pricing.price_details.price": "prices",
        "lines.data.discounts": _NOT_HELD,
        "payments": "invoice_payments",
        "default_payment_method": _NOT_HELD,
        "discounts": _NOT_HELD,
    },
    "invoice_payments": {
        "invoice": "invoices",
        "payment.payment_intent": "payment_intents",
        "payment.charge": "charges",
    },
    "subscriptions": {
        "customer": "customers",
        "latest_invoice": "invoices",
        "items.data.price.product": "products",
        "default_payment_method": _NOT_HELD,
        "discounts": _NOT_HELD,
        "items.data.discounts": _NOT_HELD,
        "pending_setup_intent": _NOT_HELD,
        "schedule": _NOT_HELD,
    },
    "prices": {"product": "products", "tiers": _NOT_HELD, "currency_options": _NOT_HELD},
    "products": {"default_price": "prices"},
}
# Lists Stripe leaves out of an object until asked: property -> the filter that finds its entries.
_INCLUDED = {("charges", "refunds"): "charge", ("invoices", "payments"): "invoice"}


class Expander:
    """Expands properties of decoded objects in place, from the objects of one world."""

    def __init__(self, world: StripeWorld) -> None:
        self._world = world

    def check(self, resource: Resource, paths: Sequence[str], listed: bool) -> list[str]:
        """The paths below one object; raises `StripeError` for one that Stripe would not expand."""
        below = []
        for path in paths:
            if path.count(".") + 1 > _DEPTH + listed:
                raise bad_request(f"You cannot expand more than {_DEPTH} levels of a property ({path}).", "expand")
            inner = path.removeprefix("data.") if listed else path
            if listed and inner == path:
                hint = f" You may want to try expanding 'data.{path}' instead."
                raise _refusal(path, hint if self._leads_on(resource.name, path) else "")
            if not self._leads_on(resource.name, inner):
                raise _refusal(path)
            below.append(inner)
        return below

    def expand(self, resource: Resource, item: dict[str, Any], paths: Sequence[str]) -> None:
        """Expand the checked `paths` of `item`."""
        for path in paths:
            self._expand(resource.name, item, path)

    def _leads_on(self, name: str, path: str) -> bool:
        """Whether `path` is expandable step by step, starting at an object of the list `name`."""
        return any(
            rest == "" or any(self._leads_on(n, rest) for n in _targets(target)) for target, rest in _steps(name, path)
        )

    def _expand(self, name: str, item: dict[str, Any], path: str) -> None:
        for edge, target in _EXPANDABLE[name].items():
            if target and (path == edge or path.startswith(edge + ".")):
                if (name, edge) in _INCLUDED:
                    self._include(name, item, edge)
                rest = path[len(edge) + 1 :].removeprefix("data.")
                self._replace(item, edge.split("."), target, rest)

    def _include(self, name: str, item: dict[str, Any], edge: str) -> None:
        """Put in the list Stripe leaves out by default, cut at ten as it does."""
        if isinstance(item.get(edge), dict):
            return
        target = _EXPANDABLE[name][edge]
        url = f"/v1/charges/{item['id']}/refunds" if edge == "refunds" else f"/v1/{target}?invoice={item['id']}"
        ids, has_more = self._world.having(target, _INCLUDED[name, edge], item["id"])
        data = [self._world.get(target, id_) for id_ in ids]
        item[edge] = {"object": "list", "data": data, "has_more": has_more, "url": url}

    def _replace(self, holder: Any, keys: list[str], target: str, rest: str) -> None:
        """Walk `keys` below `holder` and put the object in the place of its id."""
        if isinstance(holder, list):
            for entry in holder:
                self._replace(entry, keys, target, rest)
            return
        if not isinstance(holder, dict):
            return
        key = keys[0]
        if len(keys) > 1:
            self._replace(holder.get(key), keys[1:], target, rest)
            return
        for name in _targets(target):
            value = holder.get(key)
            if isinstance(value, str):
                holder[key] = self._world.get(name, value) or value
            for found in _objects(holder.get(key), RESOURCES[name].object):
                if rest:
                    self._expand(name, found, rest)


def _targets(target: str) -> list[str]:
    return [name for name in target.split("|") if name]


def _steps(name: str, path: str) -> list[tuple[str, str]]:
    """The expandable properties `path` may begin with: (their target, what is left of the path)."""
    return [
        (target, path[len(edge) + 1 :].removeprefix("data."))
        for edge, target in _EXPANDABLE[name].items()
        if path == edge or path.startswith(edge + ".")
    ]


def _objects(value: Any, kind: str) -> list[dict[str, Any]]:
    """The objects of `kind` that `value` is or, for a list, holds; an object that says no kind is taken as one."""
    if not isinstance(value, dict):
        return []
    if value.get("object") == "list":
        return [entry for entry in value.get("data", []) if isinstance(entry, dict)]
    return [value] if value.get("object", kind) == kind else []


def _refusal(path: str, hint: str = "") -> StripeError:
    return bad_request(f"This property cannot be expanded ({path}).{hint}")

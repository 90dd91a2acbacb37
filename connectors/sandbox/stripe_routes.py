"""What an address below /stripe means: the list, the object, the nested list, and the operation Stripe limits it as."""

from dataclasses import dataclass

from connectors.sandbox.stripe_resources import RESOURCES

_BY_PATH = {resource.url: name for name, resource in RESOURCES.items()}
_ITEMS = "/v1/subscription_items"
_ACCOUNT = "/v1/account"


@dataclass(frozen=True)
class Route:
    """A known address: `kind` is list, object, children, refunds, items, item or account.

    `operation` is the address with `{id}` for the id: what an endpoint's own limit counts.
    """

    kind: str
    operation: str
    name: str = ""
    id: str = ""
    child: str = ""


def route(path: str) -> Route | None:
    """The route of `path`, which begins with /v1; None for an address Stripe has not."""
    path = "/" + path.strip("/")
    if path == _ACCOUNT:
        return Route("account", path, "accounts")
    if path == _ITEMS:
        return Route("items", path, "subscriptions")
    if path in _BY_PATH:
        return Route("list", path, _BY_PATH[path])
    above, _, last = path.rpartition("/")
    if above == _ITEMS:
        return Route("item", f"{_ITEMS}/{{id}}", "subscriptions", last)
    if above in _BY_PATH and last != "search":
        return Route("object", f"{above}/{{id}}", _BY_PATH[above], last)
    base, _, id_ = above.rpartition("/")
    name = _BY_PATH.get(base, "")
    if name and last in RESOURCES[name].children:
        return Route("children", f"{base}/{{id}}/{last}", name, id_, last)
    if name == "charges" and last == "refunds":
        return Route("refunds", f"{base}/{{id}}/refunds", name, id_)
    return None

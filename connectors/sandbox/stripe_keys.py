"""Stripe's keys: which account a key opens, and what a restricted one may read there."""

import base64
import binascii
from collections.abc import Collection
from dataclasses import dataclass

from connectors.sandbox.jsonl import WorldError
from connectors.sandbox.stripe_errors import no_key, no_permission, no_such_account, wrong_key
from connectors.sandbox.stripe_resources import RESOURCES
from connectors.sandbox.stripe_settings import StripeSettings


@dataclass(frozen=True)
class Access:
    """What a key opens: the account it belongs to, and the permissions it has; None is all of them."""

    key: str
    account: str
    permissions: frozenset[str] | None = None

    def check(self, name: str, account: str) -> None:
        """Refuse to read the list `name` of `account` without its permission."""
        wanted = RESOURCES[name].permission
        if self.permissions is not None and wanted not in self.permissions:
            raise no_permission(self.key, account, wanted)


class StripeKeys:
    """The keys of a world: the account's own, its restricted ones, and those of connected accounts."""

    def __init__(self, settings: StripeSettings, account: str, connected: Collection[str]) -> None:
        """Raises `WorldError` for a restricted key of an unknown list, or a key of an unknown account."""
        self._account, self._connected = account, connected
        self._access = {settings.api_key: Access(settings.api_key, account)}
        for key, names in settings.restricted.items():
            unknown = [name for name in names if name not in RESOURCES]
            if unknown:
                raise WorldError(
                    f"the restricted key {key!r} reads {unknown[0]!r}, which is no list; name some of "
                    f"{', '.join(RESOURCES)}."
                )
            self._access[key] = Access(key, account, frozenset(RESOURCES[name].permission for name in names))
        for key, other in settings.account_keys.items():
            if other not in connected:
                raise WorldError(
                    f"the key {key!r} opens {other!r}, which is no connected account; write stripe/accounts/{other}/."
                )
            self._access[key] = Access(key, other)

    def access(self, authorization: str) -> Access:
        """What the Authorization header opens: Bearer, or Basic with the key as its user.

        Raises `StripeError` 401 without a key, or with one nobody has.
        """
        scheme, _, credentials = authorization.strip().partition(" ")
        key = credentials.strip()
        if scheme.lower() == "basic":
            try:
                key = base64.b64decode(key, validate=True).decode().partition(":")[0]
            except (binascii.Error, UnicodeDecodeError):
                key = ""
        elif scheme.lower() != "bearer":
            key = ""
        if not key:
            raise no_key()
        if key not in self._access:
            raise wrong_key(key)
        return self._access[key]

    def account(self, access: Access, header: str | None) -> str:
        """The account a request is for: the one its `Stripe-Account` header names, else the key's own.

        Raises `StripeError` 403 for an account the key does not open.
        """
        if not header or header == access.account:
            return access.account
        if access.account != self._account or header not in self._connected:
            raise no_such_account(access.key, header)
        return header

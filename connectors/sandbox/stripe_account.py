"""GET /v1/account: the account a world belongs to; its id is in `world.toml` or follows from the world."""

import hashlib
from typing import Any

from connectors.sandbox.stripe_settings import StripeSettings

_DIGITS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789"


def account_id(settings: StripeSettings, first_id: str) -> str:
    """The id named in the settings, else one drawn from the world's oldest object.

    The oldest, because a world that grows newer objects is still the same account.
    """
    if settings.account:
        return settings.account
    digest = hashlib.blake2b(first_id.encode(), digest_size=16).digest()
    return "acct_1" + "".join(_DIGITS[byte % len(_DIGITS)] for byte in digest[:15])


def account(id_: str, created: int) -> dict[str, Any]:
    """The account object of an account the world says nothing else about; `created` is in Unix seconds."""
    return {
        "id": id_,
        "object": "account",
        "business_profile": {
            "mcc": None,
            "name": "Sandbox world",
            "product_description": None,
            "support_address": None,
            "support_email": None,
            "support_phone": None,
            "support_url": None,
            "url": None,
        },
        "business_type": "company",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": "US",
        "created": created,
        "default_currency": "usd",
        "details_submitted": True,
        "email": "owner@example.com",
        "metadata": {},
        "payouts_enabled": True,
        "settings": {"dashboard": {"display_name": "Sandbox world", "timezone": "Etc/UTC"}},
        "type": "standard",
    }

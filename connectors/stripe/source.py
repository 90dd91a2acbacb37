"""Stripe as a connector.

    lists by time, then events ──► follow ──► raw_stripe.<table>
                    events ──► news: is there anything to follow?

Run it alone: `python -m connectors stripe`.
"""

from datetime import timedelta

from connectors.connector import Connection, Connector, Credential
from connectors.stripe.client import is_test_key
from connectors.stripe.connect import probe
from connectors.stripe.follow import follow
from connectors.stripe.news import news
from connectors.stripe.restart import restart
from connectors.stripe.tables import TABLES


def is_test(connection: Connection) -> bool:
    """A test key opens Stripe's test mode, whose objects then count."""
    return is_test_key(connection.required("api_key"))


CONNECTOR = Connector(
    name="stripe",
    title="Stripe",
    tables=TABLES,
    credentials=(
        Credential("api_key", "Secret or restricted key with read access (dashboard: Developers, API keys)."),
        Credential("rate_share", "Part of Stripe's rate limit to use; 0.5 unless set.", is_required=False),
        Credential("rate_limit", "Requests a second Stripe allows the account; 100, or 25 for a test key.", False),
        Credential("base_url", "Another server that speaks Stripe's API.", is_required=False),
    ),
    cadence=timedelta(minutes=1),
    follow=follow,
    probe=probe,
    news=news,
    restart=restart,
    is_test=is_test,
    looks_again=True,
    guide=(
        "In Stripe's dashboard open Developers, API keys (https://dashboard.stripe.com/apikeys), and create a"
        " restricted key.",
        f"Give it these permissions, and no other: {', '.join(dict.fromkeys(table.permission for table in TABLES))}.",
        "Copy the key: rk_live_… or, for test mode, rk_test_…",
    ),
)

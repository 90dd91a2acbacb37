"""Stripe as a connector.

    /v1/<table> ──► StripeApi.pages ──► raw_stripe.<table>

Run it alone: `python -m connectors stripe`.
"""

from collections.abc import Iterator
from datetime import timedelta

from connectors.connector import Connection, Connector, Credential, Page, Table
from connectors.stripe.client import StripeApi
from connectors.stripe.tables import TABLES, StripeTable


def read(connection: Connection, table: Table) -> Iterator[Page]:
    """Every page of one of Stripe's tables."""
    assert isinstance(table, StripeTable)
    return StripeApi(connection).pages(table)


def is_test(connection: Connection) -> bool:
    """A test key opens Stripe's test mode, whose objects then count."""
    return connection.required("api_key").startswith(("sk_test_", "rk_test_"))


CONNECTOR = Connector(
    name="stripe",
    title="Stripe",
    tables=TABLES,
    credentials=(
        Credential("api_key", "Secret or restricted key with read access (dashboard: Developers, API keys)."),
        Credential("base_url", "Another server that speaks Stripe's API.", is_required=False),
    ),
    cadence=timedelta(minutes=1),
    read=read,
    is_test=is_test,
)

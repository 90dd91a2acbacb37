"""HubSpot as a connector.

    /crm/v3/objects/<table> ──► HubspotApi.pages ──► raw_hubspot.<table>

Run it alone: `python -m connectors hubspot`.
"""

from collections.abc import Iterator
from datetime import timedelta

from connectors.connector import Connection, Connector, Credential, Page, Table
from connectors.hubspot.client import HubspotApi
from connectors.hubspot.tables import TABLES, HubspotTable


def read(connection: Connection, table: Table) -> Iterator[Page]:
    """Every page of one of HubSpot's tables."""
    assert isinstance(table, HubspotTable)
    return HubspotApi(connection).pages(table)


CONNECTOR = Connector(
    name="hubspot",
    title="HubSpot",
    tables=TABLES,
    credentials=(
        Credential("access_token", "Private app token with the scope crm.objects.contacts.read."),
        Credential("base_url", "Another server that speaks HubSpot's API.", is_required=False),
    ),
    cadence=timedelta(minutes=15),
    read=read,
)

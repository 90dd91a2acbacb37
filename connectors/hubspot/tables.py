"""HubSpot's objects as data: path and the properties asked for.

Does not belong here: asking for them (`client.py`) or what they mean (`dbt_project/models/staging/hubspot/`).
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.connector import Object, Table

CONTACT_PROPERTIES = (
    "email",
    "hs_additional_emails",
    "firstname",
    "lastname",
    "createdate",
    "lastmodifieddate",
    "hs_object_id",
    "hs_merged_object_ids",
    "hs_calculated_merged_vids",
    "lifecyclestage",
    "hs_analytics_source",
    "hs_analytics_source_data_1",
    "hs_analytics_source_data_2",
    "hs_analytics_first_url",
    "hs_analytics_first_referrer",
    "hs_analytics_first_timestamp",
    "utm_source",
    "utm_medium",
    "utm_campaign",
)
"""Named, because HubSpot returns six properties unless told, and nobody wants the other hundreds by default."""


def _identify(obj: Object) -> str | None:
    identity = obj.get("id")
    return str(identity) if identity is not None else None


def _created(obj: Object) -> datetime | None:
    text = obj.get("createdAt")
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


@dataclass(frozen=True, kw_only=True)
class HubspotTable(Table):
    """A CRM object type: `path` of its list and the properties to return."""

    identify: Any = field(default=_identify, repr=False)
    created: Any = field(default=_created, repr=False)
    path: str
    properties: tuple[str, ...]


TABLES = (
    HubspotTable(
        name="contacts",
        description="One row per HubSpot contact, archived ones included.",
        path="/crm/v3/objects/contacts",
        properties=CONTACT_PROPERTIES,
        remembers=(
            "properties.email",
            "properties.hs_additional_emails",
            "properties.hs_merged_object_ids",
            "properties.hs_calculated_merged_vids",
        ),
    ),
)

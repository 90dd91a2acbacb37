"""HubSpot's objects as data: where they are, what is asked of them and which scope that takes.

Does not belong here: asking for them (`client.py`) or what they mean (`dbt_project/models/staging/hubspot/`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.connector import Object, Table

TICKING = ("hs_time_in_", "hs_v2_cumulative_time_in_", "hs_v2_latest_time_in_")
"""How properties begin whose value grows by itself: read twice, no contact would ever be the same."""


def identify(obj: Object) -> str | None:
    """The id of a CRM object or an owner."""
    identity = obj.get("id")
    return str(identity) if identity is not None else None


def moment(text: str | int | None) -> datetime | None:
    """One of HubSpot's timestamps in UTC: ISO 8601, or milliseconds since 1970 as older addresses write them."""
    if not text:
        return None
    if str(text).isdecimal():
        return datetime.fromtimestamp(int(text) / 1_000, UTC)
    return datetime.fromisoformat(str(text)).astimezone(UTC)


def _created(obj: Object) -> datetime | None:
    return moment(obj.get("createdAt"))


@dataclass(frozen=True, kw_only=True)
class HubspotTable(Table):
    """A table whose objects HubSpot identifies by `id`."""

    identify: Any = field(default=identify, repr=False)
    created: Any = field(default=_created, repr=False)


@dataclass(frozen=True, kw_only=True)
class CrmTable(HubspotTable):
    """A CRM object type of the API's name `name`: listed, searched by `modified`, read in batches.

    `properties` are those to return, all the account has when None. `with_contacts` lands the contacts associated.
    """

    modified: str
    properties: tuple[str, ...] | None = None
    with_contacts: bool = False

    @property
    def path(self) -> str:
        """The address of its list."""
        return f"/crm/v3/objects/{self.name}"


def wanted(table: CrmTable, defined: Sequence[Object]) -> tuple[str, ...]:
    """The names of the properties to ask for: the table's own, else those defined but for the ticking ones."""
    if table.properties is not None:
        return table.properties
    return tuple(sorted(one["name"] for one in defined if not one["name"].startswith(TICKING)))


def kept(table: CrmTable, obj: Object) -> Object:
    """The object as it lands, the same whichever address answered: no empty properties, each contact once."""
    landed = {key: obj[key] for key in ("id", "createdAt", "updatedAt", "archived", "archivedAt") if key in obj}
    landed["properties"] = {name: value for name, value in (obj.get("properties") or {}).items() if value is not None}
    if table.with_contacts:
        found = ((obj.get("associations") or {}).get("contacts") or {}).get("results") or []
        landed |= associated(str(one["id"]) for one in found)
    return landed


def associated(contact_ids: Any) -> Object:
    """The contacts a CRM object is associated with, in the shape of HubSpot's lists, each once."""
    ids = sorted(set(contact_ids), key=lambda identity: (len(identity), identity))
    results = [{"id": identity, "type": "deal_to_contact"} for identity in ids]
    return {"associations": {"contacts": {"results": results}}} if results else {}


CONTACTS = CrmTable(
    name="contacts",
    description="One row per HubSpot contact, archived ones included.",
    permission="crm.objects.contacts.read",
    modified="lastmodifieddate",
    remembers=(
        "properties.email",
        "properties.hs_additional_emails",
        "properties.hs_merged_object_ids",
        "properties.hs_calculated_merged_vids",
    ),
)
DEALS = CrmTable(
    name="deals",
    description="One row per HubSpot deal with the contacts it is associated with, archived ones included.",
    permission="crm.objects.deals.read",
    modified="hs_lastmodifieddate",
    properties=(
        "amount", "closedate", "createdate", "deal_currency_code", "dealname", "dealstage", "dealtype",
        "hs_closed_amount", "hs_is_closed", "hs_is_closed_won", "hs_lastmodifieddate", "hs_merged_object_ids",
        "hs_object_id", "hubspot_owner_id", "pipeline",
    ),
    with_contacts=True,
)  # fmt: skip
OWNERS = HubspotTable(
    name="owners",
    description="One row per HubSpot owner, archived ones included.",
    permission="crm.objects.owners.read",
)
LISTS = HubspotTable(
    name="lists",
    description="One row per HubSpot list of contacts.",
    permission="crm.lists.read",
    identify=lambda obj: str(obj["listId"]) if obj.get("listId") else None,
)
MEMBERSHIPS = HubspotTable(
    name="list_memberships",
    description="One row per HubSpot list and contact, as it was when last added.",
    permission="crm.lists.read",
    identify=lambda obj: f"{obj['listId']}/{obj['recordId']}" if obj.get("recordId") else None,
    created=lambda obj: moment(obj.get("membershipTimestamp")),
    indexes=("(connection, split_part(id, '/', 1))",),
    remembers=("membershipTimestamp",),
)
TABLES: tuple[HubspotTable, ...] = (CONTACTS, DEALS, OWNERS, LISTS, MEMBERSHIPS)

"""ActiveCampaign's objects as data: the list each is in, when it was created, and how its changes are found.

Does not belong here: asking for them (`client.py`) or what they mean (`dbt_project/models/staging/activecampaign/`).
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from connectors.connector import Object, Table


class Changes(Enum):
    """How what is new since the last sync can be asked for, between two readings of the whole list."""

    WHOLE = "the list is short: it is read whole"
    UPDATED = "a filter gives what was updated since, deletions aside"
    ADDED = "newest first gives what was added since, changes and deletions aside"


def _identify(obj: Object) -> str | None:
    identity = obj.get("id")
    return str(identity) if identity else None


def _moment(key: str) -> Any:
    def read(obj: Object) -> datetime | None:
        try:
            at = datetime.fromisoformat(obj.get(key) or "")
        except ValueError:  # 0000-00-00 stands for no date
            return None
        return at.astimezone(UTC) if at.tzinfo else None

    return read


@dataclass(frozen=True, kw_only=True)
class ActiveCampaignTable(Table):
    """A list of the API: `path` is its address below /api/3/ and its key in the answer."""

    identify: Any = field(default=_identify, repr=False)
    created: Any = field(default=_moment("cdate"), repr=False)
    path: str
    changes: Changes = Changes.WHOLE


TABLES = (
    ActiveCampaignTable(name="fields", description="One row per custom field of contacts.", path="fields"),
    ActiveCampaignTable(name="tags", description="One row per tag.", path="tags"),
    ActiveCampaignTable(name="lists", description="One row per list that contacts subscribe to.", path="lists"),
    ActiveCampaignTable(name="automations", description="One row per automation.", path="automations"),
    ActiveCampaignTable(
        name="contacts",
        description="One row per contact, deleted ones included.",
        path="contacts",
        changes=Changes.UPDATED,
        remembers=("email",),
    ),
    ActiveCampaignTable(
        name="field_values",
        description="One row per contact and custom field with a value.",
        path="fieldValues",
        changes=Changes.ADDED,
    ),
    ActiveCampaignTable(
        name="contact_tags",
        description="One row per addition of a tag to a contact; a removed and added tag has two.",
        path="contactTags",
        changes=Changes.ADDED,
    ),
    ActiveCampaignTable(
        name="contact_lists",
        description="One row per contact and list with its status; a new subscription changes the row.",
        path="contactLists",
        created=_moment("sdate"),
        changes=Changes.ADDED,
        remembers=("status", "sdate", "udate", "created_timestamp"),
    ),
    ActiveCampaignTable(
        name="contact_automations",
        description="One row per entry of a contact into an automation.",
        path="contactAutomations",
        created=_moment("adddate"),
        changes=Changes.ADDED,
    ),
)

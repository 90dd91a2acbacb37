"""Reading CRM objects out of HubSpot's own store: lists, batches by id, the contacts associated.

Belongs here: which requests that takes, and the fewest. Does not: what has changed (`search.py`), what is landed when
(`history.py`, `sweep.py`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from connectors.connector import Object, Page
from connectors.errors import StopError
from connectors.hubspot.client import HubspotApi
from connectors.hubspot.tables import CrmTable, associated, kept, wanted

PAGE_SIZE = 100
ASSOCIATED_AT_ONCE = 1_000
LONGEST_QUERY = 12_000
"""Characters; HubSpot refuses addresses of more than about 16,000, so longer lists of properties go in a body."""
VERSION = "v3"


@dataclass
class Objects:
    """One object type of one account, with the properties it has."""

    api: HubspotApi
    table: CrmTable

    @cached_property
    def properties(self) -> tuple[str, ...]:
        """The properties to ask for; one request unless the table names its own."""
        if self.table.properties is not None:
            return self.table.properties
        answer = self.api.get(self.table.name, f"/crm/v3/properties/{self.table.name}", self.table.permission)
        return wanted(self.table, self.api.list_in(self.table.name, answer))

    def pages(self, *, archived: bool, after: str | None = None) -> Iterator[tuple[Page, str | None]]:
        """The list's pages of whole objects from `after` on, each with the cursor of the next."""
        asked = ",".join(self.properties)
        is_long = len(asked) > LONGEST_QUERY
        for page, following in self.ids(archived=archived, after=after, properties="" if is_long else asked):
            if is_long:
                yield self.batch([str(obj["id"]) for obj in page.objects], archived=archived), following
            else:
                yield self._listed(page.objects, page.seen_at), following

    def ids(
        self, *, archived: bool, after: str | None = None, properties: str = "hs_object_id"
    ) -> Iterator[tuple[Page, str | None]]:
        """The list's pages with these properties only, objects as answered."""
        query = {"limit": str(PAGE_SIZE), "archived": str(archived).lower()}
        query |= {"properties": properties} if properties else {}
        query |= {"associations": "contacts"} if self.table.with_contacts else {}
        query |= {"after": after} if after else {}
        what = f"{self.table.name} (archived={query['archived']})"
        for answer, following in self.api.listed(what, self.table.path, self.table.permission, **query):
            yield Page(answer.body["results"], answer.seen_at, VERSION), following

    def batch(self, ids: Sequence[str], *, archived: bool) -> Page:
        """The objects of these ids that exist; an id that was merged away answers with the one that remains."""
        found: dict[str, Object] = {}
        seen_at = datetime.now(UTC)
        for start in range(0, len(ids), PAGE_SIZE):
            inputs = [{"id": identity} for identity in ids[start : start + PAGE_SIZE]]
            path = f"{self.table.path}/batch/read?archived={str(archived).lower()}"
            body = {"inputs": inputs, "properties": list(self.properties)}
            answer = self.api.post(self.table.name, path, self.table.permission, body)
            seen_at = seen_at if start else answer.seen_at
            found |= {str(obj["id"]): obj for obj in self.api.list_in(self.table.name, answer)}
        return self._landing(self.with_contacts(list(found.values())), seen_at)

    def _listed(self, objects: list[Object], seen_at: datetime) -> Page:
        """Objects as a list shows them; of those with more contacts than it shows, all contacts are asked for."""
        if self.table.with_contacts and (cut := [obj for obj in objects if _has_more_contacts(obj)]):
            whole = {str(obj["id"]): obj for obj in self.with_contacts(cut)}
            objects = [whole.get(str(obj["id"]), obj) for obj in objects]
        return self._landing(objects, seen_at)

    def _landing(self, objects: Sequence[Object], seen_at: datetime) -> Page:
        return Page([kept(self.table, obj) for obj in objects], seen_at, VERSION)

    def with_contacts(self, objects: list[Object]) -> list[Object]:
        """The objects with the contacts they are associated with, where the table wants these."""
        if not self.table.with_contacts:
            return objects
        contacts: dict[str, list[str]] = {}
        what, path = f"{self.table.name} (contacts)", f"/crm/v4/associations/{self.table.name}/contacts/batch/read"
        waiting: list[Object] = [{"id": str(obj["id"])} for obj in objects]
        while waiting:
            asked, waiting = waiting[:ASSOCIATED_AT_ONCE], waiting[ASSOCIATED_AT_ONCE:]
            answer = self.api.post(what, path, self.table.permission, {"inputs": asked})
            for one in self.api.list_in(what, answer):
                to = [str(contact["toObjectId"]) for contact in one.get("to") or []]
                contacts.setdefault(str(one["from"]["id"]), []).extend(to)
                waiting += self._rest(one, asked)
        return [{**obj, **associated(contacts.get(str(obj["id"]), []))} for obj in objects]

    def _rest(self, one: Object, asked: Sequence[Object]) -> list[Object]:
        """What asks for the associations of `one` that its answer left for another page; nothing where it has all."""
        after = ((one.get("paging") or {}).get("next") or {}).get("after")
        if after is None:
            return []
        following = {"id": str(one["from"]["id"]), "after": str(after)}
        if following in asked:
            who = self.api.who(f"{self.table.name} (contacts)")
            raise StopError(f"{who}: the cursor {after} of {following['id']} does not advance.")
        return [following]


def _has_more_contacts(obj: Object) -> bool:
    associated = (obj.get("associations") or {}).get("contacts") or {}
    return bool((associated.get("paging") or {}).get("next"))

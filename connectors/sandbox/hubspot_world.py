"""HubSpot's part of a world, and the changes a business makes to it while it is played.

    contacts, deals (stores with an index that lags) · lists with members · owners

Belongs here: loading, and what one change does to each of these. Does not: how they are kept (`hubspot_store.py`,
`hubspot_lists.py`) or asked for (`hubspot_objects.py`).
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connectors.sandbox.clock import Clock
from connectors.sandbox.hubspot_lists import Lists, Members
from connectors.sandbox.hubspot_store import Object, Store, timestamp
from connectors.sandbox.jsonl import Line, WorldError, read_lines, require_id


@dataclass
class HubSpotWorld:
    """Everything HubSpot holds of one account; `asked` counts the requests by method and address,
    `refused` those refused, by status.
    """

    contacts: Store = field(default_factory=lambda: Store("lastmodifieddate"))
    deals: Store = field(default_factory=lambda: Store("hs_lastmodifieddate"))
    lists: Lists = field(default_factory=Lists)
    owners: list[Object] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)
    asked: Counter[str] = field(default_factory=Counter)
    refused: Counter[int] = field(default_factory=Counter)

    def lag(self, seconds: float) -> None:
        """Let the index show changes only so much later."""
        self.contacts.index_lag_seconds = self.deals.index_lag_seconds = seconds

    def create(self, kind: str, id_: str, **properties: Any) -> None:
        """Make a contact or a deal; `associated` names a deal's contacts."""
        now = timestamp(self._now)
        obj: Object = {"id": id_, "createdAt": now, "archived": False, "properties": {"createdate": now}}
        obj["properties"]["hs_object_id"] = id_
        self._write(kind, obj, properties)

    def update(self, kind: str, id_: str, **properties: Any) -> None:
        """Change properties of a contact or a deal."""
        self._write(kind, self._existing(kind, id_), properties)

    def archive(self, kind: str, id_: str) -> None:
        """Put a contact or a deal into the recycle bin."""
        obj = self._existing(kind, id_)
        self._store(kind).put({**obj, "archived": True, "archivedAt": timestamp(self._now)}, self.clock.now())
        if kind == "contacts":
            self._leave_all(id_)

    def restore(self, kind: str, id_: str) -> None:
        """Take a contact or a deal out of the recycle bin; its time of modification stays."""
        obj = self._existing(kind, id_)
        obj.pop("archivedAt", None)
        self._store(kind).put({**obj, "archived": False}, self.clock.now())

    def gdpr_delete(self, id_: str) -> None:
        """Delete a contact for good: no list shows it again."""
        self.contacts.remove(id_, self.clock.now())
        self._leave_all(id_)

    def merge(self, winner: str, loser: str, *, known_to: str = "both") -> None:
        """Merge a contact into another; `known_to` is the one field that says so, or both."""
        remains, gone = self._existing("contacts", winner), self._existing("contacts", loser)
        own = remains["properties"]
        emails = [own.get("hs_additional_emails"), gone["properties"].get("email")]
        more: dict[str, Any] = {"hs_additional_emails": ";".join(e for e in emails if e) or None}
        for name, entry in (
            ("hs_merged_object_ids", loser),
            ("hs_calculated_merged_vids", f"{loser}:{int(self._now)}"),
        ):
            if known_to in ("both", name):
                more[name] = ";".join(e for e in (own.get(name), entry) if e)
        self.contacts.remove(loser, self.clock.now())
        self.contacts.merged[int(loser)] = int(winner)
        self._write("contacts", remains, more)
        for members in self.lists.members.values():  # no list says that somebody was removed
            if members.remove(int(loser)):
                members.add(int(winner), timestamp(self._now))

    def make_list(self, list_id: str, name: str) -> None:
        """Make an empty list of contacts."""
        now = timestamp(self._now)
        self.lists.lists[list_id] = {
            "listId": list_id, "name": name, "processingType": "MANUAL", "objectTypeId": "0-1",
            "createdAt": now, "updatedAt": now,
        }  # fmt: skip
        self.lists.members[list_id] = Members()

    def drop_list(self, list_id: str) -> None:
        """Delete a list."""
        del self.lists.lists[list_id]
        self.lists.members.pop(list_id, None)

    def join(self, list_id: str, *records: str) -> None:
        """Add contacts to a list now."""
        for record in records:
            self.lists.members[list_id].add(int(record), timestamp(self._now))
        self._say(list_id, hs_last_record_added_at=str(int(self._now)))

    def leave(self, list_id: str, *records: str) -> None:
        """Remove contacts from a list now."""
        for record in records:
            self.lists.members[list_id].remove(int(record))
        self._say(list_id, hs_last_record_removed_at=str(int(self._now)))

    def _write(self, kind: str, obj: Object, properties: dict[str, Any]) -> None:
        store, now = self._store(kind), timestamp(self._now)
        if (contacts := properties.pop("associated", None)) is not None:
            results = [{"id": contact, "type": "deal_to_contact"} for contact in contacts]
            obj["associations"] = {"contacts": {"results": results}}
            if not results:
                del obj["associations"]
        obj["properties"] |= {**properties, store.modified: now}
        store.put({**obj, "updatedAt": now}, self.clock.now())

    def _leave_all(self, id_: str) -> None:
        for list_id, members in self.lists.members.items():
            if int(id_) in members.times:
                self.leave(list_id, id_)

    def _say(self, list_id: str, **says: str) -> None:
        obj = self.lists.lists[list_id]
        obj["additionalProperties"] = (obj.get("additionalProperties") or {}) | says

    def _existing(self, kind: str, id_: str) -> Object:
        obj = self._store(kind).get(id_)
        if obj is None:
            raise LookupError(f"there is no object {id_!r} among the {kind}")
        return obj

    def _store(self, kind: str) -> Store:
        return {"contacts": self.contacts, "deals": self.deals}[kind]

    @property
    def _now(self) -> float:
        return self.clock.now() * 1_000


def load_hubspot(folder: Path, index_lag_seconds: float = 0.0) -> HubSpotWorld:
    """Read HubSpot's files in `folder`; raises `WorldError` naming file and line."""
    world = HubSpotWorld()
    world.lag(index_lag_seconds)
    for kind, store in (("contacts", world.contacts), ("deals", world.deals)):
        seen: dict[str, int] = {}
        store.fill([(_crm_object(line, seen), line.raw) for line in read_lines(folder / f"{kind}.jsonl")])
    for line in read_lines(folder / "lists.jsonl"):
        world.lists.lists[_text(line, "listId")] = line.value
    for line in read_lines(folder / "list_memberships.jsonl"):
        list_id, record = _text(line, "listId"), _text(line, "recordId")
        if list_id not in world.lists.lists:
            raise WorldError(f"{line.where}: the list {list_id!r} does not stand in lists.jsonl.")
        world.lists.members.setdefault(list_id, Members()).add(int(record), _text(line, "membershipTimestamp"))
    owners: dict[str, int] = {}
    for line in read_lines(folder / "owners.jsonl"):
        require_id(line, owners)
        world.owners.append(line.value)
    return world


def _crm_object(line: Line, seen: dict[str, int]) -> Object:
    id_ = require_id(line, seen)
    if not (id_.isascii() and id_.isdigit()):
        raise WorldError(f"{line.where}: the contact id is {id_!r}; HubSpot's ids are digits only.")
    if not isinstance(properties := line.value.get("properties", {}), dict):
        raise WorldError(f"{line.where}: `properties` is {type(properties).__name__}, expected an object.")
    return line.value


def _text(line: Line, key: str) -> str:
    if not isinstance(found := line.value.get(key), str) or not found:
        raise WorldError(f"{line.where}: `{key}` is {found!r}; expected a non-empty text.")
    return found

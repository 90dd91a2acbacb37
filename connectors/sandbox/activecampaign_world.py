"""ActiveCampaign's part of a world: its lists by id, changed while they are played; the files never change."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from connectors.sandbox.jsonl import WorldError, read_lines, require_id

LISTS = {
    "fields": "fields",
    "tags": "tags",
    "lists": "lists",
    "automations": "automations",
    "contacts": "contacts",
    "field_values": "fieldValues",
    "contact_tags": "contactTags",
    "contact_lists": "contactLists",
    "contact_automations": "contactAutomations",
}
"""The address of each file's list below /api/3/, which is also its key in the answer."""


class ActiveCampaignWorld:
    """The lists by file name, their objects by id as a number; `heeds_order` False plays lists that ignore `orders`.

    `asked` are the addresses asked for, with their queries; `refused` counts the requests above the limit.
    """

    def __init__(self) -> None:
        self.lists: dict[str, dict[int, dict[str, Any]]] = {name: {} for name in LISTS}
        self.heeds_order = True
        self._shown: dict[str, list[dict[str, Any]]] = {}
        self.asked: list[str] = []
        self.refused = 0

    def __bool__(self) -> bool:
        """Whether there is anything of ActiveCampaign in this world."""
        return any(self.lists.values())

    def put(self, name: str, obj: dict[str, Any]) -> None:
        """Add the object to a list, or replace the one of its id."""
        self.lists[name][int(obj["id"])] = obj
        self._shown.clear()

    def remove(self, name: str, id_: int) -> None:
        """Take an object away, without a trace."""
        del self.lists[name][id_]
        self._shown.clear()

    def shown(self, name: str) -> Sequence[dict[str, Any]]:
        """A list's objects, lowest id first; tag additions of contacts that are gone are left out."""
        if name not in self._shown:
            contacts = self.lists["contacts"]
            objects = [obj for _, obj in sorted(self.lists[name].items())]
            is_kept = name != "contact_tags"
            self._shown[name] = [obj for obj in objects if is_kept or int(obj["contact"]) in contacts]
        return self._shown[name]


def load_activecampaign(folder: Path) -> ActiveCampaignWorld:
    """Read the lists of `folder`; raises `WorldError` naming file and line."""
    world = ActiveCampaignWorld()
    for name in LISTS:
        seen: dict[str, int] = {}
        for line in read_lines(folder / f"{name}.jsonl"):
            id_ = require_id(line, seen)
            if not (id_.isascii() and id_.isdigit()):
                raise WorldError(f"{line.where}: the id is {id_!r}; ActiveCampaign's ids are digits only.")
            if name == "contact_tags" and not str(line.value.get("contact", "")).isdigit():
                raise WorldError(f"{line.where}: `contact` is {line.value.get('contact')!r}; expected a contact's id.")
            world.put(name, line.value)
    return world

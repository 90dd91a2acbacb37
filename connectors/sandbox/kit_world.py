"""Kit's part of a world: its lists, changed while they are played; the files never change."""

from pathlib import Path
from typing import Any

from connectors.sandbox.jsonl import WorldError, read_lines

OBJECTS = ("subscribers", "tags", "forms", "sequences")
ADDITIONS = {"tag_subscriptions": "tag_id", "form_subscriptions": "form_id", "sequence_subscriptions": "sequence_id"}
"""The lists of additions, and what in an addition says to what; its `id` is the subscriber's."""


class KitWorld:
    """The lists by file name: objects by id, additions by what was added to and the subscriber."""

    def __init__(self) -> None:
        self.lists: dict[str, dict[tuple[int, ...], dict[str, Any]]] = {name: {} for name in (*OBJECTS, *ADDITIONS)}

    def __bool__(self) -> bool:
        """Whether there is anything of Kit in this world."""
        return any(self.lists.values())

    def put(self, name: str, obj: dict[str, Any]) -> None:
        """Add the object to a list, or replace the one of its id."""
        self.lists[name][_key(name, obj)] = obj

    def remove(self, name: str, *key: int) -> None:
        """Take an object away: by its id, an addition by what was added to and the subscriber."""
        del self.lists[name][key]


def _key(name: str, obj: dict[str, Any]) -> tuple[int, ...]:
    return (obj[ADDITIONS[name]], obj["id"]) if name in ADDITIONS else (obj["id"],)


def load_kit(folder: Path) -> KitWorld:
    """Read the lists of `folder`; raises `WorldError` naming file and line."""
    world = KitWorld()
    for name in world.lists:
        for line in read_lines(folder / f"{name}.jsonl"):
            for key in ("id", ADDITIONS.get(name, "id")):
                if not isinstance(line.value.get(key), int):
                    raise WorldError(f"{line.where}: `{key}` is {line.value.get(key)!r}; Kit's ids are whole numbers.")
            if _key(name, line.value) in world.lists[name]:
                raise WorldError(f"{line.where}: {_key(name, line.value)} stands there twice; keep one of the lines.")
            if name in ADDITIONS and (line.value["id"],) not in world.lists["subscribers"]:
                raise WorldError(f"{line.where}: there is no subscriber {line.value['id']}.")
            world.put(name, line.value)
    return world

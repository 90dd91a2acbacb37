"""HubSpot lists: who joins which, when, and who is taken off again (a removed member is simply absent)."""

from dataclasses import dataclass
from random import Random
from typing import Any

from connectors.sandbox.generator.contacts import iso
from connectors.sandbox.generator.csv_files import CsvFiles
from connectors.sandbox.generator.draws import DAY, whole
from connectors.sandbox.generator.sink import Sink

TRUTH = "truth/list_memberships"
TRUTH_COLUMNS = ("list_id", "list_name", "contact_id", "added_at")
_NEWSLETTER, _MAGNET, _CUSTOMERS = "11", "12", "13"
_NEWSLETTER_SHARE, _MAGNET_SHARE, _WEBINAR_SHARE = 0.7, 0.3, 0.22
_REMOVED_SHARE = {_NEWSLETTER: 0.08, _MAGNET: 0.02}
# Webinars by their place in the time told.
_WEBINARS = (("21", "Webinar: plan your quarter", 0.35), ("22", "Webinar: ship on time", 0.65),
             ("23", "Webinar: plan your year", 0.9))  # fmt: skip
_OPEN_DAYS = 14


@dataclass
class _List:
    """One list with what HubSpot says of it; times in Unix seconds, 0 for never."""

    id: str
    name: str
    processing: str
    created: int
    size: int = 0
    added: int = 0
    removed: int = 0


class Lists:
    """Decides memberships person by person between `start` and `end` (Unix seconds), then writes the lists."""

    def __init__(self, sink: Sink, files: CsvFiles, start: int, end: int) -> None:
        self._sink, self._files = sink, files
        self._start, self._end = start, end
        opened = start - 20 * DAY
        held = [
            _List(_NEWSLETTER, "Newsletter", "MANUAL", opened),
            _List(_MAGNET, "Lead magnet: planning checklist", "MANUAL", opened),
            _List(_CUSTOMERS, "Customers", "DYNAMIC", opened),
            *(_List(id_, name, "SNAPSHOT", self._webinar(at) - 30 * DAY) for id_, name, at in _WEBINARS),
        ]
        self._lists = {item.id: item for item in held}
        self._kept: list[tuple[str, int]] = []

    def join(self, contact_id: str, created: int, bought: int | None, rng: Random) -> list[tuple[str, int]]:
        """All memberships of a contact created at `created` who first bought at `bought`, None for never.

        Returns those that last, each with its list's id and the time.
        """
        self._kept = []
        if rng.random() < _NEWSLETTER_SHARE:
            self._add(_NEWSLETTER, contact_id, created + whole(rng, 0, 90), rng)
        if rng.random() < _MAGNET_SHARE:
            later = whole(rng, 1, 60) * DAY if rng.random() < 0.5 else 0
            self._add(_MAGNET, contact_id, created + later + whole(rng, 5, 600), rng)
        for id_, _, share in _WEBINARS:
            held = self._webinar(share)
            opens = max(created + 60, held - _OPEN_DAYS * DAY)
            if opens < held and rng.random() < _WEBINAR_SHARE:
                self._add(id_, contact_id, opens + int(rng.random() * (held - opens)), rng)
        if bought is not None:
            self._add(_CUSTOMERS, contact_id, max(created, bought) + whole(rng, 30, 300), rng)
        return self._kept

    def write(self) -> None:
        """Write the lists as they stand at the end."""
        for item in self._lists.values():
            self._sink.write("hubspot/lists", _shown(item))

    def _add(self, list_id: str, contact_id: str, at: int, rng: Random) -> None:
        if at >= self._end:
            return
        item = self._lists[list_id]
        item.added = max(item.added, at)
        if rng.random() < _REMOVED_SHARE.get(list_id, 0):
            item.removed = max(item.removed, at + int(rng.random() * (self._end - at)))
            return
        item.size += 1
        self._kept.append((list_id, at))
        member = {"listId": list_id, "recordId": contact_id, "membershipTimestamp": iso(at)}
        self._sink.write("hubspot/list_memberships", member)
        self._files.write(TRUTH, (list_id, item.name, contact_id, iso(at)))

    def _webinar(self, share: float) -> int:
        """When a webinar is held, at 16:00 UTC."""
        return self._start + int((self._end - self._start) * share) // DAY * DAY + 16 * 3600


def _shown(item: _List) -> dict[str, Any]:
    """A list as the search answers it: figures are text, times among them in milliseconds; members do not update it."""
    more = {"hs_list_size": str(item.size), "hs_list_reference_count": "0"}
    if item.added:
        more["hs_last_record_added_at"] = str(item.added * 1000)
    if item.removed:
        more["hs_last_record_removed_at"] = str(item.removed * 1000)
    return {
        "listId": item.id, "listVersion": 1, "name": item.name, "processingType": item.processing,
        "processingStatus": "COMPLETE", "objectTypeId": "0-1", "createdAt": iso(item.created),
        "updatedAt": iso(item.created), "filtersUpdatedAt": iso(item.created), "additionalProperties": more,
    }  # fmt: skip

"""What has changed, by HubSpot's search: a walk up the times of modification that never comes near the 10,000th result.

    from the last time seen on ──► 200, oldest first ──► from the last time of those on ──► …

Each step's window begins at the millisecond where the page before was cut, so no query is paged. A millisecond that
fills a page alone (an import) is read by id. Belongs here: these windows. Does not: who walks from where (`follow.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connectors.connector import Object, Page
from connectors.errors import StopError
from connectors.hubspot.objects import VERSION, Objects
from connectors.hubspot.tables import kept, moment

PAGE_SIZE = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def milliseconds(at: datetime) -> int:
    """A moment as HubSpot's filters take it."""
    return (at - _EPOCH) // MILLISECOND


@dataclass
class Changes:
    """What was modified in [since, until] (milliseconds since 1970), by the index as it is now."""

    objects: Objects
    since: int
    until: int

    def pages(self) -> Iterator[tuple[Page, int]]:
        """Pages of objects, each with the millisecond below which everything was read."""
        modified = self.objects.table.modified
        since = self.since
        while True:
            found, seen_at, is_last = self._search(modified, (modified, "GTE", since), (modified, "LTE", self.until))
            reached = self.until if is_last else max(self._times(found), default=since)
            yield self._page(found, seen_at), reached
            if is_last:
                return
            if reached <= since:  # the whole page is of one millisecond, or of objects changed since the index saw them
                for page in self._of_one_millisecond(since):
                    yield page, since
                reached = since + 1
            since = reached

    def _of_one_millisecond(self, at: int) -> Iterator[Page]:
        modified, last = self.objects.table.modified, 0
        while True:
            found, seen_at, is_last = self._search(
                "hs_object_id", (modified, "GTE", at), (modified, "LTE", at), ("hs_object_id", "GT", last)
            )
            yield self._page(found, seen_at)
            if is_last:
                return
            beyond = max(int(obj["id"]) for obj in found)
            if beyond <= last:
                who = self.objects.api.who(self.objects.table.name)
                raise StopError(f"{who}: a search for ids above {last} answered none.")
            last = beyond

    def _search(self, by: str, *limits: tuple[str, str, int]) -> tuple[list[Object], datetime, bool]:
        """The first page in the order of `by` within limits (property, operator, value), and whether it is all."""
        filters = [{"propertyName": name, "operator": what, "value": str(value)} for name, what, value in limits]
        table = self.objects.table
        body = {
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": by, "direction": "ASCENDING"}],
            "properties": list(self.objects.properties),
            "limit": PAGE_SIZE,
        }
        what = f"{table.name} (search)"
        answer = self.objects.api.post(what, f"{table.path}/search", table.permission, body, is_search=True)
        found = self.objects.api.list_in(what, answer)
        return found, answer.seen_at, not (answer.body.get("paging") or {}).get("next")

    def _times(self, found: list[Object]) -> list[int]:
        """When these were modified, but for those that were modified again since the window was opened."""
        modified = self.objects.table.modified
        times = (moment((obj.get("properties") or {}).get(modified) or obj.get("updatedAt")) for obj in found)
        return [ms for ms in (milliseconds(at) for at in times if at) if ms <= self.until]

    def _page(self, found: list[Object], seen_at: datetime) -> Page:
        whole = [kept(self.objects.table, obj) for obj in found]
        return Page(self.objects.with_contacts(whole), seen_at, VERSION)

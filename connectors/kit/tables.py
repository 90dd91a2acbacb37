"""Kit's objects as data: where each list is, and of additions, to what and when.

Does not belong here: asking for them (`source.py`) or what they mean (`dbt_project/models/staging/kit/`).
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.connector import Object, Table


@dataclass(frozen=True, kw_only=True)
class KitTable(Table):
    """A list at `path`; of additions, one list per row of the table `of`, told apart by the time in `added`."""

    identify: Any = field(default=lambda obj: str(obj["id"]) if obj.get("id") else None, repr=False)
    created: Any = field(default=lambda obj: _moment(obj.get("created_at")), repr=False)
    path: str
    key: str
    of: str = ""
    added: str = ""

    @property
    def parent(self) -> str:
        """The field that says what was added to, e.g. `tag_id`."""
        return f"{self.of.removesuffix('s')}_id"


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _additions(of: str, added: str) -> KitTable:
    one = of.removesuffix("s")

    def identify(obj: Object) -> str | None:
        parts = (obj.get(f"{one}_id"), obj.get("id"), obj.get(added))
        return "/".join(map(str, parts)) if all(parts) else None

    return KitTable(
        name=f"{one}_subscriptions",
        description=f"One row per addition of a subscriber to a {one}; one removed and added again has two.",
        identify=identify,
        created=lambda obj: _moment(obj.get(added)),
        path=f"/v4/{of}/{{}}/subscribers",
        key="subscribers",
        of=of,
        added=added,
    )


TABLES = (
    KitTable(
        name="subscribers",
        description="One row per subscriber, whatever the state.",
        path="/v4/subscribers",
        key="subscribers",
        remembers=("email_address",),
    ),
    KitTable(name="tags", description="One row per tag.", path="/v4/tags", key="tags"),
    KitTable(name="forms", description="One row per form or landing page.", path="/v4/forms", key="forms"),
    KitTable(name="sequences", description="One row per email sequence.", path="/v4/sequences", key="sequences"),
    _additions("tags", "tagged_at"),
    _additions("forms", "added_at"),
    _additions("sequences", "added_at"),
)

"""Asking ActiveCampaign's API v3: one pace for the whole account, pages by id where there is a filter, else by offset.

Parameters it does not know are ignored in silence, so no order is trusted before it is seen.
Belongs here: requests, paging. Does not: which lists there are (`tables.py`), what is asked when (`follow.py`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import requests

from connectors.activecampaign.tables import ActiveCampaignTable, Changes
from connectors.connector import Connection, Object, Page
from connectors.errors import ConfigError, RetryError, StopError
from connectors.sync.budget import Budget, Limits
from connectors.sync.http import TIMEOUT, SecretSession, fetch, is_objects, server_time

PAGE_SIZE = 100
OVERLAP = 3
"""Rows of the page before that a page by offset shows again: deletions meanwhile move rows up, past the offset."""
MOST_STEPS_BACK = 50
"""How often a list may turn out to have shrunk while it is read before it is left to the next sync."""
RATE = "5"
SHARE = 0.8
"""The limit is the account's, and other integrations live under it too."""


@dataclass(frozen=True)
class Step:
    """A page, and the position from which the list goes on behind it."""

    page: Page
    position: int


class ActiveCampaignApi:
    """One account, or whatever answers at the connection's base URL."""

    def __init__(self, connection: Connection) -> None:
        """Raises `ConfigError` when a setting is missing or is not what it should be."""
        self._connection = connection
        self._base_url = f"{connection.base_url(_address(connection))}/api/3"
        self._session = SecretSession({"Api-Token": connection.required("api_token")})
        self.budget = _budget(connection)

    def walk(self, table: ActiveCampaignTable, position: int = 0, since: datetime | None = None) -> Iterator[Step]:
        """The list from `position` on, lowest id first; of contacts, only those updated after `since` when given.

        The last page has `has_more` when fewer objects were seen than the list says it has.
        """
        if table.changes is Changes.UPDATED:
            filters = {"filters[updated_after]": since.isoformat(timespec="seconds")} if since else {}
            return self._by_id(table, position, filters)
        return self._by_offset(table, position, {})

    def newest(self, table: ActiveCampaignTable) -> Iterator[Page]:
        """The list from its end, highest id first, if the order is heeded: the caller has to look."""
        offset = 0
        while True:
            page, _ = self._ask(table, {"orders[id]": "DESC", "offset": str(offset)})
            yield page
            if not page.objects:
                return
            offset += len(page.objects)

    def me(self) -> Object:
        """The user whose token it is."""
        body, _ = self._get("users/me", f"{self._connection.name}: the token's user", {})
        user = body.get("user") if isinstance(body, dict) else None
        return user if isinstance(user, dict) else {}

    def _by_id(self, table: ActiveCampaignTable, last: int, filters: Mapping[str, str]) -> Iterator[Step]:
        while True:
            page, _ = self._ask(table, {**filters, "orders[id]": "ASC", "id_greater": str(last)})
            ids = ids_of(page)
            if ids != sorted(ids) or (ids and ids[0] <= last):  # ignored in silence: all of it, by offset
                for step in self._by_offset(table, 0, filters):
                    yield Step(step.page, last)
                return
            last = ids[-1] if ids else last
            yield Step(page, last)
            if not ids:
                return

    def _by_offset(self, table: ActiveCampaignTable, offset: int, filters: Mapping[str, str]) -> Iterator[Step]:
        shown: set[int] = set()
        begins_at, steps_back = offset, 0
        while True:
            page, said = self._ask(table, {**filters, "orders[id]": "ASC", "offset": str(offset)})
            ids, behind = ids_of(page), offset + len(page.objects)
            total = behind + bool(page.objects) if said is None else said  # unsaid: until a page shows nothing more
            is_gap = bool(ids) and shown.isdisjoint(ids)
            if offset > begins_at and (is_gap or (not ids and offset >= total)):  # rows moved up, unseen
                steps_back += 1
                if steps_back > MOST_STEPS_BACK:
                    raise RetryError(f"{self._connection.name}/{table.name}: changes faster than it can be read.")
                offset = max(begins_at, min(offset, total) - PAGE_SIZE)
                continue
            is_end = behind >= total or shown.issuperset(ids)
            shown.update(ids)
            if is_end:
                is_short = said is not None and begins_at == 0 and len(shown) < said
                yield Step(replace(page, has_more=is_short), behind)
                return
            offset = max(behind - OVERLAP, offset + 1)
            yield Step(page, offset)

    def _ask(self, table: ActiveCampaignTable, query: Mapping[str, str]) -> tuple[Page, int | None]:
        """A page, and how many rows the list says it has, if it does."""
        who = f"{self._connection.name}/{table.name}"
        body, response = self._get(table.path, who, {**query, "limit": str(PAGE_SIZE)})
        objects = body.get(table.path) if isinstance(body, dict) else None
        if not is_objects(objects):
            raise StopError(f"{who}: answered no `{table.path}` of objects; is the base URL ActiveCampaign's?")
        total = str((body.get("meta") or {}).get("total"))
        return Page(objects, server_time(response.headers), "v3"), int(total) if total.isdecimal() else None

    def _get(self, path: str, who: str, query: Mapping[str, str]) -> tuple[Any, requests.Response]:
        cure = (
            f"Copy {self._connection.variable('api_token')} and {self._connection.variable('api_url')} from"
            " ActiveCampaign: Settings, Developer."
        )

        def send() -> requests.Response:
            with self.budget.request("account"):
                return self._session.get(f"{self._base_url}/{path}", params=dict(query), timeout=TIMEOUT)

        return fetch(who, send, cure)


def ids_of(page: Page) -> list[int]:
    """The ids of a page's objects as numbers; objects without one are left to the quarantine."""
    return [int(obj["id"]) for obj in page.objects if str(obj.get("id", "")).isdecimal()]


def _address(connection: Connection) -> str:
    text = connection.required("api_url").rstrip("/").removesuffix("/api/3")
    if not re.fullmatch(r"https://[^\s/]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/\S*)?", text):
        raise ConfigError(
            f"{connection.name}: {connection.variable('api_url')} is no address such as"
            " https://youraccount.api-us1.com; copy it from ActiveCampaign: Settings, Developer."
        )
    return text


def _budget(connection: Connection) -> Budget:
    text = connection.optional("rate_limit") or RATE
    try:
        return Budget(Limits(float(text), float(text), 1), SHARE)
    except ValueError as error:
        variable = connection.variable("rate_limit")
        raise ConfigError(
            f"{connection.name}: {variable} is {text!r}; expected requests a second, as {RATE}."
        ) from error

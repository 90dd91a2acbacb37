"""HubSpot's CRM objects of one type over HTTP: list, one, batch read, search, associations, properties."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.requests import Request

from connectors.sandbox.hubspot_errors import invalid, not_found, whole
from connectors.sandbox.hubspot_search import search
from connectors.sandbox.hubspot_store import Object, Store

_PAGE_LIMIT = 100
_ASSOCIATED_LIMIT = 1_000
_LISTED_WITH, _ASSOCIATIONS_SHOWN = 100, 500
"""Associations that an object is listed with, and that one answer about associations shows of it."""


@dataclass
class CrmObjects:
    """What is answered about one type; `default` are the properties shown when none are asked for."""

    kind: str
    store: Store
    default: tuple[str, ...]

    def list(self, request: Request) -> Object:
        """A page in the order of ids."""
        query = request.query_params
        limit = whole("limit", query.get("limit", "10"), 1, _PAGE_LIMIT)
        after = whole("after", query.get("after", "0"), 0, 2**63)
        page, has_more = self.store.page(after, limit, archived=query.get("archived", "false") == "true")
        body: Object = {"results": [self._shown(obj, request) for obj in page]}
        if has_more:
            next_ = page[-1]["id"]
            link = request.url.include_query_params(after=next_)
            body["paging"] = {"next": {"after": next_, "link": str(link)}}
        return body

    def one(self, id_: str, request: Request) -> Object:
        """One object by its id, or by email."""
        if request.query_params.get("idProperty") == "email":
            id_ = str(self.store.emails.get(id_.strip().lower(), ""))
        obj = self.store.get(id_)
        if obj is None or (obj.get("archived") is True) != (request.query_params.get("archived", "false") == "true"):
            raise not_found()
        return self._shown(obj, request)

    def batch(self, request: Request, sent: bytes) -> Object:
        """The objects of up to 100 ids."""
        asked, ids = _inputs(sent, _PAGE_LIMIT)
        if asked.get("idProperty") == "email":
            ids = [str(self.store.emails.get(id_.strip().lower(), id_)) for id_ in ids]
        archived = request.query_params.get("archived", "false") == "true"
        found = {id_: self.store.get(id_) for id_ in ids}
        there = {id_: obj for id_, obj in found.items() if obj and (obj.get("archived") is True) == archived}
        names = asked.get("properties") or list(self.default)
        shown = {obj["id"]: self._with(obj, names) for obj in there.values()}
        body: Object = {"status": "COMPLETE", "results": list(shown.values()), "startedAt": _now()}
        body["completedAt"] = body["startedAt"]
        if missing := [id_ for id_ in ids if id_ not in there]:
            message = f"Could not get some {self.kind[:-1].upper()} objects, they may be deleted or not exist."
            body |= {"numErrors": 1, "errors": [_missing(message, missing)]}
        return body

    def search(self, sent: bytes, now: float) -> Object:
        """A page of a search."""
        try:
            body = orjson.loads(sent)
        except orjson.JSONDecodeError:
            raise invalid("the body is not JSON") from None
        found, total, following = search(self.store, body, now)
        names = body.get("properties") or list(self.default)
        answer: Object = {"total": total, "results": [self._with(obj, names) for obj in found]}
        if following:
            answer["paging"] = {"next": {"after": following}}
        return answer

    def associated(self, sent: bytes) -> Object:
        """The contacts of up to 1,000 objects, of each a page, in the shape of the v4 API."""
        asked, ids = _inputs(sent, _ASSOCIATED_LIMIT)
        results, without = [], []
        for id_, entry in zip(ids, asked["inputs"], strict=True):
            found = ((((self.store.get(id_) or {}).get("associations")) or {}).get("contacts") or {}).get("results")
            label = {"category": "HUBSPOT_DEFINED", "typeId": 3, "label": None}
            contacts = sorted(int(one["id"]) for one in found or [])
            left = [contact for contact in contacts if contact > int(entry.get("after", 0))]
            to = [{"toObjectId": contact, "associationTypes": [label]} for contact in left[:_ASSOCIATIONS_SHOWN]]
            if to:
                more = {"paging": {"next": {"after": str(to[-1]["toObjectId"])}}} if len(left) > len(to) else {}
                results.append({"from": {"id": id_}, "to": to, **more})
            else:
                without.append(id_)
        body: Object = {"status": "COMPLETE", "results": results}
        if without:
            body |= {"numErrors": 1, "errors": [_missing("No contact is associated with some objects.", without)]}
        return body

    def properties(self) -> Object:
        """The definitions of the properties that any object has."""
        return {"results": [_property(name) for name in sorted(self.store.names)]}

    def _shown(self, obj: Object, request: Request) -> Object:
        query = request.query_params
        names = [n.strip() for value in query.getlist("properties") for n in value.split(",") if n.strip()]
        shown = self._with(obj, names or list(self.default))
        if "contacts" in query.get("associations", "").split(",") and obj.get("associations"):
            shown["associations"] = {kind: _first_page(found) for kind, found in obj["associations"].items()}
        return shown

    def _with(self, obj: Object, names: Sequence[str]) -> Object:
        """The object with these properties: one the account has but the object lacks is null."""
        own = obj.get("properties", {})
        always = ("createdate", "hs_object_id", self.store.modified)
        shown = {n: own.get(n) for n in dict.fromkeys([*names, *always]) if n in own or n in self.store.names}
        answer = {
            "id": obj["id"],
            "properties": dict(sorted(shown.items())),
            "createdAt": obj.get("createdAt", own.get("createdate")),
            "updatedAt": obj.get("updatedAt", own.get(self.store.modified)),
            "archived": obj.get("archived") is True,
        }
        if answer["archived"]:
            answer["archivedAt"] = obj.get("archivedAt", answer["updatedAt"])
        return answer


def _inputs(sent: bytes, most: int) -> tuple[Object, list[str]]:
    try:
        asked = orjson.loads(sent)
        ids = [str(entry["id"]) for entry in asked["inputs"]]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise invalid("the body must be an object with inputs, a list of objects with an id") from None
    if len(ids) > most:
        raise invalid(f"at most {most} inputs are allowed, {len(ids)} were sent")
    return asked, ids


def _first_page(found: Object) -> Object:
    results = found["results"]
    if len(results) <= _LISTED_WITH:
        return found
    return {"results": results[:_LISTED_WITH], "paging": {"next": {"after": results[_LISTED_WITH - 1]["id"]}}}


def _missing(message: str, ids: list[str]) -> dict[str, Any]:
    return {"status": "error", "category": "OBJECT_NOT_FOUND", "message": message, "context": {"ids": ids}}


def _property(name: str) -> Object:
    kind = "datetime" if name.endswith("date") else "string"
    return {
        "name": name,
        "label": name.replace("_", " ").capitalize(),
        "type": kind,
        "fieldType": "date" if kind == "datetime" else "text",
        "groupName": "contactinformation",
        "options": [],
        "calculated": False,
        "archived": False,
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

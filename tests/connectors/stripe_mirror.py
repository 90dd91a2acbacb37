"""What the sandbox has of an account against what `raw_stripe` holds of it: every list, row for row, whole.

The sandbox's side is plain data, so that it can come from another process. Does not belong here: making or changing
worlds (`stripe_shop.py`).
"""

import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg
import requests

from connectors.sandbox.change import MovingWorld
from connectors.sandbox.stripe_resources import RESOURCES

Object = dict[str, Any]
RAW_NAMES = {kind: {"invoiceitems": "invoice_items"}.get(kind, kind) for kind in RESOURCES}
"""The raw table of each of the sandbox's lists."""
_DAY = 86_400
_SHOWN = 5


@dataclass(frozen=True)
class Truth:
    """One account at one moment, by raw table: its objects by id, the ids that were deleted.

    Events created before `events_kept_since` (Unix seconds) can no longer be read.
    """

    objects: Mapping[str, Mapping[str, Object]]
    deleted: Mapping[str, frozenset[str]]
    events_kept_since: int = 0
    without: Collection[str] = field(default=())


def truth(world: MovingWorld, url: str, key: str, without: Collection[str] = ()) -> Truth:
    """The account of `world`, which the key opens at `url`; tables in `without` are expected to be empty."""
    objects: dict[str, Mapping[str, Object]] = {RAW_NAMES[kind]: world.state(kind) for kind in RESOURCES}
    deleted = {RAW_NAMES[kind]: frozenset(world.deleted(kind)) for kind in RESOURCES}
    own = _get(url, key, "/v1/account")
    objects["accounts"] = {**objects["accounts"], own["id"]: own}
    objects["payout_transactions"] = {
        id_: {
            "id": id_,
            "object": "payout_transactions",
            "created": payout["created"],
            "balance_transactions": sorted(_members(url, key, id_)),
        }
        for id_, payout in objects["payouts"].items()
        if payout["automatic"]
    }
    since = int(world.clock.now()) - 30 * _DAY
    return Truth(objects, deleted, since, tuple(without))


def differences(
    warehouse_url: str, truth: Truth, connection: str = "stripe", unknowable: Collection[str] = ()
) -> list[str]:
    """One line for each way in which raw differs from the truth; ids in `unknowable` need no tombstone."""
    with psycopg.connect(warehouse_url) as db:
        return [
            f"{table}: {said}"
            for table in truth.objects
            for said in _of_table(db, table, truth, connection, frozenset(unknowable))
        ]


def assert_mirrored(
    warehouse_url: str, truth: Truth, connection: str = "stripe", unknowable: Collection[str] = ()
) -> None:
    """Fail, naming tables and ids, unless raw is the truth, row for row."""
    found = differences(warehouse_url, truth, connection, unknowable)
    assert not found, "\n".join(found)


def _of_table(
    db: psycopg.Connection, table: str, truth: Truth, connection: str, unknowable: frozenset[str]
) -> Iterator[str]:
    rows = db.execute(
        f"select id, data, is_deleted, extract(epoch from created_at)::bigint from raw_stripe.{table}"
        " where connection = %s",
        [connection],
    ).fetchall()
    held = {id_: data for id_, data, is_deleted, _ in rows if not is_deleted}
    tombstones = {id_ for id_, _, is_deleted, _ in rows if is_deleted}
    if len(rows) != len(held) + len(tombstones):
        yield "an id stands in it twice"
    if table in truth.without:
        if rows:
            yield f"{len(rows)} rows of a table that may not be read"
        return
    wanted = truth.objects[table]
    missing = [id_ for id_ in wanted if id_ not in held and not _is_lost(table, wanted[id_], truth)]
    yield from _named("missing", missing)
    yield from _named("held, though it is none of the account's", [id_ for id_ in held if id_ not in wanted])
    yield from _named("held otherwise", [_how(wanted[id_], held[id_]) for id_ in held if _differs(wanted, held, id_)])
    deleted = truth.deleted.get(table, frozenset())
    yield from _named("deleted, without a tombstone", deleted - tombstones - unknowable - held.keys())
    yield from _named("a tombstone of what was not deleted", tombstones - deleted)
    created = RESOURCES[table].created_key if table in RESOURCES else "date" if table == "invoice_items" else "created"
    wrong = [id_ for id_, data, is_deleted, at in rows if not is_deleted and at != data.get(created)]
    yield from _named("with another created_at than the object says", wrong)


def _is_lost(table: str, obj: Object, truth: Truth) -> bool:
    return table == "events" and obj["created"] <= truth.events_kept_since


def _differs(wanted: Mapping[str, Object], held: Mapping[str, Object], id_: str) -> bool:
    return id_ in wanted and wanted[id_] != _in_order(held[id_])


def _in_order(obj: Object) -> Object:
    if obj.get("object") != "payout_transactions":
        return obj
    return {**obj, "balance_transactions": sorted(obj["balance_transactions"])}


def _how(wanted: Object, held: Object) -> str:
    keys = [key for key in {**wanted, **held} if wanted.get(key) != held.get(key) or (key in wanted) != (key in held)]
    shown = {key: (str(wanted.get(key))[:120], str(held.get(key))[:120]) for key in keys[:3]}
    return f"{wanted['id']} in {shown}"


def _named(what: str, ids: Collection[str]) -> Iterator[str]:
    if ids:
        more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
        yield f"{len(ids)} {what}: {', '.join(sorted(ids)[:_SHOWN])}{more}"


def _members(url: str, key: str, payout: str) -> list[str]:
    ids: list[str] = []
    while True:
        after = {"starting_after": ids[-1]} if ids else {}
        page = _get(url, key, "/v1/balance_transactions", {"payout": payout, "limit": 100, **after})
        ids += [member["id"] for member in page["data"]]
        if not page["has_more"]:
            return ids


def _get(url: str, key: str, path: str, parameters: Mapping[str, Any] | None = None) -> Object:
    """GET until it answers: the world may be one that fails, or that refuses more than so many requests a second."""
    for _ in range(100):
        try:
            answer = requests.get(f"{url}/stripe{path}", auth=(key, ""), params=parameters, timeout=30)
            if answer.ok:
                return answer.json()
        except (requests.RequestException, ValueError):
            pass
        time.sleep(0.1)
    raise AssertionError(f"the sandbox does not answer {path}")

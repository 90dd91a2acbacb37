"""What a first sync of a large HubSpot account costs in requests, and whether every row of it is there."""

import hashlib
import time
from collections.abc import Iterable

import orjson
import psycopg

from connectors.connector import Connection
from connectors.registry import connector, sync
from connectors.sandbox.hubspot_settings import HubSpotSettings
from connectors.sandbox.hubspot_store import timestamp
from connectors.sandbox.hubspot_world import HubSpotWorld
from connectors.sandbox.serving import Playing
from connectors.sandbox.settings import Settings
from connectors.sandbox.world import World
from connectors.warehouse import resolve
from tests.bench.surroundings import surroundings
from tests.bench.table import Size, Table
from tests.connectors.sandbox_process import played_elsewhere

LISTS = 40
BEGINNING = 1_700_000_000_000
CHANGED_SHARE = 100
_portal = HubSpotWorld()


def measure(table: Table, server_url: str, size: Size) -> None:
    """A first sync, one with nothing new, and one after a hundredth of the contacts changed and some joined a list."""
    connection, hubspot = Connection("hubspot"), connector("hubspot")
    with (
        played_elsewhere(portal, size.contacts, size.memberships) as sandbox,
        surroundings(server_url, sandbox.env) as url,
    ):
        began = time.monotonic()
        first = sync(hubspot, connection, resolve())
        took = time.monotonic() - began
        a_list = size.memberships // LISTS
        least = -(-size.contacts // 100) + LISTS * -(-a_list // 250)
        exact = digests(url) == sandbox.ask(truth)
        what = f"HubSpot: {size.contacts:,} contacts, {size.memberships:,} memberships, {took:.0f} s; every row equal"
        table.add(what, f"{exact}", "True")
        table.add(f"requests of it, {least:,} at least", f"{first.requests / least:.3f} x", "1.15 x", "1.05 x")
        again = sync(hubspot, connection, resolve())
        written = sum(one.written for one in again.tables)
        table.add(f"requests with nothing new, {written} rows written", str(again.requests), "<= 10")
        changed = sandbox.ask(change, size.contacts // CHANGED_SHARE)
        after = sync(hubspot, connection, resolve())
        exact = digests(url) == sandbox.ask(truth)
        what = f"requests for {changed:,} changes and as many new members; every row equal: {exact}"
        allowed = again.requests + changed // 200 + changed // 250 + 4
        table.add(what, str(after.requests), f"<= {allowed}", "", sandbox.cpu_seconds())


def portal(contacts: int, memberships: int) -> World:
    """An account of so many contacts, with `LISTS` lists of equal length."""
    objects = []
    for number in range(1, contacts + 1):
        at = timestamp(BEGINNING + number * 400)
        properties = {
            "email": f"person{number}@example.com", "firstname": f"First {number}", "lastname": "Last",
            "createdate": at, "lastmodifieddate": at, "hs_object_id": str(number), "lifecyclestage": "lead",
        }  # fmt: skip
        contact = {"id": str(number), "properties": properties, "createdAt": at, "updatedAt": at, "archived": False}
        objects.append((contact, orjson.dumps(contact)))
    _portal.contacts.fill(objects)
    for number in range(LISTS):
        _portal.make_list(str(number + 1), f"List {number + 1}")
        members = _portal.lists.members[str(number + 1)]
        times = [(BEGINNING + at * 7, 1 + (at * 7 + number) % contacts) for at in range(memberships // LISTS)]
        for at, record in times:
            if record not in members.times:
                members.times[record] = timestamp(at)
                members.joined.append((at, record))
    return World(settings=Settings(others={"hubspot": HubSpotSettings()}), others={"hubspot": _portal})


def change(_: Playing, count: int) -> int:
    """In the sandbox's process: change so many contacts and let others join the first list; returns how many."""
    _portal.clock.advance(60)
    for number in range(1, count + 1):
        _portal.update("contacts", str(number), firstname="Changed")
        _portal.clock.advance(0.005)
    new = [str(key) for key in _portal.contacts.live if key not in _portal.lists.members["1"].times][:count]
    _portal.join("1", *new)
    return count


def truth(_: Playing) -> list[tuple[int, int]]:
    """In the sandbox's process: count and digest of what is there."""
    contacts = _portal.contacts
    members = (
        {"listId": list_id, "recordId": str(record), "membershipTimestamp": at}
        for list_id, on in _portal.lists.members.items()
        for record, at in on.times.items()
    )
    return [_digest(contacts.get(str(key)) or {} for key in contacts.live), _digest(members)]


def digests(url: str) -> list[tuple[int, int]]:
    """Count and digest of what is held."""
    found = []
    with psycopg.connect(url) as db:
        for name in ("contacts", "list_memberships"):
            with db.cursor(name) as rows:
                rows.execute(f"select data from raw_hubspot.{name} where not is_deleted")
                found.append(_digest(data for (data,) in rows))
    return found


def _digest(objects: Iterable[dict]) -> tuple[int, int]:
    """How many, and the sum of their hashes: equal for equal objects in any order."""
    count = total = 0
    for obj in objects:
        data = orjson.dumps(obj, option=orjson.OPT_SORT_KEYS)
        total += int.from_bytes(hashlib.blake2b(data, digest_size=8).digest())
        count += 1
    return count, total % 2**64

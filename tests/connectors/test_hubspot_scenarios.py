"""HubSpot's traps, played by a world that moves: what is held equals what HubSpot has, row for row."""

import random
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from connectors.connector import Connection
from connectors.errors import ConfigError
from connectors.hubspot import landing, members, search, sweep
from connectors.hubspot.connect import probe
from connectors.hubspot.objects import Objects
from connectors.registry import connector, sync
from connectors.sandbox.hubspot_lists import Lists
from connectors.sandbox.hubspot_settings import HubSpotSettings
from connectors.sandbox.hubspot_store import Store
from connectors.sandbox.hubspot_world import HubSpotWorld
from connectors.sandbox.serving import serving
from connectors.sandbox.settings import Settings
from connectors.sandbox.world import World
from connectors.sync.progress import Progress
from connectors.sync.run import SyncResult
from connectors.warehouse import resolve

HUBSPOT, CONNECTION = connector("hubspot"), Connection("hubspot")
START = datetime(2026, 2, 2, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = 60, 3_600, 86_400
FIELDS = ("both", "hs_merged_object_ids", "hs_calculated_merged_vids")


class KilledError(Exception):
    """Stands for a kill: it comes out of the sync between two requests."""


@dataclass
class Portal:
    """A HubSpot account being played, and the warehouse it is synced into."""

    hubspot: HubSpotWorld
    db: psycopg.Connection

    def sync(self, seconds_later: float = 0, **more: Any) -> SyncResult:
        self.hubspot.clock.advance(seconds_later)
        return sync(HUBSPOT, CONNECTION, resolve(), **more)

    def living(self, table: str = "contacts") -> dict[str, dict]:
        rows = self.db.execute(f"select id, data from raw_hubspot.{table} where not is_deleted").fetchall()
        return dict(rows)

    def has_all(self) -> bool:
        """Every object of either store is held as it is there, and nothing else."""
        for name, store in (("contacts", self.hubspot.contacts), ("deals", self.hubspot.deals)):
            assert self.living(name) == truth(store), name
        return self.living("list_memberships") == {
            f"{list_id}/{record}": {"listId": list_id, "recordId": str(record), "membershipTimestamp": at}
            for list_id, on in self.hubspot.lists.members.items()
            for record, at in on.times.items()
        }

    def asked(self, ending: str) -> int:
        return sum(count for address, count in self.hubspot.asked.items() if address.endswith(ending))


def truth(store: Store) -> dict[str, dict]:
    objects = {str(key): store.get(str(key)) or {} for key in (*store.live, *store.archived)}
    for obj in objects.values():
        obj["properties"] = {name: value for name, value in obj["properties"].items() if value is not None}
    return objects


@pytest.fixture
def play(warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with ExitStack() as stack:

        def start(contacts: int = 0, **settings: Any) -> Portal:
            hubspot = HubSpotWorld()
            world = World(
                settings=Settings(others={"hubspot": HubSpotSettings(**settings)}), others={"hubspot": hubspot}
            )
            world.clock.stop(at=START.timestamp() - 30 * DAY)
            hubspot.clock = world.clock
            for number in range(1, contacts + 1):
                hubspot.create("contacts", str(number), email=f"p{number}@example.com")
            world.clock.set(START.timestamp())
            for name, value in stack.enter_context(serving(world)).env.items():
                monkeypatch.setenv(name, value)
            return Portal(hubspot, stack.enter_context(psycopg.connect(warehouse_url, autocommit=True)))

        yield start


@pytest.fixture
def seldom_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "FOR_EACH_REQUEST", timedelta(days=2))


def test_a_business_that_moves_is_held_row_for_row(play) -> None:
    portal = play(contacts=230)
    hubspot, dice = portal.hubspot, random.Random(4)
    for list_id in ("7", "8"):
        hubspot.make_list(list_id, f"List {list_id}")
        hubspot.join(list_id, *(str(number) for number in range(1, 60)))
    portal.sync()
    assert portal.has_all()
    for day in range(4):
        ids = [str(key) for key in hubspot.contacts.live]
        dice.shuffle(ids)
        for number in range(12):
            hubspot.update("contacts", ids.pop(), firstname=f"N{day}{number}", email=f"n{day}-{number}@example.com")
        hubspot.create("contacts", str(1_000 + day), email=f"new{day}@example.com")
        hubspot.create("deals", str(5_000 + day), amount="10.5", dealstage="won", associated=sorted(ids[:2], key=int))
        hubspot.update("deals", "5000", amount=str(day), associated=sorted(ids[: day % 3], key=int))
        hubspot.merge(ids.pop(), ids.pop(), known_to=FIELDS[day % 3])
        hubspot.archive("contacts", ids.pop())
        hubspot.gdpr_delete(ids.pop())
        hubspot.join("7", *ids[:5])
        hubspot.leave("8", *(str(record) for record in list(hubspot.lists.members["8"].times)[:3]))
        if day == 2:
            hubspot.restore("contacts", str(hubspot.contacts.archived[0]))
        if day == 3:
            hubspot.drop_list("8")
        portal.sync(HOUR)
        assert portal.has_all(), day
    assert hubspot.refused == {}


def test_a_deal_with_more_contacts_than_any_answer_shows_is_held_with_all_of_them(play) -> None:
    portal = play(contacts=1)
    everybody = [str(number) for number in range(1, 1_201)]
    portal.hubspot.create("deals", "9", associated=everybody)
    portal.sync()
    assert portal.has_all()
    portal.hubspot.update("deals", "9", amount="5", associated=everybody[:-1])
    portal.sync(HOUR)
    assert portal.has_all()


def test_nothing_new_costs_seven_requests_and_writes_nothing(play) -> None:
    portal = play(contacts=150)
    portal.hubspot.make_list("7", "List")
    portal.hubspot.join("7", "1", "2")
    portal.sync()
    again = portal.sync(MINUTE)
    assert (again.requests, [table.written for table in again.tables]) == (7, [0] * 5)


def test_a_change_the_index_shows_only_after_the_first_reader_passed_comes_with_the_second(play, seldom_swept) -> None:
    portal = play(contacts=3, index_lag_seconds=12 * MINUTE)
    portal.hubspot.lag(12 * MINUTE)
    portal.sync(MINUTE)
    portal.hubspot.clock.advance(MINUTE)
    portal.hubspot.update("contacts", "2", email="late@example.com")
    for minutes in (7, 9):
        portal.sync(minutes * MINUTE)
        assert portal.living()["2"]["properties"]["email"] == "p2@example.com"
    healed = portal.sync(HOUR)
    assert portal.living()["2"]["properties"]["email"] == "late@example.com"
    assert {table.table: table.missed for table in healed.tables}["contacts"] == 1
    assert portal.has_all()


def test_an_old_state_in_the_index_overwrites_no_newer_one(play) -> None:
    portal = play(contacts=2)
    portal.sync()
    portal.hubspot.clock.advance(10 * MINUTE)
    portal.hubspot.update("contacts", "1", email="a@example.com")
    portal.hubspot.lag(HOUR)
    portal.hubspot.clock.advance(MINUTE)
    portal.hubspot.update("contacts", "1", email="b@example.com")
    for _ in range(3):
        portal.sync(MINUTE)
        assert portal.living()["1"]["properties"]["email"] == "b@example.com"


def test_ten_thousand_contacts_in_one_millisecond_are_all_read_and_nothing_is_refused(play, seldom_swept) -> None:
    portal = play(contacts=5)
    portal.sync()
    portal.hubspot.clock.advance(MINUTE)
    for number in range(1_000, 11_150):
        portal.hubspot.create("contacts", str(number), email=f"import{number}@example.com")
    portal.hubspot.asked.clear()
    portal.sync(MINUTE)
    assert portal.has_all()
    assert portal.hubspot.refused == {}
    assert portal.asked("contacts/search") <= 1.15 * 10_150 / search.PAGE_SIZE


@pytest.mark.parametrize("seed", range(2))
def test_changes_are_read_whatever_shares_a_millisecond(
    play, seldom_swept, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(search, "PAGE_SIZE", 4)
    portal, dice = play(contacts=60), random.Random(seed)
    portal.sync()
    for number in dice.sample(range(1, 61), 60):
        portal.hubspot.clock.advance(dice.choice((0, 0, 0, 0.001, 0.002, 1)))
        portal.hubspot.update("contacts", str(number), firstname="changed")
    portal.sync(MINUTE)
    assert portal.has_all()


def test_what_changes_while_history_is_read_is_not_lost(play) -> None:
    portal = play(contacts=350)
    moves = iter([lambda: portal.hubspot.update("contacts", "3", email="moved@example.com"),
                  lambda: portal.hubspot.create("contacts", "2", email="between@example.com")])  # fmt: skip
    portal.hubspot.gdpr_delete("2")
    portal.sync(on_progress=lambda _: next(moves, lambda: None)())
    assert portal.has_all()


def killed_after(pages: int, table: str) -> Any:
    seen = iter(range(pages))

    def progress(at: Progress) -> None:
        if at.what == table and next(seen, None) is None:
            raise KilledError

    return progress


def test_a_killed_history_goes_on_after_what_has_landed(play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "BATCH_ROWS", 300)
    portal = play(contacts=1_150)
    with pytest.raises(KilledError):
        portal.sync(on_progress=killed_after(7, "contacts"))
    assert len(portal.living()) == 600  # of the eight pages read, two batches have landed
    portal.sync()
    assert portal.has_all()
    assert portal.asked("GET /crm/v3/objects/contacts") == 8 + 6 + 1  # then from the seventh of twelve, and the archive


def test_a_killed_reading_of_a_list_goes_on_too(play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "BATCH_ROWS", 500)
    portal = play()
    portal.hubspot.make_list("7", "Long")
    portal.hubspot.join("7", *(str(number) for number in range(1, 1_901)))
    with pytest.raises(KilledError):
        portal.sync(on_progress=killed_after(5, "list_memberships"))
    portal.sync()
    assert portal.has_all()
    assert portal.asked("join-order") == 6 + 4
    portal.hubspot.join("7", "2000")
    portal.sync(HOUR)
    assert portal.has_all()
    assert portal.asked("join-order") == 6 + 4 + 1  # only the end


def test_a_removal_is_dated_and_an_addition_after_it_is_another(play) -> None:
    portal = play(contacts=3)
    portal.hubspot.make_list("7", "Webinar")
    portal.hubspot.join("7", "1", "2")
    portal.sync()
    portal.hubspot.clock.advance(2 * DAY)
    portal.hubspot.leave("7", "1")
    portal.sync(DAY)
    portal.hubspot.clock.advance(4 * DAY)
    portal.hubspot.join("7", "1")
    portal.sync()
    states = portal.db.execute(
        "select is_deleted, to_timestamp(replaced_version / 1e6), data ->> 'membershipTimestamp'"
        " from raw_hubspot.list_memberships_past where id = '7/1' order by version"
    ).fetchall()
    added = "2026-02-02T12:00:00.000Z"
    assert states == [
        (False, START + timedelta(days=2), added),
        (True, START + timedelta(days=7), added),
    ]
    assert portal.living("list_memberships")["7/1"]["membershipTimestamp"] == "2026-02-09T12:00:00.000Z"


def test_a_merge_that_no_list_tells_of_removes_the_one_merged_away(play) -> None:
    portal = play(contacts=3)
    portal.hubspot.make_list("7", "Webinar")
    portal.hubspot.join("7", "1", "2")
    portal.sync()
    portal.hubspot.clock.advance(MINUTE)
    portal.hubspot.merge("1", "2", known_to="hs_calculated_merged_vids")
    portal.sync(DAY)
    assert portal.has_all()
    gone = portal.db.execute("select is_deleted from raw_hubspot.contacts where id = '2'")
    assert gone.fetchone() == (True,)
    assert portal.living()["1"]["properties"]["hs_calculated_merged_vids"].startswith("2:")


def test_lists_that_say_nothing_of_themselves_are_read_at_every_sync_and_those_of_companies_never(
    play, monkeypatch: pytest.MonkeyPatch
) -> None:
    def every_list(self: Lists, body: dict[str, Any]) -> dict[str, Any]:
        return {"lists": list(self.lists.values()), "hasMore": False}

    monkeypatch.setattr(Lists, "search", every_list)
    portal = play(contacts=3)
    portal.hubspot.make_list("7", "Webinar")
    portal.hubspot.lists.lists["8"] = {"listId": "8", "name": "Companies", "objectTypeId": "0-2"}
    portal.hubspot.join("7", "1", "2")
    portal.sync()
    portal.hubspot.leave("7", "1")
    portal.hubspot.join("7", "3")
    portal.sync(MINUTE)
    assert portal.living("list_memberships").keys() == {"7/2", "7/3"}
    assert portal.living("lists").keys() == {"7"}


def test_a_list_that_is_deleted_while_its_members_are_read_stops_nothing(play, monkeypatch: pytest.MonkeyPatch) -> None:
    portal = play(contacts=3)
    for list_id in ("7", "8"):
        portal.hubspot.make_list(list_id, f"Webinar {list_id}")
        portal.hubspot.join(list_id, "1", "2")
    page = Lists.page

    def deleting(self: Lists, list_id: str, query: Any, **more: Any) -> dict[str, Any]:
        self.lists.pop("7", None)
        return page(self, list_id, query, **more)

    monkeypatch.setattr(Lists, "page", deleting)
    assert "The list 7 was deleted while its members were read." in portal.sync().notes
    assert portal.living("list_memberships").keys() == {"8/1", "8/2"}
    portal.sync(MINUTE)
    assert portal.living("lists").keys() == {"8"}


def test_a_list_on_which_one_contact_replaced_another_by_a_merge_is_read_again(play) -> None:
    portal = play(contacts=3)
    portal.hubspot.make_list("7", "Webinar")
    portal.hubspot.join("7", "2")
    portal.sync()
    portal.hubspot.clock.advance(MINUTE)
    portal.hubspot.merge("1", "2")
    portal.sync(DAY)
    assert portal.living("list_memberships").keys() == {"7/1"}


def test_a_member_that_went_without_a_word_is_missed_by_the_size(play) -> None:
    portal = play(contacts=5)
    portal.hubspot.make_list("7", "Webinar")
    portal.hubspot.join("7", "1", "2", "3")
    portal.sync()
    portal.hubspot.clock.advance(MINUTE)
    portal.hubspot.lists.members["7"].remove(2)
    portal.hubspot.join("7", "4")
    portal.sync()
    assert portal.has_all()


def test_a_contact_restored_between_the_two_lists_of_a_sweep_is_not_buried(
    play, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal = play(contacts=3)
    portal.hubspot.archive("contacts", "2")
    portal.sync()
    listed = sweep.listed

    def restoring(objects: Objects, *, archived: bool) -> dict[str, dict]:
        found = listed(objects, archived=archived)
        if objects.table.name == "contacts" and not archived:
            portal.hubspot.restore("contacts", "2")
        return found

    monkeypatch.setattr(sweep, "listed", restoring)
    portal.sync(DAY)
    assert portal.has_all()


def test_a_long_list_is_read_again_for_a_removal_only_after_a_while(play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "PAGE_SIZE", 1)
    portal = play(contacts=20)
    portal.hubspot.make_list("7", "Long")
    portal.hubspot.join("7", *(str(number) for number in range(1, 21)))
    portal.sync()
    portal.hubspot.clock.advance(5)
    portal.hubspot.leave("7", "4")
    early = portal.sync(5)
    assert (len(portal.living("list_memberships")), len(early.notes)) == (20, 1)
    portal.sync(20 * 6)
    assert portal.has_all()


def test_more_properties_than_an_address_takes_are_read_all_the_same(play) -> None:
    portal = play(contacts=120)
    portal.hubspot.update("contacts", "7", **{f"a_property_with_a_rather_long_name_{n}": "x" for n in range(500)})
    portal.sync()
    assert portal.has_all()
    assert len(portal.living()["7"]["properties"]) > 500


def test_limits_are_kept_to_and_never_hit(play, seldom_swept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "PAGE_SIZE", 2)
    portal = play(contacts=12, requests_per_10_seconds=100, searches_per_second=4)
    portal.sync()
    portal.hubspot.clock.advance(MINUTE)
    for number in range(1, 13):
        portal.hubspot.clock.advance(1)
        portal.hubspot.update("contacts", str(number), firstname="changed")
    portal.sync(MINUTE)
    assert portal.has_all()
    assert portal.asked("contacts/search") >= 7
    assert portal.hubspot.refused == {}


def test_a_missing_scope_is_named_and_closes_its_tables_only(play) -> None:
    portal = play(contacts=2, scopes="crm.objects.contacts.read crm.lists.read")
    result = portal.sync()
    denied = {table.table: table.denied for table in result.tables if table.denied}
    assert denied.keys() == {"deals", "owners"}
    assert "crm.objects.owners.read" in denied["owners"]
    assert portal.living() == truth(portal.hubspot.contacts)
    opened = probe(CONNECTION)
    assert (opened.account_id, opened.missing.keys()) == ("5550123", {"deals", "owners"})


def test_a_token_without_contacts_is_refused_with_the_scope(play) -> None:
    play(scopes="crm.lists.read")
    for ask in (lambda: sync(HUBSPOT, CONNECTION, resolve()), lambda: probe(CONNECTION)):
        with pytest.raises(ConfigError, match=r"crm\.objects\.contacts\.read .*SOURCES__HUBSPOT__ACCESS_TOKEN"):
            ask()


def test_the_data_of_one_portal_is_not_mixed_with_anothers(play) -> None:
    play(contacts=1).sync()
    with pytest.raises(ConfigError, match="holds the data of account 5550123"):
        play(contacts=1, portal_id=42).sync()

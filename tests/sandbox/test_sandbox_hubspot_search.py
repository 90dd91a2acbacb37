"""HubSpot's walls as the sandbox plays them: search, its index and its limits, merges, lists, scopes."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import requests

from connectors.sandbox.hubspot_settings import HubSpotSettings
from connectors.sandbox.hubspot_world import HubSpotWorld
from connectors.sandbox.serving import serving
from connectors.sandbox.settings import Settings
from connectors.sandbox.world import World

NOW = 1_780_000_000
CONTACTS = "/crm/v3/objects/contacts"
Portal = tuple[HubSpotWorld, Callable[..., requests.Response]]


@pytest.fixture
def portal() -> Iterator[Callable[..., Portal]]:
    """Play an account of so many contacts, all modified in one millisecond."""
    with ExitStack() as stack:

        def start(contacts: int = 0, **settings: object) -> Portal:
            hubspot = HubSpotWorld()
            hubspot.clock.stop(at=NOW)
            for number in range(1, contacts + 1):
                hubspot.create("contacts", str(number), email=f"p{number}@example.com")
            world = World(
                settings=Settings(others={"hubspot": HubSpotSettings(**settings)}), others={"hubspot": hubspot}
            )  # type: ignore[arg-type]
            world.clock.stop(at=NOW)
            playing = stack.enter_context(serving(world))

            def ask(method: str, path: str, **more: object) -> requests.Response:
                headers = {"Authorization": "Bearer pat-sandbox"}
                return requests.request(method, f"{playing.url}/hubspot{path}", headers=headers, timeout=10, **more)  # type: ignore[arg-type]

            return hubspot, ask

        yield start


def query(*filters: tuple[str, str, object], by: str = "lastmodifieddate", **more: object) -> dict[str, object]:
    wanted = [{"propertyName": name, "operator": what, "value": value} for name, what, value in filters]
    sorts = [{"propertyName": by, "direction": "ASCENDING"}]
    return {"filterGroups": [{"filters": wanted}], "sorts": sorts, "limit": 200, **more}


def test_a_search_pages_up_to_its_ten_thousandth_result_and_not_beyond(portal) -> None:
    _, ask = portal(contacts=10_050)
    last = ask("POST", f"{CONTACTS}/search", json=query(after="9800")).json()
    assert (last["total"], len(last["results"]), last["paging"]["next"]["after"]) == (10_050, 200, "10000")
    beyond = ask("POST", f"{CONTACTS}/search", json=query(after="10000"))
    assert (beyond.status_code, beyond.json()["category"]) == (400, "VALIDATION_ERROR")
    same = ("lastmodifieddate", "EQ", NOW * 1_000)
    by_id = ask("POST", f"{CONTACTS}/search", json=query(same, ("hs_object_id", "GT", 9_950), by="hs_object_id")).json()
    assert [one["id"] for one in by_id["results"]] == [str(number) for number in range(9_951, 10_051)]


def test_the_index_shows_a_change_only_after_its_lag(portal) -> None:
    hubspot, ask = portal(contacts=1)
    hubspot.lag(60)
    hubspot.clock.advance(1)
    hubspot.update("contacts", "1", email="new@example.com")
    since = query(("lastmodifieddate", "GT", NOW * 1_000))
    assert ask("GET", CONTACTS).json()["results"][0]["properties"]["email"] == "new@example.com"
    assert ask("POST", f"{CONTACTS}/search", json=since).json()["total"] == 0
    hubspot.clock.advance(60)
    assert ask("POST", f"{CONTACTS}/search", json=since).json()["total"] == 1


def test_what_is_archived_or_erased_shows_in_no_search(portal) -> None:
    hubspot, ask = portal(contacts=3)
    hubspot.archive("contacts", "1")
    hubspot.gdpr_delete("2")
    found = ask("POST", f"{CONTACTS}/search", json=query()).json()["results"]
    assert [one["id"] for one in found] == ["3"]
    assert [one["id"] for one in ask("GET", CONTACTS, params={"archived": "true"}).json()["results"]] == ["1"]


@pytest.mark.parametrize("field", ["hs_merged_object_ids", "hs_calculated_merged_vids"])
def test_a_merge_may_stand_in_one_field_only_and_the_id_merged_away_answers_with_the_other(portal, field: str) -> None:
    hubspot, ask = portal(contacts=2)
    hubspot.merge("1", "2", known_to=field)
    both = ["hs_merged_object_ids", "hs_calculated_merged_vids", "hs_additional_emails"]
    read = ask("POST", f"{CONTACTS}/batch/read", json={"inputs": [{"id": "2"}], "properties": both}).json()["results"]
    assert [one["id"] for one in read] == ["1"]
    assert [name for name in both[:2] if read[0]["properties"].get(name)] == [field]
    assert read[0]["properties"]["hs_additional_emails"] == "p2@example.com"


def test_searches_have_a_limit_of_their_own(portal) -> None:
    _, ask = portal(contacts=1, searches_per_second=2)
    answers = [ask("POST", f"{CONTACTS}/search", json=query()) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["policyName"] == "SECONDLY"
    assert ask("GET", CONTACTS).status_code == 200


def test_members_come_in_the_order_of_joining_and_their_cursor_survives_a_removal(portal) -> None:
    hubspot, ask = portal()
    hubspot.make_list("7", "Webinar")
    for record in ("30", "10", "20"):
        hubspot.join("7", record)
        hubspot.clock.advance(1)
    path = "/crm/v3/lists/7/memberships"
    first = ask("GET", f"{path}/join-order", params={"limit": 2}).json()
    hubspot.leave("7", "30", "10")
    rest = ask("GET", f"{path}/join-order", params={"after": first["paging"]["next"]["after"]}).json()
    shown = [[one["recordId"] for one in page["results"]] for page in (first, rest)]
    assert shown == [["30", "10"], ["20"]]
    assert first["results"][0]["membershipTimestamp"] == "2026-05-28T20:26:40.000Z"
    assert ask("GET", path, params={"limit": 251}).status_code == 400
    found = ask("POST", "/crm/v3/lists/search", json={"objectTypeId": "0-1"}).json()["lists"][0]
    removed = str((NOW + 3) * 1_000)
    assert found["additionalProperties"]["hs_list_size"] == "1"
    assert found["additionalProperties"]["hs_last_record_removed_at"] == removed


def test_deals_tell_their_contacts_by_list_and_by_association(portal) -> None:
    hubspot, ask = portal(contacts=2)
    hubspot.create("deals", "9", amount="5", associated=["1", "2"])
    hubspot.create("deals", "10", amount="6")
    shown = ask("GET", "/crm/v3/objects/deals", params={"associations": "contacts"}).json()["results"]
    assert [
        [one["id"] for one in deal.get("associations", {"contacts": {"results": []}})["contacts"]["results"]]
        for deal in shown
    ] == [["1", "2"], []]
    sent = {"inputs": [{"id": "9"}, {"id": "10"}]}
    answer = ask("POST", "/crm/v4/associations/deals/contacts/batch/read", json=sent)
    assert answer.status_code == 207
    assert [one["toObjectId"] for one in answer.json()["results"][0]["to"]] == [1, 2]


def test_of_a_deal_with_very_many_contacts_each_answer_shows_a_page(portal) -> None:
    hubspot, ask = portal(contacts=1)
    hubspot.create("deals", "9", associated=[str(n) for n in range(1, 701)])
    listed = ask("GET", "/crm/v3/objects/deals", params={"associations": "contacts"}).json()["results"][0]
    assert len(listed["associations"]["contacts"]["results"]) == 100
    assert listed["associations"]["contacts"]["paging"] == {"next": {"after": "100"}}
    path, found = "/crm/v4/associations/deals/contacts/batch/read", []
    for entry in ({"id": "9"}, {"id": "9", "after": "500"}):
        (one,) = ask("POST", path, json={"inputs": [entry]}).json()["results"]
        found.append(([to["toObjectId"] for to in one["to"]], one.get("paging")))
    assert found == [(list(range(1, 501)), {"next": {"after": "500"}}), (list(range(501, 701)), None)]


def test_a_scope_that_was_not_granted_is_hubspots_403_naming_it(portal) -> None:
    _, ask = portal(scopes="crm.objects.contacts.read")
    assert ask("GET", CONTACTS).status_code == 200
    refused = ask("GET", "/crm/v3/owners")
    assert (refused.status_code, refused.json()["category"]) == (403, "MISSING_SCOPES")
    assert refused.json()["errors"][0]["context"]["requiredScopes"] == ["crm.objects.owners.read"]


def test_an_address_that_is_too_long_is_a_414(portal) -> None:
    _, ask = portal()
    assert ask("GET", CONTACTS, params={"properties": "x" * 16_100}).status_code == 414


@pytest.mark.parametrize(
    "body",
    [
        query(limit=201),
        query(("email", "EQ", "a@b.c")),
        query(by="email"),
        query(sorts=[{"propertyName": "lastmodifieddate"}, {"propertyName": "hs_object_id"}]),
    ],
)
def test_a_search_hubspot_would_not_take_or_nobody_plays_is_a_400(portal, body: dict[str, object]) -> None:
    _, ask = portal()
    assert ask("POST", f"{CONTACTS}/search", json=body).status_code == 400

"""The HubSpot client against answers no carried world plays: odd cursors, odd ties, refusals, odd text."""

from datetime import UTC, datetime

import pytest

from connectors.connector import Connection
from connectors.errors import ConfigError, RetryError, StopError
from connectors.hubspot.client import HubspotApi
from connectors.hubspot.objects import Objects
from connectors.hubspot.search import Changes
from connectors.hubspot.tables import CONTACTS, DEALS, moment
from connectors.sync import http
from tests.connectors.scripted_server import Answer, Script, scripted


def listing(*ids: str, after: object = None) -> Answer:
    body = {"results": [{"id": identity, "properties": {}} for identity in ids]}
    return Answer({**body, "paging": {"next": {"after": after}}} if after is not None else body)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "BACKOFF", lambda _: 0.0)


DEFINED = Answer({"results": [{"name": "email"}, {"name": "hs_merged_object_ids"}, {"name": "hs_time_in_lead"}]})


@pytest.fixture
def objects(monkeypatch: pytest.MonkeyPatch):
    def of(script: Script) -> Objects:
        monkeypatch.setenv("SOURCES__HUBSPOT__ACCESS_TOKEN", "pat-eu1-secret")
        monkeypatch.setenv("SOURCES__HUBSPOT__RATE_LIMIT", "100000")
        monkeypatch.setenv("SOURCES__HUBSPOT__SEARCH_LIMIT", "100000")
        monkeypatch.setenv("SOURCES__HUBSPOT__BASE_URL", script.url)
        return Objects(HubspotApi(Connection("hubspot")), CONTACTS)

    return of


@pytest.fixture
def contacts(objects):
    def read(script: Script) -> list[dict]:
        return [obj for page, _ in objects(script).pages(archived=False) for obj in page.objects]

    return read


def test_every_property_is_asked_for_but_those_that_grow_by_themselves(contacts) -> None:
    with scripted(DEFINED, listing("1", "2", after=2), listing("3")) as script:
        assert [contact["id"] for contact in contacts(script)] == ["1", "2", "3"]
    asked = [(request.query["properties"], request.query.get("after")) for request in script.asked[1:]]
    assert asked == [(["email,hs_merged_object_ids"], None), (["email,hs_merged_object_ids"], ["2"])]


def test_what_changed_again_while_it_was_read_does_not_carry_the_reading_past_others(objects) -> None:
    def found(*times: int) -> Answer:
        results = [
            {"id": str(at), "properties": {"lastmodifieddate": f"2026-01-01T00:00:{at:02}.000Z"}} for at in times
        ]
        more = {"paging": {"next": {"after": "3"}}} if len(times) == 3 else {}
        return Answer({"total": 9, "results": results, **more})

    first = 1_767_225_600_000
    with scripted(DEFINED, found(1, 2, 59), found(2, 3)) as script:
        reached = [at for _, at in Changes(objects(script), first, first + 30_000).pages()]
    lower = [request.body["filterGroups"][0]["filters"][0]["value"] for request in script.asked[1:]]
    assert lower == [str(first), str(first + 2_000)]
    assert reached == [first + 2_000, first + 30_000]


def test_a_cursor_that_does_not_advance_stops_instead_of_looping(contacts) -> None:
    with (
        scripted(DEFINED, listing("1", after="7")) as script,
        pytest.raises(StopError, match="cursor 7 does not advance"),
    ):
        contacts(script)


def test_a_passing_429_is_asked_again_and_a_lasting_one_ends_as_a_retry_error(contacts) -> None:
    limited = Answer({"status": "error", "message": "ten secondly limit"}, 429)
    with scripted(limited, DEFINED, listing("1")) as script:
        assert len(contacts(script)) == 1
    with scripted(limited) as script, pytest.raises(RetryError, match=r"hubspot/contacts.*429.*ten secondly limit"):
        contacts(script)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_is_named_with_its_scope_and_never_shown(contacts, status: int) -> None:
    with scripted(Answer({"message": "no"}, status)) as script, pytest.raises(ConfigError) as refused:
        contacts(script)
    assert "crm.objects.contacts.read" in str(refused.value)
    assert "SOURCES__HUBSPOT__ACCESS_TOKEN" in str(refused.value)
    assert "pat-eu1-secret" not in str(refused.value)


def test_half_a_surrogate_pair_costs_one_character_not_the_page(contacts) -> None:
    page = b'{"results": [{"id": "1", "properties": {"firstname": "J\\ud83d"}}]}'
    with scripted(DEFINED, Answer(page)) as script:
        assert contacts(script)[0]["properties"]["firstname"] == "J\ufffd"


def test_a_server_that_does_not_tell_the_account_is_read_all_the_same(objects) -> None:
    with scripted(Answer({"message": "no such address"}, 404)) as script:
        assert objects(script).api.account_id() is None


@pytest.mark.parametrize(
    "text", ["2026-01-01T00:00:02Z", "2026-01-01T00:00:02.000+00:00", "1767225602000", 1767225602000]
)
def test_a_moment_is_read_however_it_is_written(text: str | int) -> None:
    assert moment(text) == datetime(2026, 1, 1, 0, 0, 2, tzinfo=UTC)


def test_of_a_deal_with_more_contacts_than_its_list_shows_all_are_asked_for(objects) -> None:
    def deal(identity: str, contacts: list[int], **more: object) -> dict:
        shown = {"results": [{"id": str(n), "type": "deal_to_contact"} for n in contacts], **more}
        return {"id": identity, "properties": {}, "associations": {"contacts": shown}}

    cut = deal("1", [1, 2], paging={"next": {"after": "2"}})
    some = {"from": {"id": "1"}, "to": [{"toObjectId": n} for n in (1, 2)], "paging": {"next": {"after": "MC0y"}}}
    rest = {"from": {"id": "1"}, "to": [{"toObjectId": 3}]}
    first = Answer({"results": [cut, deal("2", [4])]})
    with scripted(first, Answer({"results": [some]}), Answer({"results": [rest]})) as script:
        ((page, _),) = Objects(objects(script).api, DEALS).pages(archived=False)
    found = [[one["id"] for one in obj["associations"]["contacts"]["results"]] for obj in page.objects]
    assert found == [["1", "2", "3"], ["4"]]
    assert [asked.body for asked in script.asked[1:]] == [
        {"inputs": [{"id": "1"}]},
        {"inputs": [{"id": "1", "after": "MC0y"}]},
    ]
    with scripted(first, Answer({"results": [some]})) as script, pytest.raises(StopError, match="MC0y of 1 does not"):
        list(Objects(objects(script).api, DEALS).pages(archived=False))

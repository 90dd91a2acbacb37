"""The HubSpot client against answers no carried world plays: archived records, odd cursors, refusals, odd text."""

import pytest

from connectors.connector import Connection
from connectors.errors import ConfigError, RetryError, StopError
from connectors.hubspot.client import HubspotApi
from connectors.hubspot.tables import TABLES
from connectors.sync import http
from tests.connectors.scripted_server import Answer, Script, scripted


def listing(*ids: str, after: object = None) -> Answer:
    body = {"results": [{"id": identity, "properties": {}} for identity in ids]}
    return Answer({**body, "paging": {"next": {"after": after}}} if after is not None else body)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "BACKOFF", lambda _: 0.0)


@pytest.fixture
def contacts(monkeypatch: pytest.MonkeyPatch):
    def read(script: Script) -> list[dict]:
        monkeypatch.setenv("SOURCES__HUBSPOT__ACCESS_TOKEN", "pat-eu1-secret")
        monkeypatch.setenv("SOURCES__HUBSPOT__BASE_URL", script.url)
        return [obj for page in HubspotApi(Connection("hubspot")).pages(TABLES[0]) for obj in page.objects]

    return read


def test_live_contacts_are_read_to_their_end_and_then_the_archived_ones(contacts) -> None:
    with scripted(listing("1", "2", after=2), listing("3"), listing("4")) as script:
        assert [contact["id"] for contact in contacts(script)] == ["1", "2", "3", "4"]
    asked = [(request.query["archived"], request.query.get("after")) for request in script.asked]
    assert asked == [(["false"], None), (["false"], ["2"]), (["true"], None)]


def test_the_properties_that_tell_who_a_contact_is_are_asked_for(contacts) -> None:
    with scripted(listing()) as script:
        contacts(script)
    asked = set(script.asked[0].query["properties"][0].split(","))
    assert {"email", "hs_additional_emails", "hs_merged_object_ids", "hs_calculated_merged_vids"} <= asked


def test_a_cursor_that_does_not_advance_stops_instead_of_looping(contacts) -> None:
    with scripted(listing("1", after="7")) as script, pytest.raises(StopError, match="cursor 7 does not advance"):
        contacts(script)


def test_a_passing_429_is_asked_again_and_a_lasting_one_ends_as_a_retry_error(contacts) -> None:
    limited = Answer({"status": "error", "message": "ten secondly limit"}, 429)
    with scripted(limited, listing("1"), listing()) as script:
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
    with scripted(Answer(page), listing()) as script:
        assert contacts(script)[0]["properties"]["firstname"] == "J\ufffd"

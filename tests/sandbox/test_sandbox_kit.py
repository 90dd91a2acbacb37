"""Kit as the sandbox plays it: cursors, states, what was added to what and when, its limit."""

import pytest
import requests

from connectors.sandbox.jsonl import WorldError
from connectors.sandbox.serving import Playing, serving


def subscriber(id_: int, state: str = "active"):
    return {"id": id_, "email_address": f"p{id_}@example.com", "state": state, "created_at": "2026-01-01T00:00:00Z"}


def call(playing: Playing, path: str, key: str = "kit_sandbox", **params) -> requests.Response:
    headers = {"X-Kit-Api-Key": key} if key else {}
    return requests.get(f"{playing.url}/kit/v4/{path}", headers=headers, params=params, timeout=10)


def test_a_cursor_leads_from_page_to_page_newest_first(write_world):
    with serving(write_world({"kit/subscribers": [subscriber(n) for n in range(1, 6)]})) as playing:
        seen, after = [], ""
        while True:
            body = call(playing, "subscribers", per_page=2, after=after).json()
            seen += [s["id"] for s in body["subscribers"]]
            after = body["pagination"]["end_cursor"]
            if not body["pagination"]["has_next_page"]:
                break
        assert seen == [5, 4, 3, 2, 1]
        assert call(playing, "subscribers", per_page=1001).status_code == 422
        assert call(playing, "subscribers", after="soon").status_code == 422


def test_active_subscribers_only_unless_all_are_asked_for(write_world):
    with serving(write_world({"kit/subscribers": [subscriber(1), subscriber(2, "cancelled")]})) as playing:
        assert [s["id"] for s in call(playing, "subscribers").json()["subscribers"]] == [1]
        assert [s["id"] for s in call(playing, "subscribers", status="all").json()["subscribers"]] == [2, 1]


def test_a_tags_subscribers_say_when_they_were_tagged(write_world):
    files = {
        "kit/subscribers": [subscriber(1), subscriber(2)],
        "kit/tags": [{"id": 7, "name": "roses"}],
        "kit/tag_subscriptions": [{"tag_id": 7, "id": 2, "tagged_at": "2026-02-01T00:00:00Z"}],
    }
    with serving(write_world(files)) as playing:
        answer = call(playing, "tags/7/subscribers").json()
        assert answer["subscribers"] == [{**subscriber(2), "tagged_at": "2026-02-01T00:00:00Z"}]
        assert call(playing, "tags/8/subscribers").status_code == 404
        assert call(playing, "forms").json()["forms"] == []


@pytest.mark.parametrize("key", ["", "wrong"])
def test_no_or_a_wrong_key_is_kits_401(write_world, key):
    with serving(write_world({"kit/subscribers": [subscriber(1)]})) as playing:
        refused = call(playing, "account", key=key)
        assert (refused.status_code, list(refused.json())) == (401, ["errors"])
        assert call(playing, "account").json()["account"]["name"] == "Sandbox"


def test_above_the_keys_limit_comes_a_429(write_world):
    world = write_world({"kit/subscribers": [subscriber(1)]}, "[kit]\nrequests_per_minute = 2")
    with serving(world) as playing:
        assert [call(playing, "tags").status_code for _ in range(3)] == [200, 200, 429]


def test_a_world_without_it_leaves_the_connector_off(write_world):
    with serving(write_world({"hubspot/contacts": []})) as playing:
        assert not any("KIT" in name for name in playing.env)
        assert call(playing, "subscribers").json()["subscribers"] == []


@pytest.mark.parametrize(
    ("name", "lines", "said"),
    [
        ("subscribers", [{"id": "1"}], "whole numbers"),
        ("tags", [{"id": 1}, {"id": 1}], "stands there twice"),
        ("tag_subscriptions", [{"tag_id": 1, "id": 9}], "no subscriber 9"),
    ],
)
def test_a_world_that_cannot_be_is_refused(write_world, name, lines, said):
    with pytest.raises(WorldError, match=said), serving(write_world({f"kit/{name}": lines})):
        pass

import pytest
import requests

from connectors.sandbox.serving import Playing, serving

CONTACTS = "/crm/v3/objects/contacts"


def contact(id_: int, **more):
    properties = {
        "email": f"p{id_}@example.com",
        "createdate": "2026-01-01T00:00:00.000Z",
        **more.pop("properties", {}),
    }
    return {
        "id": str(id_),
        "createdAt": "2026-01-01T00:00:00.000Z",
        "updatedAt": "2026-01-02T00:00:00.000Z",
        "archived": False,
        "properties": properties,
        **more,
    }


def call(
    playing: Playing, path: str = CONTACTS, method: str = "GET", token: str = "pat-sandbox", **more
) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return requests.request(method, f"{playing.url}/hubspot{path}", headers=headers, timeout=10, **more)


def test_contacts_come_oldest_id_first_and_paging_ends_without_a_next(write_world):
    world = write_world({"hubspot/contacts": [contact(n) for n in (30, 4, 100, 20, 3)]})
    with serving(world) as playing:
        seen, after = [], None
        for _ in range(9):
            body = call(playing, params={"limit": 2, **({"after": after} if after else {})}).json()
            seen += [c["id"] for c in body["results"]]
            if "paging" not in body:
                break
            after = body["paging"]["next"]["after"]
        linked = requests.get(
            call(playing, params={"limit": 2}).json()["paging"]["next"]["link"],
            headers={"Authorization": "Bearer pat-sandbox"},
        ).json()
    assert seen == ["3", "4", "20", "30", "100"]
    assert [c["id"] for c in linked["results"]] == ["20", "30"]


def test_all_generated_contacts_are_listed_once(playing, generated):
    seen, after = [], "0"
    while after:
        body = call(playing, params={"limit": 100, "after": after}).json()
        seen += [c["id"] for c in body["results"]]
        after = body.get("paging", {}).get("next", {}).get("after")
    assert len(seen) == len(set(seen)) == 700


def test_only_asked_and_standing_properties_are_shown_and_unknown_ones_are_absent(write_world):
    world = write_world(
        {
            "hubspot/contacts": [
                contact(1, properties={"city": "Oslo"}),
                contact(2, properties={"hs_additional_emails": "a@b.example"}),
            ]
        }
    )
    with serving(world) as playing:
        asked = call(playing, params={"properties": ["hs_additional_emails,city", "shoe_size"]}).json()["results"]
        default = call(playing).json()["results"][0]
    assert asked[0]["properties"] == {
        "city": "Oslo",
        "createdate": "2026-01-01T00:00:00.000Z",
        "hs_additional_emails": None,
    }
    assert asked[1]["properties"]["hs_additional_emails"] == "a@b.example"
    assert set(default["properties"]) == {"createdate", "email"}
    assert set(default) == {"id", "properties", "createdAt", "updatedAt", "archived"}


def test_archived_contacts_are_listed_apart(write_world):
    world = write_world(
        {"hubspot/contacts": [contact(1), contact(2, archived=True, archivedAt="2026-02-01T00:00:00.000Z")]}
    )
    with serving(world) as playing:
        present, archived = (
            call(playing).json()["results"],
            call(playing, params={"archived": "true"}).json()["results"],
        )
    assert [c["id"] for c in present] == ["1"]
    assert [(c["id"], c["archivedAt"]) for c in archived] == [("2", "2026-02-01T00:00:00.000Z")]


def test_a_contact_is_read_by_id_or_by_email_and_a_missing_one_is_a_404(write_world):
    with serving(write_world({"hubspot/contacts": [contact(1)]})) as playing:
        assert call(playing, f"{CONTACTS}/1").json()["id"] == "1"
        assert call(playing, f"{CONTACTS}/P1@example.com", params={"idProperty": "email"}).json()["id"] == "1"
        missing = call(playing, f"{CONTACTS}/9")
    assert (missing.status_code, missing.json()["category"]) == (404, "OBJECT_NOT_FOUND")


def test_a_batch_read_answers_what_exists_and_says_what_does_not(write_world):
    with serving(write_world({"hubspot/contacts": [contact(1), contact(2)]})) as playing:
        asked = {"inputs": [{"id": "2"}, {"id": "9"}], "properties": ["email"]}
        answer = call(playing, f"{CONTACTS}/batch/read", "POST", json=asked)
        refused = call(playing, f"{CONTACTS}/batch/read", "POST", json={"inputs": [{"id": "1"}] * 101})
    assert (answer.status_code, [c["id"] for c in answer.json()["results"]]) == (207, ["2"])
    assert answer.json()["errors"][0]["context"]["ids"] == ["9"]
    assert refused.status_code == 400


def test_properties_are_those_the_contacts_have(write_world):
    with serving(write_world({"hubspot/contacts": [contact(1, properties={"city": "Oslo"})]})) as playing:
        names = [p["name"] for p in call(playing, "/crm/v3/properties/contacts").json()["results"]]
    assert names == ["city", "createdate", "email"]


@pytest.mark.parametrize("params", [{"limit": 101}, {"limit": 0}, {"limit": "x"}, {"after": "soon"}])
def test_a_bad_parameter_is_hubspots_400(playing, params):
    answer = call(playing, params=params)
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize("token", ["", "pat-wrong"])
def test_no_or_a_wrong_token_is_hubspots_401(playing, token):
    answer = call(playing, token=token)
    assert (answer.status_code, answer.json()["status"], answer.json()["category"]) == (
        401,
        "error",
        "INVALID_AUTHENTICATION",
    )
    assert len(answer.json()["correlationId"]) == 36


def test_the_rolling_limit_answers_429_with_hubspots_headers(write_world):
    world = write_world({"hubspot/contacts": []}, "[hubspot]\nrequests_per_10_seconds = 3")
    with serving(world) as playing:
        answers = [call(playing) for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    assert answers[0].headers["X-HubSpot-RateLimit-Max"] == "3"
    assert answers[3].json()["policyName"] == "TEN_SECONDLY_ROLLING"

"""ActiveCampaign as the sandbox plays it: paging, the one filter, silence about what it does not know, its limit."""

import pytest
import requests

from connectors.sandbox.jsonl import WorldError
from connectors.sandbox.serving import Playing, serving

TOKEN = "sandbox-api-token"


def contact(id_: int, **more):
    day = f"2026-01-{id_:02}T10:00:00-06:00"
    return {"id": str(id_), "email": f"p{id_}@example.com", "cdate": day, "udate": day, **more}


def call(playing: Playing, path: str, token: str = TOKEN, **params) -> requests.Response:
    headers = {"Api-Token": token} if token else {}
    return requests.get(f"{playing.url}/activecampaign/api/3/{path}", headers=headers, params=params, timeout=10)


def ids(answer: requests.Response, key: str) -> list[str]:
    return [obj["id"] for obj in answer.json()[key]]


def test_lists_are_paged_by_offset_and_say_their_total(write_world):
    tags = [{"id": str(n), "tag": f"t{n}"} for n in range(1, 131)]
    with serving(write_world({"activecampaign/tags": tags})) as playing:
        first, most = call(playing, "tags"), call(playing, "tags", limit=500, offset=20)
    assert ids(first, "tags") == [str(n) for n in range(1, 21)]
    assert first.json()["meta"] == {"total": "130"}
    assert len(ids(most, "tags")) == 100


def test_contacts_alone_are_filtered_by_id_and_by_the_time_of_their_change(write_world):
    tags = [{"id": str(n), "tag": f"t{n}"} for n in (1, 2)]
    with serving(
        write_world({"activecampaign/contacts": [contact(n) for n in (3, 1, 2)], "activecampaign/tags": tags})
    ) as playing:
        assert ids(call(playing, "contacts", id_greater=1), "contacts") == ["2", "3"]
        assert ids(call(playing, "contacts", **{"orders[id]": "DESC"}), "contacts") == ["3", "2", "1"]
        later = {"filters[updated_after]": "2026-01-02T17:00:00+01:00"}  # the second contact's own hour
        assert ids(call(playing, "contacts", **later), "contacts") == ["3"]
        assert call(playing, "contacts", **{"filters[updated_after]": "soon"}).status_code == 400
        assert ids(call(playing, "tags", id_greater=1, **{"filters[nonsense]": "x"}), "tags") == ["1", "2"]


def test_tag_additions_of_contacts_that_are_gone_are_left_out(write_world):
    additions = [{"id": str(n), "contact": str(n), "tag": "1"} for n in (1, 2)]
    world = write_world({"activecampaign/contacts": [contact(1)], "activecampaign/contact_tags": additions})
    with serving(world) as playing:
        assert ids(call(playing, "contactTags"), "contactTags") == ["1"]


@pytest.mark.parametrize("token", ["", "wrong"])
def test_no_or_a_wrong_token_is_a_403_and_an_unknown_list_a_404(write_world, token):
    with serving(write_world({"activecampaign/contacts": [contact(1)]})) as playing:
        assert call(playing, "contacts", token=token).status_code == 403
        assert call(playing, "nonsense").status_code == 404
        assert call(playing, "users/me").json()["user"]["username"] == "admin"


def test_above_the_accounts_limit_comes_a_429_that_says_how_long_to_wait(write_world):
    world = write_world(
        {"activecampaign/contacts": [contact(1)]}, "[activecampaign]\nrequests_per_second = 2\nretry_after_seconds = 3"
    )
    with serving(world) as playing:
        answers = [call(playing, path) for path in ("contacts", "tags", "lists")]
    assert [a.status_code for a in answers] == [200, 200, 429]
    assert answers[1].headers["RateLimit-Remaining"] == "0"
    assert answers[2].headers["Retry-After"] == "3"


def test_a_world_without_it_leaves_the_connector_off(write_world):
    with serving(write_world({"hubspot/contacts": []})) as playing:
        assert not any("ACTIVECAMPAIGN" in name for name in playing.env)
        assert call(playing, "contacts").json() == {"contacts": [], "meta": {"total": "0"}}


@pytest.mark.parametrize("wrong", [{"id": "x1"}, {"email": "a@example.com"}])
def test_an_id_that_is_none_is_named_with_file_and_line(write_world, wrong):
    world = write_world({"activecampaign/contacts": [contact(1), wrong]})
    with pytest.raises(WorldError, match=r"contacts\.jsonl, line 2"), serving(world):
        pass

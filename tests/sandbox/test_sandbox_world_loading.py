import pytest

from connectors.sandbox.jsonl import WorldError
from connectors.sandbox.world import load

GOOD = {"id": "ch_1", "created": 1}


@pytest.mark.parametrize(
    ("name", "lines", "says"),
    [
        ("stripe/charges", [GOOD, "{oops"], "charges.jsonl, line 2: not JSON"),
        ("stripe/charges", ["", "[1]"], "charges.jsonl, line 2: found a JSON list, expected an object"),
        ("stripe/charges", [{"created": 1}], "line 1: the object has no `id`"),
        ("stripe/charges", [{"id": 5, "created": 1}], "line 1: the object has no `id`"),
        ("stripe/charges", [{"id": "ch_1"}], "line 1: `created` is None"),
        ("stripe/charges", [{"id": "ch_1", "created": "1"}], "line 1: `created` is '1'"),
        ("stripe/charges", [{"id": "ch_1", "created": True}], "line 1: `created` is True"),
        ("stripe/charges", [GOOD, {"id": "ch_2", "created": 1}, "", GOOD], "line 4: the id 'ch_1' already stands on"),
        ("hubspot/contacts", [{"id": "abc"}], "line 1: the contact id is 'abc'"),
        ("google_ads/ad_group_ad", [{"customer": {"id": "1"}, "metrics": {}}], "line 1: `segments.date` is None"),
        (
            "google_ads/ad_group_ad",
            [{"customer": {"id": "1"}, "metrics": {"costMicros": 5}, "segments": {"date": "2026-01-01"}}],
            "line 1: `metrics.costMicros` is 5",
        ),
    ],
)  # fmt: skip
def test_a_world_that_cannot_be_played_is_refused_with_file_and_line(write_world, name, lines, says):
    with pytest.raises(WorldError) as refused:
        load(write_world({name: lines}))
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("stripe/charge", "charge.jsonl is not played; the names played here are customers.jsonl"),
        ("hubspot/tickets", "tickets.jsonl is not played; the names played here are contacts.jsonl"),
    ],
)
def test_a_file_that_is_not_played_is_said_and_the_rest_plays(write_world, caplog, name, says):
    world = load(write_world({name: [GOOD], "stripe/charges": [GOOD]}))
    assert says in caplog.text
    assert world.stripe.get("charges", "ch_1") == GOOD


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("[stripe]\napikey = 'x'", "unknown key 'apikey' in [stripe]"),
        ("[stripe]\nrequests_per_second = 'many'", "requests_per_second in [stripe] is 'many'"),
        ("[stripe.faults]\nerror_rate = 2.0", "error_rate is 2.0"),
        ("[shopify]\nkey = 'x'", "unknown entry 'shopify'"),
        ("[stripe", "not TOML"),
    ],
)
def test_settings_that_mean_nothing_are_refused(write_world, toml, says):
    with pytest.raises(WorldError, match=r"world\.toml") as refused:
        load(write_world({"stripe/charges": []}, toml))
    assert says in str(refused.value)


def test_a_folder_without_any_vendor_is_no_world(tmp_path):
    with pytest.raises(WorldError, match="not a world"):
        load(tmp_path)
    with pytest.raises(WorldError, match="no such folder"):
        load(tmp_path / "nowhere")


def test_blank_lines_and_missing_files_are_fine(write_world):
    world = load(write_world({"stripe/charges": ["", GOOD, "  ", ""], "truth/anything": ["x"]}))
    assert len(world.stripe.collections["charges"].ids) == 1
    assert world.stripe.collections["refunds"].ids == []
    assert world.others["hubspot"].contacts.live == []

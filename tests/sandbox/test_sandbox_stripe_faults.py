import socket

import pytest
import requests

from connectors.sandbox.faults import Fault, StripeFaultDraw
from connectors.sandbox.stripe_settings import StripeFaults

CHARGES = [{"id": f"ch_{n}", "created": n, "note": "x" * 500} for n in range(50)]


def test_each_fault_comes_at_its_rate_and_in_the_order_of_its_seed():
    rates = StripeFaults(
        error_rate=0.1, unavailable_rate=0.05, timeout_rate=0.02, reset_rate=0.2, truncated_rate=0.03, seed=9
    )
    runs = [[draw.draw() for _ in range(4000)] for draw in (StripeFaultDraw(rates), StripeFaultDraw(rates))]
    assert runs[0] == runs[1]
    shares = {fault: runs[0].count(fault) / 4000 for fault in Fault}
    for fault, rate in zip(Fault, (0.1, 0.05, 0.02, 0.2, 0.03), strict=True):
        assert abs(shares[fault] - rate) < 0.02, fault
    assert runs[0].count(None) > 2000


def test_no_rate_is_no_fault():
    draw = StripeFaultDraw(StripeFaults())
    assert {draw.draw() for _ in range(1000)} == {None}


def test_rates_that_mean_nothing_are_refused():
    with pytest.raises(ValueError, match=r"reset_rate is 1\.5"):
        StripeFaults(reset_rate=1.5)
    with pytest.raises(ValueError, match="add up to"):
        StripeFaults(reset_rate=0.6, error_rate=0.6)


@pytest.mark.parametrize(("rate", "status"), [("error_rate", 500), ("unavailable_rate", 503)])
def test_a_server_error_is_in_stripes_shape(play, get, rate, status):
    playing = play({"charges": CHARGES}, faults=StripeFaults(**{rate: 1}))
    answer = get(playing, "/v1/charges")
    assert (answer.status_code, answer.json()["error"]["type"]) == (status, "api_error")
    assert sum(playing.stripe.counters.faults.values()) == 1
    assert not playing.stripe.counters.served


def test_a_timeout_is_an_answer_that_comes_too_late(play, get):
    playing = play({"charges": CHARGES}, faults=StripeFaults(timeout_rate=1, timeout_seconds=20))
    key = (playing.env["SOURCES__STRIPE__API_KEY"], "")
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{playing.url}/stripe/v1/charges", auth=key, timeout=0.3)


def test_a_reset_is_no_answer_at_all(play, get, caplog):
    playing = play({"charges": CHARGES}, faults=StripeFaults(reset_rate=1))
    host, port = playing.url.removeprefix("http://").split(":")
    key = playing.env["SOURCES__STRIPE__API_KEY"]
    with socket.create_connection((host, int(port)), timeout=10) as raw:
        raw.sendall(f"GET /stripe/v1/charges HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n".encode())
        with pytest.raises(ConnectionResetError):
            raw.recv(1)
    with pytest.raises(requests.ConnectionError):
        get(playing, "/v1/charges")
    assert playing.stripe.counters.faults == {"reset": 2}
    assert caplog.text == ""


def test_a_truncated_body_is_shorter_than_it_says(play, get, caplog):
    playing = play({"charges": CHARGES}, faults=StripeFaults(truncated_rate=1))
    key = (playing.env["SOURCES__STRIPE__API_KEY"], "")
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        get(playing, "/v1/charges")
    answer = requests.get(f"{playing.url}/stripe/v1/charges", auth=key, stream=True, timeout=10)
    assert answer.status_code == 200
    promised, got = int(answer.headers["Content-Length"]), 0
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        for part in answer.iter_content(64):
            got += len(part)
    assert 0 < got < promised
    assert not playing.stripe.counters.served
    assert caplog.text == ""


def test_after_a_fault_the_next_request_is_served(play, get):
    playing = play({"charges": CHARGES}, faults=StripeFaults(reset_rate=0.3, truncated_rate=0.3, seed=2))
    served = 0
    with requests.Session() as session:
        for _ in range(40):
            try:
                key = (playing.env["SOURCES__STRIPE__API_KEY"], "")
                page = session.get(f"{playing.url}/stripe/v1/charges?limit=50", auth=key, timeout=10).json()
            except requests.RequestException:
                continue
            assert [c["id"] for c in page["data"]] == [f"ch_{n}" for n in reversed(range(50))]
            served += 1
    faults = playing.stripe.counters.faults
    assert served == playing.stripe.counters.served.total() > 5
    assert faults["reset"] > 3
    assert faults["truncated"] > 3


def test_a_world_file_names_its_faults(write_world):
    from connectors.sandbox.jsonl import WorldError
    from connectors.sandbox.world import load

    toml = "[stripe.faults]\nreset_rate = 0.5\ntimeout_seconds = 2\n[stripe.events]\nmost_delay_seconds = 3"
    settings = load(write_world({"stripe/charges": []}, toml)).settings.stripe
    assert (settings.faults.reset_rate, settings.faults.timeout_seconds, settings.events.most_delay_seconds) == (
        0.5,
        2,
        3,
    )
    for toml, says in (
        ("[stripe.faults]\nresets = 0.5", r"unknown key 'resets' in \[stripe\.faults\]"),
        ("[hubspot.faults]\nreset_rate = 0.5", r"unknown key 'reset_rate' in \[hubspot\.faults\]"),
        ("[stripe]\nrestricted = 5", "restricted in .* is 5, expected a table"),
        ("[stripe.restricted]\nrk_1 = 'charges'", "restricted key 'rk_1' has 'charges'"),
        ("[stripe]\ndeleted_cursor = 'maybe'", "deleted_cursor is 'maybe'"),
        ("[stripe.events]\nleast_delay_seconds = 5", "most_delay_seconds is 0"),
    ):
        with pytest.raises(WorldError, match=says):
            load(write_world({"stripe/charges": []}, toml))

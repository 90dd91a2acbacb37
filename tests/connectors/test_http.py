"""How long a vendor that refuses is left alone, and which refusals are asked again."""

from email.utils import format_datetime

import orjson
import pytest
import requests
from tenacity import RetryCallState, Retrying, stop_after_attempt

from connectors.errors import ConfigError, StopError
from connectors.sync import http
from connectors.sync.http import (
    AbsentError,
    Later,
    SecretSession,
    decode,
    fetch,
    persistently,
    refuse,
    retry_after,
    server_time,
)
from tests.connectors.scripted_server import Answer, scripted

NOW = {"Date": "Mon, 23 Nov 2026 00:00:00 GMT"}


def in_seconds(seconds: int) -> str:
    at = server_time(NOW)
    return format_datetime(at.replace(second=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("7", 7.0), ("0.5", 0.5), ("-3", 0.0), (in_seconds(40), 40.0), ("soon", None), ("Mon, soon", None), (None, None)],
)
def test_retry_after_is_read_as_seconds_and_as_a_date_of_the_vendors_clock(said: str | None, seconds: float) -> None:
    assert retry_after(NOW if said is None else {**NOW, "Retry-After": said}) == seconds


def waits(monkeypatch: pytest.MonkeyPatch, status: int, **headers: str) -> list[float]:
    """What is waited before a lasting refusal with this status is given up."""
    found: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", found.append)
    monkeypatch.setattr(http, "BACKOFF", lambda state: 2.0 ** (state.attempt_number - 1))
    with pytest.raises(Later):
        persistently(lambda: refuse("vendor", status, "no", headers, "cure"))
    return found


def test_a_limit_that_names_no_wait_is_outlasted_by_a_vendors_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sum(waits(monkeypatch, 429)) == 4 * sum(waits(monkeypatch, 503)) > 60
    assert waits(monkeypatch, 429, **{"Retry-After": "3"}) == [3.0] * 7
    assert waits(monkeypatch, 429, **{"Retry-After": "3600"}) == [60.0] * 7


def test_the_jittered_backoff_of_a_limit_passes_a_minute_on_average() -> None:
    most = []
    for attempt in range(1, http.ATTEMPTS):
        state = RetryCallState(Retrying(stop=stop_after_attempt(1)), None, (), {})
        state.attempt_number = attempt
        most.append(min(http.BACKOFF.max, http.BACKOFF.multiplier * http.BACKOFF.exp_base ** (attempt - 1)))
        assert 0 <= http.BACKOFF(state) <= most[-1]
    assert http.OF_A_LIMIT * sum(most) / 2 > 60


@pytest.mark.parametrize("status", [408, 423, 424, 425, 429, 477, 500, 503])
def test_what_may_be_otherwise_later_is_asked_again(status: int) -> None:
    with pytest.raises(Later):
        refuse("vendor", status, "no", {}, "cure")


@pytest.mark.parametrize(
    ("status", "kind"), [(400, StopError), (404, AbsentError), (401, ConfigError), (403, ConfigError)]
)
def test_what_stays_refused_is_not(status: int, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        refuse("vendor", status, "no", {}, "cure")


def test_no_encoding_is_guessed_of_a_good_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests.Response, "text", property(lambda _: pytest.fail("guessed")))
    with scripted(Answer({"a": 1}, headers={"Content-Type": "application/octet-stream"})) as script:
        assert fetch("vendor", lambda: requests.get(script.url, timeout=10), "cure")[0] == {"a": 1}


def test_what_only_the_standard_library_reads_can_be_written_again() -> None:
    read = decode(b'{"name": "J\\ud83d", "long": 100000000000000000000000000, "least": -9223372036854775808}', "vendor")
    assert read == {"name": "J\ufffd", "long": "1" + "0" * 26, "least": -(2**63)}
    assert orjson.loads(orjson.dumps(read)) == read


def test_a_redirect_to_another_host_does_not_take_the_secret_along() -> None:
    session = SecretSession({"Api-Token": "secret"})
    session.headers["Version"] = "3"
    with scripted(Answer({})) as other, scripted(Answer(b"", 307, {"Location": "/moved"}), Answer({})) as vendor:
        session.get(vendor.url, timeout=10)
        vendor.answers = [Answer(b"", 307, {"Location": other.url})]
        session.get(vendor.url, timeout=10)
    assert [asked.headers.get("Api-Token") for asked in vendor.asked] == ["secret"] * 3
    assert ["Api-Token" in asked.headers for asked in other.asked] == [False]
    assert other.asked[0].headers["Version"] == "3"

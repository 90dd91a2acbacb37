"""The Stripe client against answers no world plays: faults, refusals, lists that do not advance."""

from datetime import UTC, datetime

import pytest
import stripe

from connectors.connector import Connection, Page
from connectors.errors import ConfigError, RetryError, StopError
from connectors.stripe.client import API_VERSION, StripeApi, budget, masked
from connectors.stripe.tables import TABLES
from connectors.sync import http
from tests.connectors.scripted_server import Answer, Script, scripted

CHARGES = next(table for table in TABLES if table.name == "charges")
INVOICES = next(table for table in TABLES if table.name == "invoices")
NOW = datetime.now(UTC)
KEY = "sk_live_0123456789abcdefghij"


def listing(*ids: str, more: bool = False) -> Answer:
    return Answer({"object": "list", "data": [{"id": i, "created": 1} for i in ids], "has_more": more})


def error(status: int, message: str = "no", **headers: str) -> Answer:
    return Answer({"error": {"type": "api_error", "message": message}}, status, headers)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "BACKOFF", lambda _: 0.0)


def api() -> StripeApi:
    return StripeApi(Connection("stripe"), budget(Connection("stripe")))


@pytest.fixture
def ids_read(monkeypatch: pytest.MonkeyPatch):
    def read(script: Script, table=CHARGES) -> list[str]:
        monkeypatch.setenv("SOURCES__STRIPE__API_KEY", KEY)
        monkeypatch.setenv("SOURCES__STRIPE__BASE_URL", script.url)
        page = Page([], NOW, has_more=True)
        ids: list[str] = []
        while page.has_more:
            page = api().page(table, cursor=ids[-1] if ids else None)
            ids += [obj["id"] for obj in page.objects]
        return ids

    return read


def test_a_list_is_walked_by_cursor_until_there_is_no_more(ids_read) -> None:
    with scripted(listing("c", "b", more=True), listing("a")) as script:
        assert ids_read(script) == ["c", "b", "a"]
    first, second = script.asked
    assert (first.path, first.query) == ("/v1/charges", {"limit": ["100"]})
    assert second.query == {"limit": ["100"], "starting_after": ["b"]}


def test_every_request_carries_the_pinned_version_and_the_key(ids_read) -> None:
    with scripted(listing()) as script:
        ids_read(script)
    assert script.asked[0].headers["Stripe-Version"] == API_VERSION == stripe.api_version
    assert script.asked[0].headers["Authorization"] == f"Bearer {KEY}"


def test_nothing_uses_the_modules_own_key(ids_read) -> None:
    with scripted(listing()) as script:
        ids_read(script)
    assert stripe.api_key is None


@pytest.mark.parametrize(
    "fault",
    [
        error(429, **{"Retry-After": "0"}),
        error(500),
        error(503),
        Answer({"object": "list", "data": []}, cut=9),
        Answer(b'{"object": "list", "da'),
        Answer(b"<html>bad gateway</html>", 502),
    ],
)
def test_a_passing_fault_is_asked_again(ids_read, fault: Answer) -> None:
    with scripted(fault, fault, listing("a")) as script:
        assert ids_read(script) == ["a"]
    assert len(script.asked) == 3


def test_a_fault_that_stays_ends_as_a_retry_error_naming_the_table(ids_read) -> None:
    with scripted(error(500, "down")) as script, pytest.raises(RetryError, match=r"stripe/charges.*down.*500"):
        ids_read(script)
    assert len(script.asked) == http.ATTEMPTS


def test_a_refused_key_is_named_by_its_variable_and_never_shown(ids_read) -> None:
    with scripted(error(401, "Invalid API Key")) as script, pytest.raises(ConfigError) as refused:
        ids_read(script)
    assert "SOURCES__STRIPE__API_KEY" in str(refused.value)
    assert KEY not in str(refused.value)
    assert len(script.asked) == 1


def test_a_missing_permission_is_not_swallowed(ids_read) -> None:
    with scripted(error(403, "needs rak_charge_read")) as script, pytest.raises(ConfigError, match="rak_charge_read"):
        ids_read(script)
    assert len(script.asked) == 1


def test_another_4xx_stops_at_once(ids_read) -> None:
    with scripted(error(400, "unknown parameter")) as script, pytest.raises(StopError, match="unknown parameter"):
        ids_read(script)
    assert len(script.asked) == 1


@pytest.mark.parametrize("stuck", [listing(more=True), listing("a", more=True)])
def test_a_list_that_does_not_advance_stops_instead_of_looping(ids_read, stuck: Answer) -> None:
    with scripted(stuck) as script, pytest.raises(StopError, match="does not advance"):
        ids_read(script)


def test_a_nested_list_cut_short_is_completed_from_its_own_list(monkeypatch: pytest.MonkeyPatch) -> None:
    cut = {"object": "list", "data": [{"id": "il_1"}], "has_more": True, "url": "/v1/invoices/in_1/lines"}
    invoice = Answer({"object": "list", "data": [{"id": "in_1", "lines": cut}], "has_more": False})
    with scripted(invoice, listing("il_1", "il_2", more=True), listing("il_3")) as script:
        monkeypatch.setenv("SOURCES__STRIPE__API_KEY", KEY)
        monkeypatch.setenv("SOURCES__STRIPE__BASE_URL", script.url)
        page = api().page(INVOICES)
    lines = page.objects[0]["lines"]
    assert [line["id"] for line in lines["data"]] == ["il_1", "il_2", "il_3"]
    assert lines["has_more"] is False
    assert script.asked[1].path == "/v1/invoices/in_1/lines"


def test_a_masked_key_shows_its_kind_and_its_end() -> None:
    assert masked(KEY) == "sk_live…ghij"
    assert masked("short") == "sho…"

"""The Stripe client against answers no world plays: faults, refusals, lists that do not advance."""

from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
import stripe

from connectors.connector import Connection, Page
from connectors.errors import ConfigError, RetryError, StopError
from connectors.stripe.client import API_VERSION, StripeApi, budget
from connectors.stripe.refusals import masked
from connectors.stripe.tables import TABLES
from connectors.sync import http
from connectors.sync.scan import CursorGone, Unreadable
from tests.connectors.scripted_server import Answer, Script, scripted

CHARGES = next(table for table in TABLES if table.name == "charges")
SUBSCRIPTIONS = next(table for table in TABLES if table.name == "subscriptions")
INVOICES = next(table for table in TABLES if table.name == "invoices")
COUPONS = next(table for table in TABLES if table.name == "coupons")
MISSING = Answer({"error": {"type": "invalid_request_error", "code": "resource_missing", "message": "No such"}}, 404)
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


def test_the_proxy_that_the_environment_names_is_asked_and_no_cookie_is_kept(
    ids_read, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = listing("b", more=True)
    first.headers["Set-Cookie"] = "who=me"
    with scripted(first, listing("a")) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
        assert ids_read(Script([], url="http://stripe.invalid")) == ["b", "a"]
    assert [asked.headers["Host"] for asked in proxy.asked] == ["stripe.invalid"] * 2
    assert "Cookie" not in proxy.asked[1].headers


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
        error(409),
        error(424),
        error(400, **{"Stripe-Should-Retry": "true"}),
        Answer({"object": "list", "data": []}, cut=9),
        Answer(b'{"object": "list", "da'),
        Answer(b"<html>bad gateway</html>", 502),
        Answer("<html>Dienst nicht verfügbar</html>".encode("latin-1"), 503),
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


@pytest.mark.parametrize("refusal", [error(401, "Invalid API Key"), Answer(b"<html>Unauthorized</html>", 401)])
def test_a_refused_key_is_named_by_its_variable_and_never_shown(ids_read, refusal: Answer) -> None:
    with scripted(refusal) as script, pytest.raises(ConfigError) as refused:
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


@pytest.mark.parametrize("data", [[None], [{"id": "ch_1"}, "ch_2"], {"id": "ch_1"}, None])
def test_a_list_of_something_else_than_objects_is_an_error_in_words(ids_read, data: object) -> None:
    with scripted(Answer({"object": "list", "data": data})) as script, pytest.raises(StopError, match="no list object"):
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


@pytest.fixture
def invoices(monkeypatch: pytest.MonkeyPatch):
    def read(script: Script) -> dict[str, list[str]]:
        """The first page's invoices and their lines."""
        monkeypatch.setenv("SOURCES__STRIPE__API_KEY", KEY)
        monkeypatch.setenv("SOURCES__STRIPE__BASE_URL", script.url)
        return {obj["id"]: [line["id"] for line in obj["lines"]["data"]] for obj in api().page(INVOICES).objects}

    return read


def cut_short(identity: str) -> dict:
    return {"id": identity, "created": 1, "lines": {"object": "list", "data": [], "has_more": True}}


def test_a_draft_deleted_between_its_list_and_its_lines_is_left_out(invoices) -> None:
    listed = Answer({"object": "list", "data": [cut_short("in_2"), cut_short("in_1")], "has_more": False})
    with scripted(listed, MISSING, MISSING, listing("il_1")) as script:
        assert invoices(script) == {"in_1": ["il_1"]}
    paths = [asked.path.removeprefix("/v1/invoices") for asked in script.asked]
    assert paths == ["", "/in_2/lines", "/in_2", "/in_1/lines"]
    with scripted(listed, MISSING, Answer({"id": "in_2"})) as script, pytest.raises(StopError, match="lines of in_2"):
        invoices(script)


def test_lines_that_lose_the_one_the_next_page_begins_after_are_read_from_their_first(invoices) -> None:
    gone = {"type": "invalid_request_error", "code": "resource_missing", "param": "starting_after", "message": "No"}
    listed = Answer({"object": "list", "data": [cut_short("in_1")], "has_more": False})
    refused = Answer({"error": gone}, 400)
    with scripted(listed, listing("il_1", "il_2", more=True), refused, listing("il_1", "il_3")) as script:
        assert invoices(script) == {"in_1": ["il_1", "il_3"]}
    with scripted(listed, *[listing("il_1", more=True), refused] * 6) as script, pytest.raises(CursorGone):
        invoices(script)


def test_what_a_list_shows_as_deleted_is_none_of_its_objects_and_does_not_end_it(ids_read) -> None:
    gone = [{"id": identity, "object": "charge", "deleted": True} for identity in ("d", "c")]
    with scripted(Answer({"object": "list", "data": gone, "has_more": True}), listing("b", "a")) as script:
        assert ids_read(script) == ["b", "a"]
    assert script.asked[1].query["starting_after"] == ["c"]


@pytest.mark.parametrize("identity", ["50% off", "SUMMER/20", "a#b", "who?x=1", "Größe €10"])
def test_an_id_of_the_merchants_own_is_asked_for_as_it_is(monkeypatch: pytest.MonkeyPatch, identity: str) -> None:
    with scripted(Answer({"id": identity})) as script:
        monkeypatch.setenv("SOURCES__STRIPE__API_KEY", KEY)
        monkeypatch.setenv("SOURCES__STRIPE__BASE_URL", script.url)
        assert api().retrieve(COUPONS, identity).objects == [{"id": identity}]
    address = script.asked[0].path
    assert (unquote(address), address.count("/"), script.asked[0].query) == (f"/v1/coupons/{identity}", 3, {})


def test_a_masked_key_shows_its_kind_and_its_end() -> None:
    assert masked(KEY) == "sk_live…ghij"
    assert masked("short") == "sho…"


def test_discounts_come_whole_beside_their_subscription_which_keeps_their_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    discount = {"id": "di_1", "object": "discount", "source": {"coupon": "co_1"}}
    listed = {"object": "list", "has_more": False, "data": [{"id": "sub_1", "created": 1, "discounts": [discount]}]}
    with scripted(Answer(listed)) as script:
        monkeypatch.setenv("SOURCES__STRIPE__API_KEY", KEY)
        monkeypatch.setenv("SOURCES__STRIPE__BASE_URL", script.url)
        page = api().page(SUBSCRIPTIONS)
    assert script.asked[0].query["expand[0]"] == ["data.discounts"]
    assert script.asked[0].query["status"] == ["all"]
    assert page.objects[0]["discounts"] == ["di_1"]
    assert page.beside == {"discounts": [discount]}


def test_a_page_is_asked_for_by_its_window_and_its_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(listing("a")) as script:
        monkeypatch.setenv("SOURCES__STRIPE__API_KEY", KEY)
        monkeypatch.setenv("SOURCES__STRIPE__BASE_URL", script.url)
        api().page(CHARGES, since=10, until=20, cursor="ch_9")
    asked = {"limit": ["100"], "created[gte]": ["10"], "created[lt]": ["20"], "starting_after": ["ch_9"]}
    assert script.asked[0].query == asked


def test_a_cursor_whose_object_is_gone_is_told_from_other_refusals(ids_read) -> None:
    gone = {"type": "invalid_request_error", "code": "resource_missing", "message": "No such charge"}
    for param, kind in (("starting_after", CursorGone), ("customer", StopError)):
        with scripted(Answer({"error": {**gone, "param": param}}, 400)) as script, pytest.raises(kind):
            ids_read(script)


def test_a_list_this_server_has_not_is_named_and_may_be_left_out(ids_read) -> None:
    unknown = {"error": {"type": "invalid_request_error", "message": "Unrecognized request URL"}}
    with scripted(Answer(unknown, 404)) as script, pytest.raises(Unreadable, match=r"stripe/charges.*no such list"):
        ids_read(script)


@pytest.mark.parametrize(("body", "status"), [({"id": "ch_1", "deleted": True}, 200), (None, 404)])
def test_an_object_that_was_deleted_is_an_empty_sight(monkeypatch: pytest.MonkeyPatch, body, status: int) -> None:
    missing = {"error": {"type": "invalid_request_error", "code": "resource_missing", "message": "No such charge"}}
    with scripted(Answer(body or missing, status)) as script:
        monkeypatch.setenv("SOURCES__STRIPE__API_KEY", KEY)
        monkeypatch.setenv("SOURCES__STRIPE__BASE_URL", script.url)
        page = api().retrieve(CHARGES, "ch_1")
    assert (page.objects, script.asked[0].path) == ([], "/v1/charges/ch_1")


@pytest.mark.parametrize(
    ("setting", "value"), [("rate_share", "0"), ("rate_share", "much"), ("rate_limit", "-1"), ("rate_share", "1.5")]
)
def test_a_budget_that_is_none_is_refused_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, setting: str, value: str
) -> None:
    monkeypatch.setenv("SOURCES__STRIPE__API_KEY", KEY)
    monkeypatch.setenv(f"SOURCES__STRIPE__{setting.upper()}", value)
    with pytest.raises(ConfigError, match=f"SOURCES__STRIPE__{setting.upper()}"):
        budget(Connection("stripe"))


@pytest.mark.parametrize(("key", "rate"), [(KEY, 50), ("rk_live_0123456789", 50), ("rk_test_0123456789", 12.5)])
def test_half_of_what_stripe_allows_the_mode_is_used_unless_said_otherwise(
    monkeypatch: pytest.MonkeyPatch, key: str, rate: float
) -> None:
    monkeypatch.setenv("SOURCES__STRIPE__API_KEY", key)
    assert budget(Connection("stripe")).allowed == rate

import pytest
import requests
import stripe

from connectors.sandbox.pacing import RollingLimit
from connectors.sandbox.serving import serving


@pytest.mark.parametrize(
    ("query", "code", "param", "message"),
    [
        ("limit=0", "parameter_invalid_integer", "limit", "This value must be greater than or equal to 1."),
        (
            "limit=101",
            "parameter_invalid_integer",
            "limit",
            "This value must be less than or equal to 100 (it currently is '101').",
        ),
        ("limit=abc", "parameter_invalid_integer", "limit", "Invalid integer: abc"),
        ("foo=1", "parameter_unknown", "foo", "Received unknown parameter: foo"),
        ("foo[bar]=1&limit=3", "parameter_unknown", "foo[bar]", "Received unknown parameter: foo[bar]"),
        ("status=paid", "parameter_unknown", "status", "Received unknown parameter: status"),
        ("starting_after=ch_x", "resource_missing", "starting_after", "No such charge: 'ch_x'"),
        ("ending_before=ch_x", "resource_missing", "ending_before", "No such charge: 'ch_x'"),
        ("customer=cus_x", "resource_missing", "customer", "No such customer: 'cus_x'"),
        ("created[gte]=soon", "parameter_invalid_integer", "created[gte]", "Invalid integer: soon"),
        ("customer=", "parameter_invalid_empty", "customer", None),
    ],
)
def test_a_bad_parameter_is_refused_as_stripe_does(playing, get, query, code, param, message):
    answer = get(playing, f"/v1/charges?{query}")
    error = answer.json()["error"]
    assert (answer.status_code, error["type"], error["code"], error["param"]) == (
        400,
        "invalid_request_error",
        code,
        param,
    )
    assert message is None or error["message"] == message
    assert error["doc_url"] == f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
    assert answer.headers["Request-Id"] in error["request_log_url"]


def test_both_cursors_at_once_are_refused(playing, get):
    ids = [c["id"] for c in get(playing, "/v1/charges?limit=2").json()["data"]]
    answer = get(playing, f"/v1/charges?starting_after={ids[0]}&ending_before={ids[1]}")
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("Received both starting_after and ending_before")


def test_an_enum_says_what_it_may_be(playing, get):
    error = get(playing, "/v1/invoices?status=settled").json()["error"]
    assert error["message"] == "Invalid status: must be one of draft, open, paid, uncollectible, or void"


def test_an_unknown_id_is_a_404_that_the_sdk_understands(sdk):
    with pytest.raises(stripe.InvalidRequestError) as missing:
        sdk.v1.invoices.retrieve("in_nobody")
    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")
    assert missing.value.user_message == "No such invoice: 'in_nobody'"


@pytest.mark.parametrize("path", ["/v1/foo", "/v1/charges/search", "/v1/charges/a/b/c", "/v2/core/events", "/"])
def test_an_unknown_address_is_stripes_404(playing, get, path):
    answer = get(playing, path)
    assert answer.status_code == 404
    assert answer.json()["error"]["message"].startswith(f"Unrecognized request URL (GET: {path}).")


@pytest.mark.parametrize("method", ["post", "delete"])
def test_writes_are_refused_in_stripes_shape(playing, method):
    key = (playing.env["SOURCES__STRIPE__API_KEY"], "")
    answer = requests.request(method, f"{playing.url}/stripe/v1/customers", auth=key)
    assert (answer.status_code, answer.json()["error"]["type"]) == (403, "invalid_request_error")
    assert "takes no writes" in answer.json()["error"]["message"]


def test_the_key_is_taken_as_bearer_or_as_basic_user(playing, get):
    key = playing.env["SOURCES__STRIPE__API_KEY"]
    assert get(playing, "/v1/account").status_code == 200
    assert get(playing, "/v1/account", headers={"Authorization": f"Bearer {key}"}).status_code == 200


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer "}, {"Authorization": "Token x"}, {"Authorization": "Basic !!"}]
)
def test_a_request_without_a_key_is_a_401(playing, get, header):
    answer = get(playing, "/v1/charges", headers={"X-Nothing": "1", **header})
    assert answer.status_code == 401
    assert answer.json()["error"]["message"].startswith("You did not provide an API key.")


def test_a_wrong_key_is_a_401_that_never_shows_the_key(playing, get):
    answer = get(playing, "/v1/charges", headers={"Authorization": "Bearer sk_live_abcdefghijkl1234"})
    error = answer.json()["error"]
    assert answer.status_code == 401
    assert error == {"message": "Invalid API Key provided: sk_live_************1234", "type": "invalid_request_error"}


def test_every_answer_has_its_own_request_id_and_the_version_asked_for(playing, get):
    sent = {"Authorization": f"Bearer {playing.env['SOURCES__STRIPE__API_KEY']}"}
    answers = [get(playing, "/v1/charges", headers={**sent, "Stripe-Version": "2025-03-31.basil"}) for _ in range(3)]
    assert {a.headers["Stripe-Version"] for a in answers} == {"2025-03-31.basil"}
    assert len({a.headers["Request-Id"] for a in answers}) == 3
    assert answers[0].headers["Content-Type"] == "application/json"
    assert "Date" in answers[0].headers
    assert get(playing, "/v1/charges", headers=sent).headers["Stripe-Version"] == stripe.api_version


def test_an_invalid_version_is_refused(playing, get):
    sent = {"Authorization": f"Bearer {playing.env['SOURCES__STRIPE__API_KEY']}", "Stripe-Version": "latest"}
    answer = get(playing, "/v1/charges", headers=sent)
    assert (answer.status_code, answer.json()["error"]["message"]) == (400, "Invalid Stripe API version: latest")


def test_the_account_is_the_same_for_a_world_that_grew_and_can_be_named(write_world, get):
    old = {"id": "ch_1", "created": 5}
    ids = []
    for charges, toml in (
        ([old], ""),
        ([old, {"id": "ch_0", "created": 9}], ""),
        ([old], '[stripe]\naccount = "acct_mine"'),
    ):
        with serving(write_world({"stripe/charges": charges}, toml)) as playing:
            ids.append(get(playing, "/v1/account").json()["id"])
    assert ids[0] == ids[1] != ids[2]
    assert ids[0].startswith("acct_1")
    assert ids[2] == "acct_mine"


def test_a_world_names_its_own_key(write_world, get):
    world = write_world({"stripe/charges": []}, '[stripe]\napi_key = "sk_test_mine"')
    with serving(world) as playing:
        assert playing.env["SOURCES__STRIPE__API_KEY"] == "sk_test_mine"
        assert get(playing, "/v1/charges").json()["data"] == []
        assert get(playing, "/v1/charges", headers={"Authorization": "Bearer sk_live_sandbox"}).status_code == 401


def test_beyond_the_account_limit_requests_get_stripes_429(write_world, get):
    world = write_world({"stripe/charges": []}, "[stripe]\nrequests_per_second = 0.001")
    with serving(world) as playing:
        answers = [get(playing, "/v1/charges"), get(playing, "/v1/refunds")]
    assert [a.status_code for a in answers] == [200, 429]
    assert answers[1].headers["Stripe-Rate-Limited-Reason"] == "global-rate"
    assert answers[1].json()["error"]["code"] == "rate_limit"


def test_a_limit_admits_again_once_its_window_has_passed():
    now = [0.0]
    limit = RollingLimit(2, 1, clock=lambda: now[0])
    assert [limit.take(), limit.take(), limit.take()] == [True, True, False]
    now[0] = 0.99
    assert not limit.take()
    now[0] = 1.0
    assert [limit.take(), limit.take(), limit.take()] == [True, True, False]


def test_an_endpoint_has_a_limit_of_its_own(write_world, get):
    world = write_world({"stripe/charges": []}, "[stripe]\nendpoint_requests_per_second = 0.001")
    with serving(world) as playing:
        assert [get(playing, "/v1/charges").status_code, get(playing, "/v1/refunds").status_code] == [200, 200]
        refused = get(playing, "/v1/charges")
    assert (refused.status_code, refused.headers["Stripe-Rate-Limited-Reason"]) == (429, "endpoint-rate")


def test_faults_strike_at_the_rate_and_in_the_order_of_their_seed(write_world, get):
    world = write_world({"stripe/charges": []}, "[stripe.faults]\nerror_rate = 0.5\nseed = 3")
    runs = []
    for _ in range(2):
        with serving(world) as playing:
            answers = [get(playing, "/v1/charges") for _ in range(30)]
        runs.append([a.status_code for a in answers])
        assert {a.json()["error"]["type"] for a in answers if a.status_code == 500} == {"api_error"}
    assert runs[0] == runs[1]
    assert 5 < runs[0].count(500) < 25

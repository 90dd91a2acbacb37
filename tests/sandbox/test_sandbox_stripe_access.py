import pytest

from connectors.sandbox.jsonl import WorldError
from connectors.sandbox.serving import serving

RESTRICTED = '[stripe]\naccount = "acct_own"\n[stripe.restricted]\nrk_live_abcdefgh1234 = ["charges", "events"]\n'
CONNECT = RESTRICTED + '[stripe.account_keys]\nsk_live_eu = "acct_eu"\n'


def with_key(key, **headers):
    return {"Authorization": f"Bearer {key}", **headers}


@pytest.fixture
def connect(write_world):
    world = write_world(
        {
            "stripe/charges": [{"id": "ch_own", "created": 1}],
            "stripe/accounts": [{"id": "acct_eu", "object": "account", "created": 3, "country": "DE"}],
            "stripe/accounts/acct_eu/charges": [{"id": "ch_eu", "created": 2}],
            "stripe/accounts/acct_jp/charges": [{"id": "ch_jp", "created": 2}],
        },
        CONNECT,
    )
    with serving(world) as playing:
        yield playing


@pytest.mark.parametrize(
    ("path", "permission"),
    [
        ("customers", "rak_customer_read"),
        ("payouts/po_1", "rak_payout_read"),
        ("invoices/in_1/lines", "rak_invoice_read"),
        ("subscription_items?subscription=sub_1", "rak_subscription_read"),
        ("prices", "rak_plan_read"),
        ("checkout/sessions", "rak_checkout_session_read"),
        ("account", "rak_accounts_kyc_basic_read"),
    ],
)
def test_a_restricted_key_is_told_the_permission_it_lacks(connect, get, path, permission):
    answer = get(connect, f"/v1/{path}", headers=with_key("rk_live_abcdefgh1234"))
    assert answer.status_code == 403
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert answer.json()["error"]["message"] == (
        "The provided key 'rk_live_********1234' does not have the required permissions for this endpoint on account "
        f"'acct_own'. Having the '{permission}' permission would allow this request to continue."
    )


@pytest.mark.parametrize("path", ["charges", "charges/ch_own", "events", "refunds"])
def test_a_restricted_key_reads_what_its_permissions_cover(connect, get, path):
    assert get(connect, f"/v1/{path}", headers=with_key("rk_live_abcdefgh1234")).status_code == 200


def test_a_restricted_key_of_an_unknown_list_and_a_key_of_an_unknown_account_are_refused(write_world):
    for toml, says in (
        ("[stripe.restricted]\nrk_1 = ['charge']", "reads 'charge', which is no list"),
        ("[stripe.account_keys]\nsk_2 = 'acct_x'", "opens 'acct_x', which is no connected account"),
    ):
        with pytest.raises(WorldError, match=says), serving(write_world({"stripe/charges": []}, toml)):
            pass


def test_the_account_header_and_an_accounts_own_key_open_its_books(connect, get):
    def charges(**headers):
        return [c["id"] for c in get(connect, "/v1/charges", headers=headers).json()["data"]]

    own = connect.env["SOURCES__STRIPE__API_KEY"]
    assert charges(**with_key(own)) == charges(**with_key(own, **{"Stripe-Account": "acct_own"})) == ["ch_own"]
    assert charges(**with_key(own, **{"Stripe-Account": "acct_eu"})) == ["ch_eu"]
    assert charges(**with_key("sk_live_eu")) == ["ch_eu"]
    accounts = {
        (key, header): get(connect, "/v1/account", headers=with_key(key, **header_of(header))).json()
        for key, header in ((own, ""), (own, "acct_eu"), ("sk_live_eu", ""), (own, "acct_jp"))
    }
    assert [a["id"] for a in accounts.values()] == ["acct_own", "acct_eu", "acct_eu", "acct_jp"]
    assert accounts[own, "acct_eu"]["country"] == "DE"


def header_of(account):
    return {"Stripe-Account": account} if account else {}


@pytest.mark.parametrize(("key", "account"), [("sk_live_sandbox", "acct_nobody"), ("sk_live_eu", "acct_jp")])
def test_an_account_the_key_does_not_open_is_stripes_403(connect, get, key, account):
    answer = get(connect, "/v1/charges", headers=with_key(key, **{"Stripe-Account": account}))
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "account_invalid")
    assert f"does not have access to account '{account}' (or that account" in answer.json()["error"]["message"]


def test_connected_accounts_are_listed_and_got_by_id(connect, get):
    assert [a["id"] for a in get(connect, "/v1/accounts").json()["data"]] == ["acct_eu"]
    assert get(connect, "/v1/accounts/acct_eu").json()["country"] == "DE"
    assert get(connect, "/v1/accounts/acct_own").json()["id"] == "acct_own"
    missing = get(connect, "/v1/accounts/acct_nobody")
    assert (missing.status_code, missing.json()["error"]["code"]) == (403, "account_invalid")


def test_each_account_changes_and_counts_on_its_own(connect, get):
    connect.stripe.account("acct_eu").create("customers", {"id": "cus_eu"})
    page = get(connect, "/v1/events", headers=with_key("sk_live_eu")).json()["data"]
    assert [(e["type"], e["account"]) for e in page] == [("customer.created", "acct_eu")]
    assert get(connect, "/v1/events").json()["data"] == []
    assert connect.stripe.state("customers") == {}
    assert connect.stripe.account("acct_eu").counters.requests == 1
    assert connect.stripe.counters.requests == 1


def test_each_account_has_a_budget_of_its_own(write_world, get):
    world = write_world(
        {"stripe/charges": [], "stripe/accounts/acct_eu/charges": []},
        '[stripe]\nrequests_per_second = 0.001\n[stripe.account_keys]\nsk_live_eu = "acct_eu"',
    )
    with serving(world) as playing:
        own = [get(playing, "/v1/charges").status_code for _ in range(2)]
        other = [get(playing, "/v1/charges", headers=with_key("sk_live_eu")).status_code for _ in range(2)]
    assert (own, other) == ([200, 429], [200, 429])


def test_a_misspelt_file_of_a_connected_account_is_said(write_world, caplog):
    from connectors.sandbox.world import load

    load(write_world({"stripe/accounts/acct_eu/charge": [{"id": "ch_1", "created": 1}]}))
    assert "charge.jsonl is not played" in caplog.text

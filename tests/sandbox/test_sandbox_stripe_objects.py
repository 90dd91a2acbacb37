import json

import pytest
import stripe

LISTS = (
    "disputes", "payouts", "coupons", "promotion_codes", "tax_rates", "checkout.sessions", "credit_notes",
    "invoice_items", "balance_transactions", "subscriptions", "customers",
)  # fmt: skip
KINDS = {"checkout.sessions": "checkout_sessions", "invoice_items": "invoiceitems"}


@pytest.fixture(scope="module")
def client(sales):
    return stripe.StripeClient(
        sales.env["SOURCES__STRIPE__API_KEY"], base_addresses={"api": f"{sales.url}/stripe"}, max_network_retries=0
    )


def service(client, name):
    found = client.v1
    for part in name.split("."):
        found = getattr(found, part)
    return found


@pytest.mark.parametrize("name", LISTS)
def test_the_official_sdk_pages_through_each_list_and_gets_each_object(client, sales, name):
    kind = KINDS.get(name, name)
    time = "date" if kind == "invoiceitems" else "created"
    listed = list(service(client, name).list({"limit": 7}).auto_paging_iter())
    truth = sales.stripe.state(kind)
    assert sorted(o.id for o in listed) == sorted(truth)
    assert len(truth) > (1 if kind != "tax_rates" else 0)
    times = [getattr(o, time) for o in listed]
    assert times == sorted(times, reverse=True)
    assert service(client, name).retrieve(listed[0].id).id == listed[0].id
    middle = times[len(times) // 2]
    since = service(client, name).list({"limit": 100, "created": {"gte": middle}}).auto_paging_iter()
    assert sum(1 for _ in since) == sum(t >= middle for t in times)


@pytest.mark.parametrize(
    ("path", "kind", "field"),
    [
        ("disputes", "disputes", "charge"),
        ("disputes", "disputes", "payment_intent"),
        ("payouts", "payouts", "destination"),
        ("payouts", "payouts", "status"),
        ("promotion_codes", "promotion_codes", "code"),
        ("checkout/sessions", "checkout_sessions", "customer"),
        ("checkout/sessions", "checkout_sessions", "payment_intent"),
        ("checkout/sessions", "checkout_sessions", "status"),
        ("credit_notes", "credit_notes", "invoice"),
        ("credit_notes", "credit_notes", "customer"),
        ("invoiceitems", "invoiceitems", "customer"),
    ],
)
def test_each_list_filters_by_what_its_objects_hold(sales, get, path, kind, field):
    truth = sales.stripe.state(kind)
    value = next(iter(truth.values()))[field]
    found, after = [], ""
    while True:
        page = get(sales, f"/v1/{path}?limit=100&{field}={value}{after}").json()
        found += [o["id"] for o in page["data"]]
        if not page["has_more"]:
            break
        after = f"&starting_after={found[-1]}"
    assert sorted(found) == sorted(id_ for id_, o in truth.items() if o[field] == value)


def test_filters_that_look_deeper_than_a_field(sales, get):
    def ids(path):
        return {o["id"] for o in get(sales, f"/v1/{path}&limit=100").json()["data"]}

    items = sales.stripe.state("invoiceitems")
    assert ids("invoiceitems?pending=true") == {id_ for id_, o in items.items() if o["invoice"] is None} != set(items)
    session = next(iter(sales.stripe.state("checkout_sessions").values()))
    assert session["id"] in ids(f"checkout/sessions?customer_details[email]={session['customer_details']['email']}")
    assert not ids("checkout/sessions?customer_details[email]=nobody@example.com")
    assert ids("promotion_codes?coupon=coupon2&active=true") == {"promo_1Shape2"}
    assert ids("tax_rates?inclusive=true") == set()
    arrival = next(iter(sales.stripe.state("payouts").values()))["arrival_date"]
    assert ids(f"payouts?arrival_date[gte]={arrival}&arrival_date[lt]={arrival + 1}")
    assert get(sales, "/v1/checkout/sessions?status=done").json()["error"]["param"] == "status"
    assert get(sales, "/v1/disputes?charge=ch_nobody").json()["error"]["message"] == "No such charge: 'ch_nobody'"


def test_transactions_of_a_payout_are_found_though_they_do_not_name_it(sales, get):
    payout = get(sales, "/v1/payouts").json()["data"][0]
    found = get(sales, f"/v1/balance_transactions?payout={payout['id']}&limit=100").json()["data"]
    assert sum(t["net"] for t in found) == 0
    assert sum(t["net"] for t in found if t["type"] != "payout") == payout["amount"]
    assert all("payout" not in t for t in found)
    assert all("payout" not in t for t in sales.stripe.state("balance_transactions").values())


@pytest.mark.parametrize(
    ("kind", "path", "key"),
    [
        ("invoices", "invoices/{}/lines", "lines"),
        ("credit_notes", "credit_notes/{}/lines", "lines"),
        ("checkout_sessions", "checkout/sessions/{}/line_items", "line_items"),
        ("subscriptions", "subscription_items?subscription={}", "items"),
    ],
)
def test_a_nested_list_shows_ten_and_is_paged_in_full_at_its_own_address(sales, get, kind, path, key):
    whole = max(sales.stripe.state(kind).values(), key=lambda o: len(o[key]["data"]))
    ids = [entry["id"] for entry in whole[key]["data"]]
    assert len(ids) > 10
    address = kind.replace("_", "/") if kind == "checkout_sessions" else kind
    shown = get(sales, f"/v1/{address}/{whole['id']}").json()
    if kind == "checkout_sessions":
        assert key not in shown
        shown = get(sales, f"/v1/{address}/{whole['id']}?expand[]=line_items").json()
    assert ([e["id"] for e in shown[key]["data"]], shown[key]["has_more"]) == (ids[:10], True)
    paged, after = [], ""
    while True:
        joint = "&" if "?" in path else "?"
        page = get(sales, f"/v1/{path.format(whole['id'])}{joint}limit=4{after}").json()
        paged += [entry["id"] for entry in page["data"]]
        if not page["has_more"]:
            break
        after = f"&starting_after={paged[-1]}"
    assert paged == ids


def test_line_items_are_in_a_list_of_sessions_only_when_expanded(sales, get):
    plain = get(sales, "/v1/checkout/sessions").json()["data"]
    assert plain
    assert all("line_items" not in session for session in plain)
    path = "/v1/checkout/sessions?expand[]=data.line_items.data.price.product&expand[]=data.customer"
    for session in get(sales, path).json()["data"]:
        assert session["customer"]["object"] == "customer"
        assert session["line_items"]["data"][0]["price"]["product"]["object"] == "product"
        assert len(session["line_items"]["data"]) <= 10


def test_one_subscription_item_is_got_by_its_id(sales, get):
    subscription = max(sales.stripe.state("subscriptions").values(), key=lambda o: len(o["items"]["data"]))
    last = subscription["items"]["data"][-1]
    assert get(sales, f"/v1/subscription_items/{last['id']}").json() == last
    missing = get(sales, "/v1/subscription_items/si_nobody")
    assert (missing.status_code, missing.json()["error"]["param"]) == (404, "item")


def test_sources_of_transactions_may_be_disputes_and_payouts(sales, get):
    for type_, kind in (("adjustment", "dispute"), ("payout", "payout")):
        path = f"/v1/balance_transactions?type={type_}&limit=1&expand[]=data.source"
        assert get(sales, path).json()["data"][0]["source"]["object"] == kind


@pytest.mark.parametrize(
    ("path", "noun", "param"),
    [
        ("disputes", "dispute", "dispute"),
        ("checkout/sessions", "checkout.session", "session"),
        ("credit_notes", "credit note", "id"),
        ("invoiceitems", "invoiceitem", "invoiceitem"),
        ("coupons", "coupon", "coupon"),
    ],
)
def test_an_unknown_id_is_a_404_that_names_the_object_as_stripe_does(sales, get, path, noun, param):
    answer = get(sales, f"/v1/{path}/nobody")
    assert answer.status_code == 404
    assert (answer.json()["error"]["message"], answer.json()["error"]["param"]) == (f"No such {noun}: 'nobody'", param)


def test_an_invoice_item_of_a_file_needs_its_date(write_world):
    from connectors.sandbox.jsonl import WorldError
    from connectors.sandbox.world import load

    with pytest.raises(WorldError, match=r"invoiceitems\.jsonl, line 1: `date` is None"):
        load(write_world({"stripe/invoiceitems": [{"id": "ii_1", "created": 5}]}))
    with pytest.raises(WorldError, match="milliseconds"):
        load(write_world({"stripe/invoiceitems": [json.dumps({"id": "ii_1", "date": 1_780_000_000_000})]}))

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime

import pytest
import requests

NOW = 1_780_000_000


def event_types(playing, get, query=""):
    return sorted(e["type"] for e in get(playing, f"/v1/events?limit=100{query}").json()["data"])


def charge(id_, **more):
    return {"id": id_, "object": "charge", "created": NOW - 100, "amount": 500, "amount_refunded": 0, **more}


def test_a_created_object_is_listed_got_and_told(play, get):
    playing = play()
    made = playing.stripe.create("customers", {"id": "cus_1", "email": "a@example.com"})
    assert made == {"object": "customer", "created": NOW, "id": "cus_1", "email": "a@example.com"}
    assert get(playing, "/v1/customers").json()["data"] == [made]
    assert get(playing, "/v1/customers?email=a@example.com").json()["data"] == [made]
    event = get(playing, "/v1/events").json()["data"][0]
    assert (event["type"], event["data"], event["created"]) == ("customer.created", {"object": made}, NOW)
    assert playing.stripe.state("customers") == {"cus_1": made}


def test_an_update_changes_the_object_its_filters_and_tells_what_it_was(play, get):
    playing = play(
        {"customers": [{"id": "cus_1", "created": 5, "email": "old@example.com", "address": {"a": 1, "b": 2}}]}
    )
    assert get(playing, "/v1/customers?email=old@example.com").json()["data"]
    playing.stripe.update("customers", "cus_1", email="new@example.com", address={"a": 1, "b": 3}, phone="1")
    assert get(playing, "/v1/customers?email=old@example.com").json()["data"] == []
    assert get(playing, "/v1/customers?email=new@example.com").json()["data"][0]["phone"] == "1"
    data = get(playing, "/v1/events").json()["data"][0]["data"]
    assert data["previous_attributes"] == {"email": "old@example.com", "address": {"b": 2}, "phone": None}
    assert data["object"]["email"] == "new@example.com"


@pytest.mark.parametrize(
    ("kind", "before", "fields", "types"),
    [
        ("charges", {}, {"amount_refunded": 200}, ["charge.refunded"]),
        ("charges", {"captured": False}, {"captured": True}, ["charge.captured"]),
        ("charges", {}, {"description": "x"}, ["charge.updated"]),
        (
            "invoices",
            {"status": "open"},
            {"status": "paid"},
            ["invoice.paid", "invoice.payment_succeeded", "invoice.updated"],
        ),
        ("subscriptions", {"status": "active"}, {"status": "canceled"}, ["customer.subscription.deleted"]),
        ("payment_intents", {"status": "processing"}, {"status": "succeeded"}, ["payment_intent.succeeded"]),
        ("payment_intents", {"status": "processing"}, {"description": "x"}, []),
        ("disputes", {"status": "new"}, {"status": "lost"}, ["charge.dispute.closed", "charge.dispute.updated"]),
        ("checkout_sessions", {"status": "open"}, {"status": "complete"}, ["checkout.session.completed"]),
        ("balance_transactions", {"status": "pending"}, {"status": "available"}, []),
    ],
)  # fmt: skip
def test_a_change_writes_the_events_stripe_writes_and_no_others(play, get, kind, before, fields, types):
    playing = play({kind: [{"id": "x_1", "created": NOW - 5, **before}]})
    playing.stripe.update(kind, "x_1", **fields)
    assert event_types(playing, get) == types


@pytest.mark.parametrize(
    ("kind", "obj", "types"),
    [
        ("charges", {"status": "failed"}, ["charge.failed"]),
        ("checkout_sessions", {"status": "open"}, []),
        ("balance_transactions", {}, []),
        ("subscriptions", {"status": "active"}, ["customer.subscription.created"]),
        ("invoiceitems", {}, ["invoiceitem.created"]),
    ],
)
def test_a_creation_writes_the_events_stripe_writes_and_no_others(play, get, kind, obj, types):
    playing = play()
    playing.stripe.create(kind, {"id": "x_1", **obj})
    assert event_types(playing, get) == types


def test_a_caller_may_name_another_event_or_none(play, get):
    playing = play({"charges": [charge("ch_1")]})
    playing.stripe.update("charges", "ch_1", event="charge.expired", description="x")
    playing.stripe.update("charges", "ch_1", event="", description="y")
    assert event_types(playing, get) == ["charge.expired"]
    playing.stripe.emit("customer.discount.deleted", {"id": "di_1", "object": "discount"}, {"end": None})
    assert event_types(playing, get, "&type=customer.discount.*") == ["customer.discount.deleted"]


@pytest.mark.parametrize("kind", ["customers", "coupons", "invoices", "invoiceitems", "prices", "products"])
def test_a_deleted_object_leaves_its_list_a_tombstone_and_an_event(play, get, kind):
    playing = play({kind: [{"id": "x_1", "created": 5, "date": 5}, {"id": "x_2", "created": 6, "date": 6}]})
    playing.stripe.delete(kind, "x_1")
    assert [o["id"] for o in get(playing, f"/v1/{kind}").json()["data"]] == ["x_2"]
    kind_of = {"invoiceitems": "invoiceitem"}.get(kind, kind[:-1])
    answer = get(playing, f"/v1/{kind}/x_1")
    assert (answer.status_code, answer.json()) == (200, {"id": "x_1", "object": kind_of, "deleted": True})
    event = get(playing, "/v1/events").json()["data"][0]
    assert (event["type"], event["data"]["object"]["id"]) == (f"{kind_of}.deleted", "x_1")
    assert (set(playing.stripe.state(kind)), playing.stripe.deleted(kind)) == ({"x_2"}, {"x_1": NOW})


def test_deleting_a_customer_ends_its_subscriptions_and_deleting_one_of_those_cancels_it(play, get):
    subscriptions = [
        {"id": f"sub_{n}", "object": "subscription", "created": 5, "customer": "cus_1", "status": status}
        for n, status in enumerate(["active", "past_due", "incomplete_expired"])
    ]
    playing = play({"customers": [{"id": "cus_1", "created": 5}], "subscriptions": subscriptions})
    playing.stripe.delete("subscriptions", "sub_0")
    assert get(playing, "/v1/subscriptions/sub_0").json()["status"] == "canceled"
    playing.stripe.delete("customers", "cus_1")
    assert [s["status"] for s in playing.stripe.state("subscriptions").values()] == [
        "canceled", "canceled", "incomplete_expired",
    ]  # fmt: skip
    assert event_types(playing, get) == ["customer.deleted", *["customer.subscription.deleted"] * 2]


def test_what_stripe_cannot_do_is_refused_in_a_sentence(play):
    stripe = play({"charges": [charge("ch_1")]}).stripe
    for refused, says in (
        (lambda: stripe.delete("charges", "ch_1"), "Stripe deletes no charges; it deletes customers"),
        (lambda: stripe.update("charges", "ch_2", amount=1), "there is no charge 'ch_2'"),
        (lambda: stripe.update("charges", "ch_1", id="ch_9"), "an object keeps its id"),
        (lambda: stripe.update("charges", "ch_1", created=1), "an object keeps its created"),
        (lambda: stripe.create("charges", {"id": "ch_1"}), "'ch_1' is there already"),
        (lambda: stripe.create("charges", {"amount": 1}), "needs an id"),
        (lambda: stripe.state("charge"), "no list 'charge' is played"),
        (lambda: stripe.account("acct_x"), "no account 'acct_x' is played"),
    ):
        with pytest.raises((ValueError, LookupError)) as error:
            refused()
        assert says in str(error.value)


def test_a_parent_keeps_all_its_children_through_updates(play, get):
    def lines(count):
        return {"object": "list", "data": [{"id": f"il_{n}"} for n in range(count)], "has_more": False}

    playing = play({"invoices": [{"id": "in_1", "created": 5, "lines": lines(14)}]})
    playing.stripe.update("invoices", "in_1", status="paid")
    assert len(playing.stripe.state("invoices")["in_1"]["lines"]["data"]) == 14
    shown = get(playing, "/v1/invoices/in_1").json()["lines"]
    assert (len(shown["data"]), shown["has_more"]) == (10, True)
    in_event = get(playing, "/v1/events").json()["data"][0]["data"]["object"]["lines"]
    assert (len(in_event["data"]), in_event["has_more"]) == (10, True)
    playing.stripe.update("invoices", "in_1", lines=lines(3))
    assert len(get(playing, "/v1/invoices/in_1/lines").json()["data"]) == 3
    assert get(playing, "/v1/invoices/in_1").json()["lines"]["has_more"] is False


def test_a_cursor_that_names_a_deleted_object_pages_on_or_is_refused(play, get):
    customers = [{"id": f"cus_{n}", "created": 100 + n} for n in range(6)]
    for setting in ("continue", "refuse"):
        playing = play({"customers": customers}, deleted_cursor=setting)
        playing.stripe.delete("customers", "cus_3")
        answer = get(playing, "/v1/customers?starting_after=cus_3&limit=2")
        if setting == "continue":
            assert [c["id"] for c in answer.json()["data"]] == ["cus_2", "cus_1"]
        else:
            assert (answer.status_code, answer.json()["error"]["code"]) == (400, "resource_missing")
        assert get(playing, "/v1/customers?starting_after=cus_9").status_code == 400


def test_the_clock_moves_the_date_header_and_what_is_created(play, get):
    playing = play()

    def date():
        return parsedate_to_datetime(get(playing, "/v1/customers").headers["Date"]).timestamp()

    assert date() == NOW
    playing.stripe.clock.advance(40 * 86_400)
    assert date() == NOW + 40 * 86_400
    assert playing.stripe.create("customers", {"id": "cus_1"})["created"] == NOW + 40 * 86_400
    playing.stripe.clock.set(NOW)
    playing.stripe.clock.run()
    assert NOW <= date() < NOW + 3_600
    hubspot = requests.get(f"{playing.url}/hubspot/crm/v3/objects/contacts", timeout=10).headers["Date"]
    assert parsedate_to_datetime(hubspot).timestamp() < NOW + 3_600


def test_a_watcher_changes_the_world_in_the_middle_of_a_scan(play, get):
    playing = play({"customers": [{"id": f"cus_{n}", "created": 100 + n} for n in range(6)]})
    seen = []

    def after_the_first_page(address):
        seen.append(address)
        if len(seen) == 2:
            playing.stripe.delete("customers", "cus_1")

    with playing.stripe.watching(after_the_first_page):
        get(playing, "/v1/customers?limit=3")
        rest = get(playing, "/v1/customers?limit=3&starting_after=cus_3").json()
    get(playing, "/v1/customers")
    assert [c["id"] for c in rest["data"]] == ["cus_2", "cus_0"]
    assert seen == ["/v1/customers?limit=3", "/v1/customers?limit=3&starting_after=cus_3"]


def test_readers_see_whole_objects_while_others_write(play, get):
    playing = play({"charges": [charge(f"ch_{n}", status="succeeded") for n in range(200)]})
    stop = threading.Event()

    def write():
        for n in itertools.count():
            if stop.is_set():
                return
            playing.stripe.update("charges", f"ch_{n % 200}", amount=n, note=n, event="")
            playing.stripe.create("charges", {"id": f"ch_new{n}", "amount": 1, "note": 1}, event="")

    with ThreadPoolExecutor() as pool:
        writing = pool.submit(write)
        try:
            for _ in range(40):
                page = get(playing, "/v1/charges?limit=100").json()["data"]
                assert len({c["id"] for c in page}) == 100
                assert all(c["amount"] == c.get("note", c["amount"]) for c in page)
        finally:
            stop.set()
        writing.result()

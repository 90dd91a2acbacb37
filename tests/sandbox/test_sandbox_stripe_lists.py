import json
from pathlib import Path

import pytest

from connectors.sandbox.serving import serving


def stored(folder: Path, name: str) -> list[dict]:
    return [json.loads(line) for line in (folder / "stripe" / f"{name}.jsonl").read_text().splitlines()]


LISTS = (
    "customers", "payment_intents", "charges", "refunds", "balance_transactions", "invoices", "invoice_payments",
    "prices", "products",
)  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_the_official_sdk_pages_through_every_object_newest_first(sdk, generated, name):
    seen = [(o.created, o.id) for o in getattr(sdk.v1, name).list({"limit": 100}).auto_paging_iter()]
    assert [created for created, _ in seen] == sorted((created for created, _ in seen), reverse=True)
    assert sorted(id_ for _, id_ in seen) == sorted(o["id"] for o in stored(generated, name))


def test_an_object_is_answered_as_it_stands_in_its_file(sdk, generated):
    charge = stored(generated, "charges")[5]
    assert json.loads(json.dumps(sdk.v1.charges.retrieve(charge["id"]).to_dict())) == charge


def test_objects_of_one_second_come_in_reverse_file_order_and_pages_cut_between_them(write_world, get):
    world = write_world({"stripe/charges": [{"id": f"ch_{n}", "object": "charge", "created": 100} for n in range(7)]})
    with serving(world) as playing:
        first = get(playing, "/v1/charges?limit=3").json()
        second = get(playing, "/v1/charges?limit=3&starting_after=ch_4").json()
        last = get(playing, "/v1/charges?limit=3&starting_after=ch_1").json()
    assert [c["id"] for c in first["data"]] == ["ch_6", "ch_5", "ch_4"]
    assert [c["id"] for c in second["data"]] == ["ch_3", "ch_2", "ch_1"]
    assert ([c["id"] for c in last["data"]], last["has_more"]) == (["ch_0"], False)
    assert (first["object"], first["url"], first["has_more"]) == ("list", "/v1/charges", True)


def test_an_exactly_full_last_page_says_there_is_no_more(write_world, get):
    world = write_world({"stripe/charges": [{"id": f"ch_{n}", "created": n, "customer": "cus_1"} for n in range(4)]})
    with serving(world) as playing:
        for query in ("limit=4", "limit=2&starting_after=ch_2", "limit=2&ending_before=ch_1", "limit=4&customer=cus_1"):
            page = get(playing, f"/v1/charges?{query}").json()
            assert (len(page["data"]), page["has_more"]) == (4 if "limit=4" in query else 2, False), query
        assert get(playing, "/v1/charges?limit=3&customer=cus_1").json()["has_more"] is True


def test_ending_before_gives_the_page_just_above_the_cursor_newest_first(write_world, get):
    world = write_world({"stripe/charges": [{"id": f"ch_{n}", "created": 100 + n} for n in range(6)]})
    with serving(world) as playing:
        page = get(playing, "/v1/charges?limit=2&ending_before=ch_1").json()
        top = get(playing, "/v1/charges?limit=5&ending_before=ch_4").json()
    assert ([c["id"] for c in page["data"]], page["has_more"]) == (["ch_3", "ch_2"], True)
    assert ([c["id"] for c in top["data"]], top["has_more"]) == (["ch_5"], False)


def test_a_page_holds_ten_objects_unless_a_limit_is_sent(sdk):
    page = sdk.v1.charges.list()
    assert (len(page.data), page.has_more) == (10, True)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("created[gte]=102", [104, 103, 102]),
        ("created[gt]=102", [104, 103]),
        ("created[lt]=102", [101, 100]),
        ("created[lte]=102&created[gt]=100", [102, 101]),
        ("created=103", [103]),
        ("created[gte]=104&created[lt]=104", []),
    ],
)
def test_created_bounds_are_exact_at_both_ends(write_world, get, query, expected):
    world = write_world({"stripe/refunds": [{"id": f"re_{n}", "created": 100 + n} for n in range(5)]})
    with serving(world) as playing:
        assert [r["created"] for r in get(playing, f"/v1/refunds?{query}").json()["data"]] == expected


def test_a_filter_finds_the_objects_of_one_customer_across_pages(sdk, generated):
    charges = stored(generated, "charges")
    customer = max(
        (c["customer"] for c in charges if c["customer"]), key=lambda id_: sum(c["customer"] == id_ for c in charges)
    )
    expected = {c["id"] for c in charges if c["customer"] == customer}
    found = [c.id for c in sdk.v1.charges.list({"customer": customer, "limit": 2}).auto_paging_iter()]
    assert len(expected) > 2
    assert (len(found), set(found)) == (len(expected), expected)


def test_two_filters_and_a_date_narrow_together(sdk, generated):
    invoices = [i for i in stored(generated, "invoices") if i["status"] == "paid"]
    middle = sorted(i["created"] for i in invoices)[len(invoices) // 2]
    expected = {
        i["id"] for i in invoices if i["collection_method"] == "charge_automatically" and i["created"] >= middle
    }
    asked = {"status": "paid", "collection_method": "charge_automatically", "created": {"gte": middle}, "limit": 100}
    assert {i.id for i in sdk.v1.invoices.list(asked).auto_paging_iter()} == expected


def test_invoices_of_a_subscription_are_found_in_the_current_shape(sdk, generated):
    invoice = next(i for i in stored(generated, "invoices") if i["parent"])
    subscription = invoice["parent"]["subscription_details"]["subscription"]
    found = sdk.v1.invoices.list({"subscription": subscription, "limit": 100}).data
    assert invoice["id"] in {i.id for i in found}
    assert {i.parent.subscription_details.subscription for i in found} == {subscription}


def test_canceled_subscriptions_are_left_out_unless_a_status_is_asked(sdk, generated):
    by_status: dict[str, set[str]] = {}
    for item in stored(generated, "subscriptions"):
        by_status.setdefault(item["status"], set()).add(item["id"])

    def listed(**more: str) -> set[str]:
        return {s.id for s in sdk.v1.subscriptions.list({"limit": 100, **more}).auto_paging_iter()}

    everything = set().union(*by_status.values())
    assert by_status["canceled"]
    assert listed() == everything - by_status["canceled"]
    assert listed(status="all") == everything
    assert listed(status="canceled") == by_status["canceled"]
    assert listed(status="ended") == by_status["canceled"] | by_status.get("incomplete_expired", set())


def test_subscription_periods_and_prices_filter_by_the_item(sdk, generated):
    first = stored(generated, "subscriptions")[0]
    item = first["items"]["data"][0]
    asked = {"status": "all", "price": item["price"]["id"], "limit": 100}
    asked["current_period_end"] = {"gte": item["current_period_end"], "lte": item["current_period_end"]}
    assert first["id"] in {s.id for s in sdk.v1.subscriptions.list(asked).data}
    asked["current_period_end"] = {"gt": item["current_period_end"], "lt": item["current_period_end"] + 2}
    assert first["id"] not in {s.id for s in sdk.v1.subscriptions.list(asked).data}


def test_invoice_payments_lead_from_an_invoice_to_its_intent_and_back(sdk, generated):
    payment = stored(generated, "invoice_payments")[0]
    intent = payment["payment"]["payment_intent"]
    by_invoice = sdk.v1.invoice_payments.list({"invoice": payment["invoice"]}).data
    by_intent = sdk.v1.invoice_payments.list({"payment": {"type": "payment_intent", "payment_intent": intent}}).data
    assert [p.id for p in by_invoice] == [p.id for p in by_intent] == [payment["id"]]


def test_prices_filter_by_currency_interval_and_lookup_key(sdk):
    euro = sdk.v1.prices.list({"currency": "eur", "recurring": {"interval": "year"}}).data
    assert {(p.currency, p.recurring.interval) for p in euro} == {("eur", "year")}
    asked = sdk.v1.prices.list({"lookup_keys": ["pro_month_usd", "team_year_jpy"], "active": True}).data
    assert sorted(p.lookup_key for p in asked) == ["pro_month_usd", "team_year_jpy"]


def test_a_customers_email_filter_is_case_sensitive(write_world, get):
    world = write_world({"stripe/customers": [{"id": "cus_1", "created": 1, "email": "Jane@example.com"}]})
    with serving(world) as playing:
        assert get(playing, "/v1/customers?email=Jane@example.com").json()["data"]
        assert not get(playing, "/v1/customers?email=jane@example.com").json()["data"]


def test_an_invoice_shows_ten_lines_and_its_lines_are_paged_in_full(sdk, generated):
    whole = max(stored(generated, "invoices"), key=lambda i: len(i["lines"]["data"]))
    ids = [line["id"] for line in whole["lines"]["data"]]
    assert len(ids) > 10
    shown = sdk.v1.invoices.retrieve(whole["id"]).lines
    assert ([line.id for line in shown.data], shown.has_more, shown.url) == (
        ids[:10],
        True,
        f"/v1/invoices/{whole['id']}/lines",
    )
    paged = sdk.v1.invoices.line_items.list(whole["id"], {"limit": 4})
    assert [line.id for line in paged.auto_paging_iter()] == ids


def test_a_subscription_shows_ten_items_and_its_items_are_paged_in_full(write_world, get):
    items = [{"id": f"si_{n}", "object": "subscription_item"} for n in range(12)]
    sub = {
        "id": "sub_1",
        "created": 1,
        "status": "active",
        "items": {"object": "list", "data": items, "has_more": False},
    }
    with serving(write_world({"stripe/subscriptions": [sub]})) as playing:
        shown = get(playing, "/v1/subscriptions/sub_1").json()["items"]
        rest = get(playing, "/v1/subscription_items?subscription=sub_1&starting_after=si_9").json()
        before = get(playing, "/v1/subscription_items?subscription=sub_1&ending_before=si_9&limit=2").json()
    assert (len(shown["data"]), shown["has_more"]) == (10, True)
    assert ([i["id"] for i in rest["data"]], rest["has_more"]) == (["si_10", "si_11"], False)
    assert ([i["id"] for i in before["data"]], before["has_more"]) == (["si_7", "si_8"], True)

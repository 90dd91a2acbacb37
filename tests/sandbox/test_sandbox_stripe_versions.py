import pytest

BASIL, ACACIA = "2025-03-31.basil", "2025-02-24.acacia"
PRICE = {
    "id": "price_1", "object": "price", "created": 1, "currency": "usd", "product": "prod_1", "unit_amount": 900,
    "unit_amount_decimal": "900", "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"},
}  # fmt: skip
LINE = {
    "id": "il_1", "object": "line_item", "amount": 900, "currency": "usd",
    "parent": {
        "type": "subscription_item_details", "invoice_item_details": None,
        "subscription_item_details": {
            "subscription": "sub_1", "subscription_item": "si_1", "proration": True, "invoice_item": None,
            "proration_details": {"credited_items": None},
        },
    },
    "pricing": {"type": "price_details", "price_details": {"price": "price_1", "product": "prod_1"},
                "unit_amount_decimal": "900"},
    "taxes": [{"amount": 90, "tax_behavior": "inclusive", "tax_rate_details": {"tax_rate": "txr_1"},
               "taxability_reason": "standard_rated", "taxable_amount": 810}],
}  # fmt: skip


def invoice(id_, lines=(), **more):
    return {
        "id": id_, "object": "invoice", "created": 50, "status": "paid", "amount_due": 900,
        "parent": {"type": "subscription_details", "quote_details": None,
                   "subscription_details": {"subscription": "sub_1", "metadata": {"a": "b"}}},
        "lines": {"object": "list", "data": list(lines), "has_more": False},
        "total_taxes": [{"amount": 90, "tax_behavior": "exclusive", "taxable_amount": 810}], **more,
    }  # fmt: skip


def payment(id_, invoice_id, status="paid", **by):
    return {
        "id": id_,
        "object": "invoice_payment",
        "created": 60,
        "invoice": invoice_id,
        "status": status,
        "payment": by,
    }


@pytest.fixture
def world(play):
    item = {"id": "si_1", "object": "subscription_item", "current_period_start": 10, "current_period_end": 20}
    return play(
        {
            "prices": [PRICE],
            "invoices": [
                invoice("in_1", [LINE] + [{**LINE, "id": f"il_{n}"} for n in range(2, 14)]),
                invoice("in_bank"),
                invoice("in_open", status="open"),
                invoice("in_retried"),
                invoice("in_charged"),
            ],
            "invoice_payments": [
                payment("inpay_1", "in_1", payment_intent="pi_1"),
                payment("inpay_2", "in_retried", status="paid", payment_intent="pi_good"),
                payment("inpay_3", "in_retried", status="canceled", payment_intent="pi_bad"),
                payment("inpay_4", "in_charged", charge="ch_direct"),
            ],
            "payment_intents": [
                {"id": "pi_1", "object": "payment_intent", "created": 50, "latest_charge": "ch_1"},
                {"id": "pi_good", "object": "payment_intent", "created": 50, "latest_charge": "ch_good"},
                {"id": "pi_alone", "object": "payment_intent", "created": 50, "latest_charge": None},
            ],
            "charges": [
                {"id": "ch_1", "object": "charge", "created": 50, "payment_intent": "pi_1"},
                {"id": "ch_direct", "object": "charge", "created": 50, "payment_intent": None},
                {"id": "ch_alone", "object": "charge", "created": 50, "payment_intent": "pi_alone"},
            ],
            "subscriptions": [
                {"id": "sub_1", "object": "subscription", "created": 5, "status": "active",
                 "items": {"object": "list", "data": [item], "has_more": False}},
            ],
            "invoiceitems": [
                {"id": "ii_1", "object": "invoiceitem", "date": 5, "pricing": LINE["pricing"], "currency": "usd",
                 "parent": {"type": "subscription_details", "subscription_details": {"subscription": "sub_1"}}},
            ],
            "credit_notes": [
                {"id": "cn_1", "object": "credit_note", "created": 5, "refunds": [{"refund": "re_1"}],
                 "total_taxes": [], "lines": {"data": [{"id": "cnli_1", "taxes": LINE["taxes"]}]}},
            ],
            "coupons": [{"id": "c1", "object": "coupon", "created": 1, "percent_off": 5}],
            "promotion_codes": [
                {"id": "promo_1", "object": "promotion_code", "created": 5,
                 "promotion": {"type": "coupon", "coupon": "c1"}},
            ],
            "customers": [
                {"id": "cus_1", "object": "customer", "created": 5,
                 "discount": {"id": "di_1", "object": "discount", "source": {"type": "coupon", "coupon": "c1"}}},
            ],
        }
    )  # fmt: skip


@pytest.fixture
def ask(world, get):
    def ask(path, version):
        key = world.env["SOURCES__STRIPE__API_KEY"]
        answer = get(world, f"/v1/{path}", headers={"Authorization": f"Bearer {key}", "Stripe-Version": version})
        assert answer.headers["Stripe-Version"] == version
        return answer.json()

    return ask


def test_since_basil_objects_are_as_they_stand_in_the_world(world, ask):
    assert ask("charges/ch_1", BASIL) == world.stripe.state("charges")["ch_1"]
    assert "payment_intent" not in ask("invoices/in_1", BASIL)
    assert ask("subscriptions/sub_1", BASIL) == world.stripe.state("subscriptions")["sub_1"]


@pytest.mark.parametrize(
    ("id_", "charge", "intent", "out_of_band"),
    [
        ("in_1", "ch_1", "pi_1", False),
        ("in_bank", None, None, True),
        ("in_open", None, None, False),
        ("in_retried", "ch_good", "pi_good", False),
        ("in_charged", "ch_direct", None, False),
    ],
)
def test_before_basil_an_invoice_names_its_payment_and_its_subscription(ask, id_, charge, intent, out_of_band):
    old = ask(f"invoices/{id_}", ACACIA)
    assert (old["charge"], old["payment_intent"], old["paid_out_of_band"]) == (charge, intent, out_of_band)
    assert old["paid"] is (old["status"] == "paid")
    assert (old["subscription"], old["subscription_details"]) == ("sub_1", {"metadata": {"a": "b"}})
    assert (old["tax"], old["total_tax_amounts"][0]["inclusive"]) == (90, False)
    assert not {"parent", "total_taxes", "payments"} & set(old)
    assert old in ask("invoices?limit=100", ACACIA)["data"]


@pytest.mark.parametrize("path", ["invoices/in_1", "invoices/in_1/lines", "invoices"])
def test_before_basil_a_line_holds_its_price_wherever_it_is_met(ask, path):
    found = ask(path, ACACIA)
    if path == "invoices":
        found = next(i for i in found["data"] if i["id"] == "in_1")
    line = found.get("lines", found)["data"][0]
    assert line["price"] == PRICE
    assert (line["plan"]["amount"], line["plan"]["interval"]) == (900, "month")
    assert (line["type"], line["subscription"], line["subscription_item"]) == ("subscription", "sub_1", "si_1")
    assert (line["proration"], line["tax_amounts"][0]["tax_rate"]) == (True, "txr_1")
    assert not {"parent", "pricing", "taxes"} & set(line)


def test_before_basil_charges_and_intents_name_their_invoice(ask):
    found = {c["id"]: c["invoice"] for c in ask("charges", ACACIA)["data"]}
    assert found == {"ch_1": "in_1", "ch_direct": "in_charged", "ch_alone": None}
    assert ask("payment_intents/pi_1", ACACIA)["invoice"] == "in_1"
    assert ask("payment_intents/pi_alone", ACACIA)["invoice"] is None


def test_before_basil_the_period_stands_on_the_subscription(ask):
    old = ask("subscriptions", ACACIA)["data"][0]
    assert (old["current_period_start"], old["current_period_end"]) == (10, 20)
    assert old["items"]["data"] == [{"id": "si_1", "object": "subscription_item"}]
    assert ask("subscription_items?subscription=sub_1", ACACIA)["data"] == old["items"]["data"]
    assert ask("subscription_items/si_1", ACACIA) == old["items"]["data"][0]


def test_before_basil_invoice_items_and_credit_notes_are_older_too(ask):
    item = ask("invoiceitems/ii_1", ACACIA)
    assert (item["price"], item["unit_amount"], item["subscription"]) == (PRICE, 900, "sub_1")
    note = ask("credit_notes/cn_1", ACACIA)
    assert (note["refund"], note["tax_amounts"]) == ("re_1", [])
    assert note["lines"]["data"][0]["tax_amounts"][0]["amount"] == 90
    assert ask("credit_notes/cn_1/lines", ACACIA)["data"] == note["lines"]["data"]


def test_before_clover_discounts_and_promotion_codes_hold_their_coupon(ask):
    for version in (ACACIA, BASIL):
        assert ask("customers/cus_1", version)["discount"]["coupon"]["percent_off"] == 5
        assert ask("promotion_codes/promo_1", version)["coupon"]["percent_off"] == 5
    assert ask("customers/cus_1", "2025-09-30.clover")["discount"]["source"]["coupon"] == "c1"


def test_what_can_be_expanded_follows_the_version(ask):
    old = ask("invoices?expand[]=data.payment_intent&expand[]=data.charge&limit=100", ACACIA)["data"]
    found = next(i for i in old if i["id"] == "in_1")
    assert (found["payment_intent"]["invoice"], found["charge"]["invoice"]) == ("in_1", "in_1")
    refusal = "This property cannot be expanded (data.payment_intent)."
    assert ask("invoices?expand[]=data.payment_intent", BASIL)["error"]["message"] == refusal
    assert "error" in ask("invoices?expand[]=data.payments", ACACIA)
    assert ask("invoices/in_1?expand[]=payments", BASIL)["payments"]["data"][0]["id"] == "inpay_1"


def test_the_world_itself_is_never_changed_by_an_older_answer(world, ask):
    before = {kind: world.stripe.state(kind) for kind in ("invoices", "subscriptions", "customers", "credit_notes")}
    for kind in before:
        ask(kind, ACACIA)
    assert {kind: world.stripe.state(kind) for kind in before} == before

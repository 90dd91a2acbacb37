import pytest
import stripe

from connectors.sandbox.serving import serving


def test_listed_references_become_the_worlds_objects(sdk):
    page = sdk.v1.charges.list({"limit": 50, "expand": ["data.customer", "data.balance_transaction"]})
    paid = next(c for c in page.data if c.balance_transaction and c.customer)
    assert paid.balance_transaction.source == paid.id
    assert paid.balance_transaction.fee == (paid.amount * 29 + 500) // 1000 + 30
    assert paid.customer.object == "customer"


def test_expansion_goes_deeper_than_one_level(sdk):
    page = sdk.v1.invoices.list(
        {"status": "paid", "limit": 100, "expand": ["data.parent.subscription_details.subscription.customer"]}
    )
    invoice = next(i for i in page.data if i.parent)
    assert invoice.parent.subscription_details.subscription.customer.object == "customer"


def test_expansion_reaches_into_nested_lists(sdk):
    subscription = sdk.v1.subscriptions.list(
        {"status": "all", "limit": 1, "expand": ["data.items.data.price.product"]}
    ).data[0]
    assert subscription["items"].data[0].price.product.object == "product"


def test_a_balance_transactions_source_is_a_charge_or_a_refund(sdk):
    for kind in ("charge", "refund"):
        page = sdk.v1.balance_transactions.list({"type": kind, "limit": 1, "expand": ["data.source"]})
        assert page.data[0].source.object == kind


def test_refunds_of_a_charge_are_left_out_until_expanded(sdk):
    refund = sdk.v1.refunds.list({"limit": 1}).data[0]
    assert "refunds" not in sdk.v1.charges.retrieve(refund.charge).to_dict()
    charge = sdk.v1.charges.retrieve(refund.charge, {"expand": ["refunds"]})
    assert refund.id in [r.id for r in charge.refunds.data]


def test_payments_of_an_invoice_lead_to_the_charge(sdk):
    invoice = sdk.v1.invoices.list(
        {"status": "paid", "limit": 1, "expand": ["data.payments.data.payment.payment_intent"]}
    ).data[0]
    if invoice.total:
        assert invoice.payments.data[0].payment.payment_intent.latest_charge.startswith("ch_")


def test_a_reference_to_nothing_in_the_world_stays_an_id(write_world, get):
    world = write_world({"stripe/charges": [{"id": "ch_1", "created": 1, "customer": "cus_gone"}]})
    with serving(world) as playing:
        page = get(playing, "/v1/charges?expand[]=data.customer").json()
    assert page["data"][0]["customer"] == "cus_gone"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("data.metadata", "This property cannot be expanded (data.metadata)."),
        (
            "customer",
            "This property cannot be expanded (customer). You may want to try expanding 'data.customer' instead.",
        ),
        ("data.customer.charges", "This property cannot be expanded (data.customer.charges)."),
    ],
)
def test_what_stripe_does_not_expand_is_refused_in_its_words(sdk, path, message):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sdk.v1.charges.list({"expand": [path]})
    assert refused.value.user_message == message

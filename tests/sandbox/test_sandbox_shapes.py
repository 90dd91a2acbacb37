from collections import Counter

import pytest

from connectors.sandbox.serving import serving
from connectors.sandbox.shapes import times
from connectors.sandbox.shapes.sales import sales_world

YEAR = 365 * 86_400


@pytest.mark.parametrize("shape", [times.uniform, times.burst, times.one_second, times.sparse])
def test_a_history_has_the_size_asked_for_in_order_and_is_the_same_again(shape):
    made = shape(1000)
    assert len(made) == 1000
    assert made == sorted(made) == shape(1000)
    assert made[-1] < times.END


def test_histories_have_the_shape_they_are_named_for():
    even = Counter((t - times.END) // (73 * 86_400) for t in times.uniform(5000))
    assert len(even) == 10
    assert min(even.values()) > 350
    crowded = times.burst(5000)
    middle = sorted(crowded)[2500]
    assert sum(abs(t - middle) <= 3_600 for t in crowded) >= 4950
    assert max(crowded) - min(crowded) > YEAR
    assert Counter(times.one_second(5000, around=100)).most_common(1)[0][1] == 5000
    years = Counter((times.END - 1 - t) // YEAR for t in times.sparse(500))
    assert set(years) == set(range(12))
    assert len({t // 86_400 for t in times.sparse(500)}) <= 120


def test_the_share_of_parents_with_many_children_is_the_one_asked_for():
    stripe = sales_world(times.uniform(4000), many_children=0.15).stripe
    counts = [len(stripe.whole("invoices", id_)["lines"]["data"]) for id_ in stripe.collections["invoices"].ids]
    assert 0.1 < sum(count > 10 for count in counts) / len(counts) < 0.2
    assert all(1 <= count <= 30 for count in counts)
    plain = sales_world(times.uniform(400)).stripe
    assert max(len(plain.whole("invoices", i)["lines"]["data"]) for i in plain.collections["invoices"].ids) <= 10


def test_money_closes_in_a_world_of_sales():
    with serving(sales_world(times.sparse(600))) as playing:
        kinds = ("charges", "refunds", "disputes", "payouts", "balance_transactions", "payment_intents", "invoices")
        truth = {kind: playing.stripe.state(kind) for kind in kinds}
    moved = truth["balance_transactions"]
    for kind, sign in (("charges", 1), ("refunds", -1), ("disputes", -1), ("payouts", -1)):
        assert truth[kind]
        for id_, item in truth[kind].items():
            own = moved[item["balance_transaction"]]
            assert (own["source"], own["amount"]) == (id_, sign * item["amount"])
    assert sum(t["net"] for t in moved.values()) == 0
    assert len(moved) == sum(len(truth[kind]) for kind in kinds[:4])
    assert all(intent["latest_charge"] in truth["charges"] for intent in truth["payment_intents"].values())


def test_a_world_of_sales_shows_its_shape_over_http_and_starts_its_clock_after_it(get):
    with serving(sales_world(times.one_second(250))) as playing:
        seen, after = [], ""
        while True:
            page = get(playing, f"/v1/charges?limit=100{after}").json()
            seen += page["data"]
            if not page["has_more"]:
                break
            after = f"&starting_after={seen[-1]['id']}"
        assert len({c["id"] for c in seen}) == len(seen) == 250
        assert len({c["created"] for c in seen}) == 1
        assert 0 < playing.stripe.clock.now() - seen[0]["created"] < 2 * 3_600
        assert {c["id"]: c for c in seen} == playing.stripe.state("charges")


def test_objects_are_as_large_as_asked_for():
    stripe = sales_world(times.uniform(50), object_bytes=5_000).stripe
    for kind in ("charges", "customers", "invoices"):
        assert all(5_000 <= len(line) < 5_300 for line in stripe.collections[kind].lines), kind
    assert min(len(line) for line in sales_world(times.uniform(50)).stripe.collections["charges"].lines) < 2_500

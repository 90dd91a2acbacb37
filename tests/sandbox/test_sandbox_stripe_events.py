import pytest

NOW = 1_780_000_000


def events(playing, get, query=""):
    answer = get(playing, f"/v1/events?limit=100{query}").json()
    return answer["data"]


def settings(**more):
    from connectors.sandbox.stripe_settings import StripeEvents

    return StripeEvents(**more)


def test_an_event_shows_up_only_after_its_delay(play, get):
    playing = play(events=settings(least_delay_seconds=10, most_delay_seconds=10))
    playing.stripe.create("customers", {"id": "cus_1"})
    assert get(playing, "/v1/customers/cus_1").status_code == 200
    assert (events(playing, get), playing.stripe.events_waiting) == ([], 1)
    playing.stripe.clock.advance(9)
    assert events(playing, get) == []
    playing.stripe.clock.advance(1)
    (event,) = events(playing, get)
    assert (event["created"], playing.stripe.events_waiting) == (NOW, 0)
    assert get(playing, f"/v1/events/{event['id']}").json() == event


def test_a_spread_of_delays_shows_later_events_before_earlier_ones(play, get):
    playing = play(events=settings(least_delay_seconds=0, most_delay_seconds=30, seed=5))
    for n in range(20):
        playing.stripe.create("customers", {"id": f"cus_{n}"})
        playing.stripe.clock.advance(1)
    seen, late = [], 0
    for _ in range(40):
        created = {e["id"]: e["created"] for e in events(playing, get)}
        late += sum(
            at < max((created[id_] for id_ in seen), default=0) for id_, at in created.items() if id_ not in seen
        )
        seen = list(created)
        playing.stripe.clock.advance(1)
    assert len(seen) == 20
    assert late > 3
    assert [created[id_] for id_ in seen] == sorted(created.values(), reverse=True)


def test_events_of_one_second_stand_in_no_order_and_none_is_there_twice(play, get):
    playing = play()
    for n in range(40):
        playing.stripe.create("customers", {"id": f"cus_{n}"})
        get(playing, "/v1/events")
        playing.stripe.clock.advance(0.01)
    found = events(playing, get)
    numbers = [int(e["data"]["object"]["id"][4:]) for e in found]
    assert sorted(numbers) == list(range(40))
    assert len({e["id"] for e in found}) == 40
    assert numbers not in (sorted(numbers), sorted(numbers, reverse=True))


def test_an_event_that_arrives_late_is_missed_by_a_cursor_past_its_second(play, get):
    playing = play({"customers": [{"id": "cus_1", "created": 5}]}, events=settings(most_delay_seconds=60, seed=2))
    for n in range(30):
        playing.stripe.update("customers", "cus_1", name=str(n))
        playing.stripe.clock.advance(1)
    first = events(playing, get)
    playing.stripe.clock.advance(100)
    later = events(playing, get, f"&ending_before={first[0]['id']}")
    assert len(first) + len(later) < 30
    assert len(events(playing, get)) == 30


def test_events_older_than_thirty_days_are_gone_from_list_and_address(play, get):
    old = {"id": "evt_old", "object": "event", "created": NOW - 30 * 86_400 - 1, "type": "charge.updated"}
    edge = {**old, "id": "evt_edge", "created": NOW - 30 * 86_400}
    playing = play({"events": [old, edge]})
    assert [e["id"] for e in events(playing, get)] == ["evt_edge"]
    assert get(playing, "/v1/events/evt_old").status_code == 404
    assert [e["id"] for e in events(playing, get, f"&created[gte]={NOW - 90 * 86_400}")] == ["evt_edge"]
    playing.stripe.clock.advance(1)
    assert events(playing, get) == []
    kept = play({"events": [old]}, events=settings(retention_days=0))
    assert [e["id"] for e in events(kept, get)] == ["evt_old"]


def test_events_filter_by_type_pattern_and_list_but_not_by_both(play, get):
    playing = play({"charges": [{"id": "ch_1", "created": 5}]})
    playing.stripe.create("customers", {"id": "cus_1"})
    playing.stripe.update("charges", "ch_1", amount_refunded=5)
    playing.stripe.update("charges", "ch_1", description="x")

    def types(query):
        return sorted(e["type"] for e in events(playing, get, query))

    assert types("&type=charge.refunded") == ["charge.refunded"]
    assert types("&type=charge.*") == ["charge.refunded", "charge.updated"]
    assert types("&types[]=charge.updated&types[]=customer.created") == ["charge.updated", "customer.created"]
    assert types("&type=nothing.*") == []
    assert len(types("&delivery_success=true")) == 3
    assert types("&delivery_success=false") == []
    both = get(playing, "/v1/events?type=a&types[]=b")
    assert (both.status_code, both.json()["error"]["param"]) == (400, "types")
    many = get(playing, "/v1/events?" + "&".join(f"types[]=t{n}" for n in range(21)))
    assert (many.status_code, many.json()["error"]["param"]) == (400, "types")


@pytest.mark.parametrize(("version", "is_old"), [("2024-06-20", True), ("2025-03-31.basil", False)])
def test_payloads_are_in_the_accounts_version_whatever_the_request_asks_for(play, get, version, is_old):
    invoice = {"id": "in_1", "object": "invoice", "created": 5, "status": "open", "lines": {"data": []}}
    playing = play({"invoices": [invoice]}, api_version=version)
    playing.stripe.update("invoices", "in_1", status="paid")
    key = playing.env["SOURCES__STRIPE__API_KEY"]
    sent = {"Authorization": f"Bearer {key}", "Stripe-Version": "2026-10-28.endive"}
    page = get(playing, "/v1/events", headers=sent).json()["data"]
    assert {e["api_version"] for e in page} == {version}
    assert all(("payment_intent" in e["data"]["object"]) == is_old for e in page)
    assert "payment_intent" not in get(playing, "/v1/invoices/in_1", headers=sent).json()


def test_a_payload_stays_as_it_was_when_the_object_changes_again(play, get):
    playing = play({"customers": [{"id": "cus_1", "created": 5, "name": "a"}]})
    for name in ("b", "c"):
        playing.stripe.update("customers", "cus_1", name=name)
        playing.stripe.clock.advance(1)
    told = {"id": "di_1", "coupon": {"name": "a"}}
    playing.stripe.emit("customer.discount.updated", told)
    told["coupon"]["name"] = "b"
    (of_discount,) = events(playing, get, "&type=customer.discount.updated")
    assert of_discount["data"]["object"]["coupon"] == {"name": "a"}
    newest, oldest = (e["data"] for e in events(playing, get, "&type=customer.updated"))
    assert (oldest["object"]["name"], oldest["previous_attributes"]) == ("b", {"name": "a"})
    assert (newest["object"]["name"], newest["previous_attributes"]) == ("c", {"name": "b"})


@pytest.mark.parametrize(("setting", "status"), [("continue", 200), ("refuse", 400)])
def test_a_cursor_naming_an_event_that_is_gone_is_a_deleted_cursor(play, get, setting, status):
    playing = play(deleted_cursor=setting)
    playing.stripe.create("customers", {"id": "cus_1"})
    (first,) = events(playing, get)
    playing.stripe.clock.advance(31 * 86_400)
    playing.stripe.create("customers", {"id": "cus_2"})
    answer = get(playing, f"/v1/events?ending_before={first['id']}")
    assert answer.status_code == status
    if status == 200:
        assert [e["data"]["object"]["id"] for e in answer.json()["data"]] == ["cus_2"]

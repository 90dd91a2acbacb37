import time
from concurrent.futures import ThreadPoolExecutor

import pytest

CHARGES = [{"id": f"ch_{n}", "created": n} for n in range(5)]


def refused(answers):
    return [a.headers["Stripe-Rate-Limited-Reason"] for a in answers if a.status_code == 429]


def test_each_operation_has_its_own_limit_and_the_account_one_for_all(play, get):
    playing = play({"charges": CHARGES}, requests_per_second=5, endpoint_requests_per_second=0.001)
    answers = [
        get(playing, path)
        for path in ("/v1/charges", "/v1/charges?limit=2", "/v1/charges/ch_1", "/v1/charges/ch_2", "/v1/refunds")
    ]
    assert [a.status_code for a in answers] == [200, 429, 200, 429, 200]
    assert refused(answers) == ["endpoint-rate", "endpoint-rate"]
    counters = playing.stripe.counters
    assert (counters.requests, counters.by_operation["/v1/charges"], counters.by_operation["/v1/charges/{id}"]) == (
        5,
        2,
        2,
    )
    assert counters.rate_limited == {"endpoint-rate": 2}


@pytest.mark.parametrize(
    ("setting", "reason", "other"),
    [("concurrent_requests", "global-concurrency", 429), ("endpoint_concurrent_requests", "endpoint-concurrency", 200)],
)
def test_more_requests_in_flight_than_allowed_are_refused_and_say_why(play, get, setting, reason, other):
    playing = play({"charges": CHARGES}, latency_seconds=1.0, **{setting: 2})
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: get(playing, "/v1/charges"), range(8)))
        assert sum(a.status_code == 200 for a in answers) >= 2
        assert set(refused(answers)) == {reason}
        assert playing.stripe.counters.most_in_flight == 2
        playing.stripe.counters.reset()
        two = [pool.submit(get, playing, "/v1/charges") for _ in range(2)]
        deadline = time.monotonic() + 10
        while playing.stripe.counters.most_in_flight < 2:
            assert time.monotonic() < deadline, "the two requests never were in flight together"
            time.sleep(0.01)
        assert get(playing, "/v1/customers").status_code == other
        assert [f.result().status_code for f in two] == [200, 200]
    assert get(playing, "/v1/charges").status_code == 200


def test_a_429_says_when_to_come_back_only_if_the_world_says_so(play, get):
    for seconds, header in ((0, None), (3, "3")):
        playing = play(requests_per_second=0.001, retry_after_seconds=seconds)
        answers = [get(playing, "/v1/charges"), get(playing, "/v1/charges")]
        assert [a.status_code for a in answers] == [200, 429]
        assert answers[1].headers.get("Retry-After") == header


def test_pages_served_again_are_counted_by_address_and_parameters(play, get):
    playing = play({"charges": CHARGES})
    for path in ("/v1/charges?limit=2", "/v1/charges?limit=3", "/v1/charges?limit=2", "/v1/charges/ch_0"):
        get(playing, path)
    get(playing, "/v1/charges/ch_none")
    get(playing, "/v1/charges/ch_none")
    assert playing.stripe.counters.served_again == 1
    assert playing.stripe.counters.requests == 6
    playing.stripe.counters.reset()
    assert (playing.stripe.counters.requests, playing.stripe.counters.served_again) == (0, 0)

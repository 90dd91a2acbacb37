"""Stripe's limits on one account: requests a second and in flight, for the account and for each operation."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from connectors.sandbox.counters import Counters
from connectors.sandbox.pacing import RollingLimit
from connectors.sandbox.stripe_errors import StripeError, rate_limited
from connectors.sandbox.stripe_settings import StripeSettings


class StripeLimits:
    """Admits requests until a limit is hit; one instance is one account's."""

    def __init__(self, settings: StripeSettings, counters: Counters) -> None:
        self._settings = settings
        self._counters = counters
        self._rate = RollingLimit(settings.requests_per_second, 1)
        self._rates: dict[str, RollingLimit] = {}
        self._in_flight: Counter[str] = Counter()
        self._all_in_flight = 0

    @contextmanager
    def admitted(self, operation: str) -> Iterator[None]:
        """Count the request in while the `with` block runs; raises `StripeError` 429 naming the limit it hit."""
        self._counters.by_operation[operation] += 1
        reason = self._refusal(operation)
        if reason:
            self._counters.rate_limited[reason] += 1
            raise self._refused(reason)
        self._all_in_flight += 1
        self._in_flight[operation] += 1
        self._counters.most_in_flight = max(self._counters.most_in_flight, self._all_in_flight)
        try:
            yield
        finally:
            self._all_in_flight -= 1
            self._in_flight[operation] -= 1

    def _refusal(self, operation: str) -> str:
        s = self._settings
        rate = self._rates.setdefault(operation, RollingLimit(s.endpoint_requests_per_second, 1))
        if not self._rate.take():
            return "global-rate"
        if not rate.take():
            return "endpoint-rate"
        if s.concurrent_requests and self._all_in_flight >= s.concurrent_requests:
            return "global-concurrency"
        if s.endpoint_concurrent_requests and self._in_flight[operation] >= s.endpoint_concurrent_requests:
            return "endpoint-concurrency"
        return ""

    def _refused(self, reason: str) -> StripeError:
        return rate_limited(reason, self._settings.retry_after_seconds)

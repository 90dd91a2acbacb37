"""Rate limits and drawn faults, the same arithmetic for every vendor; what a refusal looks like is the vendor's."""

import random
import time
from collections import deque
from collections.abc import Callable

from connectors.sandbox.vendor import Faults


class RollingLimit:
    """At most `requests` in any `seconds`; `requests` 0 means no limit. Seconds come from `clock`."""

    def __init__(self, requests: float, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.requests = int(requests) if requests >= 1 else 1 if requests else 0
        self.seconds = seconds if requests >= 1 or not requests else seconds / requests
        self._clock = clock
        self._taken: deque[float] = deque()

    def take(self) -> bool:
        """Count one request and say whether it may pass; a refused one is not counted."""
        if not self.requests:
            return True
        now = self._clock()
        while self._taken and self._taken[0] <= now - self.seconds:
            self._taken.popleft()
        if len(self._taken) >= self.requests:
            return False
        self._taken.append(now)
        return True

    @property
    def remaining(self) -> int:
        """How many requests the present window still admits."""
        return max(0, self.requests - len(self._taken))


class DrawnFaults:
    """Says of each request in turn whether it fails; the same seed gives the same sequence."""

    def __init__(self, faults: Faults) -> None:
        self._rate = faults.error_rate
        self._random = random.Random(faults.seed)

    def strikes(self) -> bool:
        """Whether this request is to be answered with a server error."""
        return self._rate > 0 and self._random.random() < self._rate

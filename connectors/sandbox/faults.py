"""Faults of a Stripe world: which one strikes a request, drawn in turn from a seed."""

import random
from enum import Enum

from connectors.sandbox.stripe_settings import StripeFaults


class Fault(Enum):
    """What goes wrong with one request."""

    ERROR = "error"
    UNAVAILABLE = "unavailable"
    TIMEOUT = "timeout"
    RESET = "reset"
    TRUNCATED = "truncated"


class StripeFaultDraw:
    """Says of each request in turn what goes wrong with it; the same seed gives the same sequence."""

    def __init__(self, faults: StripeFaults) -> None:
        self._rates = (
            (faults.error_rate, Fault.ERROR),
            (faults.unavailable_rate, Fault.UNAVAILABLE),
            (faults.timeout_rate, Fault.TIMEOUT),
            (faults.reset_rate, Fault.RESET),
            (faults.truncated_rate, Fault.TRUNCATED),
        )
        self._random = random.Random(faults.seed)

    def draw(self) -> Fault | None:
        """The fault of this request, or None."""
        drawn = self._random.random()
        for rate, fault in self._rates:
            drawn -= rate
            if drawn < 0:
                return fault
        return None

"""What a Stripe world was asked, counted for tests and benchmarks."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Counters:
    """Requests by operation (`/v1/charges/{id}`), refusals by reason, faults by kind, and what was served.

    `served` counts answers by address and parameters as they were sent.
    """

    by_operation: Counter[str] = field(default_factory=Counter)
    rate_limited: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    served: Counter[str] = field(default_factory=Counter)
    most_in_flight: int = 0

    @property
    def requests(self) -> int:
        """All requests that named a known address with a valid key, refused ones too."""
        return sum(dict(self.by_operation).values())

    @property
    def served_again(self) -> int:
        """How many answers repeated an earlier one: the same address with the same parameters."""
        return sum(count - 1 for count in dict(self.served).values())

    def reset(self) -> None:
        """Begin counting anew."""
        for counter in (self.by_operation, self.rate_limited, self.faults, self.served):
            counter.clear()
        self.most_in_flight = 0

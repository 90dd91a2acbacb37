"""What `world.toml` may say of Stripe: keys, limits, faults, events; frozen data that refuses nonsense.

Reading the file stands in `settings.py`, keeping a limit in `pacing.py`, drawing a fault in `faults.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class StripeFaults:
    """Shares of the requests that go wrong, drawn from `seed`; together at most 1.

    Stripe's own 500 and 503, an answer only after `timeout_seconds`, a connection reset without an answer, and a body
    cut off in the middle.
    """

    error_rate: float = 0.0
    unavailable_rate: float = 0.0
    timeout_rate: float = 0.0
    reset_rate: float = 0.0
    truncated_rate: float = 0.0
    timeout_seconds: float = 30.0
    seed: int = 1

    def __post_init__(self) -> None:
        rates = (self.error_rate, self.unavailable_rate, self.timeout_rate, self.reset_rate, self.truncated_rate)
        for name, rate in zip(("error", "unavailable", "timeout", "reset", "truncated"), rates, strict=True):
            if not 0 <= rate <= 1:
                raise ValueError(f"{name}_rate is {rate}; expected a share between 0 and 1")
        if sum(rates) > 1:
            raise ValueError(f"the fault rates add up to {sum(rates)}; expected at most 1")


@dataclass(frozen=True)
class StripeEvents:
    """How /v1/events behaves: each event shows up between the least and the most delay after it happened.

    A spread makes them show up out of order. Events older than `retention_days` are gone (0 keeps them).
    """

    least_delay_seconds: float = 0.0
    most_delay_seconds: float = 0.0
    retention_days: int = 30
    seed: int = 1

    def __post_init__(self) -> None:
        if self.most_delay_seconds < self.least_delay_seconds:
            raise ValueError(
                f"most_delay_seconds is {self.most_delay_seconds}; expected at least least_delay_seconds, "
                f"{self.least_delay_seconds}"
            )


@dataclass(frozen=True)
class StripeSettings:
    """Keys, account, version and limits; a limit of 0 is none.

    `requests_per_second` and `concurrent_requests` hold for the account, the two of an endpoint for each operation.
    `api_version` is the account's own: what an unversioned request gets, and the shape of event payloads.
    `deleted_cursor` says whether a cursor naming a deleted object pages on ("continue") or is a 400 ("refuse").
    `restricted` names the lists each restricted key reads, `account_keys` the connected account a further key opens.
    `now` is the Unix time at which the world's clock starts, 0 the present.
    """

    api_key: str = "sk_live_sandbox"
    account: str = ""
    api_version: str = "2026-10-28.endive"
    requests_per_second: float = 0
    endpoint_requests_per_second: float = 0
    concurrent_requests: int = 0
    endpoint_concurrent_requests: int = 0
    retry_after_seconds: int = 0
    latency_seconds: float = 0
    deleted_cursor: str = "continue"
    now: int = 0
    restricted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    account_keys: Mapping[str, str] = field(default_factory=dict)
    events: StripeEvents = field(default_factory=StripeEvents)
    faults: StripeFaults = field(default_factory=StripeFaults)

    def __post_init__(self) -> None:
        if self.deleted_cursor not in ("continue", "refuse"):
            raise ValueError(f'deleted_cursor is {self.deleted_cursor!r}; expected "continue" or "refuse"')
        for key, names in self.restricted.items():
            if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
                raise ValueError(f"restricted key {key!r} has {names!r}; expected the names of the lists it reads")
        for key, account in self.account_keys.items():
            if not isinstance(account, str):
                raise ValueError(f"account key {key!r} has {account!r}; expected the id of a connected account")

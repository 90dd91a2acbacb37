"""What `world.toml` may say of Meta Ads."""

from dataclasses import dataclass, field

from connectors.sandbox.vendor import Faults


@dataclass(frozen=True)
class MetaAdsSettings:
    """Meta's token, walls and moods; a limit of 0 is none.

    `largest_answer` and `largest_job` are rows that a direct answer and a report job may have. A job is done when it
    was asked about `job_polls` times. Days are restated until they are `restated_days` old. The token's ends are Unix
    seconds, 0 for one that does not end.
    """

    access_token: str = "EAAsandboxaccesstoken"
    app_secret: str = ""
    token_expires_at: int = 0
    data_access_expires_at: int = 0
    requests_per_second: float = 0.0
    largest_answer: int = 0
    largest_job: int = 0
    job_polls: int = 1
    restated_days: int = 0
    faults: Faults = field(default_factory=Faults)

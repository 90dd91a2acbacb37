"""HubSpot's refusals and their bodies."""

import uuid
from dataclasses import dataclass, field
from typing import Any

_EXPIRED = "The OAuth token used to make this call expired or is not known to this account."
_NO_CREDENTIALS = (
    "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details "
    "at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
)
_NO_SCOPE = (
    "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: "
    "https://developers.hubspot.com/scopes."
)


@dataclass
class HubSpotError(Exception):
    """A refusal: HTTP status, HubSpot's message and category, and what else its body says."""

    status: int
    message: str
    category: str
    more: dict[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The body of the answer."""
        return {
            "status": "error",
            "message": self.message,
            "correlationId": str(uuid.uuid4()),
            "category": self.category,
            **self.more,
        }


def invalid(message: str) -> HubSpotError:
    """A parameter or a body that HubSpot does not take."""
    return HubSpotError(400, f"Invalid input: {message}.", "VALIDATION_ERROR")


def not_found(message: str = "resource not found") -> HubSpotError:
    """Nothing at this address."""
    return HubSpotError(404, message, "OBJECT_NOT_FOUND")


def refused(token: str) -> HubSpotError:
    """No token, or one nobody knows."""
    return HubSpotError(401, _EXPIRED if token else _NO_CREDENTIALS, "INVALID_AUTHENTICATION")


def lacks(scope: str) -> HubSpotError:
    """A token without the scope."""
    errors = [{"message": "One or more of the following scopes are required.", "context": {"requiredScopes": [scope]}}]
    return HubSpotError(403, _NO_SCOPE, "MISSING_SCOPES", {"errors": errors})


def too_many(policy: str) -> HubSpotError:
    """A limit was hit."""
    message = f"You have reached your {policy.lower()} limit."
    return HubSpotError(429, message, "RATE_LIMITS", {"errorType": "RATE_LIMIT", "policyName": policy})


def whole(name: str, value: Any, least: int, most: int) -> int:
    """A whole number within bounds; raises HubSpot's 400 for anything else."""
    text = str(value)
    if not (text.isascii() and text.isdigit()):
        raise invalid(f"{name} is {value!r}, expected a whole number")
    if not least <= int(text) <= most:
        raise invalid(f"{name} must be between {least} and {most}, it is {text}")
    return int(text)

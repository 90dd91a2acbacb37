"""Stripe's refusals in Stripe's words: each function builds one, none decides when it is due."""

from dataclasses import dataclass

_DOCS = "https://stripe.com/docs/error-codes/"
_RATE_LIMITED = "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits."
_NO_KEY = (
    "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer "
    "auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for "
    "details, or we can help at https://support.stripe.com/."
)


@dataclass
class StripeError(Exception):
    """A refusal: HTTP status, Stripe's message, and the code, parameter and headers that go with it."""

    status: int
    message: str
    code: str = ""
    param: str = ""
    type: str = "invalid_request_error"
    headers: tuple[tuple[str, str], ...] = ()

    def body(self, log_url: str) -> dict[str, dict[str, str]]:
        """The JSON body; `log_url` is where Stripe's dashboard would show the request."""
        error = {"type": self.type, "message": self.message}
        if self.code:
            error |= {"code": self.code, "doc_url": _DOCS + self.code.replace("_", "-")}
        if self.param:
            error["param"] = self.param
        if self.status != 401:
            error["request_log_url"] = log_url
        return {"error": dict(sorted(error.items()))}


def bad_request(message: str, param: str = "", code: str = "") -> StripeError:
    """A 400 over one parameter."""
    return StripeError(400, message, code, param)


def unknown_parameters(names: list[str]) -> StripeError:
    """Parameters the list does not have."""
    word = "parameter" if len(names) == 1 else "parameters"
    return bad_request(f"Received unknown {word}: {', '.join(names)}", names[0], "parameter_unknown")


def empty_parameter(name: str) -> StripeError:
    """A parameter sent with an empty value."""
    return bad_request(
        f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter; "
        f"however '{name}' cannot be unset. You should remove '{name}' from your request or supply a non-empty value.",
        name,
        "parameter_invalid_empty",
    )


def missing_parameter(name: str) -> StripeError:
    """A required parameter that was not sent."""
    return bad_request(f"Missing required param: {name}.", name, "parameter_missing")


def no_such(noun: str, id_: str, param: str, status: int = 400) -> StripeError:
    """An id nobody has: 404 in the address, 400 in a parameter."""
    return StripeError(status, f"No such {noun}: '{id_}'", "resource_missing", param)


def unrecognized_url(method: str, path: str) -> StripeError:
    """An address Stripe has not."""
    return StripeError(
        404,
        f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we can help at "
        "https://support.stripe.com/.",
    )


def read_only(method: str, path: str) -> StripeError:
    """A write; a world is only read."""
    return StripeError(
        403,
        f"This sandbox plays a recorded world and takes no writes ({method}: {path}). Change the world's files "
        "and start it again instead.",
    )


def no_key() -> StripeError:
    """A request without a key."""
    return StripeError(401, _NO_KEY, headers=(("WWW-Authenticate", 'Bearer realm="Stripe"'),))


def wrong_key(key: str) -> StripeError:
    """A request with a key nobody has."""
    return StripeError(
        401, f"Invalid API Key provided: {masked(key)}", headers=(("WWW-Authenticate", 'Bearer realm="Stripe"'),)
    )


def no_permission(key: str, account: str, permission: str) -> StripeError:
    """A restricted key that may not read what was asked for."""
    return StripeError(
        403,
        f"The provided key '{masked(key)}' does not have the required permissions for this endpoint on account "
        f"'{account}'. Having the '{permission}' permission would allow this request to continue.",
    )


def no_such_account(key: str, account: str) -> StripeError:
    """An account the key does not open."""
    return StripeError(
        403,
        f"The provided key '{masked(key)}' does not have access to account '{account}' (or that account does not "
        "exist). Application access may have been revoked.",
        "account_invalid",
    )


def masked(key: str) -> str:
    """A key as Stripe shows it: the first eight and the last four characters."""
    return key[:8] + "*" * (len(key) - 12) + key[-4:] if len(key) > 12 else "*" * (len(key) - 4) + key[-4:]


def rate_limited(reason: str, retry_after: int = 0) -> StripeError:
    """Too many requests; `reason` is Stripe's name of the limit that was hit, `retry_after` in seconds if not 0."""
    headers = [("Stripe-Rate-Limited-Reason", reason)]
    if retry_after:
        headers.append(("Retry-After", str(retry_after)))
    return StripeError(429, _RATE_LIMITED, "rate_limit", headers=tuple(headers))


def server_error() -> StripeError:
    """Stripe's own failure."""
    return StripeError(500, "An unknown error occurred", type="api_error")


def unavailable() -> StripeError:
    """Stripe for once not there."""
    return StripeError(503, "Service temporarily unavailable. Please try again.", type="api_error")

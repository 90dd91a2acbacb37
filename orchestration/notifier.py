"""Telling people outside: one message over every channel that is set: a webhook, Slack, email.

    ALERT_WEBHOOK_URL   gets JSON by POST
    ALERT_SLACK_URL     an incoming webhook of Slack, or of what speaks its language
    ALERT_EMAIL_TO      addresses separated by commas, through SMTP_URL: smtp(s)://user:password@host:port

Belongs here: the channels, their settings and their words. Does not: what is worth telling, and to whom it was told
already (`automation/alerts.py`).
"""

import os
import smtplib
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import SplitResult, unquote, urlsplit

import requests

from connectors.registry import ConfigError, RetryError

TIMEOUT_SECONDS = 15
UI_URL = "DAGSTER_UI_URL"
DEFAULT_UI_URL = "http://127.0.0.1:3000"


@dataclass(frozen=True)
class Notice:
    """One thing to tell: `key` names it, `url` shows it, `is_over` says that it is no more."""

    key: str
    title: str
    said: str = ""
    cure: str = ""
    url: str = ""
    is_over: bool = False

    @property
    def headline(self) -> str:
        """The title, and whether it is over."""
        return f"Over: {self.title}" if self.is_over else self.title


Send = Callable[[Sequence[Notice]], None]
"""Tells all of them in one message. Raises `RetryError` when it was not taken."""


def ui_url(page: str) -> str:
    """Where a page of the Dagster UI is, as people reach it."""
    return (os.environ.get(UI_URL, "").strip() or DEFAULT_UI_URL).rstrip("/") + page


def channels() -> dict[str, Send]:
    """The channels that are set, by name. Raises `ConfigError` for one that cannot work."""
    webhook, slack, email = (_setting(f"ALERT_{name}") for name in ("WEBHOOK_URL", "SLACK_URL", "EMAIL_TO"))
    found: dict[str, Send] = {}
    if webhook:
        url = _http("ALERT_WEBHOOK_URL", webhook)
        found["webhook"] = lambda notices: _post("webhook", url, _as_json(notices))
    if slack:
        slack_url = _http("ALERT_SLACK_URL", slack)
        found["slack"] = lambda notices: _post("slack", slack_url, {"text": _as_slack(notices)})
    if email:
        server = _smtp(_setting("SMTP_URL"))
        found["email"] = lambda notices: _mail(server, email, notices)
    return found


def _setting(name: str) -> str:
    return os.environ.get(name, "").strip()


def _http(name: str, value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(f"{name} is no web address: write it whole, as https://host/path.")  # it may hold a secret
    return value


def _smtp(value: str) -> SplitResult:
    parts = urlsplit(value)
    port = parts.netloc.rpartition("@")[2].rpartition("]")[2].partition(":")[2]
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or (port and not port.isdecimal()):
        raise ConfigError(
            "ALERT_EMAIL_TO is set, but SMTP_URL names no mail server: write smtp://user:password@host:587 (or smtps://,"
            " port 465), or remove ALERT_EMAIL_TO."
        )
    return parts


def _as_json(notices: Sequence[Notice]) -> Mapping[str, object]:
    """`text` is what most chat programs show; `notices` is for programs."""
    told = [
        {
            "key": notice.key,
            "state": "over" if notice.is_over else "new",
            "title": notice.title,
            "said": notice.said,
            "cure": notice.cure,
            "url": notice.url,
        }
        for notice in notices
    ]
    return {"text": _subject(notices), "notices": told}


def _as_slack(notices: Sequence[Notice]) -> str:
    lines = []
    for notice in notices:
        mark = ":white_check_mark:" if notice.is_over else ":rotating_light:"
        lines.append(f"{mark} <{notice.url}|{_escaped(notice.headline)}>")
        lines += [_escaped(text) for text in (notice.said, notice.cure) if text]
    return "\n".join(lines)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("|", "¦")


def _subject(notices: Sequence[Notice]) -> str:
    more = f" (and {len(notices) - 1} more)" if len(notices) > 1 else ""
    return f"Leadline: {notices[0].headline}{more}"


def _post(channel: str, url: str, body: Mapping[str, object]) -> None:
    try:
        answer = requests.post(url, json=body, timeout=TIMEOUT_SECONDS)
    except requests.RequestException as error:  # its words hold the address, which may be a secret
        raise RetryError(f"The {channel} could not be reached ({type(error).__name__}).") from None
    if not answer.ok:
        raise RetryError(f"The {channel} answered {answer.status_code}: {' '.join(answer.text.split())[:200]}")


def _mail(server: SplitResult, to: str, notices: Sequence[Notice]) -> None:
    message = EmailMessage()
    user = unquote(server.username or "")
    try:
        message["From"] = user if "@" in user else f"leadline@{socket.getfqdn()}"
        message["To"] = to
        message["Subject"] = _subject(notices)
        message.set_content("\n\n".join(_paragraph(notice) for notice in notices) + "\n")
        _deliver(server, user, message)
    except (OSError, smtplib.SMTPException, ValueError) as error:  # smtplib takes no password but an ASCII one
        raise RetryError(
            f"The mail server {server.hostname} did not take the email ({type(error).__name__})."
        ) from None


def _deliver(server: SplitResult, user: str, message: EmailMessage) -> None:
    """Over TLS from the start with smtps://, and as soon as the server offers it otherwise."""
    is_tls = server.scheme == "smtps"
    open_session = smtplib.SMTP_SSL if is_tls else smtplib.SMTP
    port = server.port or (465 if is_tls else 587)
    with open_session(server.hostname or "", port, timeout=TIMEOUT_SECONDS) as session:
        session.ehlo()
        if not is_tls and session.has_extn("starttls"):
            session.starttls()
            session.ehlo()
        if user:
            session.login(user, unquote(server.password or ""))
        session.send_message(message)


def _paragraph(notice: Notice) -> str:
    return "\n".join(text for text in (notice.headline, notice.said, notice.cure, notice.url) if text)

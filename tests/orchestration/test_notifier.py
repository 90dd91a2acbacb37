"""Notices as they arrive: at a real HTTP server and at a mail server on a socket."""

import email
import email.policy
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from connectors.registry import ConfigError, RetryError
from orchestration import notifier
from orchestration.notifier import Notice
from tests.connectors.scripted_server import Answer, scripted

FAILED = Notice("run/a", "stripe_sync_job <failed>", "No answer.", "Wait & see.", "http://ui/runs/1")
OVER = Notice("check/b", "x of y failed", url="http://ui/assets/y", is_over=True)


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ALERT_WEBHOOK_URL", "ALERT_SLACK_URL", "ALERT_EMAIL_TO", "SMTP_URL", "DAGSTER_UI_URL"):
        monkeypatch.delenv(name, raising=False)


class _Session(socketserver.StreamRequestHandler):
    """As much of SMTP as one message takes."""

    def handle(self) -> None:
        self.wfile.write(b"220 sink\r\n")
        while line := self.rfile.readline().strip():
            verb = line.split()[0].upper()
            self.server.said.append(line.decode())  # type: ignore[attr-defined]
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.received.append(b"".join(lines))  # type: ignore[attr-defined]
            if verb == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(
                b"250-sink\r\n250 AUTH PLAIN\r\n"
                if verb == b"EHLO"
                else b"235 in\r\n"
                if verb == b"AUTH"
                else b"250 ok\r\n"
            )


class _Sink(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.received: list[bytes] = []
        self.said: list[str] = []


@contextmanager
def mail_sink() -> Iterator[_Sink]:
    with _Sink() as sink:
        Thread(target=sink.serve_forever, daemon=True).start()
        yield sink
        sink.shutdown()


def test_without_a_setting_there_is_no_channel() -> None:
    assert notifier.channels() == {}


def test_a_webhook_gets_every_notice_with_its_key_its_cure_and_its_link(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(Answer({})) as server:
        monkeypatch.setenv("ALERT_WEBHOOK_URL", f"{server.url}/hook?token=secret")
        notifier.channels()["webhook"]([FAILED, OVER])
    [asked] = server.asked
    assert asked.path == "/hook" and asked.query == {"token": ["secret"]}
    assert asked.body == {
        "text": "Leadline: stripe_sync_job <failed> (and 1 more)",
        "notices": [
            {"key": "run/a", "state": "new", "title": "stripe_sync_job <failed>", "said": "No answer.",
             "cure": "Wait & see.", "url": "http://ui/runs/1"},
            {"key": "check/b", "state": "over", "title": "x of y failed", "said": "", "cure": "", "url": "http://ui/assets/y"},
        ],
    }  # fmt: skip


def test_slack_gets_links_and_nothing_of_ours_becomes_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(Answer("ok")) as server:
        monkeypatch.setenv("ALERT_SLACK_URL", f"{server.url}/services/T/B/x")
        notifier.channels()["slack"]([FAILED, OVER])
    assert server.asked[0].body == {
        "text": ":rotating_light: <http://ui/runs/1|stripe_sync_job &lt;failed&gt;>\nNo answer.\nWait &amp; see.\n"
        ":white_check_mark: <http://ui/assets/y|Over: x of y failed>"
    }


def test_an_email_arrives_whole_from_whoever_logs_in(monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_sink() as sink:
        monkeypatch.setenv("ALERT_EMAIL_TO", "data@example.com, boss@example.com")
        monkeypatch.setenv("SMTP_URL", f"smtp://bot%40example.com:p%2Fw@127.0.0.1:{sink.server_address[1]}")
        notifier.channels()["email"]([FAILED])
    [raw] = sink.received
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert (message["From"], message["To"]) == ("bot@example.com", "data@example.com, boss@example.com")
    assert message["Subject"] == "Leadline: stripe_sync_job <failed>"
    assert (
        message.get_content().replace("\r\n", "\n").strip()
        == "stripe_sync_job <failed>\nNo answer.\nWait & see.\nhttp://ui/runs/1"
    )
    assert [line for line in sink.said if line.startswith("rcpt")] == [
        "rcpt TO:<data@example.com>",
        "rcpt TO:<boss@example.com>",
    ]
    assert any(line.upper().startswith("AUTH PLAIN") for line in sink.said)


def test_a_refusal_names_the_channel_and_never_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(Answer("no_service", 404)) as server:
        monkeypatch.setenv("ALERT_SLACK_URL", f"{server.url}/services/secret")
        with pytest.raises(RetryError, match=r'The slack answered 404: "?no_service') as refused:
            notifier.channels()["slack"]([FAILED])
    monkeypatch.setenv("ALERT_WEBHOOK_URL", "http://127.0.0.1:9/secret")
    with pytest.raises(RetryError, match=r"The webhook could not be reached \(ConnectionError\)") as unreached:
        notifier.channels()["webhook"]([FAILED])
    monkeypatch.setenv("ALERT_EMAIL_TO", "a@example.com")
    monkeypatch.setenv("SMTP_URL", "smtp://user:secret@127.0.0.1:9")
    with pytest.raises(RetryError, match=r"The mail server 127\.0\.0\.1 did not take the email") as unsent:
        notifier.channels()["email"]([FAILED])
    assert not any("secret" in str(error.value) for error in (refused, unreached, unsent))


def test_a_password_that_cannot_be_sent_is_a_refusal_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_sink() as sink:
        monkeypatch.setenv("ALERT_EMAIL_TO", "data@example.com")
        monkeypatch.setenv("SMTP_URL", f"smtp://bot:p%C3%A4ss@127.0.0.1:{sink.server_address[1]}")
        with pytest.raises(RetryError, match=r"did not take the email \(UnicodeEncodeError\)"):
            notifier.channels()["email"]([FAILED])


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"ALERT_WEBHOOK_URL": "hooks.example.com/secret"}, "ALERT_WEBHOOK_URL is no web address"),
        ({"ALERT_SLACK_URL": "ftp://secret"}, "ALERT_SLACK_URL is no web address"),
        ({"ALERT_EMAIL_TO": "a@example.com"}, "SMTP_URL names no mail server"),
    ],
)
def test_a_channel_that_cannot_work_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], said: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=said) as refused:
        notifier.channels()
    assert "secret" not in str(refused.value)


def test_links_lead_to_where_people_reach_the_ui(monkeypatch: pytest.MonkeyPatch) -> None:
    assert notifier.ui_url("/runs/1") == "http://127.0.0.1:3000/runs/1"
    monkeypatch.setenv("DAGSTER_UI_URL", "https://dagster.example.com/")
    assert notifier.ui_url("/runs/1") == "https://dagster.example.com/runs/1"

"""Consent by the loopback redirect, against a real authorisation server and a real browser's requests."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from connectors import oauth
from connectors.connector import Connection, Connector, Credential, OAuth, Table
from connectors.errors import ConfigError
from connectors.oauth import consent_by_hand, consent_in_browser, endpoint
from tests.connectors.authorization_server import (
    CLIENT_ID,
    CLIENT_SECRET,
    REFRESH_TOKEN,
    AuthorizationServer,
    authorizing,
)

TOY = Connector(
    name="toy",
    title="Toy",
    tables=(Table("things", "One row per thing.", lambda _: None, lambda _: None),),
    credentials=tuple(Credential(name, name) for name in ("client_id", "client_secret", "refresh_token")),
    cadence=timedelta(minutes=1),
    read=lambda *_: iter(()),
    oauth=OAuth("http://127.0.0.1:9/never", "http://127.0.0.1:9/never", ("read", "more"), parameters={"prompt": "yes"}),
)
CONNECTION = Connection("toy", "eu")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[AuthorizationServer]:
    monkeypatch.delenv("SANDBOX_URL", raising=False)
    with authorizing() as played:
        monkeypatch.setenv("SOURCES__TOY__EU__CLIENT_ID", CLIENT_ID)
        monkeypatch.setenv("SOURCES__TOY__EU__CLIENT_SECRET", CLIENT_SECRET)
        monkeypatch.setenv("SOURCES__TOY__EU__BASE_URL", played.url)
        yield played


class Browser:
    """Follows an address in the background as a browser does; `pages` are what its person sees, by status."""

    def __init__(self, change: Callable[[str], str] = lambda url: url) -> None:
        self.pages: list[tuple[int, str]] = []
        self.addresses: list[str] = []
        self._change = change

    def open(self, url: str) -> None:
        def visit() -> None:
            back = requests.get(url, allow_redirects=False, timeout=10).headers["Location"]
            for address in self._change(back).split():
                page = requests.get(address, timeout=10)
                self.pages.append((page.status_code, page.text))
                self.addresses.append(address)

        self.thread = Thread(target=visit)
        self.thread.start()


def test_consent_becomes_a_refresh_token_and_the_listener_goes_away(server: AuthorizationServer) -> None:
    browser = Browser()
    assert consent_in_browser(TOY, CONNECTION, browser.open) == REFRESH_TOKEN
    browser.thread.join()
    assert [(status, "Thank you" in text) for status, text in browser.pages] == [(200, True)]
    [asked], [redeemed] = server.asked, server.redeemed
    assert (asked["scope"], asked["prompt"]) == ("read more", "yes")
    assert asked["redirect_uri"] == redeemed["redirect_uri"]
    assert urlsplit(asked["redirect_uri"]).hostname == "127.0.0.1"
    with pytest.raises(requests.ConnectionError):
        requests.get(asked["redirect_uri"], timeout=10)


def test_no_two_questions_share_state_verifier_or_port(server: AuthorizationServer) -> None:
    for _ in range(3):
        consent_in_browser(TOY, CONNECTION, Browser().open)
    for name in ("state", "code_challenge"):
        assert len({asked[name] for asked in server.asked}) == 3


def test_consent_denied_is_said_in_both_places(server: AuthorizationServer) -> None:
    server.denies = True
    browser = Browser()
    with pytest.raises(ConfigError, match=r"toy@eu: the consent was not given \(access_denied\)"):
        consent_in_browser(TOY, CONNECTION, browser.open)
    browser.thread.join()
    assert [(status, "not given access" in text) for status, text in browser.pages] == [(400, True)]
    assert server.redeemed == []


def test_answers_of_another_state_are_turned_away_and_the_right_one_still_counts(server: AuthorizationServer) -> None:
    def strays_first(back: str) -> str:
        base = back.partition("?")[0]
        strays = (f"{base}favicon.ico", base, f"{base}?code=stolen&state=other", f"{base}?error=no&state=%C3%BC")
        return " ".join([*strays, back])

    browser = Browser(strays_first)
    assert consent_in_browser(TOY, CONNECTION, browser.open) == REFRESH_TOKEN
    browser.thread.join()
    assert [status for status, _ in browser.pages] == [404, 400, 400, 400, 200]
    assert "another" not in browser.pages[-1][1]
    assert [form["code"] for form in server.redeemed] != ["stolen"]


def test_a_wrong_state_alone_ends_in_a_time_out_that_mentions_it(
    server: AuthorizationServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oauth, "WAIT_SECONDS", 0.1)
    browser = Browser(lambda back: back.replace("state=", "state=x"))

    def go_first(url: str) -> None:
        browser.open(url)
        browser.thread.join()

    with pytest.raises(ConfigError, match=r"within 0\.1 s \(1 came that answer another question\).*--no-browser"):
        consent_in_browser(TOY, CONNECTION, go_first)
    assert server.redeemed == []


def test_nobody_at_the_browser_ends_in_a_time_out(server: AuthorizationServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oauth, "WAIT_SECONDS", 0.1)
    with pytest.raises(ConfigError, match=r"No answer came back from the browser within 0\.1 s"):
        consent_in_browser(TOY, CONNECTION, lambda _: None)


def test_a_code_that_is_refused_or_wrong_client_is_said_with_the_cure(
    server: AuthorizationServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoilt = Browser(lambda back: back.replace("code=", "code=x"))
    with pytest.raises(ConfigError) as refused:
        consent_in_browser(TOY, CONNECTION, spoilt.open)
    assert "The code is not good." in str(refused.value)
    assert "SOURCES__TOY__EU__CLIENT_ID" in str(refused.value)
    monkeypatch.setenv("SOURCES__TOY__EU__CLIENT_SECRET", "wrong-secret")
    with pytest.raises(ConfigError, match=r"invalid_client.*SOURCES__TOY__EU__CLIENT_SECRET") as refused:
        consent_in_browser(TOY, CONNECTION, Browser().open)
    assert "wrong-secret" not in str(refused.value)


@pytest.mark.parametrize("tokens", [{"access_token": "a"}, {"refresh_token": None}, {"refresh_token": " "}, []])
def test_an_answer_without_the_token_is_no_connection(server: AuthorizationServer, tokens: dict) -> None:
    server.tokens = tokens
    with pytest.raises(ConfigError, match=r"brought no refresh_token.*Remove this app's access in your Toy account"):
        consent_in_browser(TOY, CONNECTION, Browser().open)


def test_a_vendor_whose_access_token_lasts_fills_that(server: AuthorizationServer) -> None:
    server.tokens = {"access_token": "lasting"}
    assert TOY.oauth
    lasting = replace(
        TOY,
        credentials=(*TOY.credentials, Credential("access_token", "token")),
        oauth=replace(TOY.oauth, fills="access_token"),
    )
    assert consent_in_browser(lasting, CONNECTION, Browser().open) == "lasting"


def test_by_hand_the_address_is_pasted_from_another_machine(server: AuthorizationServer) -> None:
    def paste(url: str) -> str:
        back = requests.get(url, allow_redirects=False, timeout=10).headers["Location"]
        with pytest.raises(requests.ConnectionError):  # nobody listens here
            requests.get(back, timeout=10)
        return f" {back}\n"

    assert consent_by_hand(TOY, CONNECTION, paste) == REFRESH_TOKEN


@pytest.mark.parametrize("change", [lambda _: "", lambda _: "4/code", lambda back: back.replace("state=", "state=x")])
def test_what_is_pasted_wrongly_is_told_apart(server: AuthorizationServer, change: Callable[[str], str]) -> None:
    def paste(url: str) -> str:
        return change(requests.get(url, allow_redirects=False, timeout=10).headers["Location"])

    with pytest.raises(ConfigError, match="what was pasted is no answer to this question"):
        consent_by_hand(TOY, CONNECTION, paste)
    assert server.redeemed == []


def test_endpoints_are_the_vendors_unless_the_connection_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SANDBOX_URL", raising=False)
    assert TOY.oauth
    vendors = replace(TOY.oauth, authorize_url="https://toy.example/a", token_url="https://toy.example/t")
    assert endpoint(CONNECTION, vendors, "authorize_url") == "https://toy.example/a"
    monkeypatch.setenv("SANDBOX_URL", "http://127.0.0.1:1/")
    assert endpoint(CONNECTION, vendors, "token_url") == "http://127.0.0.1:1/toy/token"
    monkeypatch.setenv("SOURCES__TOY__EU__TOKEN_URL", "http://127.0.0.1:2/t")
    assert endpoint(CONNECTION, vendors, "token_url") == "http://127.0.0.1:2/t"
    assert endpoint(CONNECTION, vendors, "authorize_url") == "http://127.0.0.1:1/toy/authorize"


def test_a_question_carries_no_secret(server: AuthorizationServer) -> None:
    shown: list[str] = []

    def paste(url: str) -> str:
        shown.append(url)
        return ""

    with pytest.raises(ConfigError):
        consent_by_hand(TOY, CONNECTION, paste)
    assert CLIENT_SECRET not in shown[0]
    assert "code_verifier" not in parse_qs(urlsplit(shown[0]).query)


def test_a_connector_cannot_declare_consent_for_a_credential_it_has_not() -> None:
    with pytest.raises(ValueError, match="declares oauth, but no credential client_secret"):
        replace(TOY, credentials=tuple(c for c in TOY.credentials if c.name != "client_secret"))

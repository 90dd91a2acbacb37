"""Asking for a connection's credentials: at a terminal with the steps that lead to them, from a pipe a line each.

Belongs here: the questions and what may be left blank. Does not: trying the answers, keeping them (`connect.py`).
"""

import sys

import click

from connectors.registry import ConfigError, Connection, Connector, Credential


def answers(chosen: Connector, named: Connection) -> dict[str, str]:
    """The answers by variable: every required credential, and those offered ones that were given.

    What a consent is to bring (`Connector.oauth`) is not in it when its line was left blank. Raises `ConfigError`
    for any other required one without an answer.
    """
    is_terminal = sys.stdin.isatty()
    if is_terminal:
        _guide(chosen, named)
    asked = [*chosen.required_credentials, *(c for c in chosen.credentials if c.is_offered and not c.is_required)]
    given = {}
    for credential in asked:
        variable = named.variable(credential.name)
        is_consent = bool(chosen.oauth and credential.name == chosen.oauth.fills)
        line = _prompted(credential, named, is_consent) if is_terminal else sys.stdin.readline()
        if line.strip():
            given[variable] = line.strip()
        elif credential.is_required and not (is_consent and line):  # an empty line is an answer, the end is none
            raise ConfigError(f"No value was given for {variable}: {credential.description}")
    return given


def masked(value: str) -> str:
    """Enough of a secret to tell it from another."""
    return f"…{value[-4:]}" if len(value) > 12 else "…"


def _guide(chosen: Connector, named: Connection) -> None:
    click.echo(f"Connecting {chosen.title} as {named.name}.")
    for number, step in enumerate(chosen.guide, start=1):
        click.echo(f"  {number}. {step}")
    click.echo()


def _prompted(credential: Credential, named: Connection, is_consent: bool) -> str:
    """The answer, or what `.env` holds when the person keeps it; "\n" where nothing is an answer, too."""
    held = named.optional(credential.name)
    if is_consent:
        blank = ", Enter: get it by consent in the browser"
    elif held:
        blank = f", Enter: keep {masked(held) if credential.is_secret else held}"
    else:
        blank = "" if credential.is_required else ", Enter: leave it out"
    click.echo(credential.description)
    line: str = click.prompt(
        f"{named.variable(credential.name)} ({'not shown' if credential.is_secret else 'shown'}{blank})",
        hide_input=credential.is_secret,
        default="" if blank else None,
        show_default=False,
    )
    return line or ("" if is_consent else held or "") or "\n"

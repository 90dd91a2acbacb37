"""`leadline connect`: from credentials to a connection in `.env`, after saying whose it is and what it may read.

Belongs here: the order of it and what is said. Does not: the questions (`asking.py`), asking the vendor
(`Connector.probe`), consent (`connectors`), the file (`env_file.py`).
"""

import os
import sys
import webbrowser
from collections.abc import Mapping

import click
import psycopg
from dotenv import dotenv_values

from connectors.registry import (
    CONNECTORS,
    ConfigError,
    Connection,
    Connector,
    Opened,
    connection,
    connections,
    connector,
    consent_by_hand,
    consent_in_browser,
    embedded_postgres,
    refuse_another,
    warehouse,
)
from orchestration import asking, env_file, paths
from orchestration.environment import holding


def vendors() -> str:
    """The names to connect, a line each."""
    return "\n".join(f"  {candidate.name:<18}{candidate.title}" for candidate in CONNECTORS)


def connect(name: str, has_browser: bool = True) -> None:
    """Ask for the credentials of the connection `name`, show what they open, and write them into `.env`.

    Raises `ConfigError`, with nothing written, for a name or credentials that will not do.
    """
    named = connection(name)
    chosen = connector(named.connector)
    switched_on = _switched_on(named)
    variables = asking.answers(chosen, named)
    variables |= _consented(chosen, named, variables, has_browser)
    with holding(variables):
        if chosen.probe:
            opened = chosen.probe(named)
            click.echo(_said(chosen, named, opened))
            _compare(chosen, named, opened)
        else:
            click.echo(f"{chosen.title} was not asked what this opens; the first sync will tell.")
    overruled = _overruled({**variables, **switched_on})
    env_file.write(paths.ENV_FILE, {**variables, **switched_on}, template=paths.ENV_EXAMPLE)
    shown = [f"{variable} ({asking.masked(value)})" for variable, value in variables.items()]
    shown += [f"{variable}={value}" for variable, value in switched_on.items()]
    click.echo(f"Wrote {', '.join(shown)} to {paths.ENV_FILE}, which only you can read. Next: make sync")
    for variable in overruled:
        click.echo(f"Mind that {variable} is also set in this shell, which wins over .env: unset it.", err=True)


def _consented(chosen: Connector, named: Connection, given: Mapping[str, str], has_browser: bool) -> dict[str, str]:
    """The credential that the person's consent brings, by variable; nothing where they gave it themselves."""
    if not chosen.oauth or named.variable(chosen.oauth.fills) in given:
        return {}
    with holding(given):
        if has_browser:
            brought = consent_in_browser(chosen, named, lambda url: _opened_in_browser(chosen, url))
        else:
            brought = consent_by_hand(chosen, named, lambda url: _pasted(chosen, url))
    return {named.variable(chosen.oauth.fills): brought}


def _opened_in_browser(chosen: Connector, url: str) -> None:
    click.echo(f"Your browser opens: allow there what {chosen.title} asks. If it does not open, go to\n\n{url}\n")
    try:
        webbrowser.open(url)
    except webbrowser.Error as error:
        raise ConfigError(f"No browser can be opened here ({error}): run this again with --no-browser.") from error


def _pasted(chosen: Connector, url: str) -> str:
    click.echo(
        f"Go to this address with any browser, on any machine, and allow there what {chosen.title} asks:\n\n{url}\n\n"
        "The browser then says that it cannot open a page at 127.0.0.1: copy that page's whole address."
    )
    return str(click.prompt("Its address")) if sys.stdin.isatty() else sys.stdin.readline()


def _switched_on(named: Connection) -> dict[str, str]:
    """CONNECTIONS with `named` in it, where it would be off without, and whatever is on now."""
    listed = [name.strip() for name in os.environ.get("CONNECTIONS", "").split(",") if name.strip()]
    if named.name in listed or not (listed or named.account):
        return {}
    on = listed or [other.name for other in connections()]
    return {"CONNECTIONS": ",".join([*on, named.name])}


def _said(chosen: Connector, named: Connection, opened: Opened) -> str:
    mode = "" if opened.is_test is None else f", in {'test' if opened.is_test else 'live'} mode"
    if opened.account_id or opened.title:
        known = ", ".join(part for part in (opened.account_id, opened.country) if part)
        account = f"{opened.title or 'an account without a name'}{f' ({known})' if known else ''}"
    else:
        account = "account unknown (the key may not read it)"
    elsewhere = named.base_url("")
    at = f", asked at {elsewhere}" if elsewhere else ""
    lines = [f"{named.name} opens: {account}{mode}{at}."]
    if not opened.missing and not any(table.permission for table in chosen.tables):
        return "\n".join([*lines, f"What is synced: {', '.join(table.name for table in chosen.tables)}."])
    readable = len(chosen.tables) - len(opened.missing)
    lines.append(f"It may read {readable} of {len(chosen.tables)} kinds of objects:")
    for table in chosen.tables:
        missing = opened.missing.get(table.name)
        lines.append(f"  {table.name:<22}{f'no   {missing}' if missing else 'yes'}")
    if opened.missing:
        lines.append("The others are synced meanwhile; a check in Dagster fails for each that is missing.")
    return "\n".join(lines)


def _compare(chosen: Connector, named: Connection, opened: Opened) -> None:
    """Refuse a key for another account than the warehouse holds; an embedded warehouse is not started for that."""
    if not os.environ.get("WAREHOUSE_URL", "").strip() and not embedded_postgres.status().is_running:
        return
    try:
        refuse_another(chosen, named, opened, warehouse.resolve(start=False))
    except psycopg.OperationalError:
        click.echo("The warehouse does not answer, so this was not compared with what it holds.", err=True)


def _overruled(variables: Mapping[str, str]) -> list[str]:
    """The variables that the shell itself sets otherwise: `.env` never overrides those."""
    held = dotenv_values(paths.ENV_FILE)
    return [
        name
        for name, value in variables.items()
        if name in os.environ and os.environ[name] not in (value, held.get(name))
    ]

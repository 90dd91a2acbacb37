"""`leadline connect`: from a key to a connection in `.env`, after saying whose it is and what it may read.

Belongs here: the conversation and its order. Does not: asking the vendor (`Connector.probe`), the file (`env_file.py`).
"""

import os
import sys
from collections.abc import Mapping

import click
import psycopg
from dotenv import dotenv_values

from connectors.registry import (
    ConfigError,
    Connection,
    Connector,
    Opened,
    connection,
    connections,
    connector,
    embedded_postgres,
    refuse_another,
    warehouse,
)
from orchestration import env_file, paths
from orchestration.environment import holding


def connect(name: str) -> None:
    """Ask for the credentials of the connection `name`, show what they open, and write them into `.env`.

    Raises `ConfigError`, with nothing written, for a name or credentials that will not do.
    """
    named = connection(name)
    chosen = connector(named.connector)
    switched_on = _switched_on(named)
    variables = _asked_for(chosen, named)
    with holding(variables):
        if chosen.probe:
            opened = chosen.probe(named)
            click.echo(_said(chosen, named, opened))
            _compare(chosen, named, opened)
        else:
            click.echo(f"{chosen.title} was not asked what this opens; the first sync will tell.")
    overruled = _overruled({**variables, **switched_on})
    env_file.write(paths.ENV_FILE, {**variables, **switched_on}, template=paths.ENV_EXAMPLE)
    shown = [f"{variable} ({_masked(value)})" for variable, value in variables.items()]
    shown += [f"{variable}={value}" for variable, value in switched_on.items()]
    click.echo(f"Wrote {', '.join(shown)} to {paths.ENV_FILE}, which only you can read. Next: make sync")
    for variable in overruled:
        click.echo(f"Mind that {variable} is also set in this shell, which wins over .env: unset it.", err=True)


def _asked_for(chosen: Connector, named: Connection) -> dict[str, str]:
    """The required credentials by variable: asked for without echo, or a line each from a pipe."""
    answers = {}
    for credential in chosen.required_credentials:
        variable = named.variable(credential.name)
        if sys.stdin.isatty():
            click.echo(f"{chosen.title}: {credential.description}")
            value = click.prompt(f"{variable} (not shown)", hide_input=True)
        else:
            value = sys.stdin.readline()
        if not value.strip():
            raise ConfigError(f"No value was given for {variable}: {credential.description}")
        answers[variable] = value.strip()
    return answers


def _switched_on(named: Connection) -> dict[str, str]:
    """CONNECTIONS with `named` in it, where it would be off without, and whatever is on now."""
    listed = [name.strip() for name in os.environ.get("CONNECTIONS", "").split(",") if name.strip()]
    if named.name in listed or not (listed or named.account):
        return {}
    on = listed or [other.name for other in connections()]
    return {"CONNECTIONS": ",".join([*on, named.name])}


def _said(chosen: Connector, named: Connection, opened: Opened) -> str:
    mode = "test mode" if opened.is_test else "live mode"
    if opened.account_id or opened.title:
        known = ", ".join(part for part in (opened.account_id, opened.country) if part)
        account = f"{opened.title or 'an account without a name'} ({known})"
    else:
        account = "account unknown (the key may not read it)"
    elsewhere = named.base_url("")
    at = f", asked at {elsewhere}" if elsewhere else ""
    readable = len(chosen.tables) - len(opened.missing)
    lines = [
        f"{named.name} opens: {account}, in {mode}{at}.",
        f"It may read {readable} of {len(chosen.tables)} kinds of objects:",
    ]
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


def _masked(value: str) -> str:
    return f"…{value[-4:]}" if len(value) > 12 else "…"

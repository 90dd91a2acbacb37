"""`leadline`: the main job without the UI, and the few things around it.

Belongs here: commands and their words. Does not: what they do (`demo.py`, `job_run.py`, `summary.py`).
"""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from orchestration import paths

_PORT = click.IntRange(0, 65535)


class _Sentences(click.Group):
    """Turns our own refusals into one sentence and exit code 2; everything else keeps its traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        import psycopg

        from connectors.registry import LeadlineError

        try:
            return super().invoke(ctx)
        except LeadlineError as error:
            click.echo(f"leadline: {error}", err=True)
        except psycopg.OperationalError as error:
            click.echo(f"leadline: The warehouse went away: {' '.join(str(error).split())}", err=True)
        raise click.exceptions.Exit(2)


@click.group(cls=_Sentences, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Open, exact revenue attribution in your own Postgres."""
    from orchestration import env_file

    env_file.load(paths.ENV_FILE)


@main.command()
@click.option("--world", type=click.Path(path_type=Path), help="A world folder to play instead of the generated one.")
def demo(world: Path | None) -> None:
    """Sync a sandbox business through Dagster, build the reports and show them."""
    from orchestration import demo as demos

    with _timed("Demo done"), demos.playing(world) as played:
        click.echo(f"Playing {played}")
        _sync_and_report("demo")
    click.echo(demos.NEXT_STEPS)


@main.command()
@click.argument("vendor", required=False)
@click.option("--account", help="A name for a further account of the vendor, such as eu.")
@click.option("--no-browser", is_flag=True, help="Consent with a browser on another machine, where it takes consent.")
def connect(vendor: str | None, account: str | None, no_browser: bool) -> None:
    """Walk through connecting an account: what it takes, what it opens and may read; then write .env.

    Without a VENDOR, their names are listed. From a pipe, credentials are read one a line.
    """
    from orchestration import connect as conversation

    if vendor is None:
        click.echo(f"leadline connect takes one of\n{conversation.vendors()}")
        return
    conversation.connect(f"{vendor}@{account}" if account else vendor, has_browser=not no_browser)


@main.command()
@click.option("--offline", is_flag=True, help="Do not ask the vendors whether the credentials still work.")
@click.option("--timeout", default=20.0, show_default=True, help="Seconds to wait for the vendors, all together.")
def connections(offline: bool, timeout: float) -> None:
    """List what is connected, since when, and whether its credentials still work; exit code 1 when some do not."""
    from orchestration import connections as connected

    listing = connected.listing(offline, timeout)
    click.echo(listing.text)
    if listing.is_pending:  # Python would wait at its end for threads that still wait for a vendor
        sys.stdout.flush()
        os._exit(1)
    if not listing.all_work:
        raise click.exceptions.Exit(1)


@main.command()
def sync() -> None:
    """Sync the accounts named in .env through Dagster and build the reports."""
    from connectors.registry import ConfigError, connections

    connected = connections()
    if not connected:
        raise ConfigError(
            "Nothing is connected: run `leadline connect`, or put keys into .env (see .env.example), or see it"
            " on a made-up business with `make demo`."
        )
    with _timed("Sync done"):
        click.echo(f"Syncing {', '.join(connection.name for connection in connected)}")
        _sync_and_report("sync")


@main.command()
@click.option("--port", type=_PORT, default=3000, show_default=True, help="Port of the Dagster UI on 127.0.0.1.")
@click.option("--world", type=click.Path(path_type=Path), help="Play this world folder instead of .env's accounts.")
def dev(port: int, world: Path | None) -> None:
    """Open the Dagster UI on this project; without credentials it plays the demo business."""
    from connectors.registry import connections, warehouse
    from orchestration import demo as demos
    from orchestration import env_following, instance

    with ExitStack() as stack:
        is_played = world is not None or not connections()
        if is_played:
            click.echo(f"Playing {stack.enter_context(demos.playing(world))}; .env's accounts are left alone")
        target = warehouse.resolve()
        warehouse.check(target)
        environment = {**os.environ, **instance.environment(target)}
        environment |= {} if is_played else env_following.handed_on(paths.ENV_FILE)
        where = ["-w", str(paths.WORKSPACE), "-h", "127.0.0.1", "-p", str(port)]
        command = [sys.executable, "-m", "dagster", "dev", *where]
        try:
            sys.exit(subprocess.run(command, env=environment, cwd=paths.dagster_home(), check=False).returncode)
        except KeyboardInterrupt:
            sys.exit(0)


@main.command()
@click.option("--reader", is_flag=True, help="The read-only role for BI tools: marts and reports, nothing else.")
def url(reader: bool) -> None:
    """Print the warehouse's URL, for psql and BI tools."""
    from connectors.registry import warehouse

    target = warehouse.resolve()
    click.echo(warehouse.reader_url(target) if reader else target.url)


@main.command()
def env() -> None:
    """Print what dbt and Dagster need in the environment, as shell exports: eval "$(leadline env)"."""
    from connectors.registry import warehouse
    from orchestration import instance
    from orchestration.resources import dbt_environment

    target = warehouse.resolve()
    variables = {**dbt_environment(target), **instance.environment(target), "WAREHOUSE_URL": target.url}
    for name, value in variables.items():
        click.echo(f"export {name}={shlex.quote(value)}")


@main.command(context_settings={"allow_interspersed_args": False, "help_option_names": ["--help"]})
@click.argument("program", nargs=-1, required=True, type=click.UNPROCESSED)
def run(program: tuple[str, ...]) -> None:
    """Run a PROGRAM of this environment with what Dagster and dbt need, such as dagster-webserver; see deploy/."""
    from connectors.registry import warehouse
    from orchestration import env_following, instance
    from orchestration.resources import dbt_environment
    from orchestration.settings import SETTINGS

    target = warehouse.resolve()
    warehouse.check(target)
    followed = env_following.handed_on(paths.ENV_FILE, [setting.name for setting in SETTINGS])
    ours = {**dbt_environment(target), **instance.environment(target), "WAREHOUSE_URL": target.url}
    beside = Path(sys.executable).parent / program[0]
    found = str(beside) if beside.exists() else program[0]  # Python tells its environment by its whole name
    try:
        os.execvpe(found, [found, *program[1:]], {**os.environ, **followed, **ours})
    except FileNotFoundError as error:
        raise click.UsageError(
            f"There is no program {program[0]!r}, neither beside {sys.executable} nor on PATH."
        ) from error


@main.command()
def status() -> None:
    """What is connected, how far it is synced, what runs, what is wrong, what the reports say.

    Exit code 1 when something needs a person: a failed run or check, a stale or half configured account.
    """
    from connectors.registry import warehouse
    from orchestration import status as at_a_glance

    target = warehouse.resolve()
    warehouse.check(target)
    glance = at_a_glance.look(target)
    click.echo(glance.text)
    if glance.needs_a_person:
        raise click.exceptions.Exit(1)


@main.command()
@click.argument("report")
@click.argument("measure")
@click.argument("day", type=click.DateTime(formats=["%Y-%m-%d"]))
@click.argument("filters", nargs=-1)
@click.option("--raw", "with_raw", is_flag=True, help="Also the raw rows, each with the sync that brought it.")
@click.option("--limit", default=20, show_default=True, help="How many ledger rows to print.")
def explain(report: str, measure: str, day: datetime, filters: tuple[str, ...], with_raw: bool, limit: int) -> None:
    """Open a figure of a daily report: the ledger rows it is made of.

    Like `leadline explain acquisition leads 2026-03-01 channel=paid campaign=spring`.
    """
    from connectors.registry import ConfigError, warehouse
    from orchestration import explain as explaining

    if unreadable := [word for word in filters if "=" not in word]:
        raise ConfigError(f"{unreadable[0]!r} narrows nothing: write a column and its value, such as channel=paid.")
    target = warehouse.resolve()
    warehouse.check(target)
    question = explaining.Question(report, measure, day.date(), dict(word.split("=", maxsplit=1) for word in filters))
    click.echo(explaining.text(target, question, with_raw, limit))


@main.command()
@click.option("--open", "opens", is_flag=True, help="Open it in the browser.")
@click.option("--serve", "serves", is_flag=True, help="Serve it on 127.0.0.1 until Ctrl-C.")
@click.option("--port", type=_PORT, default=8400, show_default=True, help="The port to serve it on.")
def report(opens: bool, serves: bool, port: int) -> None:
    """Name the report site, the pages every build writes; open it, or serve it on this machine."""
    import webbrowser

    from connectors.registry import ConfigError
    from orchestration.settings import SiteSettings
    from orchestration.site import serve

    front = SiteSettings.from_environment().folder / "index.html"
    if not front.exists():
        raise ConfigError(
            "There is no report site yet: every build writes it, so run `leadline sync` (or `make demo`)."
        )
    if not serves:
        click.echo(f"Report site: {front}")
        if opens and not webbrowser.open(front.as_uri()):
            raise ConfigError(f"No browser could be started here: open {front}, or use --serve.")
        return
    with serve.server(front.parent, port) as server:
        address = f"http://{serve.HOST}:{server.server_address[1]}/"
        click.echo(f"Report site: {address} (Ctrl-C ends it)")
        if opens:
            webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--only", multiple=True, help="Just this table, such as rpt_orders; may be repeated.")
def export(folder: Path, only: tuple[str, ...]) -> None:
    """Write every table of marts and reports into FOLDER, each as Parquet and as CSV."""
    from connectors.registry import warehouse
    from orchestration import export as exports

    target = warehouse.resolve()
    warehouse.check(target)
    rows = exports.export(target, folder, only)
    click.echo(f"{len(rows)} tables, {sum(rows.values()):,} rows, in {folder}")


@main.command()
def stop() -> None:
    """Stop the embedded Postgres, if this project started one."""
    from connectors.registry import embedded_postgres

    stopped = embedded_postgres.stop()
    click.echo("The embedded Postgres was stopped." if stopped else "No embedded Postgres was running.")


def _sync_and_report(cause: str) -> None:
    from connectors.registry import CONNECTORS, prepare, warehouse
    from orchestration import instance, job_run, manifest, resources, summary
    from orchestration.settings import SiteSettings

    SiteSettings.from_environment()
    with _timed("Warehouse ready"):
        target = warehouse.resolve()
        warehouse.check(target)
    if prepare(CONNECTORS, target):
        click.echo("The former demo's rows were cleared to make place.")
    with instance.opened(target) as opened, _timed("Synced, built and checked"):
        manifest.ensure(resources.build_environment(target))  # parsed for the build that follows, which spares its own
        job_run.run("sync_and_report_job", opened, cause)
    click.echo(f"\n{summary.text(target)}\n")
    click.echo(f"Report site: {SiteSettings.from_environment().folder / 'index.html'}\n")


@contextmanager
def _timed(what: str) -> Iterator[None]:
    """Say how long the block took, when it went well."""
    started = time.monotonic()
    yield
    click.echo(f"{what} in {time.monotonic() - started:.1f} s")

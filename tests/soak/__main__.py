"""`make soak`: simulated days of a business, played against the real daemon and code server, with troubles.

    held back days ──► sandbox ──► sensors, syncs, builds in processes of their own ──► raw = sandbox, marts = truth

Belongs here: the order of the days and what must hold. Does not: what goes wrong (`troubles.py`).
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg
from dagster import DagsterInstance, DagsterRunStatus, RunsFilter

from connectors import embedded_postgres
from connectors.registry import standing, warehouse
from connectors.sandbox.serving import Playing, serving
from orchestration import instance, run_tags
from orchestration.automation.decisions import IN_FLIGHT
from orchestration.resources import BUILD
from tests.connectors import stripe_mirror
from tests.integration import truth
from tests.soak import held_back
from tests.soak.servers import Servers
from tests.soak.troubles import KEY, TROUBLES, Stage

SECONDS_TO_SETTLE = 1_800
CONNECTED = ("stripe", "hubspot", "google_ads", "meta_ads", "files", "web_events")


def main(arguments: list[str]) -> int:
    """Play; the exit code is 0 when everything held."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="Simulated days against the real daemon.")
    parser.add_argument("--days", type=int, default=10, help="how many days are still to come (10)")
    parser.add_argument("--raw-only", action="store_true", help="Stripe alone and no builds: a third of the time")
    asked = parser.parse_args(arguments)
    days = asked.days
    folder = Path(tempfile.mkdtemp(prefix="leadline-soak-"))
    home = folder / "home"
    rest = held_back.cut(folder / "world", days)
    try:
        with serving(folder / "world") as playing:
            _settings(home, playing, ("stripe",) if asked.raw_only else CONNECTED)
            servers = Servers(folder, instance.environment(warehouse.resolve()) | _environment(home))
            try:
                with _no_builds() if asked.raw_only else nullcontext():
                    _play(days, playing, rest, Stage(servers, _instance, home, playing.env[KEY]))
            except BaseException:
                print(servers.log("daemon"), servers.log("code server"), sep="\n---\n", file=sys.stderr)
                raise
            finally:
                servers.stop()
    finally:
        embedded_postgres.stop(home)
        shutil.rmtree(folder, ignore_errors=True)
    return 0


@contextmanager
def _no_builds() -> Iterator[None]:
    """Hold the builds' lock, also over a restart of the warehouse: the reports are said to be under way."""
    ended = Event()

    def hold() -> None:
        while not ended.is_set():
            with suppress(psycopg.OperationalError), warehouse.connect(warehouse.resolve(start=False)) as db:
                db.execute("select pg_advisory_lock(hashtextextended(%s, 0))", [BUILD])
                while not ended.wait(1):
                    db.execute("select 1")
            ended.wait(0.2)

    holder = Thread(target=hold, daemon=True)
    holder.start()
    try:
        yield
    finally:
        ended.set()
        holder.join(10)


def _settings(home: Path, playing: Playing, connected: Sequence[str]) -> None:
    """This process, and those it starts, know the sandbox; Stripe's key stands in the `.env` file alone."""
    home.mkdir()
    for name in [name for name in os.environ if name.startswith("SOURCES__")]:
        del os.environ[name]
    for name in ("WAREHOUSE_URL", "DAGSTER_POSTGRES_URL", "CONNECTIONS"):
        os.environ[name] = ""
    os.environ.update({name: value for name, value in playing.env.items() if name != KEY})
    os.environ["LEADLINE_HOME"] = str(home)
    os.environ["CONNECTIONS"] = ",".join(connected)
    (home / ".env").write_text(f"{KEY}={playing.env[KEY]}\n")


def _connected() -> tuple[str, ...]:
    return tuple(os.environ["CONNECTIONS"].split(","))


def _environment(home: Path) -> dict[str, str]:
    return {"LEADLINE_ENV_FILE": str(home / ".env")}


def _instance() -> DagsterInstance:
    os.environ.update(instance.environment(warehouse.resolve()))
    return DagsterInstance.get()


def _play(days: int, playing: Playing, rest: held_back.HeldBack, stage: Stage) -> None:
    began = time.monotonic()
    stage.servers.start_code_server()
    stage.servers.start_daemon()
    _settle("history", playing, stage)
    for number in range(days):
        day, trouble = held_back.LAST_DAY - timedelta(days=days - 1 - number), TROUBLES[number % len(TROUBLES)]
        with trouble(stage):
            happened = rest.happen(playing.stripe, day)
        _settle(f"{day}, {happened} new objects, {trouble.__name__.replace('_', ' ')}", playing, stage)
    if _connected() == CONNECTED:
        truth.assert_equal(warehouse.resolve().url, held_back.STUDIO)
        print(f"the marts equal the truth after {days} days")
    _account(stage)
    print(f"Soak done in {time.monotonic() - began:.0f} s")


def _settle(what: str, playing: Playing, stage: Stage) -> None:
    """Wait until raw is what the sandbox has and the reports show it."""
    began, said = time.monotonic(), [""]

    def is_settled() -> bool:
        said[0] = _unsettled(playing, stage)
        return not said[0]

    _within(SECONDS_TO_SETTLE, stage, is_settled, lambda: f"{what}: {said[0]}")
    print(f"{time.monotonic() - began:6.0f} s  {what}", flush=True)


def _within(seconds: float, stage: Stage, condition: Callable[[], bool], said: Callable[[], str]) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        stage.servers.check()
        if condition():
            return
        time.sleep(2)
    raise TimeoutError(said())


def _unsettled(playing: Playing, stage: Stage) -> str:
    """What is still to come, or nothing."""
    target = warehouse.resolve()
    going = [run.run_id[:8] for run in stage.runs(statuses=list(IN_FLIGHT))]
    if going:
        return f"runs under way: {', '.join(going)}"
    with warehouse.connect(target) as db:
        for name in _connected():
            row = db.execute("select to_regclass('ingest.connections')").fetchone()
            if not row or not row[0]:
                return "nothing was synced yet"
            held = db.execute("select synced_at from ingest.connections where connection = %s", [name]).fetchone()
            if not held or not held[0]:
                return f"{name} was not synced yet"
        if _connected() == CONNECTED and standing.unbuilt(db):
            return "the reports do not show everything"
    return "; ".join(stripe_mirror.differences(target.url, _sandbox(playing))[:3])


def _sandbox(playing: Playing) -> stripe_mirror.Truth:
    """What the sandbox has, discounts named by id: they are a table of their own."""
    found = stripe_mirror.truth(playing.stripe, playing.url, playing.env[KEY])
    objects = {
        table: {id_: {**obj, **_discount_ids(obj)} for id_, obj in held.items()}
        for table, held in found.objects.items()
    }
    return replace(found, objects=objects)


def _discount_ids(obj: dict[str, Any]) -> dict[str, Any]:
    discounts = obj.get("discounts")
    if obj.get("object") not in ("invoice", "subscription") or not discounts:
        return {}
    return {"discounts": [one["id"] if isinstance(one, dict) else one for one in discounts]}


def _account(stage: Stage) -> None:
    """What it took, and that no vendor was synced twice at once."""
    with stage.instance() as opened:
        records = opened.get_run_records(RunsFilter(), limit=10_000)
    counts = Counter(
        (record.dagster_run.job_name, record.dagster_run.tags.get(run_tags.CAUSE, ""), record.dagster_run.status.value)
        for record in records
    )
    for (job, cause, status), count in sorted(counts.items()):
        print(f"{count:5}  {job:30} {cause:12} {status}")
    spans: dict[str, list[tuple[float, float]]] = {}
    for record in records:
        vendor = record.dagster_run.tags.get(run_tags.CONNECTOR) or record.dagster_run.tags.get(run_tags.BUILD)
        if vendor and record.start_time and record.end_time and record.dagster_run.status is DagsterRunStatus.SUCCESS:
            spans.setdefault(vendor, []).append((record.start_time, record.end_time))
    for vendor, found in spans.items():
        found.sort()
        for (_, ended), (started, _) in pairwise(found):
            assert started >= ended, f"two runs of {vendor} at once"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

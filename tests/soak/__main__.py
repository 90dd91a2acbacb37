"""`make soak`: simulated days of a business, played against real servers, with troubles.

    held back days ──► sandbox ──► sensors, syncs, builds in processes of their own ──► raw = sandbox, marts = truth
                                                                                    └─► each alert once

Belongs here: the order of the days and what must hold at their end. Does not: what goes wrong (`troubles.py`), when
everything has come through (`settled.py`), what is told on the way (`receiver.py`).
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import psycopg
from dagster import DagsterInstance, DagsterRunStatus, RunsFilter

from connectors import embedded_postgres
from connectors.registry import warehouse
from connectors.sandbox.serving import Playing, serving
from orchestration import env_following, instance, run_tags
from tests.integration import report_truth, truth
from tests.soak import held_back, troubles
from tests.soak.receiver import NEW, Receiver, receiving
from tests.soak.servers import Servers
from tests.soak.settled import still_to_come
from tests.soak.stage import KEY, Stage

SECONDS_TO_SETTLE = 1_800
SECONDS_OF_QUIET = 15
"""In which every sensor looks twice."""


def main(arguments: list[str]) -> int:
    """Play; the exit code is 0 when everything held."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="Simulated days against real servers.")
    parser.add_argument("--days", type=int, default=10, help="how many days are still to come (10)")
    parser.add_argument(
        "--one-day", action="store_true", help="one day of payments and contacts alone, with three troubles"
    )
    asked = parser.parse_args(arguments)
    vendors = held_back.PAYMENTS_AND_CONTACTS if asked.one_day else held_back.PLAYED
    days = (troubles.IN_ONE_DAY,) if asked.one_day else tuple(_of_days(asked.days))
    folder = Path(tempfile.mkdtemp(prefix="leadline-soak-"))
    home = folder / "home"
    rest = held_back.cut(folder / "world", len(days), vendors)
    try:
        with serving(folder / "world") as playing, receiving() as alerts:
            _settings(home, playing, vendors, alerts)
            embedded_postgres.start(home, throw_away=True)
            variables = instance.environment(warehouse.resolve()) | {env_following.VARIABLE: str(home / ".env")}
            servers = Servers(folder, variables)
            stage = Stage(servers, _instance, home, playing.env[KEY], alerts)
            try:
                _play(days, playing, rest, stage)
                _assert_marts(folder / "world")
                _assert_alerts(stage)
                _account(stage)
            except BaseException:
                print(servers.logs(), file=sys.stderr)
                raise
            finally:
                servers.stop()
    finally:
        embedded_postgres.stop(home)
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _of_days(count: int) -> list[tuple[troubles.Trouble, ...]]:
    return [troubles.DAYS[number % len(troubles.DAYS)] for number in range(count)]


def _settings(home: Path, playing: Playing, vendors: frozenset[str], alerts: Receiver) -> None:
    """This process, and those it starts, know the sandbox; Stripe's key stands in the `.env` file alone."""
    home.mkdir()
    for name in [name for name in os.environ if name.startswith(("SOURCES__", "ALERT_"))]:
        del os.environ[name]
    for name in ("WAREHOUSE_URL", "DAGSTER_POSTGRES_URL"):
        os.environ[name] = ""
    os.environ.update({name: value for name, value in playing.env.items() if name != KEY})
    os.environ["LEADLINE_HOME"] = str(home)
    os.environ["CONNECTIONS"] = ",".join(sorted(vendors))
    os.environ["ALERT_WEBHOOK_URL"] = alerts.url
    (home / ".env").write_text(f"{KEY}={playing.env[KEY]}\n")


def _instance() -> DagsterInstance:
    os.environ.update(instance.environment(warehouse.resolve()))
    return DagsterInstance.get()


def _play(
    days: tuple[tuple[troubles.Trouble, ...], ...], playing: Playing, rest: held_back.HeldBack, stage: Stage
) -> None:
    began = time.monotonic()
    stage.servers.start_code_server()
    stage.servers.start_daemon()
    stage.servers.start_webserver()
    print(f"{time.monotonic() - began:6.0f} s  servers started", flush=True)
    _settle("history", playing, stage)
    for number, of_day in enumerate(days):
        begins = held_back.midnight(held_back.LAST_DAY - timedelta(days=len(days) - 1 - number))
        for part, trouble in enumerate(of_day, start=1):
            since = time.monotonic()
            with trouble(stage):
                happened = rest.happen(playing.stripe, begins + part * timedelta(days=1) / len(of_day))
            said = trouble.__name__.replace("_", " ")
            print(f"{time.monotonic() - since:6.0f} s  {begins:%Y-%m-%d}, {happened} changes, {said}", flush=True)
        stage.hours_pass()
        _settle(f"{begins:%Y-%m-%d}", playing, stage)
    _assert_quiet(stage)
    print(f"Played in {time.monotonic() - began:.0f} s", flush=True)


def _settle(what: str, playing: Playing, stage: Stage) -> None:
    """Wait until raw is what the sandbox has, the reports show it, and people know how the checks stand."""
    began, said = time.monotonic(), [""]

    def is_settled() -> bool:
        said[0] = still_to_come(playing, stage)
        return not said[0]

    try:
        stage.wait(what, is_settled, SECONDS_TO_SETTLE)
    except TimeoutError as error:
        raise TimeoutError(f"{error}: {said[0]}") from error
    print(f"{time.monotonic() - began:6.0f} s  {what}: all has come through", flush=True)


def _assert_quiet(stage: Stage) -> None:
    """When everything has come through, nothing more is built."""
    builds = RunsFilter(job_name="report_job")
    before = {run.run_id for run in stage.runs(builds)}
    time.sleep(SECONDS_OF_QUIET)
    assert {run.run_id for run in stage.runs(builds)} == before, "reports were built again though nothing had changed"


def _assert_marts(world: Path) -> None:
    url = warehouse.resolve().url
    truth.assert_equal(url, world)
    with psycopg.connect(url) as db:  # of payments alone, whichever vendors are beside them
        for comparison in (report_truth.ORDERS, report_truth.MRR):
            assert report_truth.differences(db, held_back.STUDIO, comparison)[:20] == []
    print("The marts equal the truth", flush=True)


def _assert_alerts(stage: Stage) -> None:
    """Each expected alert came once and its end once; of checks, what stands in between; nothing else."""
    for key in stage.alerts.keys | stage.expected.keys():
        states = stage.alerts.of(key)
        if key.startswith("check/"):  # the settled state was compared with the reports' own table
            assert all(one != other for one, other in pairwise(states)), f"{key} was told twice: {states}"
            assert states[0] == NEW, f"the end of {key} was told, and not its beginning"
        else:
            assert states == stage.expected.get(key, []), f"of {key} was told {states}: {stage.alerts.told}"
    for key in sorted(stage.alerts.keys):
        print(f"alert {key}: {', '.join(stage.alerts.of(key))}", flush=True)


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

"""What running by itself costs: a scheduled sync that finds nothing, and ticks beside a long history of runs.

Belongs here: these two. Does not: what a sync with news costs (`end_to_end.py`, `changes.py`).
"""

import os
import tempfile
import time
from pathlib import Path

import psutil
import psycopg
from dagster import DagsterInstance, DagsterRunStatus, RunsFilter

from connectors.connector import Connection
from connectors.registry import connector, sync
from connectors.warehouse import resolve
from orchestration import instance
from orchestration.automation.alerts import ALERT_SENSORS
from orchestration.automation.sensors import SENSORS
from tests.bench import worlds
from tests.bench.surroundings import UNPACED, surroundings
from tests.bench.table import Size, Table
from tests.connectors.sandbox_process import played_elsewhere
from tests.orchestration.automation_runs import Automation
from tests.soak.receiver import receiving
from tests.soak.servers import CODE, DAEMON, Servers

FEW = 10
LONGEST_SECONDS = 300
COPIES = (
    "insert into dagster.runs (run_id, snapshot_id, pipeline_name, status, run_body, partition, partition_set,"
    " create_timestamp, update_timestamp, start_time, end_time, backfill_id)"
    " select new_id, snapshot_id, pipeline_name, status, replace(run_body, run_id, new_id), partition, partition_set,"
    " create_timestamp, update_timestamp, start_time, end_time, backfill_id"
    " from copies join dagster.runs using (run_id)",
    "insert into dagster.run_tags (run_id, key, value)"
    " select new_id, key, value from copies join dagster.run_tags using (run_id)",
    "insert into dagster.event_logs (run_id, event, dagster_event_type, timestamp, step_key, asset_key, partition)"
    " select new_id, replace(event, run_id, new_id), dagster_event_type, timestamp, step_key, asset_key, partition"
    " from copies join dagster.event_logs using (run_id)",
)
"""Each run many times more, with its tags and events, under other ids."""
KNOWN_SIZES = ("analyze dagster.runs", "analyze dagster.run_tags", "analyze dagster.event_logs")
"""As autovacuum does within a minute where runs come one by one."""


def measure(table: Table, server_url: str, size: Size) -> None:
    """Both, against one small account."""
    with played_elsewhere(worlds.sales, 200) as sandbox, surroundings(server_url, {**sandbox.env, **UNPACED}) as url:
        sync(connector("stripe"), Connection("stripe"), resolve())
        seconds = [_noop_cpu_seconds(url) for _ in range(size.pairs)]
        said = ", ".join(f"{one:.1f}" for one in seconds)
        table.add(
            "CPU seconds of a scheduled Stripe run that finds nothing, servers and Postgres included",
            said,
            "<= 10",
            "<= 7",
        )
        _measure_ticks(table, url, size)


def _noop_cpu_seconds(url: str) -> float:
    """What the run, daemon, code server and Postgres have used for it; not the UI it is launched from."""
    with tempfile.TemporaryDirectory() as folder, instance.opened(resolve()) as opened:
        servers = Servers(Path(folder), instance.environment(resolve()) | {"LEADLINE_AUTOMATION": "off"})

        def used() -> float:
            return servers.cpu_seconds(CODE) + servers.cpu_seconds(DAEMON) + _postgres_cpu_seconds(url)

        try:
            servers.start_code_server()
            servers.start_daemon()
            servers.start_webserver()
            time.sleep(10)  # until all of them have loaded
            before, began = used(), time.monotonic()
            run_id = servers.launch("stripe_sync_job")
            _wait_for(opened, run_id)
            time.sleep(3)  # until its process is gone, and counted
            after, took = used(), time.monotonic() - began
            time.sleep(took)  # what they use while nothing runs is not the run's
            return (after - before) - (used() - after)
        finally:
            servers.stop()


def _postgres_cpu_seconds(url: str) -> float:
    """What the server at this URL, on this machine, has used with all its sessions, ended ones too."""
    with psycopg.connect(url) as db:
        postmaster = psutil.Process(db.info.backend_pid).parent()
    assert postmaster
    sessions = [session.cpu_times() for session in postmaster.children()]
    own = postmaster.cpu_times()
    return float(own.children_user + own.children_system + sum(one.user + one.system for one in [own, *sessions]))


def _wait_for(opened: DagsterInstance, run_id: str) -> None:
    until = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < until:
        run = opened.get_run_by_id(run_id)
        if run and run.is_finished:
            assert run.status is DagsterRunStatus.SUCCESS, f"run {run_id} ended {run.status}"
            return
        time.sleep(0.5)
    raise TimeoutError(f"run {run_id} did not end within {LONGEST_SECONDS} s")


def _measure_ticks(table: Table, url: str, size: Size) -> None:
    with instance.opened(resolve()) as opened, receiving() as alerts:
        os.environ["ALERT_WEBHOOK_URL"] = alerts.url  # without a channel nothing is looked for
        automation = Automation(opened)
        for _ in range(FEW):
            automation.sync("stripe", DagsterRunStatus.SUCCESS, cause="incremental")
        few = _seconds_of_ticks(automation)
        with psycopg.connect(url) as db:
            db.execute(
                "create temp table copies as select run_id, gen_random_uuid()::text as new_id"
                " from dagster.runs cross join generate_series(1, %s)",
                [size.runs // FEW],
            )
            for statement in (*COPIES, *KNOWN_SIZES):
                db.execute(statement)
        many = _seconds_of_ticks(automation)
        held = opened.get_runs_count(RunsFilter())
    what = f"a tick of every sensor beside {held:,} runs"
    table.add(what, f"{many:.2f} s, {many / few:.1f} x of few", "", "1 x")


def _seconds_of_ticks(automation: Automation) -> float:
    """All sensors once, the best of five."""
    taken = []
    for _ in range(5):
        began = time.monotonic()
        for sensor in [*SENSORS, *ALERT_SENSORS]:
            automation.tick(sensor)
        taken.append(time.monotonic() - began)
    return min(taken)

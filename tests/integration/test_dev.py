"""The Dagster UI as `make dev` opens it: it serves the asset graph, and a run launched from it goes the whole way."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from connectors.oauth_redirect import free_port
from tests.integration import truth
from tests.integration.studio import STUDIO
from tests.site import browser

LAUNCH = """mutation($p: ExecutionParams!) { launchRun(executionParams: $p) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
STATUS = "query($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"
GRAPH = "{ assetNodes { assetKey { path } dependencyKeys { path } groupName kinds } }"
CHECK, PROMISE = (
    "assert_daily_equals_ledger",
    "Every additive figure of rpt_orders_daily is the sum of its ledger rows.",
)
PICTURE = "[...document.images].some(i => i.src.startsWith('data:image/svg+xml') && i.complete && i.naturalWidth > 0)"
SECONDS_TO_START, SECONDS_TO_RUN, SECONDS_TO_SHOW = 90, 240, 30


class Ui:
    """The webserver's GraphQL, as the browser asks it."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/graphql"

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["data"]


@pytest.fixture
def ui(warehouse_url: str, tmp_path: Path) -> Iterator[Ui]:
    port = free_port()
    dev = subprocess.Popen(
        [str(Path(sys.executable).with_name("leadline")), "dev", "--port", str(port), "--world", str(STUDIO)],
        env={**os.environ, "LEADLINE_HOME": str(tmp_path), "LEADLINE_AUTOMATION": "off"},
        stdout=(tmp_path / "dev.log").open("w"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        served, until = Ui(port), time.monotonic() + SECONDS_TO_START
        while True:
            try:
                served.ask("{ version }")
                break
            except OSError:
                assert dev.poll() is None and time.monotonic() < until, (tmp_path / "dev.log").read_text()
                time.sleep(0.5)
        yield served
    finally:
        os.killpg(dev.pid, signal.SIGINT)
        try:
            dev.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(dev.pid, signal.SIGKILL)


def test_the_ui_shows_the_graph_runs_the_job_and_shows_its_pictures_and_a_failed_check(
    ui: Ui, warehouse_url: str, tmp_path: Path
) -> None:
    nodes = {tuple(node["assetKey"]["path"]): node for node in ui.ask(GRAPH)["assetNodes"]}
    assert nodes["stripe", "charges"]["kinds"] == ["dlt", "postgres", "stripe"]
    assert {"path": ["stripe", "charges"]} in nodes[("stg_stripe__charges",)]["dependencyKeys"]
    assert nodes[("rpt_orders",)]["groupName"] == "reports"

    run, status = run_to_its_end(ui, {"jobName": "sync_and_report_job"})
    assert status == "SUCCESS", (tmp_path / "dev.log").read_text()
    truth.assert_equal(warehouse_url, STUDIO)

    with browser.tab(tmp_path / "browser") as tab:
        tab.call("Emulation.setDeviceMetricsOverride", width=1400, height=900, deviceScaleFactor=1, mobile=False)
        look = partial(seen, tab, ui.url.removesuffix("/graphql"), tmp_path)
        look("graph", "/asset-groups", says("stripe"), says("reports"), says("staging"))
        look("run", f"/runs/{run}", says("Success"), says("report_build"), says("stripe_sync"))
        look("picture", "/assets/rpt_orders_daily", press("Show markdown"), PICTURE)

        with psycopg.connect(warehouse_url) as db:
            db.execute("update building.rpt_orders_daily set orders = orders + 1")
        check = {"assetKey": {"path": ["rpt_orders_daily"]}, "name": CHECK}
        _, status = run_to_its_end(ui, {"jobName": "__ASSET_JOB", "assetSelection": [], "assetCheckSelection": [check]})
        assert status == "FAILURE"
        look("check", f"/assets/rpt_orders_daily?view=checks&checkDetail={CHECK}", says("Failed"), says(PROMISE))
    with psycopg.connect(warehouse_url) as db:
        failed = db.execute("select asset, check_name from reports.rpt_failed_checks where not is_warning").fetchall()
    assert failed == [("rpt_orders_daily", CHECK)]


def run_to_its_end(ui: Ui, what: dict[str, Any]) -> tuple[str, str]:
    """Launch as the browser would; the run's id and how it ended."""
    selector = {"repositoryLocationName": "leadline", "repositoryName": "__repository__", **what}
    launched = ui.ask(LAUNCH, p={"selector": selector, "runConfigData": {}})["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    run, until = launched["run"]["runId"], time.monotonic() + SECONDS_TO_RUN
    while (status := ui.ask(STATUS, id=run)["runOrError"]["status"]) not in ("SUCCESS", "FAILURE", "CANCELED"):
        assert time.monotonic() < until, f"run {run} of {what} is still {status}"
        time.sleep(0.5)
    return run, status


def seen(tab: browser.Tab, base: str, folder: Path, name: str, page: str, *steps: str) -> None:
    """Open a page and wait until each step holds, one after the other; a screenshot is kept."""
    tab.call("Page.navigate", url=base + page)
    for step in steps:
        until = time.monotonic() + SECONDS_TO_SHOW
        while not tab.ask(step):
            assert time.monotonic() < until, f"{name}: not {step}, but {tab.ask('document.body.innerText')}"
            time.sleep(0.1)
    tab.picture(folder / f"{name}.png", height=900)
    assert (folder / f"{name}.png").stat().st_size > 10_000, name


def says(words: str) -> str:
    """JavaScript: whether the page shows these words."""
    return f"(document.body?.innerText ?? '').toLowerCase().includes({json.dumps(words.lower())})"


def press(words: str) -> str:
    """JavaScript: press the first button of these words, if there is one yet."""
    buttons = "[...document.querySelectorAll('button, a')]"
    wanted = f"b => b.innerText.trim().toLowerCase().includes({json.dumps(words.lower())})"
    return f"(button => button && (button.click(), true))({buttons}.find({wanted}))"

"""The Dagster UI as `make dev` opens it: it serves the asset graph, and a run launched from it goes the whole way."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration import truth
from tests.integration.studio import STUDIO

LAUNCH = """mutation($p: ExecutionParams!) { launchRun(executionParams: $p) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
STATUS = "query($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"
GRAPH = "{ assetNodes { assetKey { path } dependencyKeys { path } groupName kinds } }"
SECONDS_TO_START, SECONDS_TO_RUN = 90, 240


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
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
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


def test_the_ui_shows_the_graph_and_runs_the_job(ui: Ui, warehouse_url: str, tmp_path: Path) -> None:
    nodes = {tuple(node["assetKey"]["path"]): node for node in ui.ask(GRAPH)["assetNodes"]}
    assert nodes["stripe", "charges"]["kinds"] == ["dlt", "postgres", "stripe"]
    assert {"path": ["stripe", "charges"]} in nodes[("stg_stripe__charges",)]["dependencyKeys"]
    assert nodes[("rpt_orders",)]["groupName"] == "reports"

    selector = {
        "repositoryLocationName": "leadline",
        "repositoryName": "__repository__",
        "jobName": "sync_and_report_job",
    }
    launched = ui.ask(LAUNCH, p={"selector": selector, "runConfigData": {}})["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    run, until = launched["run"]["runId"], time.monotonic() + SECONDS_TO_RUN
    while (status := ui.ask(STATUS, id=run)["runOrError"]["status"]) not in ("SUCCESS", "FAILURE", "CANCELED"):
        assert time.monotonic() < until, (tmp_path / "dev.log").read_text()
        time.sleep(1)
    assert status == "SUCCESS", (tmp_path / "dev.log").read_text()
    truth.assert_equal(warehouse_url, STUDIO)

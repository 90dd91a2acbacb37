"""The processes a server runs: code server, daemon and webserver, each of which can be killed with all it started.

Belongs here: starting, killing and their logs. Does not: what is expected of them (`__main__.py`).
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from connectors.oauth_redirect import free_port

PROJECT = Path(__file__).parents[2]
CODE, DAEMON, WEB = "code server", "daemon", "webserver"
SECONDS_TO_START = 240
LAUNCH = """mutation($p: ExecutionParams!) { launchRun(executionParams: $p) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
RUNS = "{ runsOrError(limit: 50) { ... on Runs { results { runId } } } }"
_WORKSPACE = """load_from:
  - grpc_server:
      host: 127.0.0.1
      port: {port}
      location_name: leadline
"""


@dataclass
class Servers:
    """All of them, with `environment`, their files in `folder`."""

    folder: Path
    environment: Mapping[str, str]
    _running: dict[str, subprocess.Popen] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._port, self._web_port = free_port(), free_port()
        (self.folder / "workspace.yaml").write_text(_WORKSPACE.format(port=self._port))

    def start_code_server(self) -> None:
        """Start it and wait until it answers."""
        module = ["-m", "tests.soak.location", "--location-name", "leadline"]
        address = ["-h", "127.0.0.1", "-p", str(self._port)]
        self._start(CODE, sys.executable, "-m", "dagster", "api", "grpc", *address, *module)
        self._until_it_listens(CODE, self._port)

    def start_daemon(self) -> None:
        """Start it; it waits for the code server itself."""
        self._start(DAEMON, _beside("dagster-daemon"), "run", "-w", str(self.folder / "workspace.yaml"))

    def start_webserver(self) -> None:
        """Start it and wait until it listens."""
        address = ["-h", "127.0.0.1", "-p", str(self._web_port)]
        self._start(WEB, _beside("dagster-webserver"), *address, "-w", str(self.folder / "workspace.yaml"))
        self._until_it_listens(WEB, self._web_port)

    def runs_shown(self) -> int:
        """How many runs the UI lists, 50 at most. Raises `OSError` while there is no UI."""
        return len(self._asked(RUNS)["runsOrError"]["results"])

    def launch(self, job: str) -> str:
        """Start a run of the job as the UI does; its id."""
        selector = {"repositoryLocationName": "leadline", "repositoryName": "__repository__", "jobName": job}
        launched = self._asked(LAUNCH, p={"selector": selector, "runConfigData": {}})["launchRun"]
        if launched["__typename"] != "LaunchRunSuccess":
            raise RuntimeError(f"{job} could not be launched: {launched}")
        return str(launched["run"]["runId"])

    def cpu_seconds(self, name: str) -> float:
        """The processor time the server has used, with that of its children that have ended."""
        used = psutil.Process(self._running[name].pid).cpu_times()
        return float(used.user + used.system + used.children_user + used.children_system)

    def _asked(self, query: str, **variables: Any) -> dict[str, Any]:
        asked = urllib.request.Request(
            f"http://127.0.0.1:{self._web_port}/graphql",
            json.dumps({"query": query, "variables": variables}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(asked, timeout=60) as answer:
            found: dict[str, Any] = json.load(answer)["data"]
            return found

    def kill(self, name: str) -> int:
        """kill -9 the server and everything it started; returns how many processes that were."""
        process = self._running.pop(name)
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        for member in family:
            if member.is_running():
                member.kill()
        process.wait()
        psutil.wait_procs(family, timeout=10)
        return len(family)

    def stop(self) -> None:
        """End all of them, politely and then not."""
        for process in self._running.values():
            process.send_signal(signal.SIGINT)
        for name in list(self._running):
            try:
                self._running[name].wait(20)
                self._running.pop(name)
            except subprocess.TimeoutExpired:
                self.kill(name)

    def check(self) -> None:
        """Raise when one of them has ended by itself."""
        for name, process in self._running.items():
            if process.poll() is not None:
                raise RuntimeError(f"the {name} ended with {process.returncode}: {self.log(name)}")

    def log(self, name: str) -> str:
        """The end of what it said."""
        return (self.folder / f"{name}.log").read_text()[-3_000:]

    def logs(self) -> str:
        """The ends of all that was said."""
        return "\n".join(f"--- {name}\n{self.log(name)}" for name in (CODE, DAEMON, WEB) if self._has_log(name))

    def _has_log(self, name: str) -> bool:
        return (self.folder / f"{name}.log").exists()

    def _until_it_listens(self, name: str, port: int) -> None:
        until = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < until:
            self.check()
            with socket.socket() as asking:
                if asking.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.3)
        raise TimeoutError(f"the {name} does not answer: {self.log(name)}")

    def _start(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.log").open("a") as log:
            self._running[name] = subprocess.Popen(
                command,
                env={**os.environ, **self.environment},
                cwd=PROJECT,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


def _beside(program: str) -> str:
    return str(Path(sys.executable).with_name(program))

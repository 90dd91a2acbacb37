"""The processes a server runs: a code server and a daemon, each of which can be killed with all that it started.

Belongs here: starting, killing and their logs. Does not: what is expected of them (`__main__.py`).
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

PROJECT = Path(__file__).parents[2]
_WORKSPACE = """load_from:
  - grpc_server:
      host: 127.0.0.1
      port: {port}
      location_name: leadline
"""


@dataclass
class Servers:
    """Both of them, with `environment`, their files in `folder`."""

    folder: Path
    environment: Mapping[str, str]
    _running: dict[str, subprocess.Popen] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        (self.folder / "workspace.yaml").write_text(_WORKSPACE.format(port=self._port))

    def start_code_server(self) -> None:
        """Start it and wait until it answers."""
        module = ["-m", "orchestration.definitions", "--location-name", "leadline"]
        address = ["-h", "127.0.0.1", "-p", str(self._port)]
        self._start("code server", sys.executable, "-m", "dagster", "api", "grpc", *address, *module)
        until = time.monotonic() + 120
        while time.monotonic() < until:
            with socket.socket() as asking:
                if asking.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            time.sleep(0.5)
        raise TimeoutError(f"the code server does not answer: {self.log('code server')}")

    def start_daemon(self) -> None:
        """Start it; it waits for the code server itself."""
        self._start(
            "daemon",
            str(Path(sys.executable).with_name("dagster-daemon")),
            "run",
            "-w",
            str(self.folder / "workspace.yaml"),
        )

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
        """End both, politely and then not."""
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

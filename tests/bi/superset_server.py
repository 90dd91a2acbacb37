"""A running Superset, asked over its REST API as its front end asks it.

Belongs here: start, stop, ask. Does not: what is imported and what is expected of it (`against_superset.py`).
"""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from connectors.oauth_redirect import free_port
from tests.bi.superset_environment import PASSWORD, USER, Environment, variables

SECONDS_TO_START = 180
SECONDS = 120


@dataclass(frozen=True)
class Superset:
    """A server, and a session of its administrator."""

    url: str
    session: requests.Session = field(default_factory=requests.Session)

    def log_in(self) -> None:
        """As a script does: a token, and the one against forged requests."""
        asked = {"username": USER, "password": PASSWORD, "provider": "db", "refresh": True}
        token = self.post("/api/v1/security/login", json=asked)["access_token"]
        self.session.headers["Authorization"] = f"Bearer {token}"
        self.session.headers["X-CSRFToken"] = self.get("/api/v1/security/csrf_token/")["result"]

    def get(self, path: str) -> dict[str, Any]:
        """The answer to a question. Raises `requests.HTTPError` with Superset's words."""
        return self._answer(self.session.get(self.url + path, timeout=SECONDS))

    def post(self, path: str, **content: Any) -> dict[str, Any]:
        """The answer to an order. Raises `requests.HTTPError` with Superset's words."""
        return self._answer(self.session.post(self.url + path, timeout=SECONDS, **content))

    def all_of(self, kind: str) -> list[dict[str, Any]]:
        """Every chart, dataset, dashboard or database."""
        found: list[dict[str, Any]] = self.get(f"/api/v1/{kind}/?q=(page_size:100)")["result"]
        return found

    def rows(self, chart: int, days: str = "No filter") -> list[dict[str, Any]]:
        """What a chart shows, asked anew with the question that was imported with it; of `days` as the filter says."""
        question = json.loads(self.get(f"/api/v1/chart/{chart}")["result"]["query_context"])
        for query in question["queries"]:
            query["filters"].append({"col": "report_date", "op": "TEMPORAL_RANGE", "val": days})
        [answer] = self.post("/api/v1/chart/data", json={**question, "force": True})["result"]
        rows: list[dict[str, Any]] = answer["data"]
        return rows

    @staticmethod
    def _answer(response: requests.Response) -> dict[str, Any]:
        if not response.ok:
            raise requests.HTTPError(f"{response.status_code} for {response.url}: {response.text[:2000]}")
        answer: dict[str, Any] = response.json()
        return answer


@contextmanager
def serving(environment: Environment, folder: Path) -> Iterator[Superset]:
    """A new Superset on a free port whose metadata lies in `folder`; stopped afterwards."""
    metadata = folder / "metadata.sqlite"
    shutil.copyfile(environment.metadata, metadata)
    port = free_port()
    superset = Superset(f"http://127.0.0.1:{port}")
    with (folder / "superset.log").open("w") as log:
        process = subprocess.Popen(
            [str(environment.program), "run", "--host", "127.0.0.1", "--port", str(port), "--with-threads"],
            env=variables(folder, metadata),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(superset, process, folder / "superset.log")
            superset.log_in()
            yield superset
        finally:
            process.terminate()
            process.wait(timeout=SECONDS)


def _wait(superset: Superset, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while not _is_well(superset):
        ended = process.poll() is not None
        if ended or time.monotonic() > deadline:
            what = f"ended with {process.returncode}" if ended else f"was not well within {SECONDS_TO_START} s"
            raise RuntimeError(f"Superset {what}; it said:\n{log.read_text()[-3000:]}")
        time.sleep(0.5)


def _is_well(superset: Superset) -> bool:
    try:
        return superset.session.get(f"{superset.url}/health", timeout=SECONDS).ok
    except requests.ConnectionError:
        return False

"""`make mutations`: plants each fault in a copy of the dbt project, and says which test went red.

Belongs here: the copy, the planting, the running. Does not: the faults (`faults.py`). A fault nobody notices, and one
that only breaks the SQL, fail the run; so does a test that is red without any fault.
"""

import argparse
import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg

from connectors import embedded_postgres, warehouse_address
from tests.dbt_project import dbt_runs, raw_layer
from tests.dbt_project.dbt_runs import Dbt
from tests.mutations.faults import FAULTS, Fault

TREE = Path(__file__).parents[2]
BROKEN = re.compile(r"Compilation Error|Parsing Error|syntax error|does not exist|SyntaxError|ImportError")


class BrokenRun(Exception):
    """A test that could not say whether the numbers are right."""


def main() -> int:
    """Plant and run; the number of faults that nobody noticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=main.__doc__)
    parser.add_argument("words", nargs="*", help="plant only the faults whose name holds one of these")
    parser.add_argument("--trusted", action="store_true", help="do not run the tests without a fault first")
    asked = parser.parse_args()
    chosen = [f for f in FAULTS if not asked.words or any(word in f.name for word in asked.words)]
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "dbt_project"
        shutil.copytree(TREE / "dbt_project", project, ignore=shutil.ignore_patterns("target", "logs"))
        dbt_runs.PROJECT = project
        server = embedded_postgres.start(Path(folder) / "cluster", throw_away=True)
        try:
            url = _empty_warehouse(server.url, Path(folder) / "target")
            tests = sorted({test for f in chosen for test in f.tests})
            if not asked.trusted and (red := reds(tests, url, server.url, project)):
                sys.exit(f"Red without any fault: {', '.join(red)}. Mend them first.")
            survivors = [f.name for f in chosen if not _noticed(f, url, server.url, project)]
        finally:
            embedded_postgres.stop(Path(folder) / "cluster")
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} faults noticed.")
    return len(survivors)


def _noticed(one: Fault, url: str, server_url: str, project: Path) -> bool:
    with planted(one, project):
        try:
            red = reds(list(one.tests), url, server_url, project)
        except BrokenRun as broken:
            print(f"BROKEN | {one.name} | it breaks the SQL instead of the numbers: {broken}", flush=True)
            return False
    print(f"{'red' if red else 'SURVIVED'} | {one.name} | {', '.join(red)}", flush=True)
    return bool(red)


@contextmanager
def planted(one: Fault, project: Path) -> Iterator[None]:
    """The copy with the fault in it."""
    file = project / one.file
    sound = file.read_text()
    file.write_text(with_fault(one, sound))
    try:
        yield
    finally:
        file.write_text(sound)


def with_fault(one: Fault, sound: str) -> str:
    """The text with the mistake; a text that is not there exactly once would plant nothing, or too much."""
    for old, new in one.texts:
        if (found := sound.count(old)) != 1:
            raise ValueError(f"{one.name}: {old!r} stands {found} times in {one.file}; say it anew in faults.py")
        sound = sound.replace(old, new)
    return sound


def reds(tests: list[str], url: str, server_url: str, project: Path) -> list[str]:
    """Which of the tests are red: dbt's own on the empty warehouse, the others in a pytest of their own."""
    own = [test for test in tests if "/" not in test]
    others = [test for test in tests if "/" in test]
    return (_red_unit_tests(own, url, project) if own else []) + (
        _red_pytests(others, server_url, project) if others else []
    )


def _red_unit_tests(names: list[str], url: str, project: Path) -> list[str]:
    with contextlib.redirect_stdout(io.StringIO()):
        result = Dbt(project.parent / "target").run(url, "test", "--select", *(f"test_name:{name}" for name in names))
    found = [] if result.exception else [run for run in result.result if run.node.resource_type == "unit_test"]
    if len(found) != len(names):
        raise BrokenRun(str(result.exception or f"{', '.join(names)}: not all of them are unit tests of the project"))
    if broken := [str(run.message) for run in found if run.status == "error"]:
        raise BrokenRun(broken[0])
    return [run.node.name for run in found if run.status == "fail"]


def _red_pytests(nodes: list[str], server_url: str, project: Path) -> list[str]:
    environment = os.environ | {"DBT_PROJECT_UNDER_TEST": str(project), "TEST_WAREHOUSE_ADMIN_URL": server_url}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short", *nodes]
    run = subprocess.run(command, cwd=TREE, env=environment, capture_output=True, text=True, check=False)
    if run.returncode not in (0, 1) or (run.returncode == 1 and BROKEN.search(run.stdout)):
        raise BrokenRun(run.stdout[-3000:] + run.stderr[-1000:])
    return [
        line.split(" - ")[0] + _cause(line)
        for line in run.stdout.splitlines()
        if line.startswith(("FAILED ", "ERROR "))
    ]


def _cause(line: str) -> str:
    """What a build that went red names: its checks."""
    checks = sorted(set(re.findall(r"assert_\w+|unique_\w+|not_null_\w+", line)))
    return f" ({', '.join(checks)})" if checks else ""


def _empty_warehouse(server_url: str, target: Path) -> str:
    """A warehouse nothing was synced into, built once: unit tests ask it only for the columns."""
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute("create database empty encoding 'UTF8' template template0")
    url = replace(warehouse_address.parse(server_url), dbname="empty").url
    with psycopg.connect(url, autocommit=True) as db:
        raw_layer.create(db)
    leave = ("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")
    result = Dbt(target).run(url, "build", *leave)
    assert result.success, result.exception
    return url


if __name__ == "__main__":
    sys.exit(main())

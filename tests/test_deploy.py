"""The files in deploy/: each is well-formed, and every command, path, module and variable it names exists."""

import configparser
import os
import re
import shlex
import subprocess
import sys
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from orchestration import paths

DEPLOY = paths.PROJECT / "deploy"
BIN = Path(sys.executable).parent
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
KNOWN = set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", paths.ENV_EXAMPLE.read_text(), re.MULTILINE)) | {"LEADLINE_CODE_HOST"}


def read(name: str) -> Any:
    return yaml.safe_load((DEPLOY / name).read_text())


def unit(path: Path) -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(strict=True, interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment,method-assign]
    parsed.read(path)
    return parsed


def commands() -> list[list[str]]:
    """What compose and systemd start, after `leadline run`."""
    services = read("compose.yaml")["services"].values()
    started = [service["command"] for service in services if "command" in service]
    started += [shlex.split(unit(path)["Service"]["ExecStart"]) for path in UNITS]
    assert all([Path(command[0]).name, command[1]] == ["leadline", "run"] for command in started)
    return [command[2:] for command in started]


def test_the_three_processes_are_the_same_in_compose_and_systemd() -> None:
    started = [
        tuple("HOST" if word in ("0.0.0.0", "127.0.0.1") else word for word in command) for command in commands()
    ]
    assert len(started) == 6
    assert set(started[:3]) == set(started[3:])


@cache
def help_of(program: str, *subcommand: str) -> str:
    """What the program says of its options."""
    return subprocess.run([BIN / program, *subcommand, "--help"], capture_output=True, text=True, check=True).stdout


def test_every_program_option_path_and_module_exists() -> None:
    for command in commands():
        assert os.access(BIN / command[0], os.X_OK)
        helped = help_of(command[0], *(word for word in command if word in ("code-server", "start", "run")))
        for option in (word for word in command if word.startswith("-")):
            assert re.search(rf"(^|[\s,]){re.escape(option)}[\s,]", helped), (command, option)
        named = dict(pairwise(command))
        assert "-w" not in named or (paths.PROJECT / named["-w"]).exists()
        assert "-m" not in named or find_spec(named["-m"])


def test_the_workspace_names_the_code_servers_port_and_a_variable_that_is_set_everywhere() -> None:
    [location] = read("workspace.yaml")["load_from"]
    server = location["grpc_server"]
    code = next(command for command in commands() if "code-server" in command)
    assert server["port"] == int(code[code.index("-p") + 1])
    assert server["host"]["env"] == "LEADLINE_CODE_HOST"
    assert read("compose.yaml")["x-leadline"]["environment"]["LEADLINE_CODE_HOST"] in read("compose.yaml")["services"]
    for path in UNITS:
        assert "LEADLINE_CODE_HOST=127.0.0.1" in unit(path)["Service"]["Environment"].split()


def test_every_variable_is_one_that_leadline_or_postgres_knows() -> None:
    compose = read("compose.yaml")
    ours = set(compose["x-leadline"]["environment"])
    for path in UNITS:
        ours |= {pair.partition("=")[0] for pair in unit(path)["Service"]["Environment"].split()}
    [deployment] = read("kubernetes.yaml")["dagster-user-deployments"]["deployments"]
    ours |= {variable["name"] for variable in deployment["env"]}
    assert ours <= KNOWN
    assert set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text())) == {"POSTGRES_PASSWORD"}


def test_every_volume_and_every_service_waited_for_is_declared() -> None:
    compose = read("compose.yaml")
    for name, service in compose["services"].items():
        assert set(service.get("depends_on", {})) <= set(compose["services"]), name
        for volume in service.get("volumes", []):
            assert volume.partition(":")[0] in compose["volumes"], name
    assert compose["services"]["webserver"]["ports"] == ["127.0.0.1:3000:3000"]  # the UI has no login


def test_units_run_as_a_user_of_their_own_and_may_write_only_where_leadline_writes() -> None:
    for path in UNITS:
        service = unit(path)["Service"]
        assert service["User"] == "leadline" and service["Restart"] == "always"
        assert service["ProtectSystem"] == "strict"
        home = dict(pair.split("=") for pair in service["Environment"].split())["LEADLINE_HOME"]
        assert home in service["ReadWritePaths"].split() and home == f"/var/lib/{service['StateDirectory']}"
        assert service["ExecStart"].startswith(f"{service['WorkingDirectory']}/.venv/bin/")


def test_the_image_copies_what_exists_ends_as_nobody_special_and_takes_only_what_is_locked() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        assert all((paths.PROJECT / name).exists() for name in line.split()), line
    assert text.count("\nFROM ") == 2 and text.rindex("USER leadline") > text.rindex("FROM ")
    assert "--require-hashes -r requirements.lock" in text
    needed = {
        "pyproject.toml",
        "connectors",
        "orchestration",
        "dbt_project",
        "dagster.yaml",
        "workspace.yaml",
        "deploy",
    }
    assert needed <= set(" ".join(re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)).split())
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().split()
    assert {".env", ".git", ".leadline", ".venv"} <= set(ignored)


def test_the_charts_values_run_this_code_location_with_one_pod_and_the_pinned_dagster() -> None:
    values, text = read("kubernetes.yaml"), (DEPLOY / "kubernetes.yaml").read_text()
    assert f"--version {version('dagster')} " in text
    [deployment] = values["dagster-user-deployments"]["deployments"]
    assert find_spec(deployment["codeServerArgs"][1])
    assert deployment["replicaCount"] == 1  # a second would sync an account twice
    assert deployment["image"]["tag"] == version("leadline")
    launcher = values["runLauncher"]["config"]["customRunLauncher"]
    import dagster

    assert launcher["module"] == "dagster" and hasattr(dagster, launcher["class"])
    secrets = {secret["name"] for secret in deployment["envSecrets"]}
    assert secrets == {
        name for kind in ("dagsterWebserver", "dagsterDaemon") for name in [values[kind]["envSecrets"][0]["name"]]
    }
    assert all(f"generic {name} " in text for name in secrets | {values["global"]["postgresqlSecretName"]})

import filecmp
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).parents[2]
NAMES = {
    "SANDBOX_URL", "SOURCES__STRIPE__API_KEY", "SOURCES__HUBSPOT__ACCESS_TOKEN", "SOURCES__GOOGLE_ADS__DEVELOPER_TOKEN",
    "SOURCES__GOOGLE_ADS__CLIENT_ID", "SOURCES__GOOGLE_ADS__CLIENT_SECRET", "SOURCES__GOOGLE_ADS__REFRESH_TOKEN",
    "SOURCES__GOOGLE_ADS__CUSTOMER_ID", "SOURCES__STRIPE__RATE_LIMIT", "SOURCES__HUBSPOT__RATE_LIMIT",
    "SOURCES__HUBSPOT__SEARCH_LIMIT", "SOURCES__META_ADS__ACCESS_TOKEN", "SOURCES__META_ADS__ACCOUNT_ID",
    "SOURCES__FILES__URL", "SOURCES__WEB_EVENTS__SOURCE",
}  # fmt: skip


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "connectors.sandbox", *map(str, arguments)]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), cwd=ROOT, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_its_environment_serves_and_ends_quietly(generated, ending):
    process = subprocess.Popen(
        command("--world", generated, "--port", 0), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        env = dict(process.stdout.readline().rstrip("\n").split("=", 1) for _ in NAMES)
        assert set(env) == NAMES
        answer = requests.get(f"{env['SANDBOX_URL']}/stripe/v1/account", auth=(env["SOURCES__STRIPE__API_KEY"], ""))
        assert answer.status_code == 200
        process.send_signal(ending)
        rest, complaints = process.communicate(timeout=20)
    finally:
        process.kill()
    assert (process.returncode, rest, complaints) == (0, "", "")


def test_refusals_are_one_sentence_and_exit_code_2(tmp_path, write_world):
    broken = write_world({"stripe/charges": ["{"]})
    for arguments, says in (
        (("--world", tmp_path / "nowhere", "--port", 0), "no such folder"),
        (("--world", broken, "--port", 0), "charges.jsonl, line 1: not JSON"),
        (("generate", "--seed", 1, "--contacts", 0, tmp_path / "new"), "0 contacts make no business"),
        (
            ("generate", "--seed", 1, "--contacts", 5, "--until", "0001-01-01", tmp_path / "new"),
            "--until is 0001-01-01",
        ),
        (("generate", "--seed", 1, "--contacts", 5, broken), "holds no generated world"),
    ):
        done = run(*arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert says in done.stderr
        assert re.fullmatch(r"sandbox: [^\n]+\n", done.stderr)


def test_a_taken_port_is_refused(generated):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("--world", generated, "--port", taken.getsockname()[1])
    assert done.returncode == 2
    assert "cannot listen on 127.0.0.1" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_same_arguments_write_the_same_bytes_even_over_an_older_world(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    arguments = ("--contacts", 60, "--until", "2026-03-15")
    assert run("generate", "--seed", 4, *arguments, first).returncode == 0
    assert run("generate", "--seed", 5, *arguments, second).returncode == 0
    names = sorted(str(path.relative_to(first)) for path in first.rglob("*") if path.is_file())
    differing = filecmp.cmpfiles(first, second, names, shallow=False)[1]
    assert "stripe/charges.jsonl" in differing
    assert run("generate", "--seed", 4, *arguments, second).returncode == 0
    assert filecmp.cmpfiles(first, second, names, shallow=False)[1:] == ([], [])
    assert sorted(str(path.relative_to(second)) for path in second.rglob("*") if path.is_file()) == names

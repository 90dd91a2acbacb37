"""A running code server takes up what `leadline connect` writes, and never overrides what it was started with."""

import os
import subprocess
import sys
from pathlib import Path

import dotenv.main
import pytest
from click.testing import CliRunner

from connectors.registry import ConfigError
from orchestration import paths
from orchestration.cli import main
from orchestration.env_following import GAVE, VARIABLE, FollowedFile, followed, handed_on
from orchestration.paths import PROJECT


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("LEADLINE_TEST_KEPT", "LEADLINE_TEST_GIVEN", "LEADLINE_TEST_NEW"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    for name in (VARIABLE, GAVE):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / ".env"
    path.write_text("LEADLINE_TEST_KEPT=one\nLEADLINE_TEST_GIVEN=file\n")
    monkeypatch.setenv("LEADLINE_TEST_KEPT", "one")  # as load_dotenv found it
    monkeypatch.setenv("LEADLINE_TEST_GIVEN", "shell")
    return path


def test_new_changed_and_removed_variables_of_the_file_are_taken_up(file: Path) -> None:
    followed = FollowedFile(file)
    assert not followed.refresh()
    file.write_text("LEADLINE_TEST_KEPT='two'\nLEADLINE_TEST_NEW=three\n")
    assert followed.refresh()
    assert os.environ["LEADLINE_TEST_KEPT"] == "two"
    assert os.environ["LEADLINE_TEST_NEW"] == "three"
    file.write_text("LEADLINE_TEST_NEW=four, a longer one\n")
    assert followed.refresh()
    assert "LEADLINE_TEST_KEPT" not in os.environ
    assert os.environ["LEADLINE_TEST_NEW"] == "four, a longer one"


def test_what_the_process_was_started_with_is_not_the_files(file: Path) -> None:
    followed = FollowedFile(file)
    file.write_text("LEADLINE_TEST_GIVEN=another from the file\n")
    assert followed.refresh()
    assert os.environ["LEADLINE_TEST_GIVEN"] == "shell"
    file.unlink()
    assert followed.refresh()
    assert os.environ["LEADLINE_TEST_GIVEN"] == "shell"


def test_a_file_that_comes_into_being_is_followed_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADLINE_TEST_NEW", "")
    monkeypatch.delenv("LEADLINE_TEST_NEW")
    monkeypatch.setenv(VARIABLE, str(tmp_path / ".env"))
    file = followed()
    assert file
    (tmp_path / ".env").write_text("LEADLINE_TEST_NEW=here\n")
    assert file.refresh()
    assert os.environ["LEADLINE_TEST_NEW"] == "here"
    monkeypatch.setenv(VARIABLE, "")
    assert followed() is None


def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    followed = FollowedFile(file)
    file.write_bytes("LEADLINE_TEST_KEPT=né\n".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"is not UTF-8 .* save it as UTF-8"):
        followed.refresh()
    assert os.environ["LEADLINE_TEST_KEPT"] == "one"
    monkeypatch.setattr(paths, "ENV_FILE", file)
    said = CliRunner().invoke(main, ["connect"])
    assert (said.exit_code, said.stderr.startswith(f"leadline: {file} is not UTF-8")) == (2, True)

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(dotenv.main, "open", refused, raising=False)
    said = CliRunner().invoke(main, ["connect"])
    assert said.exit_code == 2
    assert "cannot be read (Permission denied); run this as its owner" in said.stderr


def test_a_child_that_starts_later_has_what_the_file_says_by_then(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADLINE_TEST_NEW", "gone by then")
    file.write_text(file.read_text() + "LEADLINE_TEST_NEW=gone by then\n")
    for name, value in handed_on(file).items():
        monkeypatch.setenv(name, value)
    file.write_text("LEADLINE_TEST_KEPT=rotated\nLEADLINE_TEST_GIVEN=file\n")
    assert followed()
    assert os.environ["LEADLINE_TEST_KEPT"] == "rotated"
    assert os.environ["LEADLINE_TEST_GIVEN"] == "shell"
    assert "LEADLINE_TEST_NEW" not in os.environ


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("dagster", str(Path(sys.executable).parent / "dagster")),
        ("/bin/sh", "/bin/sh"),
        ("scripts/load.sh", "scripts/load.sh"),
    ],
)
def test_a_program_is_one_beside_python_or_the_one_at_its_path(
    tmp_path: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch, named: str, found: str
) -> None:
    run: list[str] = []
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path))
    monkeypatch.setattr(paths, "ENV_FILE", tmp_path / ".env")
    monkeypatch.setattr(os, "execvpe", lambda program, words, _: run.extend([str(program), *words]))
    said = CliRunner().invoke(main, ["run", named, "-v"])
    assert (said.exit_code, run) == (0, [found, found, "-v"]), said.output


def test_what_a_program_is_run_with_is_the_files_unless_the_shell_set_it(
    tmp_path: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path))
    for name in ("ATTRIBUTION_MODEL", "REPORT_CURRENCY", "MRR_BASIS"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    file = tmp_path / ".env"
    file.write_text("REPORT_CURRENCY=EUR\n")
    begun = {**os.environ, "MRR_BASIS": "day30"}
    leadline = "import pathlib, sys; from orchestration import paths; paths.ENV_FILE = pathlib.Path(sys.argv.pop(1));"
    later = (
        "import os, pathlib; from orchestration.env_following import followed;"
        "pathlib.Path(os.environ['LEADLINE_ENV_FILE']).write_text("
        "'REPORT_CURRENCY=GBP\\nATTRIBUTION_MODEL=linear\\nMRR_BASIS=year12\\n');"
        "followed(); print(*(os.environ[name] for name in ('REPORT_CURRENCY', 'ATTRIBUTION_MODEL', 'MRR_BASIS')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"{leadline} from orchestration.cli import main; main()", file, "run", "env",
         sys.executable, "-c", later],
        env=begun, cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["GBP", "linear", "day30"]

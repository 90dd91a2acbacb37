"""A running code server takes up what `leadline connect` writes, and never overrides what it was started with."""

import os
from pathlib import Path

import pytest

from orchestration.env_following import VARIABLE, FollowedFile, followed


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("LEADLINE_TEST_KEPT", "LEADLINE_TEST_GIVEN", "LEADLINE_TEST_NEW"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
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

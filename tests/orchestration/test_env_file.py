"""Setting variables in a `.env` file: nothing else in it moves, nobody else may read it, it is whole or as before."""

import io
import os
import stat
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from connectors.registry import ConfigError
from orchestration import env_file

HELD = """# Accounts

export STRIPE='old # key'  # restricted, rotates in May
HUBSPOT=one
  SPACED = "two"
EMPTY=
NOTE="two
lines # STRIPE=no"
# STRIPE=commented out
"""


def test_a_variable_is_replaced_where_it_stands_and_all_else_is_kept() -> None:
    after = env_file.changed(HELD, {"STRIPE": "new", "EMPTY": "full", "SPACED": "3", "LAST": "x"})
    assert after == (
        HELD.replace("'old # key'", "new").replace("EMPTY=", "EMPTY=full").replace(' = "two"', "=3") + "LAST=x\n"
    )


def test_a_variable_that_stands_twice_keeps_no_former_value() -> None:
    assert env_file.changed("A=1\nB=2\nA=3\n", {"A": "4"}) == "A=4\nB=2\nA=4\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "KEY=v\n"),
        ("A=1", "A=1\nKEY=v\n"),
        ("KEY=old", "KEY=v"),
        ("A=1\r\nKEY=old\r\n# c\r\n", "A=1\r\nKEY=v\r\n# c\r\n"),
        ("A=1\r\nB=2", "A=1\r\nB=2\r\nKEY=v\r\n"),
        ("\ufeffKEY=old\n", "\ufeffKEY=v\n"),
        ("KEY\n", "KEY=v\n"),
        ("KEY= # none yet\n", "KEY=v  # none yet\n"),
        ("KEY=#no\n", "KEY=v\n"),
        ("KEY='multi\nline'#c\n", "KEY=v  #c\n"),
        ("this is no assignment\n", "this is no assignment\nKEY=v\n"),
    ],
)
def test_line_endings_and_odd_lines_are_kept(before: str, after: str) -> None:
    assert env_file.changed(before, {"KEY": "v"}) == after


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="$\u2028\u2029"), max_size=20),
    st.sampled_from(["", "A=1\n", HELD, "KEY=old # c\n", "KEY='x'"]),
)
def test_whatever_is_written_is_read_back(value: str, before: str) -> None:
    after = env_file.changed(before, {"KEY": value})
    read = dotenv_values(stream=io.StringIO(after, newline=""))
    assert read == {**dotenv_values(stream=io.StringIO(before, newline="")), "KEY": value}


def test_a_value_that_no_env_file_can_hold_is_refused_without_being_shown() -> None:
    with pytest.raises(ConfigError, match="The value for KEY cannot be kept") as refused:
        env_file.changed("", {"KEY": "secret${HOME}"})
    assert "secret" not in str(refused.value)


def test_the_file_is_its_owners_alone_even_when_it_was_not(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("A=1\n")
    file.chmod(0o644)
    env_file.write(file, {"KEY": "v"})
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_bytes() == b"A=1\nKEY=v\n"
    assert [path.name for path in tmp_path.iterdir()] == [".env"]


def test_a_write_that_fails_leaves_the_file_as_it_was_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / ".env"
    file.write_text("A=1\n")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigError, match="No space left on device"):
        env_file.write(file, {"KEY": "v"})
    assert file.read_text() == "A=1\n"
    assert [path.name for path in tmp_path.iterdir()] == [".env"]


def test_a_link_stays_one_and_a_template_begins_a_new_file(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    target, link = tmp_path / "secrets" / "env", tmp_path / ".env"
    link.symlink_to(target)
    (tmp_path / "example").write_text("# How to\nKEY=\n")
    env_file.write(link, {"KEY": "v"}, template=tmp_path / "example")
    assert link.is_symlink()
    assert target.read_text() == "# How to\nKEY=v\n"
    env_file.write(link, {"KEY": "w"}, template=tmp_path / "example")
    assert target.read_text() == "# How to\nKEY=w\n"

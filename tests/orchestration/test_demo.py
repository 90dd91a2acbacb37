"""Which world the demo plays, and when it is made."""

from pathlib import Path

import pytest

from orchestration import demo
from orchestration.paths import demo_world


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo's world, of a small business, once played."""
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path))
    monkeypatch.setattr(demo, "CONTACTS", 20)
    assert play() == f"the generated business in {demo_world()}"
    return demo_world()


def play() -> str:
    with demo.playing(None) as words:
        return words


def contacts(world: Path) -> int:
    return len((world / "hubspot" / "contacts.jsonl").read_text().splitlines())


def test_a_world_its_generator_would_tell_again_is_kept(made: Path) -> None:
    (made / "hubspot" / "contacts.jsonl").write_text("")
    assert "anew" not in play()
    assert contacts(made) == 0


def test_a_world_of_another_generator_is_made_anew_and_said_so(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "generator_version", lambda: "newer")
    (made / "hubspot" / "contacts.jsonl").write_text("")
    assert play().endswith("made anew by a newer generator")
    assert contacts(made) == 20
    assert "anew" not in play()


def test_a_world_of_other_arguments_is_made_anew(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "CONTACTS", 30)
    assert "made anew" in play()
    assert contacts(made) == 30


def test_a_world_without_a_stamp_or_half_written_is_made_anew(made: Path) -> None:
    made.with_name("demo.generator").unlink()
    (made / "hubspot" / "contacts.jsonl").write_text("")
    assert "made anew" in play()
    assert contacts(made) == 20

"""How the site reaches its readers: folders replaced at once, the server on loopback, the command that names it."""

import contextlib
import http.client
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from connectors.errors import ConfigError
from orchestration.cli import main
from orchestration.folder_swap import replacing
from orchestration.site import serve

MARK = "mark.json"


def fill(folder: Path, text: str) -> None:
    with replacing(folder, MARK) as new:
        (new / MARK).write_text("{}")
        (new / "page.html").write_text(text)


def test_a_folder_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    fill(tmp_path / "site", "one")
    fill(tmp_path / "site", "two")
    assert (tmp_path / "site" / "page.html").read_text() == "two"
    assert [file.name for file in tmp_path.iterdir()] == ["site"]


def test_what_breaks_off_leaves_the_former_folder(tmp_path: Path) -> None:
    fill(tmp_path / "site", "one")
    with pytest.raises(ZeroDivisionError), replacing(tmp_path / "site", MARK) as new:
        (new / "page.html").write_text("half")
        raise ZeroDivisionError
    assert (tmp_path / "site" / "page.html").read_text() == "one"
    assert [file.name for file in tmp_path.iterdir()] == ["site"]


def test_a_folder_of_somebody_elses_files_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("keep")
    with pytest.raises(ConfigError, match="holds something else"):
        fill(tmp_path / "letters", "one")
    with pytest.raises(ConfigError, match="holds something else"):
        fill(tmp_path / "letters" / "dear.txt", "one")
    assert (tmp_path / "letters" / "dear.txt").read_text() == "keep"


def test_files_that_somebody_put_into_ours_are_not_lost(tmp_path: Path) -> None:
    fill(tmp_path / "site", "one")
    (tmp_path / "site" / "notes.txt").write_text("keep")
    with pytest.raises(ConfigError, match=r"notes\.txt"):
        fill(tmp_path / "site", "two")
    assert (tmp_path / "site" / "notes.txt").read_text() == "keep"


def test_a_link_stays_and_what_a_killed_one_left_goes(tmp_path: Path) -> None:
    fill(tmp_path / "there" / "site", "one")
    (tmp_path / "there" / ".site.leadline-killed").mkdir()
    (tmp_path / "here").symlink_to(tmp_path / "there" / "site")
    fill(tmp_path / "here", "two")
    assert (tmp_path / "here").is_symlink()
    assert (tmp_path / "there" / "site" / "page.html").read_text() == "two"
    assert [file.name for file in (tmp_path / "there").iterdir()] == ["site"]


def test_a_reader_never_meets_half_a_page(tmp_path: Path) -> None:
    """While the folder is replaced again and again, a page is whole or not there."""
    page, read, done = tmp_path / "site" / "page.html", set[str](), threading.Event()

    def reading() -> None:
        while not done.is_set():
            with contextlib.suppress(FileNotFoundError):
                read.add(page.read_text()[-3:])

    reader = threading.Thread(target=reading)
    reader.start()
    for _ in range(50):
        fill(tmp_path / "site", "page" * 50_000 + "end")
    done.set()
    reader.join()
    assert read == {"end"}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[http.client.HTTPConnection]:
    (tmp_path / "index.html").write_text("front")
    (tmp_path / "empty").mkdir()
    with serve.server(tmp_path, 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=10)
        server.shutdown()
        thread.join()


def test_the_server_answers_this_machine_only_and_keeps_nothing(served: http.client.HTTPConnection) -> None:
    def get(path: str, host: str) -> tuple[int, str, str | None]:
        served.request("GET", path, headers={"Host": host})
        answer = served.getresponse()
        return answer.status, answer.read().decode(), answer.getheader("Cache-Control")

    assert get("/", f"127.0.0.1:{served.port}") == (200, "front", "no-store")
    assert get("/", f"localhost:{served.port}")[0] == 200
    assert get("/", f"evil.example:{served.port}")[0] == 403
    assert get("/empty/", f"127.0.0.1:{served.port}")[0] == 404
    assert get("/../../etc/passwd", f"127.0.0.1:{served.port}")[0] == 404


def test_a_port_in_use_is_refused_with_the_way_out(served: http.client.HTTPConnection, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--port"):
        serve.server(tmp_path, served.port)


def test_report_names_the_site_or_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path))
    missing = CliRunner().invoke(main, ["report"])
    assert missing.exit_code == 2
    assert "leadline sync" in missing.output
    fill(tmp_path / "site", "page")
    (tmp_path / "site" / "index.html").write_text("front")
    named = CliRunner().invoke(main, ["report"])
    assert (named.exit_code, named.output) == (0, f"Report site: {tmp_path / 'site' / 'index.html'}\n")
    monkeypatch.setenv("REPORT_LOCALE", "klingon")
    refused = CliRunner().invoke(main, ["report"])
    assert "REPORT_LOCALE is 'klingon', which is not a locale" in refused.output

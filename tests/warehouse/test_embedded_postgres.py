"""The embedded Postgres in ordinary life: made, started twice, stopped, left running by its starter."""

import os
import re
import signal
import stat

import psutil
import psycopg
import pytest

from connectors import embedded_postgres
from connectors.warehouse_address import parse
from orchestration import paths


def ask(url, query):
    with psycopg.connect(url, autocommit=True) as connection:
        answer = connection.execute(query)
        return answer.fetchall() if answer.description else []


def test_a_fresh_cluster_is_durable_checked_utf8_and_only_on_loopback(home):
    server = embedded_postgres.start(home)
    settings = dict(ask(server.url, "select name, setting from pg_settings"))
    expected = {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "data_checksums": "on",
        "server_encoding": "UTF8",
        "TimeZone": "UTC",
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "jit": "off",
    }
    assert {name: settings[name] for name in expected} == expected
    assert re.fullmatch(r"postgresql://leadline:[\w-]{32}@127\.0\.0\.1:\d+/leadline", server.url)
    assert ask(server.url, "select lower('ÄÉ'), 'a' < 'B'") == [("äé", False)], "folds Unicode, sorts by code point"
    hba = ask(server.url, "select distinct auth_method from pg_hba_file_rules where type = 'host'")
    assert hba == [("scram-sha-256",)]

    embedded_postgres.stop(home)
    again = embedded_postgres.start(home, throw_away=True)
    assert again == server, "the address is kept over a restart"
    assert ask(again.url, "show fsync") == [("on",)], "an existing cluster never loses its durability"


def test_only_the_owner_reads_the_passwords_and_no_other_opens_the_server(home):
    server = embedded_postgres.start(home, throw_away=True)
    folder = embedded_postgres.status(home).folder
    assert stat.S_IMODE((folder / "pgpass").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert server.password not in f"{server!r}" and server.password != server.reader_password
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url.replace(server.password, "guess"))


def test_the_reader_enters_and_can_write_nothing(home):
    server = embedded_postgres.start(home, throw_away=True)
    assert ask(server.reader_url, "select current_user, current_setting('transaction_read_only')") == [
        ("leadline_reader", "on")
    ]
    ask(server.url, "create table t (a int); create schema s; create table s.t (a int)")
    for query in ("select * from t", "select * from s.t"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask(server.reader_url, query)
    for query in ("set default_transaction_read_only = off; create table public.x ()", "create schema mine"):
        with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)):
            ask(server.reader_url, query)


def test_starting_twice_gives_one_server_and_stopping_says_whether_there_was_one(home):
    assert embedded_postgres.stop(home) is False
    assert not home.exists(), "looking makes nothing"
    first = embedded_postgres.start(home, throw_away=True)
    pid = embedded_postgres.status(home).pid
    assert embedded_postgres.start(home) == first
    assert embedded_postgres.status(home).pid == pid
    assert embedded_postgres.stop(home) is True
    status = embedded_postgres.status(home)
    assert (status.is_running, status.port) == (False, first.port)
    assert embedded_postgres.stop(home) is False


def test_stopping_does_not_wait_for_sessions(home):
    server = embedded_postgres.start(home, throw_away=True)
    connection = psycopg.connect(server.url)
    connection.execute("select 1")
    assert embedded_postgres.stop(home) is True
    with pytest.raises(psycopg.OperationalError):
        connection.execute("select 1")


def test_two_processes_at_once_get_the_same_server(home, start_elsewhere):
    starters = [start_elsewhere() for _ in range(3)]
    urls = {starter.communicate(timeout=60)[0].strip() for starter in starters}
    assert urls == {embedded_postgres.locate(home).url}
    data = embedded_postgres.status(home).folder / "data"
    masters = [p for p in psutil.process_iter(["cmdline"]) if str(data) in (p.info["cmdline"] or [])]
    assert len(masters) == 1


def test_the_server_outlives_a_ctrl_c_of_the_process_that_started_it(home, start_elsewhere):
    starter = start_elsewhere(linger=60)
    url = starter.stdout.readline().strip()
    os.killpg(starter.pid, signal.SIGINT)
    starter.wait(timeout=30)
    assert ask(url, "select 1") == [(1,)]
    assert os.getsid(embedded_postgres.status(home).pid) not in (starter.pid, os.getsid(0))


def test_the_home_comes_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path / "h"))
    assert embedded_postgres.home_folder() == tmp_path / "h"
    monkeypatch.delenv("LEADLINE_HOME")
    assert embedded_postgres.home_folder().name == ".leadline"
    assert (embedded_postgres.home_folder().parent / "connectors").is_dir()


@pytest.mark.parametrize("written", ["state", " state/ ", "~/state", ".leadline"])
def test_all_processes_take_a_home_for_the_same_folder_wherever_they_are(monkeypatch, tmp_path, written):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LEADLINE_HOME", written)
    here = embedded_postgres.home_folder()
    assert here.parent == (tmp_path if "~" in written else paths.PROJECT)
    monkeypatch.chdir(tmp_path)
    assert here == embedded_postgres.home_folder() == paths.home()


def test_a_long_path_works(make_home):
    server = embedded_postgres.start(make_home("deep" * 30 + "/" + "deeper" * 20), throw_away=True)
    assert parse(server.url).host == "127.0.0.1"
    assert ask(server.url, "select 1") == [(1,)]

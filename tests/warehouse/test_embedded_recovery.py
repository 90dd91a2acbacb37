"""The embedded Postgres after accidents: kills, strangers, taken ports, foreign data folders, full of errors."""

import logging
import signal
import socket
import subprocess
import time

import psutil
import psycopg
import pytest

from connectors import embedded_postgres, postgres_process
from connectors.errors import ConfigError


@pytest.fixture
def server(home):
    server = embedded_postgres.start(home, throw_away=True)
    with psycopg.connect(server.url) as connection:
        connection.execute("create table kept as select 42 as answer")
    return server


def kept(server):
    with psycopg.connect(server.url) as connection:
        return connection.execute("select answer from kept").fetchall() == [(42,)]


def data_folder(home):
    return embedded_postgres.status(home).folder / "data"


def test_a_killed_postmaster_is_replaced_although_a_session_is_still_busy(home, server):
    busy = psycopg.connect(server.url, autocommit=True)
    busy.execute("set statement_timeout = '60s'")
    busy.pgconn.send_query(b"select count(*) from generate_series(1, 1000000000)")
    psutil.Process(embedded_postgres.status(home).pid).kill()
    again = embedded_postgres.start(home)
    assert again == server
    assert kept(again)
    busy.close()


def test_everything_killed_at_once_recovers(home, server):
    for process in postgres_process.orphans(data_folder(home)):
        process.kill()
    assert postgres_process.wait_until(lambda: not embedded_postgres.status(home).is_running, timeout=10)
    assert kept(embedded_postgres.start(home))


def name_in_pid_file(data, claim, pid):
    (data / "postmaster.pid").write_text("\n".join([str(pid), *claim.splitlines()[1:]]) + "\n")


@pytest.mark.parametrize("state", ["alive", "dead but not collected"])
def test_a_pid_file_naming_a_stranger_neither_stops_the_start_nor_harms_the_stranger(home, server, stranger, state):
    data = data_folder(home)
    claim = (data / "postmaster.pid").read_text()
    embedded_postgres.stop(home)
    zombie = subprocess.Popen(["true"])
    psutil_state = psutil.Process(zombie.pid)
    while psutil_state.status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    name_in_pid_file(data, claim, stranger.pid if state == "alive" else zombie.pid)
    assert not embedded_postgres.status(home).is_running
    assert embedded_postgres.stop(home) is False
    assert kept(embedded_postgres.start(home))
    embedded_postgres.stop(home)
    assert stranger.is_running() and stranger.status() != psutil.STATUS_ZOMBIE
    zombie.wait()


def test_a_postgres_of_another_folder_is_a_stranger_too(home, server, make_home):
    data, other = data_folder(home), make_home("other")
    claim = (data / "postmaster.pid").read_text()
    embedded_postgres.stop(home)
    theirs = embedded_postgres.start(other, throw_away=True)
    name_in_pid_file(data, claim, embedded_postgres.status(other).pid)
    assert kept(embedded_postgres.start(home))
    embedded_postgres.stop(home)
    assert embedded_postgres.start(other) == theirs and embedded_postgres.status(other).is_running


def test_a_taken_port_is_left_to_its_owner_and_the_new_one_is_kept(home, server, caplog):
    embedded_postgres.stop(home)
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", server.port))
        other.listen()
        with caplog.at_level(logging.WARNING):
            moved = embedded_postgres.start(home)
        assert moved.port != server.port
        assert f"Port {server.port} is taken by another program" in caplog.text
    assert kept(moved)
    embedded_postgres.stop(home)
    assert embedded_postgres.start(home) == moved


def test_a_kill_while_the_cluster_is_made_leaves_nothing_half(home, start_elsewhere):
    starter = start_elsewhere()
    while not list(home.glob("postgres/unfinished-cluster-*/data/base")):
        assert starter.poll() is None, "the start was over before it could be killed"
        time.sleep(0.005)
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    assert not embedded_postgres.status(home).port
    embedded_postgres.start(home, throw_away=True)
    assert not list(home.glob("postgres/unfinished-*"))


def test_a_data_folder_of_another_version_is_refused_and_left_alone(home, server):
    embedded_postgres.stop(home)
    version = data_folder(home) / "PG_VERSION"
    real = version.read_text()
    version.write_text("14\n")
    with pytest.raises(ConfigError) as refusal:
        embedded_postgres.start(home)
    said = str(refusal.value)
    assert "was made by Postgres 14" in said and f"version {real.strip()}." in said
    for cure in ("LEADLINE_POSTGRES_BIN", "move", "pg_dump"):
        assert cure in said
    version.write_text(real)
    assert kept(embedded_postgres.start(home))


def test_a_server_that_does_not_start_says_what_its_log_says(home, server):
    embedded_postgres.stop(home)
    with (data_folder(home) / "postgresql.conf").open("a") as conf:
        conf.write("shared_buffers = many\n")
    with pytest.raises(ConfigError, match=r"server\.log ends: .*shared_buffers"):
        embedded_postgres.start(home)


def test_a_lost_password_file_is_not_replaced_by_a_guess(home, server):
    embedded_postgres.stop(home)
    (data_folder(home).parent / "pgpass").unlink()
    with pytest.raises(ConfigError, match="holds no password for the role leadline"):
        embedded_postgres.start(home)


def test_a_home_that_cannot_be_written_names_the_setting(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"cannot use .*file.*LEADLINE_HOME"):
        embedded_postgres.start(tmp_path / "file" / "home")


def test_without_a_cluster_there_is_no_address(home):
    with pytest.raises(ConfigError, match=r"no embedded Postgres in .* yet"):
        embedded_postgres.locate(home)

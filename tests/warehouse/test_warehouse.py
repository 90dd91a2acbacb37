"""Where raw tables land, and every reason to refuse a warehouse before work begins."""

import secrets
import socket
import socketserver
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest
from dlt.destinations.impl.postgres.configuration import PostgresCredentials

from connectors import embedded_postgres, warehouse, warehouse_connection
from connectors.errors import ConfigError, RetryError
from connectors.warehouse_address import parse


def refused(target, complaint, error=ConfigError):
    with pytest.raises(error, match=complaint) as refusal:
        warehouse.check(target)
    assert not target.password or target.password not in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.fixture
def other_database(cluster):
    """Make databases that do not please, given the words after `create database <name>`."""
    made = []

    def make(words):
        name = f"test_{secrets.token_hex(6)}"
        with psycopg.connect(cluster, autocommit=True) as admin:
            admin.execute(f"create database {name} {words}")
        made.append(name)
        return replace(parse(cluster), dbname=name)

    yield make
    with psycopg.connect(cluster, autocommit=True) as admin:
        for name in made:
            admin.execute(f"drop database {name} with (force)")


@pytest.fixture
def role(cluster, warehouse_url):
    """A login that owns nothing, on this test's database."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(cluster, autocommit=True) as admin:
        admin.execute(f"create role {name} login password 'r0le-secret'")
    yield replace(parse(warehouse_url), user=name, password="r0le-secret")
    with psycopg.connect(warehouse_url, autocommit=True) as admin:
        admin.execute(f"drop owned by {name}")
        admin.execute(f"drop role {name}")


def test_the_configured_warehouse_wins_and_is_found_fit(warehouse_url):
    target = warehouse.resolve()
    assert target.url == warehouse_url
    assert not target.is_embedded
    assert int(warehouse.check(target).split(".")[0]) >= 15
    with warehouse.connect(target) as connection:
        assert connection.autocommit
        assert connection.execute("show application_name").fetchall() == [("leadline",)]
        assert connection.execute("select current_database()").fetchall() == [(target.dbname,)]


@pytest.mark.parametrize("setting", [None, "", "  "])
def test_without_a_configured_warehouse_the_embedded_one_is_started(home, monkeypatch, setting):
    monkeypatch.setenv("LEADLINE_HOME", str(home))
    monkeypatch.delenv("WAREHOUSE_URL", raising=False)
    if setting is not None:
        monkeypatch.setenv("WAREHOUSE_URL", setting)
    with pytest.raises(ConfigError, match="no embedded Postgres"):
        warehouse.resolve(start=False)
    if setting is None:
        embedded_postgres.start(home, throw_away=True)
        target = warehouse.resolve()
        assert target.is_embedded and target == warehouse.resolve(start=False)
        warehouse.check(target)
        reader = parse(warehouse.reader_url(target))
        assert (reader.user, reader.port) == ("leadline_reader", target.port)
        refused(replace(reader, params={}), "read-only.*leadline_reader")


def test_a_port_where_nobody_listens_is_refused(warehouse_url):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        refused(replace(parse(warehouse_url), port=unused.getsockname()[1]), "Nobody answers at .*127.0.0.1")


def test_an_unknown_host_is_refused(warehouse_url):
    refused(replace(parse(warehouse_url), host="db.invalid"), "host db.invalid .* is not known")


def test_something_else_on_the_port_is_refused(warehouse_url):
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as hangs_up:
        serving = threading.Thread(target=hangs_up.serve_forever, args=(0.05,))
        serving.start()
        try:
            refused(replace(parse(warehouse_url), port=hangs_up.server_address[1]), "does not let us in")
        finally:
            hangs_up.shutdown()
            serving.join()


def test_a_wrong_password_is_refused(warehouse_url):
    target = parse(warehouse_url)
    refused(replace(target, password="wr0ng-secret"), f"refuses the password of {target.user}")
    refused(replace(target, password=""), f"refuses the password of {target.user}")


def test_a_missing_database_is_refused(warehouse_url):
    refused(replace(parse(warehouse_url), dbname="nowhere"), "has no database nowhere: run")


def test_tls_that_the_server_does_not_speak_is_refused(warehouse_url):
    refused(replace(parse(warehouse_url), params={"sslmode": "require"}), "does not let us in.*SSL")


def test_a_server_older_than_supported_is_refused(warehouse_url, monkeypatch):
    monkeypatch.setattr(warehouse_connection, "MINIMUM_MAJOR", 99)
    refused(parse(warehouse_url), "runs Postgres .*; at least 99")


def test_a_database_that_is_not_utf8_is_refused(other_database):
    target = other_database("encoding 'LATIN1' locale_provider libc locale 'C' template template0")
    refused(target, "stores text as LATIN1; UTF8 is needed")


def test_a_read_only_database_is_refused(warehouse_url):
    target = parse(warehouse_url)
    with warehouse.connect(target) as connection:
        connection.execute(f"alter database {target.dbname} set default_transaction_read_only = on")
    refused(target, "are read-only")


def test_a_role_that_may_not_create_schemas_is_refused_until_the_cure_is_run(role, warehouse_url):
    refused(role, f'run "grant create on database {role.dbname} to {role.user}"')
    with psycopg.connect(warehouse_url, autocommit=True) as admin:
        admin.execute(f"grant create on database {role.dbname} to {role.user}")
    warehouse.check(role)


def test_a_full_server_is_worth_another_attempt(role, warehouse_url):
    with psycopg.connect(warehouse_url, autocommit=True) as admin:
        admin.execute(f"alter role {role.user} connection limit 0")
    refused(role, "takes no connection just now", RetryError)


def test_a_standby_is_refused(home):
    embedded_postgres.start(home, throw_away=True)
    embedded_postgres.stop(home)
    data = embedded_postgres.status(home).folder / "data"
    with (data / "postgresql.conf").open("a") as conf:
        conf.write("wal_level = replica\nmax_wal_senders = 1\nhot_standby = on\n")
    embedded_postgres.start(home)
    embedded_postgres.stop(home)
    (data / "standby.signal").touch()
    refused(parse(embedded_postgres.start(home).url), "is a standby")


def test_schemas_are_made_by_many_at_once_and_kept(warehouse_url):
    target = parse(warehouse_url)
    names = ["raw_stripe", "ingest", 'odd "name']

    def make(_):
        with warehouse.connect(target) as connection:
            warehouse.ensure_schemas(connection, names)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(make, range(16)))
    with warehouse.connect(target) as connection:
        found = connection.execute("select nspname from pg_namespace where nspname = any(%s)", [names])
        assert sorted(found.fetchall()) == sorted((name,) for name in names)


def test_the_reader_of_an_own_server_is_a_setting_with_a_recipe(warehouse_url, monkeypatch):
    target = parse(warehouse_url)
    monkeypatch.delenv("WAREHOUSE_READER_URL", raising=False)
    with pytest.raises(ConfigError, match=r"create role leadline_reader login password '\.\.\.'"):
        warehouse.reader_url(target)
    monkeypatch.setenv("WAREHOUSE_READER_URL", "postgres://leadline_reader:x@h/d")
    assert warehouse.reader_url(target) == "postgresql://leadline_reader:x@h:5432/d"


def test_dbt_gets_every_part_of_the_address():
    target = parse("postgresql://ann:p%40ss@h:5433/d?sslmode=verify-full&sslrootcert=%2Fca.pem")
    assert warehouse.dbt_environment(target) == {
        "LEADLINE_PG_HOST": "h",
        "LEADLINE_PG_PORT": "5433",
        "LEADLINE_PG_USER": "ann",
        "LEADLINE_PG_PASSWORD": "p@ss",
        "LEADLINE_PG_DATABASE": "d",
        "LEADLINE_PG_SSLMODE": "verify-full",
        "PGSSLROOTCERT": "/ca.pem",
    }
    assert warehouse.dbt_environment(parse("postgresql://ann:x@h/d"))["LEADLINE_PG_SSLMODE"] == "prefer"


@pytest.mark.parametrize("password", ["", "p%40ss%2F%23"])
def test_dlt_reads_the_address_as_we_do(password):
    target = parse(f"postgresql://ann:{password}@h/d?sslmode=require")
    credentials = PostgresCredentials(warehouse.dlt_url(target, "leadline-sync-stripe"))
    assert (credentials.username, credentials.password) == ("ann", target.password)
    assert credentials.query == {"sslmode": "require", "application_name": "leadline-sync-stripe"}
    assert not credentials.is_partial()


def test_dagster_keeps_its_tables_in_a_schema_of_the_warehouse(warehouse_url, monkeypatch, tmp_path):
    import dagster as dg

    target = parse(warehouse_url)
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", warehouse.dagster_storage_url(target))
    (tmp_path / "dagster.yaml").write_text(
        "storage: {postgres: {postgres_url: {env: DAGSTER_POSTGRES_URL}}}\ntelemetry: {enabled: false}\n"
    )

    @dg.asset
    def something() -> int:
        return 1

    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        result = dg.materialize([something], instance=instance)
        assert result.success
        assert [run.run_id for run in instance.get_runs()] == [result.run_id]
    with warehouse.connect(target) as connection:
        schemas = connection.execute("select distinct schemaname from pg_tables where schemaname !~ '^(pg_|info)'")
        assert schemas.fetchall() == [("dagster",)]
        runs = connection.execute("select run_id from dagster.runs").fetchall()
    assert runs == [(result.run_id,)]


def test_an_explicit_dagster_storage_wins(monkeypatch):
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", "postgresql://elsewhere")
    assert warehouse.dagster_storage_url(parse("postgresql://a:b@nowhere.invalid/d")) == "postgresql://elsewhere"

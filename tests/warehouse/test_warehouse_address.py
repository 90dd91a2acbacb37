"""Which URLs are accepted as the warehouse, and that a refusal never shows the password."""

import psycopg
import pytest

from connectors.errors import ConfigError
from connectors.warehouse_address import masked, parse


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2", "postgresql+psycopg"])
def test_every_usual_scheme_reads_the_same(scheme):
    warehouse = parse(f"{scheme}://ann:s3cret@db.example.com:5433/shop")
    assert (warehouse.host, warehouse.port) == ("db.example.com", 5433)
    assert (warehouse.user, warehouse.password, warehouse.dbname) == ("ann", "s3cret", "shop")
    assert warehouse.url == "postgresql://ann:s3cret@db.example.com:5433/shop"
    assert not warehouse.is_embedded


@pytest.mark.parametrize("password", ["p@ss/w:rd#?&%", "ключ é", "a b+c", "", "'quoted\"\\"])
def test_a_password_of_any_characters_survives_the_way_through_the_url(password):
    from urllib.parse import quote

    url = parse(f"postgresql://ann:{quote(password, safe='')}@h/d").url
    assert parse(url).password == password
    assert psycopg.conninfo.conninfo_to_dict(url).get("password", "") == password


def test_parameters_are_kept_and_the_port_has_its_default():
    warehouse = parse("postgres://ann:x@h/d?sslmode=verify-full&sslrootcert=%2Fetc%2Fca%20one.pem")
    assert warehouse.port == 5432
    assert warehouse.params == {"sslmode": "verify-full", "sslrootcert": "/etc/ca one.pem"}
    assert psycopg.conninfo.conninfo_to_dict(warehouse.url)["sslrootcert"] == "/etc/ca one.pem"


def test_an_ipv6_host_keeps_its_brackets():
    warehouse = parse("postgresql://ann:x@[::1]:5433/d")
    assert warehouse.host == "::1"
    assert warehouse.url == "postgresql://ann:x@[::1]:5433/d"


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("mysql://ann:s3cret@h/d", "no Postgres address"),
        ("host=h user=ann password=s3cret", "no Postgres address"),
        ("postgresql://ann:s3cret@h:port/d", "not readable"),
        ("postgresql://ann:s3cret@h:99999/d", "not readable"),
        ("postgresql://ann:s3#cret@h/d", "not readable"),
        ("postgresql://ann:s3/cret@h/d", "not readable"),
        ("postgresql://ann:s3%zzcret@h/d", "stray %"),
        ("postgresql://ann:s3cret@h/a/b", "more than one"),
        ("postgresql://ann:s3cret@h1,h2/d", "more than one"),
        ("postgresql://ann:s3cret@h1:5432,h2:5432/d", "not readable"),
        ("postgresql://:s3cret@h/d", "no user"),
        ("postgresql://ann:s3cret@/d", "no host"),
        ("postgresql://ann:s3cret@h", "no database"),
        ("postgresql://ann:s3cret", "not readable"),
        ("postgresql://ann:s3cret@h/d?host=/run&sslmode=require", "parameter host"),
        ("postgresql://ann:x@h/d?password=s3cret", "parameter password"),
        ("postgresql://ann:s3cret@h/d?sslmode", "not readable"),
        ("postgresql://ann:s3cret%00@h/d", "NUL"),
        ("postgresql://ann:s3cret%ff@h/d", "not UTF-8"),
    ],
)
def test_anything_else_is_refused_with_an_example_and_without_the_password(url, complaint):
    with pytest.raises(ConfigError, match=complaint) as refusal:
        parse(url)
    said = str(refusal.value)
    assert "cret" not in said
    assert "postgresql://user:password@localhost:5432/database" in said or "accepted are" in said
    assert refusal.value.__cause__ is None, "a chained error could quote the password"


def test_the_setting_that_held_the_url_is_named():
    with pytest.raises(ConfigError, match="WAREHOUSE_READER_URL is"):
        parse("nonsense", setting="WAREHOUSE_READER_URL")


def test_no_printed_form_shows_the_password():
    warehouse = parse("postgresql://ann:s3cret@h/d?sslmode=require")
    assert "s3cret" not in f"{warehouse} {warehouse!r}"
    assert masked("postgresql://ann:s3cret@h/d?sslmode=require&password=s3cret") == (
        "postgresql://ann:***@h/d?sslmode=***&password=***"
    )

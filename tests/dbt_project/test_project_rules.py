"""Rules the project keeps about itself: where engine-specific SQL may stand, and what every table must say."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.dbt_project import test_attribution_properties, test_incremental_builds
from tests.dbt_project.dbt_runs import PROJECT, Dbt

ENGINE = PROJECT / "macros" / "engine"
NOT_PORTABLE = {
    "a :: cast": r"::",
    "distinct on": r"\bdistinct\s+on\b",
    "filter (where …)": r"\bfilter\s*\(",
    "lateral": r"\blateral\b",
    "a JSON operator": r"->|#>|@>",
    "jsonb": r"\bjsonb?_?\w*\b",
    "generate_series": r"\bgenerate_series\b",
    "on conflict": r"\bon\s+conflict\b",
    "at time zone": r"\bat\s+time\s+zone\b",
    "ilike": r"\bilike\b",
    "a regular expression operator": r"!?~\*?",
    "an array": r"\b(array_agg|unnest|any|array)\s*[\[(]",
    "string_agg": r"\bstring_agg\b",
    "date_trunc or extract": r"\b(date_trunc|date_part|extract|to_timestamp|to_char|make_date|age)\s*\(",
    "an interval": r"\binterval\s*'",
    "a time without saying its zone": r"\b(timestamptz|timestamp)\s+'",
    "percentile_cont": r"\b(percentile_cont|percentile_disc|mode)\s*\(",
    "a function of Postgres": r"\b(string_to_table|string_to_array|regexp_\w+|btrim|normalize|pg_\w+)\s*\(",
    "a table of Postgres": r"\bpg_catalog\b|\binformation_schema\b",
    "a collation": r"\bcollate\b",
    "an update, a delete or an insert": r"\b(insert\s+into|delete\s+from|update\s+\w+\s+set|truncate)\b",
    "the type text": r"\bas\s+text\b",
    "a moment of the run": r"\b(now\s*\(|current_timestamp|current_date|clock_timestamp|random\s*\()",
}


def portable_part(path: Path) -> str:
    """The SQL of a file: what stands outside Jinja and comments."""
    without_jinja = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", path.read_text(), flags=re.DOTALL)
    return re.sub(r"--[^\n]*", " ", without_jinja).lower()


def offences(path: Path) -> list[str]:
    return [name for name, pattern in NOT_PORTABLE.items() if re.search(pattern, portable_part(path))]


def test_engine_specific_sql_stands_in_the_engine_macros_only() -> None:
    files = [*PROJECT.glob("models/**/*.sql"), *PROJECT.glob("macros/**/*.sql"), *PROJECT.glob("tests/*.sql")]
    elsewhere = [path for path in files if ENGINE not in path.parents]
    assert len(elsewhere) > 50
    found = {str(path.relative_to(PROJECT)): offences(path) for path in elsewhere if offences(path)}
    assert found == {}


@pytest.mark.parametrize(
    "sql",
    [
        "select a::text from b",
        "select distinct on (a) a from b",
        "select count(*) filter (where a) from b",
        "select a from b cross join lateral c(a)",
        "select a ->> 'b' from c",
        "select generate_series(1, 2)",
        "select a at time zone 'UTC' from b",
        "select a from b where a ilike 'c'",
        "select a from b where a ~* 'c'",
        "select now()",
        "select a + interval '1 day' from b",
        "select extract(epoch from a) from b",
        "select date_part('epoch', a) from b",
        "select string_agg(a, ',') from b",
        "select array_agg(a) from b",
        "select a from b where a @> c",
        "select timestamp '2026-01-01'",
        "select percentile_cont(0.5) within group (order by a) from b",
        "insert into a values (1) on conflict do nothing",
        'select a collate "C" from b',
    ],
)
def test_the_rule_would_notice(sql: str, tmp_path: Path) -> None:
    path = tmp_path / "model.sql"
    path.write_text(sql)
    assert offences(path) != []


@pytest.fixture(scope="module")
def manifest(dbt: Dbt) -> dict[str, Any]:
    """The project as dbt parsed it, which needs no database."""
    result = dbt.run(None, "parse")
    assert result.success, result.exception
    parsed: dict[str, Any] = json.loads(json.dumps(result.result.to_dict(), default=str))
    return parsed


@pytest.fixture(scope="module")
def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def test_every_check_says_it_is_about_a_model_that_it_reads(manifest: dict[str, Any]) -> None:
    """Of another model dagster-dbt makes no asset check: nobody would see in Dagster how it came out."""
    about = {
        node["name"]: (node["config"]["meta"]["dagster"]["ref"]["name"], node["depends_on"]["nodes"])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and not node.get("attached_node")
    }
    assert len(about) > 25
    assert [name for name, (model, read) in about.items() if not any(r.endswith(f".{model}") for r in read)] == []


def test_every_model_says_its_grain_first_and_every_column_what_it_holds(models: list[dict[str, Any]]) -> None:
    assert len(models) > 40
    assert [m["name"] for m in models if not m["description"].startswith("One row per ")] == []
    bare = [(m["name"], c["name"]) for m in models for c in m["columns"].values() if not c["description"].strip()]
    assert bare == []
    for model in models:
        is_for_readers = model["config"]["schema"] in ("marts", "reports")
        assert model["config"]["persist_docs"] == {"relation": True, "columns": is_for_readers}, model["name"]


def test_every_table_for_readers_has_an_enforced_contract_with_a_primary_key(models: list[dict[str, Any]]) -> None:
    for_readers = [m for m in models if m["config"]["schema"] in ("marts", "reports")]
    assert len(for_readers) >= 9
    for model in for_readers:
        assert model["config"]["contract"]["enforced"] is True, model["name"]
        assert [c["type"] for c in model["constraints"]] == ["primary_key"], model["name"]
        assert all(column["data_type"] for column in model["columns"].values()), model["name"]


def test_reports_read_no_raw_table_and_only_staging_reads_sources(models: list[dict[str, Any]]) -> None:
    for model in models:
        sources = [name for name in model["depends_on"]["nodes"] if name.startswith("source.")]
        assert (model["schema"] == "staging") or not sources, model["name"]


def views_of_raw(models: list[dict[str, Any]]) -> set[str]:
    return {m["name"] for m in models if m["config"]["materialized"] == "view" and m["schema"] == "staging"}


def test_a_model_that_reads_raw_reads_nothing_that_a_build_makes(models: list[dict[str, Any]]) -> None:
    """It would not see that at the instant at which the whole build reads raw (decision 17)."""
    views = views_of_raw(models)
    mixed = []
    for model in models:
        parents = model["depends_on"]["nodes"]
        raw = {p for p in parents if p.startswith("source.") and ".attribution." not in p}
        now = {p for p in parents if ".base_ingest__" in p and p.rpartition(".")[2] in views}
        if (raw or now) and set(parents) - raw - now:
            mixed.append(model["name"])
    assert mixed == []


def test_what_reads_raw_whenever_it_is_asked_feeds_nothing(models: list[dict[str, Any]]) -> None:
    """A view over raw says what is there now; only what is read at the build's instant may feed it with that."""
    views = views_of_raw(models)
    assert len(views) > 3
    fed = {
        (name, model["name"])
        for model in models
        for name in (node.rpartition(".")[2] for node in model["depends_on"]["nodes"])
        if name in views and model["schema"] != "staging"
    }
    assert fed == set()


COMPARED_AS = {"int_attribution_day_sums": "int_attribution_days"}
"""What is kept with the numbers of builds in it, and where it is compared without them."""


def is_made_in_part(model: dict[str, Any]) -> bool:
    """Whether a build makes only some of the rows; others are made whole, and those that differ are written."""
    config = model["config"]
    return config["incremental_strategy"] != "differing" or "differing_within" in config


def test_every_model_that_is_kept_is_compared_with_one_made_anew(models: list[dict[str, Any]]) -> None:
    incremental = [m for m in models if m["config"]["materialized"] == "incremental"]
    kept = {COMPARED_AS.get(m["name"], m["name"]) for m in incremental if is_made_in_part(m)}
    compared = {table.rpartition(".")[2] for table in test_incremental_builds.KEPT}
    attributed = {table.rpartition(".")[2] for table in test_attribution_properties.TABLES}
    assert kept - compared - attributed == set()
    assert compared - {m["name"] for m in incremental} == set()


UNIONS = {
    "contacts": "int_contacts",
    "contact_emails": "int_contact_emails",
    "contact_merges": "int_contact_merges",
    "contact_tags": "int_contact_tags",
    "ad_days": "int_ad_days",
    "ads": "int_ads",
    "ad_day_readings": "int_ad_day_readings",
}


def shape_of(name: str) -> str | None:
    """The shape a staging model fills, when it is one that several vendors share."""
    prefix, _, shape = name.partition("__")
    return shape if prefix.startswith("stg_") and shape in UNIONS else None


def test_only_the_unions_know_whose_contacts_and_ads_they_are(models: list[dict[str, Any]]) -> None:
    """Each reads every vendor's model of its shape: staging nobody reads would build green and be in no report."""
    staged = {(UNIONS[shape], m["name"]) for m in models if (shape := shape_of(m["name"]))}
    read = {
        (model["name"], name)
        for model in models
        for name in (node.rpartition(".")[2] for node in model["depends_on"]["nodes"])
        if shape_of(name) and model["schema"] != "staging"
    }
    assert read == staged


def test_addresses_and_names_are_tagged_as_personal_data(models: list[dict[str, Any]]) -> None:
    personal = re.compile(r"email|first_name|last_name|customer_name")
    untagged = [
        (m["name"], name)
        for m in models
        for name, column in m["columns"].items()
        if personal.search(name) and name not in ("email_kind",) and not column["config"].get("meta", {}).get("pii")
    ]
    assert untagged == []

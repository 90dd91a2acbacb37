"""The two parts of a build: together everything, each node once, every test after all models of the first part."""

import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from orchestration import manifest
from orchestration.assets.build_parts import WHOLE, ancestors
from tests.dbt_project.dbt_runs import Dbt

MANIFEST: dict[str, Any] = orjson.loads(manifest.ensure().read_bytes())


@pytest.fixture(scope="module")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> Dbt:
    return Dbt(tmp_path_factory.mktemp("dbt"))


def listed(dbt: Dbt, *selection: str) -> list[str]:
    kinds = [word for kind in ("model", "seed", "test") for word in ("--resource-type", kind)]
    result = dbt.run(None, "ls", "--output", "json", "--output-keys", "unique_id", *kinds, *selection)
    assert result.success, result.exception
    return [json.loads(line)["unique_id"] for line in result.result]


def test_the_parts_are_the_whole_build_and_every_test_is_in_the_second(dbt: Dbt) -> None:
    assert WHOLE.first and WHOLE.second
    first, second = listed(dbt, *WHOLE.first), listed(dbt, *WHOLE.second)
    assert sorted(first + second) == sorted(listed(dbt))
    assert not [unique_id for unique_id in first if unique_id.startswith("test.")]


def test_what_reads_the_weights_is_not_built_before_them(dbt: Dbt) -> None:
    assert WHOLE.first
    below = listed(dbt, "--select", "source:attribution.channel_weights+")
    assert below
    assert not set(below) & set(listed(dbt, *WHOLE.first))


def test_ancestors_are_those_dbt_finds(dbt: Dbt) -> None:
    models = {
        unique_id for unique_id in ancestors(MANIFEST, "int_channel_paths") if not unique_id.startswith("source.")
    }
    assert WHOLE.first
    assert models == set(listed(dbt, *WHOLE.first))


def test_a_model_nobody_has_has_no_ancestors(tmp_path: Path) -> None:
    assert ancestors(MANIFEST, "no_such_model") == set()

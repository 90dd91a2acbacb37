"""The two parts of a build, before the channel weights and after them, as dbt's selection arguments.

Belongs here: which models and tests run in which part. Does not: running them (`transformation.py`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from dagster import AssetExecutionContext, AssetSpec

from orchestration.assets.translators import PATHS

_UNIQUE_ID = "dagster_dbt/unique_id"
_NO_TEST_BESIDES = ["--indirect-selection", "empty"]


@dataclass(frozen=True)
class Parts:
    """dbt's selection for each part; None where a part has nothing to do.

    Every test runs in the second part, once: many read models of both. dbt still holds back what stands below a
    model whose test fails. `second_makes` tells whether that part makes models, or runs tests alone.
    """

    first: list[str] | None
    second: list[str] | None
    second_makes: bool = True


WHOLE = Parts(
    first=["--select", f"+{PATHS}", *_NO_TEST_BESIDES],
    second=["--exclude", f"+{PATHS}", *_NO_TEST_BESIDES],
)


def selected(context: AssetExecutionContext, manifest: Mapping[str, Any]) -> Parts:
    """The parts of what this run selects; a project that builds no paths has one part."""
    if not has_paths(manifest):
        return Parts(first=None, second=_NO_TEST_BESIDES)
    if not context.is_subset:
        return WHOLE
    specs = {spec.key: spec for spec in context.assets_def.specs}
    models = {str(specs[key].metadata[_UNIQUE_ID]) for key in context.selected_asset_keys if _is_model(specs[key])}
    above = models & ancestors(manifest, PATHS)
    below = models - above
    return Parts(
        _named(above, manifest), _named(below | _tests(context, manifest, models), manifest), second_makes=bool(below)
    )


def has_paths(manifest: Mapping[str, Any]) -> bool:
    """Whether the project builds what channel weights are computed from."""
    return any(node["name"] == PATHS for node in manifest["nodes"].values())


def ancestors(manifest: Mapping[str, Any], model: str) -> set[str]:
    """The ids of a model and of everything it is built from."""
    found: set[str] = set()
    ahead = [unique_id for unique_id, node in manifest["nodes"].items() if node["name"] == model]
    while ahead:
        unique_id = ahead.pop()
        if unique_id not in found:
            found.add(unique_id)
            ahead.extend(manifest["parent_map"].get(unique_id, ()))
    return found


def _tests(context: AssetExecutionContext, manifest: Mapping[str, Any], models: Collection[str]) -> set[str]:
    """The selected checks, and the tests on selected models that Dagster knows no check of."""
    ids = {spec.key: str(spec.metadata[_UNIQUE_ID]) for spec in context.assets_def.check_specs if spec.metadata}
    chosen = {ids[key] for key in context.selected_asset_check_keys}
    on_models = {child for model in models for child in manifest["child_map"][model] if child.startswith("test.")}
    return chosen | (on_models - set(ids.values()))


def _named(unique_ids: Collection[str], manifest: Mapping[str, Any]) -> list[str] | None:
    names = sorted(manifest["nodes"][unique_id]["name"] for unique_id in unique_ids)
    return ["--select", " ".join(names), *_NO_TEST_BESIDES] if names else None


def _is_model(spec: AssetSpec) -> bool:
    """Whether dbt makes it: the weights and the report site are made beside dbt."""
    return _UNIQUE_ID in spec.metadata

"""Which reports stand on a check that failed: said on each report's asset at the end of a build.

Belongs here: from failed checks to the reports below them. Does not: running checks (dbt, `readable.py`), keeping
their results (`check_results.py`, dbt's `keep_checks`).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import psycopg
from dagster import AssetKey, AssetObservation, MetadataValue

from orchestration import check_results
from orchestration.assets import build_parts
from orchestration.check_results import Failed
from orchestration.manifest import layer_of


def observations(db: psycopg.Connection, project: Mapping[str, Any]) -> Iterator[AssetObservation]:
    """One of every report: the checks that stand failed on it or on whatever it is made from, none included."""
    failed = check_results.standing(db).failed
    reports = sorted(node["name"] for node in project["nodes"].values() if _is_report(node))
    for report in reports:
        yield _observation(report, below(failed, report, project))


def below(failed: Sequence[Failed], report: str, project: Mapping[str, Any]) -> list[Failed]:
    """Those of the failed checks that are about the report, or about a table it is made from."""
    ids = build_parts.ancestors(project, report)
    known = {**project["nodes"], **project["sources"]}
    names = {name for unique_id in ids if unique_id in known for name in _names(known[unique_id])}
    return [check for check in failed if check.asset in names]


def _observation(report: str, failed: Sequence[Failed]) -> AssetObservation:
    wrong = [check for check in failed if not check.is_warning]
    said = "\n".join(
        f"- `{check.of}`: **{check.name}**, since {check.since:%Y-%m-%d %H:%M} UTC. {check.said}" for check in failed
    )
    if wrong:
        description = f"Not to be trusted: {len(wrong)} checks of what it is made from stand failed."
    else:
        description = "Every check of what it is made from passed, or only warns."
    return AssetObservation(
        asset_key=AssetKey(report),
        description=description,
        metadata={
            "failed_checks": len(wrong),
            "warnings": len(failed) - len(wrong),
            **({"which": MetadataValue.md(said)} if failed else {}),
        },
    )


def _is_report(node: Mapping[str, Any]) -> bool:
    return node["resource_type"] == "model" and layer_of(node) == "reports"


def _names(node: Mapping[str, Any]) -> tuple[str, ...]:
    """What a check calls the table: a model by its name, a raw table by connector and name."""
    if node["resource_type"] == "source":
        return (f"{node['source_name']}/{node['name'].removesuffix('_past')}",)
    return (node["name"],)

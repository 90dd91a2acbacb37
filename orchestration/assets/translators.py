"""Every name, group, kind, owner and tag an asset shows in Dagster, in one place.

Belongs here: how things are called. Does not: how they are computed (`ingestion.py`, `transformation.py`).
"""

from collections.abc import Mapping
from typing import Any

from dagster import AssetCheckSpec, AssetKey, AssetSpec, TableColumn, TableSchema
from dagster_dbt import DagsterDbtTranslator

from connectors.registry import RAW_COLUMNS, Connector, Table
from orchestration.assets import freshness
from orchestration.manifest import layer_of

DATA_TEAM = "team:data"
ANALYTICS_TEAM = "team:analytics"


def raw_spec(connector: Connector, table: Table) -> AssetSpec:
    """The asset of one raw table; its key is dbt's default key of the source, so lineage ties by itself."""
    columns = [TableColumn(name=c, type=kind.split()[0], description=text) for c, (kind, text) in RAW_COLUMNS.items()]
    return AssetSpec(
        key=AssetKey([connector.name, table.name]),
        description=f"{table.description} As {connector.title} returned it, one JSON object a row.",
        group_name=connector.name,
        kinds={"dlt", "postgres", connector.name.replace("_", "")},
        owners=[DATA_TEAM],
        tags={"layer": "raw", "connector": connector.name},
        freshness_policy=freshness.policy(connector),
        metadata={
            "dagster/table_name": f"{connector.schema}.{table.name}",
            "dagster/column_schema": TableSchema(columns=columns),
        },
    )


PATHS = "int_channel_paths"
"""The model the channel weights are computed from."""

WEIGHTS_SPEC = AssetSpec(
    key=AssetKey(["attribution", "channel_weights"]),  # dbt's default key of the source
    deps=[AssetKey(PATHS)],
    description="What each channel weighs in the data-driven attribution models: Markov removal effects and Shapley"
    " values over all paths of channels, shares of 1.",
    group_name="attribution",
    kinds={"python", "postgres"},
    owners=[ANALYTICS_TEAM],
    tags={"layer": "attribution"},
    metadata={
        "dagster/table_name": "attribution.channel_weights",
        "dagster/column_schema": TableSchema(
            columns=[
                TableColumn(name="model", type="text", description="markov (removal effect) or shapley."),
                TableColumn(name="channel", type="text", description="The channel, as the touchpoints name it."),
                TableColumn(name="weight", type="double precision", description="Its share of all conversions."),
            ]
        ),
    },
)


class ModelTranslator(DagsterDbtTranslator):
    """dbt models as assets: the key is the model's name, the group its layer."""

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> AssetSpec:
        """dbt's own spec, renamed and grouped."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = manifest["nodes"].get(unique_id) or manifest["sources"][unique_id]
        if node["resource_type"] == "source":  # what a raw table said before is written with it
            return spec.replace_attributes(key=AssetKey([*spec.key.path[:-1], spec.key.path[-1].removesuffix("_past")]))
        layer = layer_of(node)
        return spec.replace_attributes(
            key=AssetKey(node["name"]),
            group_name=layer,
            kinds={"dbt", "postgres"},
            owners=[ANALYTICS_TEAM],
            tags={**spec.tags, "layer": layer},
            metadata={**spec.metadata, "dagster/table_name": f"{layer}.{node['name']}"},
            description=node["description"],  # without the SQL, which stands in the code
        )

    def get_asset_check_spec(
        self, asset_spec: AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: Any
    ) -> AssetCheckSpec | None:
        """dbt's own, with what the test promises in words."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        test = manifest["nodes"][unique_id]
        return spec and spec._replace(description=test["description"] or _promise(test))


def _promise(test: Mapping[str, Any]) -> str:
    """A generic test in words, such as `not_null of person_id`."""
    kind = test.get("test_metadata") or {}
    column = test.get("column_name")
    return f"{kind.get('name', test['name'])}{f' of {column}' if column else ''}"

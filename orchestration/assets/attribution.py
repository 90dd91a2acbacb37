"""What channels weigh in the data-driven attribution models: computed in the middle of a build, read by its rest.

Belongs here: paths in, weights out, and what Dagster shows of them. Does not: the mathematics (`attribution/`), when
it runs (`transformation.py`).
"""

from collections.abc import Iterator
from time import monotonic

import psycopg
from dagster import AssetExecutionContext, MaterializeResult, MetadataValue, TableRecord
from psycopg import sql

from connectors.registry import ConfigError
from orchestration.assets.translators import PATHS, WEIGHTS_SPEC
from orchestration.attribution import markov, shapley
from orchestration.attribution.paths import Path, count
from orchestration.progress import say

MODELS = {"markov": markov.weights, "shapley": shapley.weights}
_PATHS = sql.Identifier("intermediate", PATHS)
_WEIGHTS = sql.Identifier(*WEIGHTS_SPEC.key.path)
_ROWS_AT_A_TIME = 20_000


def weigh(context: AssetExecutionContext, db: psycopg.Connection) -> MaterializeResult:
    """Replace the weights by those of today's paths, in one transaction. Raises `ConfigError` before any build."""
    started = monotonic()
    counts = count(_paths(db))
    rows = [
        (model, channel, weight) for model, weights in MODELS.items() for channel, weight in weights(counts).items()
    ]
    with db.transaction(), db.cursor() as cursor:
        cursor.execute(sql.SQL("delete from {}").format(_WEIGHTS))
        cursor.executemany(sql.SQL("insert into {} values (%s, %s, %s)").format(_WEIGHTS), rows)
    walks = counts.all_sets.total()
    found = f"{len(counts.channels)} channels" if rows else "none, for no path ended in an order"
    say(context, f"channel weights: {found} ({walks:,} walks, {counts.conversions:,} of them to an order)")
    return MaterializeResult(
        asset_key=WEIGHTS_SPEC.key,
        metadata={
            "dagster/row_count": len(rows),
            "walks": walks,
            "conversions": counts.conversions,
            "seconds": round(monotonic() - started, 2),
            **({"weights": MetadataValue.table(list(_table(rows)))} if rows else {}),
        },
    )


def _paths(db: psycopg.Connection) -> Iterator[Path]:
    """Row by row through a server-side cursor: there may be as many paths as persons."""
    if db.execute("select to_regclass(%s)", [_PATHS.as_string(db)]).fetchone() == (None,):
        raise ConfigError(f"Channel weights come from intermediate.{PATHS}, which is not built: build it first.")
    query = sql.SQL("select path, conversions::bigint, nonconversions::bigint from {}").format(_PATHS)
    with db.transaction(), db.cursor(name=PATHS) as cursor:
        cursor.itersize = _ROWS_AT_A_TIME
        yield from cursor.execute(query)


def _table(rows: list[tuple[str, str, float]]) -> Iterator[TableRecord]:
    """One line per channel, its weight under each model in per cent."""
    import pandas as pd  # costs half a second: only where weights were computed

    weights = pd.DataFrame(rows, columns=["model", "channel", "weight"])
    beside = weights.pivot(index="channel", columns="model", values="weight").sort_index()
    for channel, shares in beside.to_dict("index").items():
        yield TableRecord({"channel": str(channel), **{str(model): f"{share:.2%}" for model, share in shares.items()}})

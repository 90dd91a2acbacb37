"""What a raw table's materialisation tells in the Dagster UI: what the sync changed, what it cost, how late it is.

Belongs here: from a sync's results to metadata. Does not: syncing (`ingestion.py`), what is said meanwhile
(`sync_progress.py`).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from dagster import MetadataValue

from connectors.registry import SyncResult, TableResult


def of_table(table: str, results: Sequence[SyncResult]) -> dict[str, Any]:
    """The table's own figures, all its connections together, and those of the whole sync."""
    parts = [part for result in results for part in result.tables if part.table == table]
    return {
        "dagster/row_count": max((part.total for part in parts), default=0),
        "rows_read": sum(part.read for part in parts),
        "rows_written": sum(part.written for part in parts),
        "rows_new": sum(part.new for part in parts),
        "rows_changed": sum(part.changed for part in parts),
        "rows_deleted": sum(part.deleted for part in parts),
        "rows_quarantined": sum(part.quarantined for part in parts),
        "changes_events_missed": sum(part.missed for part in parts),
        "bytes_read": sum(part.bytes for part in parts),
        "connections": ", ".join(result.connection for result in results) or "none connected",
        **_newest(parts),
        **_fields(results, table),
        **_of_the_whole_sync(results),
    }


def _newest(parts: Sequence[TableResult]) -> dict[str, MetadataValue]:
    newest = max((part.newest for part in parts if part.newest), default=None)
    return {"newest_object_read": MetadataValue.timestamp(newest)} if newest else {}


def _fields(results: Sequence[SyncResult], table: str) -> dict[str, MetadataValue]:
    """Fields that came or went since the last sync, by connection."""
    said = [
        f"- {result.connection}: {words} `{'`, `'.join(names)}`"
        for result in results
        for part in result.tables
        if part.table == table
        for words, names in (("new:", part.fields.new), ("gone from every object:", part.fields.gone))
        if names
    ]
    return {"schema_changes": MetadataValue.md("\n".join(said))} if said else {}


def _of_the_whole_sync(results: Sequence[SyncResult]) -> dict[str, MetadataValue]:
    """What the sync cost, all its tables together: they are read side by side."""
    seconds = sum((result.seconds for result in results), 0.0)
    read = sum(part.read for result in results for part in result.tables)
    notes = "\n".join(f"- {result.connection}: {note}" for result in results for note in result.notes)
    return {
        "sync_requests": MetadataValue.int(sum(result.requests for result in results)),
        "sync_seconds": MetadataValue.float(round(seconds, 1)),
        "sync_objects_per_second": MetadataValue.float(round(read / seconds, 1) if seconds else 0.0),
        "sync_notes": MetadataValue.md(notes or "none"),
        **_budget(results),
        **_lag(results),
    }


def _budget(results: Sequence[SyncResult]) -> dict[str, MetadataValue]:
    """The part of the requests open to the connections meanwhile that was used, where the vendor's limit is known."""
    limited = [result for result in results if result.requests_allowed and result.seconds]
    if not limited:
        return {}
    allowed = sum(result.requests_allowed * result.seconds for result in limited)
    return {"sync_budget_used_percent": MetadataValue.float(round(100 * sum(r.requests for r in limited) / allowed, 1))}


def _lag(results: Sequence[SyncResult]) -> dict[str, MetadataValue]:
    """As of when the tables show the vendor: what happened there since the sync began may not be in."""
    if not results:
        return {}
    oldest = min(result.synced_at for result in results)
    return {
        "as_of": MetadataValue.timestamp(oldest),
        "lag_seconds": MetadataValue.float(round((datetime.now(UTC) - oldest).total_seconds(), 1)),
    }

"""The check `secret_lasts` of each connector that has secrets: is there time left until one of them ends?

Belongs here: the check's declaration, its rule, its words. Does not: finding out when (`connectors/`).
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime

from dagster import AssetCheckKey, AssetCheckResult, AssetCheckSeverity, AssetCheckSpec, AssetKey

from connectors.registry import Connector, SyncResult, secret_ends

NAME = "secret_lasts"
UNKNOWN = "Nothing says when its secret ends"


def specs(connector: Connector) -> list[AssetCheckSpec]:
    """One for a vendor with secrets, on the table of its accounts, else on its first."""
    if not any(credential.is_secret for credential in connector.required_credentials):
        return []
    names = [table.name for table in connector.tables]
    return [
        AssetCheckSpec(
            NAME,
            asset=AssetKey([connector.name, "accounts" if "accounts" in names else names[0]]),
            description=f"No secret in use ends within {secret_ends.WARNED_BEFORE.days} days, as far as"
            f" {connector.title} or the setting {secret_ends.SETTING.upper()} says.",
            blocking=False,
        )
    ]


def results(
    connector: Connector, selected: Collection[AssetCheckKey], synced: Sequence[SyncResult]
) -> Iterator[AssetCheckResult]:
    """What is known after the syncs, for the selected check; nothing where nothing was synced."""
    for spec in specs(connector):
        if spec.key not in selected or not synced:
            continue
        said = {one.connection: _said(one) for one in synced}
        soon = {one.connection for one in synced if one.secret_end and secret_ends.is_soon(one.secret_end, _now())}
        yield AssetCheckResult(
            check_name=NAME,
            asset_key=spec.asset_key,
            passed=not soon,
            severity=AssetCheckSeverity.WARN,
            description=" ".join(f"{said[name]}." for name in sorted(soon or said)),
            metadata=said,
        )


def _said(synced: SyncResult) -> str:
    if synced.secret_end is None:
        return f"{synced.connection}: {UNKNOWN[0].lower()}{UNKNOWN[1:]}"
    return secret_ends.said(synced.connection, synced.secret_end, _now())


def _now() -> datetime:
    return datetime.now(UTC)

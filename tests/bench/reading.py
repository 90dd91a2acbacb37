"""How much of what Stripe allows is used, seen from the sandbox's side while everything lands as ever."""

from connectors.connector import Connection
from connectors.registry import connector, sync
from connectors.warehouse import resolve
from tests.bench import worlds
from tests.bench.surroundings import surroundings
from tests.bench.table import Size, Table
from tests.connectors.sandbox_process import SandboxProcess, played_elsewhere

FOUR = ("charges", "payment_intents", "customers", "balance_transactions")
SHARE, LIMIT, ENDPOINT_LIMIT, PAGE = 0.5, 100, 25, 100


def measure(table: Table, server_url: str, size: Size) -> None:
    """Four endpoints at the share that is used by default, and one endpoint at all that it allows."""
    _four(table, server_url, size)
    _one(table, server_url, size)


def _four(table: Table, server_url: str, size: Size) -> None:
    seconds = size.settling_seconds + size.budget_seconds
    count = int(seconds * LIMIT * SHARE * PAGE / len(FOUR) * 1.2)
    with played_elsewhere(worlds.equal_objects, FOUR, count, 0, worlds.LIVE) as sandbox:
        used = _asked_while_syncing(sandbox, server_url, FOUR, {})
        share = sum(size.settling_seconds <= at < seconds for at in used) / (size.budget_seconds * LIMIT * SHARE)
        refused = sandbox.ask(worlds.refusals)
        allowed = f"{LIMIT * SHARE:.0f}/s, four endpoints; {refused} refused"
        what = f"share of the request budget after {size.settling_seconds} s, {allowed}"
        table.add(what, f"{share:.1%}", "90 %", "97 %", sandbox.cpu_seconds())


def _one(table: Table, server_url: str, size: Size) -> None:
    limits = worlds.LIVE if size.is_limited else {}
    with played_elsewhere(worlds.equal_objects, ("charges",), size.paced_objects, 0, limits) as sandbox:
        used = _asked_while_syncing(sandbox, server_url, ("charges",), {"SOURCES__STRIPE__RATE_SHARE": "0.97"})
        ratio = (used[-1] - used[0]) / (size.paced_objects / PAGE / ENDPOINT_LIMIT)
        refused = sandbox.ask(worlds.refusals)
        what = f"one endpoint, {size.paced_objects:,} objects, at its limit of {ENDPOINT_LIMIT}/s; {refused} refused"
        table.add(what, f"{ratio:.2f} x the limit", "1.2 x", "1.05 x", sandbox.cpu_seconds())


def _asked_while_syncing(
    sandbox: SandboxProcess, server_url: str, tables: tuple[str, ...], variables: dict[str, str]
) -> list[float]:
    """When pages of the tables were asked for, in seconds since the first."""
    sandbox.ask(worlds.note_requests)
    with surroundings(server_url, {**sandbox.env, **variables}):
        sync(connector("stripe"), Connection("stripe"), resolve(), tables=tables)
    first = "/v1/" if len(tables) > 1 else f"/v1/{tables[0]}"
    return sandbox.ask(worlds.requests_noted, first)

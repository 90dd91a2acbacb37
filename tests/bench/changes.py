"""What a day of changes costs in requests."""

from connectors.connector import Connection
from connectors.registry import connector, sync
from connectors.sandbox.serving import Playing
from connectors.warehouse import resolve
from tests.bench import worlds
from tests.bench.surroundings import UNPACED, surroundings
from tests.bench.table import Size, Table
from tests.connectors.sandbox_process import played_elsewhere

DAY = 86_400


def measure(table: Table, server_url: str, size: Size) -> None:
    """A first sync, a day in which half of the changes make objects and half change them, a second sync."""
    with played_elsewhere(worlds.sales, 2_000) as sandbox, surroundings(server_url, {**sandbox.env, **UNPACED}):
        sync(connector("stripe"), Connection("stripe"), resolve())
        sandbox.ask(change, size.changes)
        sync(connector("stripe"), Connection("stripe"), resolve())
        every, fetched = sandbox.ask(requests)
        allowed = f"{size.changes // 100 + 10} + {fetched}"
        what = f"requests for {size.changes:,} changes in a day, {fetched} of them for single objects"
        table.add(what, str(every), f"<= {allowed}", "", sandbox.cpu_seconds())


def change(playing: Playing, count: int) -> None:
    """In the sandbox's process: `count` changes, evenly over a day; what was asked before is forgotten."""
    world = playing.stripe
    world.clock.stop()
    model = next(iter(world.state("customers").values()))
    del model["created"]
    for n in range(count):
        if n % 2 == 0:
            world.create("customers", {**model, "id": f"cus_1Day{n:07d}"})
        else:
            world.update("customers", f"cus_1Day{n - 1:07d}", name=f"Changed {n}")
        world.clock.advance(DAY / count)
    world.counters.reset()


def requests(playing: Playing) -> tuple[int, int]:
    """In the sandbox's process: all requests, and those for single objects."""
    asked = playing.stripe.counters.by_operation
    return sum(asked.values()), sum(count for operation, count in asked.items() if operation.endswith("{id}"))

"""kill -9 at random instants, while history is read and while changes are followed: nothing lost, nothing twice.

`CRASH_KILLS=500` kills more often, `CRASH_SEED` repeats a run's draws (not its timing, which no seed gives).
"""

import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import orjson
import psycopg

from connectors.sandbox.serving import Playing
from connectors.sandbox.shapes import times
from connectors.sandbox.shapes.sales import sales_world
from connectors.sandbox.stripe_played import PlayedAccount
from connectors.sandbox.stripe_routes import Route
from connectors.sandbox.world import World
from tests.connectors import stripe_mirror
from tests.connectors.sandbox_process import played_elsewhere
from tests.connectors.stripe_shop import Shop

KILLS = int(os.environ.get("CRASH_KILLS", "50"))
SEED = int(os.environ.get("CRASH_SEED") or secrets.randbelow(1_000_000))
ROOT = Path(__file__).parents[2]
PAGE = 10
"""Objects a page, a tenth of the usual: as many pages as an account ten times the size has."""
SALES = 70 * KILLS
NEW = "Moved"
"""What the ids of all that happens meanwhile contain."""
PACED = {"SOURCES__STRIPE__RATE_LIMIT": "100", "SOURCES__STRIPE__RATE_SHARE": "0.4"}
"""So that as little is on its way when a run is killed as at a vendor further away, asked as often as it allows."""
_shown: list[tuple[float, str, str]] = []
"""In the sandbox's process: when, of which list and what, for every object and every page of a nested list shown.

Of what was there at first: what happens meanwhile is looked at on purpose as often as events tell of it.
"""
_shops: list[Shop] = []
_until_the_end = ExitStack()


def world(sales: int) -> World:
    """In the sandbox's process: a world that writes down what it shows."""
    PlayedAccount.answer = _noting(PlayedAccount.answer)  # type: ignore[method-assign]
    return sales_world(times.uniform(sales, days=60), many_children=0.005)


def _noting(answer: Callable[..., bytes]) -> Callable[..., bytes]:
    def noted(self: PlayedAccount, route: Route, version: str, query: list) -> bytes:
        body, now = answer(self, route, version, query), time.time()
        shown: list[tuple[float, str, str]] = []
        if route.kind == "list" and route.name != "events" and "payout" not in dict(query):
            shown = [(now, route.name, item["id"]) for item in orjson.loads(body)["data"]]
        elif route.kind in ("children", "items"):
            shown = [(now, route.operation, f"{route.id}?{query}")]
        _shown.extend(one for one in shown if NEW not in one[2])
        return body

    return noted


def pages_shown(_: Playing, until: float) -> tuple[float, float]:
    """Pages shown before the Unix time `until`, and how many of them showed what had been shown before."""
    every, again = 0.0, 0.0
    for (kind, _id), count in Counter((kind, id_) for at, kind, id_ in _shown if at <= until).items():
        size = 1 if "{id}" in kind or kind.endswith("_items") else PAGE
        every += count / size
        again += (count - 1) / size
    return every, again


def happen(playing: Playing, count: int, seed: int) -> None:
    """`count` things happen, and more of them whenever something is asked."""
    if not _shops:
        _shops.append(Shop(playing.stripe, seed, NEW))
        draw = random.Random(seed)
        _until_the_end.enter_context(playing.stripe.watching(lambda _: _shops[0].act(draw.random() < 0.1)))
    _shops[0].act(count)
    playing.stripe.clock.advance(60)


def come_to_rest(playing: Playing) -> None:
    """Nothing happens any more, and every event shows."""
    _until_the_end.close()
    playing.stripe.clock.advance(300)


def truth(playing: Playing) -> stripe_mirror.Truth:
    """What the account holds."""
    return stripe_mirror.truth(playing.stripe, playing.url, playing.env["SOURCES__STRIPE__API_KEY"])


class Runs:
    """Syncs started one after the other, each killed unless it ends before."""

    def __init__(self, server: subprocess.Popen, log: Path) -> None:
        self._server, self._log = server, log
        self.killed = 0
        self.ended = 0

    def run(self, seconds: float) -> None:
        """Start a sync and kill it after `seconds`, if it is still running then."""
        pid = self._say("go")
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
        status = self._say("end")
        assert status in (0, -signal.SIGKILL), self._log.read_text()[-3_000:]
        self.killed += status != 0
        self.ended += status == 0

    def _say(self, word: str) -> int:
        assert self._server.stdin and self._server.stdout
        self._server.stdin.write(f"{word}\n")
        self._server.stdin.flush()
        return int(self._server.stdout.readline())


@contextmanager
def warm_runs(environment: dict[str, str], log: Path) -> Iterator[Runs]:
    """A process that starts runs at once."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.warm_runs", str(log), str(PAGE)],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Runs(server, log)
    finally:
        server.kill()
        server.wait()


def history_ended(url: str) -> float:
    """The Unix time at which the last history was whole; 0 while one is being read, or none has begun."""
    with psycopg.connect(url) as db:
        if not db.execute("select to_regclass('ingest.windows')").fetchone()[0]:  # type: ignore[index]
            return 0
        row = db.execute(
            "select case when bool_and(finished_at is not null)"
            " then extract(epoch from max(finished_at)) else 0 end from ingest.windows where kind = 'history'"
        ).fetchone()
    return float(row[0] or 0) if row else 0


def test_killed_at_random_instants_nothing_is_lost_nothing_is_twice_and_little_is_read_again(
    warehouse_url: str, tmp_path: Path
) -> None:
    print(f"CRASH_SEED={SEED} CRASH_KILLS={KILLS}")
    draw = random.Random(SEED)
    with played_elsewhere(world, SALES) as sandbox:
        environment = {**os.environ, **sandbox.env, **PACED, "LEADLINE_HOME": str(tmp_path), "PYTHONUNBUFFERED": "1"}
        with warm_runs(environment, tmp_path / "runs.log") as runs:
            sandbox.ask(happen, 5, SEED)
            while not history_ended(warehouse_url):
                runs.run(draw.uniform(0.1, 8))
                assert runs.ended == 0 or history_ended(warehouse_url)
            in_history, ended = runs.killed, history_ended(warehouse_url)
            while runs.killed < max(KILLS, in_history + KILLS // 4):
                sandbox.ask(happen, draw.randint(1, 20), SEED)
                runs.run(draw.uniform(0.05, 1.4))
        sandbox.ask(come_to_rest)
        last = subprocess.run(
            [sys.executable, "-m", "connectors", "stripe"],
            cwd=tmp_path, env={**environment, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert last.returncode == 0, last.stdout + last.stderr
        stripe_mirror.assert_mirrored(warehouse_url, sandbox.ask(truth))
        every, again = sandbox.ask(pages_shown, ended)
    print(f"{in_history} kills in history, {runs.killed} in all; {again:.1f} of {every:.0f} pages fetched again")
    assert in_history >= KILLS // 10, "history was whole too soon: play more sales"
    assert again <= 0.01 * every, f"{again:.1f} of {every:.0f} pages were fetched again, {in_history} kills"
    with psycopg.connect(warehouse_url) as db:
        keys = db.execute(
            "select count(*) from pg_constraint where contype = 'p' and conrelid::regclass::text like 'raw_stripe.%'"
        ).fetchone()
        tables = db.execute("select count(*) from pg_tables where schemaname = 'raw_stripe' and tablename !~ '_dlt'")
        assert keys == tables.fetchone()

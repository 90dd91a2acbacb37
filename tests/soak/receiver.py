"""Where the alerts go: a webhook on loopback that keeps what it was told, in order.

Belongs here: taking notices, and what stands after them. Does not: what should have come (`__main__.py`).
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

NEW, OVER = "new", "over"


@dataclass
class Receiver:
    """`told` holds (key, state, title) of every notice that came; `url` is where they are sent."""

    url: str = ""
    told: list[tuple[str, str, str]] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def take(self, notices: list[dict[str, str]]) -> None:
        """Keep them."""
        with self._lock:
            self.told += [(notice["key"], notice["state"], notice["title"]) for notice in notices]

    def of(self, key: str) -> list[str]:
        """What was said of this problem, in order."""
        with self._lock:
            return [state for told, state, _ in self.told if told == key]

    @property
    def keys(self) -> set[str]:
        """Every problem that was told of."""
        with self._lock:
            return {key for key, _, _ in self.told}

    @property
    def standing(self) -> set[str]:
        """The problems that are not over, as far as people were told."""
        return {key for key in self.keys if self.of(key)[-1] == NEW}


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Listen on a free port while the `with` block runs."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.take(json.loads(body)["notices"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/alerts"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()

"""The site over HTTP on this machine, for browsers that open no files; it holds names, so it listens on loopback only.

Belongs here: the server. Does not: writing the site (`write.py`).
"""

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from connectors.registry import ConfigError

HOST = "127.0.0.1"


class _Handler(SimpleHTTPRequestHandler):
    """Files of the folder as it is at each request, to nobody who came by another name than this machine's."""

    def do_GET(self) -> None:
        """A page, unless a foreign page's address was pointed at this machine (DNS rebinding)."""
        if self._is_ours():
            super().do_GET()

    def do_HEAD(self) -> None:
        """The same without the page."""
        if self._is_ours():
            super().do_HEAD()

    def end_headers(self) -> None:
        """A page is replaced by the next build, so none is kept."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def list_directory(self, path: Any) -> None:  # noqa: ARG002 - http.server's signature
        """No listing, where the front page is missing."""
        self.send_error(404)

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are no news."""

    def _is_ours(self) -> bool:
        name = (self.headers.get("Host") or "").partition(":")[0]
        if name in (HOST, "localhost"):
            return True
        self.send_error(403, f"This server answers {HOST} and localhost only")
        return False


def server(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server of the folder on loopback, not yet serving; port 0 takes a free one. Raises `ConfigError`."""
    try:
        return ThreadingHTTPServer((HOST, port), partial(_Handler, directory=str(folder)))
    except OSError as problem:
        raise ConfigError(
            f"Port {port} of {HOST} cannot be had ({problem.strerror}): name another with --port."
        ) from None

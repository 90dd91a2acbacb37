"""Where the browser comes back to after a consent: a server on 127.0.0.1 that takes one answer and goes away.

Belongs here: listening, the page the person sees, the time limit. Does not: what a good answer is, or what follows
from it (`oauth.py`).
"""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from threading import Thread
from urllib.parse import parse_qsl, urlsplit

from connectors.errors import ConfigError

Fits = Callable[[Mapping[str, str]], bool]
_PAGE = "<!doctype html><meta charset=utf-8><title>Leadline</title><body style='font:1.2em sans-serif;margin:3em'>{}"


class Listening:
    """A server that waits for the answer; `url` is the redirect address to ask with."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answers: Queue[Mapping[str, str]] = Queue()
        self.misfits = 0

    def wait(self, seconds: float) -> Mapping[str, str]:
        """The query of the first answer that fits. Raises `ConfigError` when none comes in time."""
        try:
            return self.answers.get(timeout=seconds)
        except Empty:
            others = f" ({self.misfits} came that answer another question)" if self.misfits else ""
            raise ConfigError(
                f"No answer came back from the browser within {seconds:g} s{others}. Run this again, with"
                " --no-browser where the browser runs on another machine."
            ) from None


@contextmanager
def redirected(fits: Fits) -> Iterator[Listening]:
    """Listen on a free port of 127.0.0.1; answers that do not fit get an error page and are passed over."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 10  # browsers open connections they never use

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            answer = dict(parse_qsl(parts.query))
            if parts.path != "/":
                self._page(404, "There is nothing here.")
            elif not fits(answer):
                listening.misfits += 1
                self._page(400, "This does not answer the question Leadline asked. Start again from the terminal.")
            elif "error" in answer:
                self._page(400, f"Leadline was not given access ({escape(answer['error'])}). Go back to the terminal.")
                listening.answers.put(answer)
            else:
                self._page(200, "Thank you. Close this page and go back to the terminal.")
                listening.answers.put(answer)

        def _page(self, status: int, text: str) -> None:
            body = _PAGE.format(text).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Referrer-Policy", "no-referrer")  # the address holds the code
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: a request line holds the code."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening = Listening(f"http://127.0.0.1:{server.server_address[1]}/")
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield listening
    finally:
        server.shutdown()
        server.server_close()


def free_port() -> int:
    """A port of 127.0.0.1 where nobody listens now."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port: int = unused.getsockname()[1]
    return port

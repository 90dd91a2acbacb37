"""Headless Chromium, asked over its DevTools protocol: opens a page at a width and in a colour scheme, and looks.

Belongs here: the browser. Does not: what is expected of a page (`test_pages_in_browser.py`).
"""

import base64
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
SECONDS = 30


def program() -> str | None:
    """The Chromium of this machine, if it has one."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Tab:
    """One tab: commands out, answers in, and the errors and warnings the console was told meanwhile."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket, self._sent = socket, 0
        self.complaints: list[str] = []

    def listen(self) -> None:
        """From now on the page's complaints are heard."""
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The answer to one command. Raises `RuntimeError` with the browser's words for one it refuses."""
        self._sent += 1
        self._socket.send(json.dumps({"id": self._sent, "method": method, "params": params}))
        while True:
            message = self._next()
            if message.get("id") == self._sent:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]

    def open(self, url: str, width: int, height: int = 900, scheme: str = "light") -> None:
        """Load a page in a window of that size and wait until it stands."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Page.navigate", url=url)
        deadline = time.monotonic() + SECONDS
        while self.ask("document.readyState + location.href") != f"complete{url}":
            if time.monotonic() > deadline:
                raise TimeoutError(f"{url} did not stand within {SECONDS} s.")

    def ask(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page; a promise is waited for."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise RuntimeError(f"{expression[:200]}: {found['exceptionDetails']}")
        return found["result"].get("value")

    def picture(self, file: Path, height: int | None = None) -> None:
        """A PNG of the page: all of it, or its first `height` pixels."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], height or 16_000), "scale": 1}
        shot = self.call("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
        file.write_bytes(base64.b64decode(shot["data"]))

    def _next(self) -> dict[str, Any]:
        message = json.loads(self._socket.recv(timeout=SECONDS))
        params = message.get("params", {})
        if message.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(params["exceptionDetails"]["text"])
        if message.get("method") == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
            self.complaints.append(str([argument.get("value") for argument in params["args"]]))
        if message.get("method") == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.complaints.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
        return message


@contextmanager
def tab(folder: Path) -> Iterator[Tab]:
    """A tab of a browser of its own, whose profile lies in `folder`; both are gone afterwards."""
    chromium = program()
    if chromium is None:
        raise RuntimeError(f"None of {', '.join(PROGRAMS)} is on PATH: apt-get install chromium.")
    arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]
    browser = subprocess.Popen(
        [chromium, *arguments, "--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with connect(_address(folder), max_size=64 * 2**20) as socket:
            target = Tab(socket).call("Target.createTarget", url="about:blank")["targetId"]
        base = _address(folder).rsplit("/devtools/", 1)[0]
        with connect(f"{base}/devtools/page/{target}", max_size=64 * 2**20) as socket:
            opened = Tab(socket)
            opened.listen()
            yield opened
    finally:
        browser.terminate()
        browser.wait(timeout=SECONDS)


def _address(folder: Path) -> str:
    """Where the browser listens, as it writes down once it does."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        file = folder / "DevToolsActivePort"
        if file.exists() and len(lines := file.read_text().splitlines()) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(0.05)
    raise TimeoutError(f"Chromium did not listen within {SECONDS} s.")

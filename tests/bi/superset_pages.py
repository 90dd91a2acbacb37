"""A dashboard as people see it: opened in headless Chromium, what each chart was told by Superset, and how it stands.

Belongs here: the page. Does not: what a chart should show (`answers.py`).
"""

import base64
import json
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.bi.superset_environment import PASSWORD, USER
from tests.bi.superset_server import SECONDS, Superset
from tests.site.browser import Tab

WIDTH, HEIGHT = 1400, 2600
"""A chart is drawn once it is in the window, so the window is as high as a dashboard."""
LISTEN = """
window.told = {}; const ask = window.fetch;
window.fetch = async (...asked) => {
    const response = await ask(...asked), url = new URL(asked[0].url ?? asked[0], location);
    if (url.pathname == '/api/v1/chart/data') {
        const chart = JSON.parse(url.searchParams.get('form_data')).slice_id;
        window.told[chart] = await response.clone().json();
    }
    return response;
};
"""
LOOK = """
JSON.stringify([...document.querySelectorAll('[data-test-chart-id]')].map(chart => ({
    number: Number(chart.dataset.testChartId),
    title: chart.querySelector('[data-test="slice-header"]')?.innerText.trim(),
    is_drawn: !!chart.querySelector('canvas, table, .header-line'),
    alert: chart.querySelector('[role="alert"], .ant-empty, .missing-chart-container')?.innerText,
    told: window.told[chart.dataset.testChartId]?.result?.map(answer => answer.data),
})))
"""


@dataclass(frozen=True)
class DrawnChart:
    """A chart on its page: the rows of every answer it got, and what it complains of."""

    number: int
    title: str
    is_drawn: bool
    alert: str | None = None
    told: list[list[dict[str, Any]]] | None = None

    @property
    def stands(self) -> bool:
        """Nothing more is going to change."""
        return bool(self.title) and (self.alert is not None or (self.is_drawn and self.told is not None))


def drawn(tab: Tab, superset: Superset, dashboard: str, charts: int, picture: Path) -> list[DrawnChart]:
    """The charts of a dashboard once all of them stand, and a picture of it.

    Raises `TimeoutError` with those that do not come to stand.
    """
    for cookie in _session(superset).cookies:
        tab.call("Network.setCookie", name=cookie.name, value=str(cookie.value), url=superset.url)
    tab.call("Page.addScriptToEvaluateOnNewDocument", source=LISTEN)
    tab.open(f"{superset.url}/superset/dashboard/{dashboard}/", WIDTH, HEIGHT)
    found: list[DrawnChart] = []
    deadline = time.monotonic() + SECONDS
    while len(found) < charts or not all(chart.stands for chart in found):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{dashboard}: of {charts} charts not all stood within {SECONDS} s: {found}")
        time.sleep(0.5)
        found = [DrawnChart(**chart) for chart in json.loads(tab.ask(LOOK))]
    shot = tab.call("Page.captureScreenshot", format="png")["data"]  # of the window: a resize would draw all anew
    picture.write_bytes(base64.b64decode(shot))
    return found


def _session(superset: Superset) -> requests.Session:
    """Somebody who logged in by the form."""
    session = requests.Session()
    form = session.get(f"{superset.url}/login/", timeout=SECONDS).text
    token = re.search(r'name="csrf_token"\s.*?value="([^"]+)"', form, re.DOTALL)
    asked = {"username": USER, "password": PASSWORD, "csrf_token": token[1] if token else ""}
    session.post(f"{superset.url}/login/", data=asked, timeout=SECONDS).raise_for_status()
    return session

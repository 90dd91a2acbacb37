"""`make test-bi`: what Superset shows of the demo, once it imported the starter dashboards, against the marts.

Not named test_*, so that only who asks for it runs it: it installs Superset, plays the demo and takes minutes. Belongs
here: importing, asking, comparing. Does not: what is right (`answers.py`).
"""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from orchestration import paths
from tests.bi import superset_environment, superset_files
from tests.bi.dashboards import DASHBOARDS, Chart
from tests.bi.figures import are_equal, figures, held_of, keys_of
from tests.bi.measures import MEASURES
from tests.bi.superset_names import chart_identity, slug
from tests.bi.superset_pages import drawn
from tests.bi.superset_server import Superset, serving
from tests.integration.studio import leadline
from tests.site import browser

CACHE = paths.home() / "bi"
PACKING, IMPORTING = re.findall(r"```sh\n(.*?)```", (superset_files.ROOT / "docs" / "bi.md").read_text(), re.DOTALL)
SETTINGS = {
    "WAREHOUSE_URL": "", "WAREHOUSE_READER_URL": "", "DAGSTER_POSTGRES_URL": "", "REPORT_TIMEZONE": "UTC",
    "REPORT_CURRENCY": "USD", "MRR_BASIS": "year12", "ORDERS_EXCLUDE": "", "ATTRIBUTION_MODEL": "last_touch",
    "SOURCE_OF_TRUTH": "stripe,files", "ATTRIBUTION_WINDOW_DAYS": "90", "NURTURE_WINDOW_DAYS": "", "HASH_PII": "false",
    "ATTRIBUTION_TOUCHES": "page_view,ad_click,opt_in,tag",
}  # fmt: skip
"""What `answers.py` takes for granted, whatever the project's .env says."""
CHARTS = [(title, chart) for title, charts in DASHBOARDS.items() for chart in charts]
KINDS = {"dashboard": len(DASHBOARDS), "chart": len(CHARTS), "dataset": len(MEASURES), "database": 1}


@pytest.fixture(scope="module")
def reader_url() -> Iterator[str]:
    """The demo in a state folder of its own, as the reading role finds it; a second run finds it built."""
    home = CACHE / "demo"
    demo = leadline("demo", home=home, **SETTINGS)
    assert demo.returncode == 0, demo.stdout + demo.stderr
    yield leadline("url", "--reader", home=home, **SETTINGS).stdout.strip()
    leadline("stop", home=home, **SETTINGS)


@pytest.fixture(scope="module")
def superset(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Superset]:
    """A Superset that knows nothing yet."""
    with serving(superset_environment.ready(CACHE), tmp_path_factory.mktemp("superset")) as server:
        yield server


@pytest.fixture(scope="module")
def by_button(superset: Superset, reader_url: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The file that the first commands of the docs pack, imported as the button does."""
    packed = _shell(f'{PACKING}\necho "$work/leadline.zip"', superset, reader_url, tmp_path_factory.mktemp("button"))
    passwords = f'{{"databases/leadline.yaml": "{urlsplit(reader_url).password}"}}'
    with Path(packed).open("rb") as file:
        superset.post(
            "/api/v1/dashboard/import/", files={"formData": file}, data={"passwords": passwords, "overwrite": "true"}
        )


@pytest.fixture(scope="module")
def imported(
    superset: Superset, by_button: None, reader_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Superset:
    """The same once more by all commands of the docs, which write over what is there."""
    _shell(PACKING + IMPORTING, superset, reader_url, tmp_path_factory.mktemp("commands"))
    return superset


def _shell(commands: str, superset: Superset, reader_url: str, folder: Path) -> str:
    """The last line that the commands print, run in the project as the docs say."""
    address = urlsplit(reader_url)
    given = {
        "ADDRESS": f"{address.hostname}:{address.port}{address.path}",
        "READER_PASSWORD": str(address.password),
        "SUPERSET": superset.url,
        "SUPERSET_USER": superset_environment.USER,
        "SUPERSET_PASSWORD": superset_environment.PASSWORD,
        "TMPDIR": str(folder),
    }
    done = subprocess.run(
        ["sh", "-euc", commands],
        cwd=superset_files.ROOT,
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip().splitlines()[-1]


def test_the_button_imports_all_of_it(superset: Superset, by_button: None) -> None:
    assert {kind: len(superset.all_of(kind)) for kind in KINDS} == KINDS


def test_a_second_import_doubles_nothing(imported: Superset) -> None:
    assert {kind: len(imported.all_of(kind)) for kind in KINDS} == KINDS


@pytest.mark.parametrize(
    ("dashboard", "chart"), CHARTS, ids=[f"{slug(title)}/{slug(chart.title)}" for title, chart in CHARTS]
)
def test_a_chart_shows_what_the_marts_hold(imported: Superset, reader_url: str, dashboard: str, chart: Chart) -> None:
    names = [*keys_of(chart), *chart.measures]
    rows = imported.rows(_number(imported, dashboard, chart.title))
    shown = figures(([row[name] for name in names] for row in rows), len(keys_of(chart)))
    held = held_of(reader_url, dashboard, chart)
    assert shown
    assert sorted(shown, key=str) == sorted(held, key=str)
    assert [(key, shown[key], values) for key, values in held.items() if not are_equal(shown[key], values)] == []


def test_the_filter_of_days_takes_the_first_and_leaves_out_the_last(imported: Superset, reader_url: str) -> None:
    [row] = imported.rows(_number(imported, "Orders", "Revenue"), "2026-03-01 : 2026-04-01")
    with psycopg.connect(reader_url) as db:
        db.execute("set timezone to 'UTC'")
        march = db.execute(
            "select sum(revenue)::float, count(*) filter (where ordered_at::date in ('2026-03-01', '2026-03-31'))"
            " from marts.fct_orders where not is_duplicate and date_trunc('month', ordered_at) = '2026-03-01'"
        ).fetchone()
    assert march is not None and march[1] > 1
    assert are_equal([row["total_revenue"]], [march[0]])


@pytest.mark.parametrize("dashboard", DASHBOARDS)
def test_a_dashboard_draws_every_chart(imported: Superset, reader_url: str, dashboard: str, tmp_path: Path) -> None:
    charts = {chart.title: chart for chart in DASHBOARDS[dashboard]}
    with browser.tab(tmp_path / "profile") as tab:
        picture = CACHE / f"{slug(dashboard)}.png"
        found = {
            chart.title: chart for chart in drawn(tab, imported, f"leadline-{slug(dashboard)}", len(charts), picture)
        }
    assert sorted(found) == sorted(charts)
    assert [chart.alert for chart in found.values() if chart.alert is not None] == []
    for title, chart in charts.items():  # each visual turns its rows another way, but the numbers stay the same
        told = [value for rows in found[title].told for row in rows for value in _numbers(row)]
        held = [value for values in held_of(reader_url, dashboard, chart).values() for value in values if value]
        assert are_equal(sorted(told), sorted(held)), (title, sorted(told), sorted(held))


def _number(superset: Superset, dashboard: str, title: str) -> int:
    """What Superset calls a chart."""
    wanted = chart_identity(dashboard, title)
    [number] = [found["id"] for found in superset.all_of("chart") if found["uuid"] == wanted]
    return int(number)


def _numbers(row: Mapping[str, Any]) -> list[float]:
    """All figures of a row but 0, whatever they are called."""
    return [float(v) for name, v in row.items() if name != "report_date" and isinstance(v, int | float) and v != 0]

"""A connector is a folder, a registry entry, a sources file and staging models: one is added so to a copy of this."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.connectors.scripted_server import Answer, scripted
from tests.integration.toy_connector import ADDED_LINES, NEW_FILES

ROOT = Path(__file__).parents[2]
PAGES = [
    {"things": [{"id": 1, "label": "Ball", "made_at": "2026-01-02T03:04:05+02:00", "owner": None}], "next": 2},
    {
        "things": [
            {"id": 2, "label": "Top", "made_at": "2026-01-03T00:00:00+00:00", "owner": {"email": " Ann@Example.COM "}},
            {"id": 3, "label": "Kite", "made_at": "2026-01-04T00:00:00+00:00", "owner": None},
        ],
        "next": None,
    },
]
PROGRAM = """
import json, sys
from dagster import DagsterInstance
from orchestration import connect, connections
from orchestration.definitions import defs

done = defs.resolve_job_def("sync_and_report_job").execute_in_process(
    instance=DagsterInstance.ephemeral(), run_config={"loggers": {"console": {}}}
)
graph = defs.resolve_asset_graph()
keys = {key.to_user_string(): key for key in graph.get_all_asset_keys()}
staged = graph.get(keys["stg_toyshop__things"])
said = {
    "success": done.success,
    "jobs": sorted(job.name for job in defs.resolve_all_job_defs()),
    "parents": [key.to_user_string() for key in staged.parent_keys],
    "group": graph.get(keys["toyshop/things"]).group_name,
    "checks": {f"{e.asset_key.path[-1]}:{e.check_name}": e.passed for e in done.get_asset_check_evaluations()},
    "vendors": connect.vendors(),
    "connections": connections.listing(False, 30).text,
}
print("SAID", json.dumps(said))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of this project, its models left out, with the toy shop added."""
    copy = tmp_path / "project"
    for name in ("connectors", "orchestration", "dbt_project"):
        ignored = ("__pycache__", "target", "logs", "models", "seeds", "tests")
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns(*ignored))
    for name in ADDED_LINES:
        if not (copy / name).exists():
            shutil.copy(ROOT / name, copy / name)
    for name, text in NEW_FILES.items():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text(text)
    for name, changes in ADDED_LINES.items():
        text = (copy / name).read_text()
        for before, after in changes:
            assert text.count(before) == 1, (name, before)
            text = text.replace(before, after)
        (copy / name).write_text(text)
    return copy


def test_a_vendor_added_as_contributing_says_is_synced_staged_and_listed(
    project: Path, warehouse_url: str, tmp_path: Path
) -> None:
    with scripted(*(Answer(page) for page in PAGES)) as shop:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("SOURCES__", "SANDBOX_"))}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=project,
            env={
                **clean,
                "PYTHONPATH": str(project),
                "LEADLINE_HOME": str(tmp_path / "home"),
                "CONNECTIONS": "",
                "SOURCES__TOYSHOP__API_KEY": "key-of-the-keeper",
                "SOURCES__TOYSHOP__BASE_URL": shop.url,
            },
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("SAID "))[5:])
    assert said["success"]
    assert "toyshop_sync_job" in said["jobs"]
    assert (said["parents"], said["group"]) == (["toyshop/things"], "toyshop")
    assert said["checks"].keys() == {
        "stg_toyshop__things:not_null_stg_toyshop__things_thing_id",
        "stg_toyshop__things:unique_stg_toyshop__things_thing_id",
        "things:secret_lasts",
        *(key for key in said["checks"] if key.endswith(":readable")),
    }
    assert all(said["checks"].values())
    assert "toyshop" in said["vendors"]
    assert re.search(r"^toyshop +The toy shop .* 3 +work$", said["connections"], re.MULTILINE)

    assert [(asked.path, asked.query["page"]) for asked in shop.asked[:2]] == [("/things", ["1"]), ("/things", ["2"])]
    assert {asked.headers["Authorization"] for asked in shop.asked} == {"Bearer key-of-the-keeper"}
    with psycopg.connect(warehouse_url) as db:
        raw = dict(db.execute("select id, data from raw_toyshop.things").fetchall())
        staged = db.execute(
            "select thing_id, label, owner_email_normalized, is_deleted, created_at at time zone 'UTC'"
            " from staging.stg_toyshop__things order by 1"
        ).fetchall()
    assert raw == {str(thing["id"]): thing for page in PAGES for thing in page["things"]}
    assert [(*row[:4], f"{row[4]:%d %H:%M}") for row in staged] == [
        ("1", "Ball", None, False, "02 01:04"),
        ("2", "Top", "ann@example.com", False, "03 00:00"),
        ("3", "Kite", None, False, "04 00:00"),
    ]


def test_contributing_names_the_files_that_the_toy_shop_took_and_no_others() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    steps = text.partition("## Add a connector")[2].partition("\n## ")[0]
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", steps, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    firsts = [step.split("`")[1] for step in re.split(r"^\d+\. ", steps, flags=re.MULTILINE)[1:]]
    played = "connectors/sandbox/"  # the toy shop is played by a scripted server
    named = {path.replace("<vendor>", "toyshop") for path in firsts} - {played}
    took = {*NEW_FILES, *ADDED_LINES} - {"connectors/toyshop/__init__.py"}
    folders = {path for path in named if path.endswith("/")}
    assert {path for path in took if not path.startswith(tuple(folders))} == named - folders
    assert [folder for folder in folders if not any(path.startswith(folder) for path in took)] == []
    assert not any(path.startswith("orchestration") for path in took)

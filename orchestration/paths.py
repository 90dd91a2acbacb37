"""Where things lie: the project, its state folder and the folders Dagster and dbt use in it.

Belongs here: paths. Does not: what is in them.
"""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DBT_PROJECT = PROJECT / "dbt_project"
WORKSPACE = PROJECT / "workspace.yaml"
ENV_FILE = PROJECT / ".env"
ENV_EXAMPLE = PROJECT / ".env.example"


def home() -> Path:
    """The state folder: `LEADLINE_HOME`, from the project on when it is relative, else `.leadline` there."""
    return (PROJECT / Path(os.environ.get("LEADLINE_HOME", "").strip() or ".leadline").expanduser()).resolve()


def dagster_home() -> Path:
    """Dagster's own folder, below the state folder."""
    return home() / "dagster"


def demo_world() -> Path:
    """The generated business that `leadline demo` plays unless told another."""
    return home() / "worlds" / "demo"

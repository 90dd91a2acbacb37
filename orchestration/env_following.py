"""A code server that runs for weeks takes up what is written into the `.env` file meanwhile.

Belongs here: which variables are the file's, and giving the process their new values. Does not: writing the file
(`env_file.py`).
"""

import os
from collections.abc import Iterable
from pathlib import Path

from orchestration import env_file

VARIABLE = "LEADLINE_ENV_FILE"
"""Names the file to follow; unset, the environment stays as the process was started."""

GAVE = "LEADLINE_ENV_FILE_GAVE"
"""Names what a process was started with and is the file's all the same: whoever started it had read it there."""


def handed_on(path: Path, unset: Iterable[str] = ()) -> dict[str, str]:
    """What tells a child to follow the file, and which variables of this process are the file's.

    Those of `unset` are, too, as long as the environment has none of them: they are handed on as their defaults.
    """
    ours = {name for name, value in env_file.read(path).items() if os.environ.get(name) == value}
    ours |= {name for name in unset if name not in os.environ}
    return {VARIABLE: str(path), GAVE: ",".join(sorted(ours))}


class FollowedFile:
    """A file whose variables this process has; one that the environment gave another value belongs to that."""

    def __init__(self, path: Path) -> None:
        """What the file says and the environment does not, is set; what both say alike, is the file's."""
        self._path = path
        self._stamp: tuple[int, int] | None = (0, 0)  # of no file, so that one that is gone is taken up as well
        self._ours = {name for name, value in env_file.read(path).items() if os.environ.get(name) == value}
        self._ours |= {name for name in os.environ.get(GAVE, "").split(",") if name}
        self.refresh()

    def refresh(self) -> bool:
        """Give the environment what the file says, if it was changed; whether it was."""
        stamp = self._now()
        if stamp == self._stamp:
            return False
        self._stamp, said = stamp, env_file.read(self._path)
        for name in self._ours - said.keys():
            os.environ.pop(name, None)
        self._ours = {name for name in said if name in self._ours or name not in os.environ}
        os.environ.update({name: said[name] for name in self._ours})
        return True

    def _now(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_size


def followed() -> FollowedFile | None:
    """The file that this process was told to follow."""
    named = os.environ.get(VARIABLE, "").strip()
    return FollowedFile(Path(named)) if named else None

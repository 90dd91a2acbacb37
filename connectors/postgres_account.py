"""Under which account the embedded Postgres runs: Postgres itself refuses to run as root.

An ordinary user runs it as himself. Root runs it in a user namespace (root outside, uid 1000 inside), else
as another existing account. The owner of the data folder decides for every later start.
What does not belong here: what is run (`postgres_cluster.py`, `embedded_postgres.py`).
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.errors import ConfigError, RetryError
from connectors.postgres_binaries import Binaries

NAMESPACE = ("unshare", "--user", "--map-user=1000")
STAND_INS = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """How to run a program unprivileged: as ourselves, behind a command prefix, or as uid:gid (root only)."""

    name: str
    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    def run(
        self, command: Sequence[str], *, stdin: str = "", timeout: float = 300, lock: int | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run to the end and return exit code and output; raises RetryError after `timeout` seconds.

        The environment is ours without PG* variables, in the C locale: messages stay readable by us. The program
        inherits the file descriptor `lock`, so that a lock on it is held until both of us are gone.
        """
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        try:
            return subprocess.run(
                [*self.prefix, *command],
                input=stdin,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=timeout,
                env=environment | {"LC_ALL": "C"},
                pass_fds=() if lock is None else (lock,),
                cwd="/",  # ours may be closed to the account
                user=self.uid,
                group=self.gid,
                extra_groups=None if self.uid is None else [],
            )
        except subprocess.TimeoutExpired as problem:
            raise RetryError(f"{Path(command[0]).name} did not finish within {timeout:.0f} s.") from problem

    def own(self, path: Path) -> None:
        """Hand a file or folder to the account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, folder: Path) -> bool:
        """Whether the account reaches `folder` at all; the way there may be closed to it."""
        return self.run(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]).returncode == 0

    def can_run(self, binaries: Binaries) -> bool:
        """Whether the account reaches the programs; those in a private home are closed to it."""
        try:
            return self.run([binaries.program("postgres"), "--version"]).returncode == 0
        except OSError:
            return False


def choose(folder: Path, data: Path) -> Account:
    """The account for the cluster in `folder` whose data folder is (or will be) `data`.

    Raises ConfigError when the data folder belongs to somebody we cannot act for, or root finds no way.
    """
    owner = data.stat().st_uid if data.exists() else None
    if os.geteuid() != 0:
        if owner not in (None, os.geteuid()):
            raise ConfigError(
                f"{data} belongs to user {_name(owner)}, we are {_name(os.geteuid())}: start it as that user, "
                "hand the folder over with chown -R, or set LEADLINE_HOME to a folder of your own."
            )
        return Account(_name(os.geteuid()))
    if owner:
        return _other(pwd.getpwuid(owner))
    if namespace_permitted():
        return Account("root in a user namespace", prefix=NAMESPACE)
    if owner == 0:
        raise ConfigError(
            f"{data} was made by root inside a user namespace, which this machine does not permit now: "
            f"permit it, or hand the folder over once with chown -R {STAND_INS[0]} {data}."
        )
    for account in _others(folder):
        return account
    raise ConfigError(
        "Postgres refuses to run as root, this machine permits no user namespace (unshare --user) and has no "
        f"account named {' or '.join(STAND_INS)}: run as an ordinary user, or set WAREHOUSE_URL."
    )


def namespace_permitted() -> bool:
    """Whether root may run programs in a user namespace of their own here (containers often forbid it)."""
    if shutil.which(NAMESPACE[0]) is None:
        return False
    return subprocess.run([*NAMESPACE, "true"], capture_output=True).returncode == 0


def _others(folder: Path) -> Iterator[Account]:
    owner = folder.parent.stat().st_uid  # whose checkout this is, when root only works in it
    if owner:
        yield _other(pwd.getpwuid(owner))
    for name in STAND_INS:
        try:
            yield _other(pwd.getpwnam(name))
        except KeyError:
            continue


def _other(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def _name(uid: int | None) -> str:
    try:
        return pwd.getpwuid(uid or 0).pw_name
    except KeyError:
        return str(uid)

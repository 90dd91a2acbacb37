"""The Postgres that runs when no WAREHOUSE_URL is set: start it on demand, stop it, say how it is.

It lives under <home>/postgres (home = LEADLINE_HOME, else .leadline beside this package), listens on 127.0.0.1
only, and outlives the process that started it. What belongs here: the order of the steps under one lock.
What does not: programs (`postgres_binaries.py`), accounts (`postgres_account.py`), files
(`postgres_cluster.py`), processes (`postgres_process.py`).
"""

import fcntl
import hashlib
import logging
import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from connectors import postgres_account, postgres_binaries, postgres_cluster, postgres_process
from connectors.errors import ConfigError, RetryError
from connectors.postgres_account import Account
from connectors.postgres_binaries import Binaries
from connectors.postgres_cluster import DATABASE, OWNER, READER, Cluster

HOST = "127.0.0.1"
PORTS = range(15432, 25432)  # below the range systems hand to outgoing connections
# Where root keeps the cluster when the account that runs it cannot reach the home (such as one under /root).
STAND_IN_FOLDER = Path("/var/lib/leadline")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class EmbeddedPostgres:
    """How to reach the embedded server. Both URLs are postgresql://role:password@127.0.0.1:port/leadline."""

    port: int
    password: str = field(repr=False)
    reader_password: str = field(repr=False)

    @property
    def url(self) -> str:
        """As the owner of the warehouse."""
        return f"postgresql://{OWNER}:{self.password}@{HOST}:{self.port}/{DATABASE}"

    @property
    def reader_url(self) -> str:
        """As the role BI tools use: it may read what it was granted and writes nothing."""
        return f"postgresql://{READER}:{self.reader_password}@{HOST}:{self.port}/{DATABASE}"


@dataclass(frozen=True)
class Status:
    """What `status` found: the folder, and process id and port (None when not running, or never made)."""

    folder: Path
    pid: int | None
    port: int | None

    @property
    def is_running(self) -> bool:
        """Whether a server serves the folder now."""
        return self.pid is not None


def home_folder(home: Path | None = None) -> Path:
    """`home`, else LEADLINE_HOME, from the project on when it is relative, else .leadline there; not created."""
    named = os.environ.get("LEADLINE_HOME", "").strip() or ".leadline"
    project = Path(__file__).resolve().parent.parent  # not where a process happens to be: theirs differ
    return (home or project / Path(named).expanduser()).expanduser().absolute()


def start(home: Path | None = None, *, throw_away: bool = False) -> EmbeddedPostgres:
    """Make the cluster if there is none, start it if it does not run, and say how to reach it.

    Safe to call at any time and from several processes. `throw_away` makes a NEW cluster without fsync, for
    tests; an existing one keeps what it has. Raises ConfigError (binaries, folder, account, version, failing
    start) and RetryError (a start or a dying predecessor takes too long).
    """
    home = home_folder(home)
    try:
        if (running := _running(_cluster(home))) is not None:
            return running
        home.mkdir(parents=True, exist_ok=True)
        with _lock(home) as lock:
            return _start(home, throw_away, lock)
    except OSError as problem:
        raise ConfigError(
            f"The embedded Postgres cannot use {problem.filename or home}: {problem.strerror or problem}. Make room or "
            "give write access there, or set LEADLINE_HOME to another folder."
        ) from problem


def locate(home: Path | None = None) -> EmbeddedPostgres:
    """How the server is reached once it runs, without starting it. Raises ConfigError when there is no cluster."""
    cluster = _cluster(home_folder(home))
    if not cluster.exists:
        raise ConfigError(f"There is no embedded Postgres in {cluster.folder} yet: start it, or set WAREHOUSE_URL.")
    return _running(cluster) or _address(cluster, cluster.port())


def stop(home: Path | None = None) -> bool:
    """Fast shutdown, waiting until the server is gone; False when none was running.

    Raises RetryError when it does not end within a minute.
    """
    home = home_folder(home)
    if not home.is_dir():
        return False
    with _lock(home):
        cluster = _cluster(home)
        postmaster = postgres_process.serving(cluster.data)
        if postmaster is None:
            return False
        if not postgres_process.shut_down(postmaster, cluster.data):
            raise RetryError(f"The embedded Postgres (pid {postmaster.pid}) is still stopping; see {cluster.log}.")
        return True


def status(home: Path | None = None) -> Status:
    """What runs where; changes nothing."""
    cluster = _cluster(home_folder(home))
    postmaster = postgres_process.serving(cluster.data)
    claim = postgres_process.read_pid_file(cluster.data)
    if postmaster is not None and claim is not None:
        return Status(cluster.folder, postmaster.pid, claim.port)
    return Status(cluster.folder, None, cluster.port() if cluster.exists else None)


def _start(home: Path, throw_away: bool, lock: int) -> EmbeddedPostgres:
    (home / "postgres").mkdir(mode=0o700, exist_ok=True)
    cluster = _cluster(home)
    account = postgres_account.choose(cluster.folder, cluster.data)
    if not cluster.exists:
        cluster = _reachable(home, account)
    _wait_for_predecessor(cluster)
    if (running := _running(cluster)) is not None:
        return running
    binaries = _binaries(cluster, account)
    if not cluster.exists:
        postgres_cluster.create(cluster, binaries, account, _free_port(), throw_away, lock)
    _clear_stale_pid_file(cluster)
    _launch(cluster, binaries, account)
    return _address(cluster, cluster.port())


def _reachable(home: Path, account: Account) -> Cluster:
    """Where a new cluster goes: in the home, unless the account cannot get there (then a link leads on)."""
    cluster = _cluster(home)
    account.own(cluster.folder)
    if account.can_enter(cluster.folder):
        return cluster
    target = STAND_IN_FOLDER / hashlib.sha256(str(home).encode()).hexdigest()[:12]
    log.warning("User %s cannot reach %s: the cluster goes to %s.", account.name, cluster.folder, target)
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    STAND_IN_FOLDER.chmod(0o711)
    account.own(target)
    (home / "postgres").rmdir()
    (home / "postgres").symlink_to(target)
    return _cluster(home)


def _binaries(cluster: Cluster, account: Account) -> Binaries:
    try:
        binaries = postgres_binaries.find(cluster.major() if cluster.exists else None)
    except ConfigError as problem:
        if not cluster.exists:
            raise
        raise ConfigError(
            f"The data folder {cluster.data} was made by Postgres {cluster.major()}. {problem} Or move "
            f"{cluster.folder} away to start afresh; pg_dump of version {cluster.major()} saves what is in it."
        ) from problem
    return binaries if account.can_run(binaries) else binaries.copied_into(cluster.folder)


def _wait_for_predecessor(cluster: Cluster) -> None:
    """Let a server that is starting become ready, one that is stopping end, and orphans of a killed one die."""
    data = cluster.data
    postmaster = postgres_process.serving(data)
    if postmaster is not None:
        settled = postgres_process.wait_until(
            lambda: _running(cluster) is not None or not postgres_process.serves(postmaster, data), timeout=60
        )
        if not settled:
            raise RetryError(
                f"The Postgres in {data} (pid {postmaster.pid}) is neither ready nor gone; see {cluster.log}."
            )
        if _running(cluster) is not None:
            return
    for orphan in postgres_process.orphans(data):
        with suppress(psutil.NoSuchProcess):
            orphan.terminate()  # idle ones end by themselves, a busy query only when told
    if not postgres_process.wait_until(lambda: not postgres_process.orphans(data), timeout=15):
        left = ", ".join(str(orphan.pid) for orphan in postgres_process.orphans(data))
        raise RetryError(f"A killed Postgres left processes in {data} that do not end: {left}.")


def _clear_stale_pid_file(cluster: Cluster) -> None:
    """Postgres refuses to start while the number in its pid file lives, even in a stranger or a zombie."""
    claim = postgres_process.read_pid_file(cluster.data)
    if claim is not None and psutil.pid_exists(claim.pid):
        log.info("pid %d in a stale postmaster.pid is no Postgres of ours: the file goes.", claim.pid)
        (cluster.data / "postmaster.pid").unlink()


def _launch(cluster: Cluster, binaries: Binaries, account: Account) -> None:
    """Start the server in a session of its own; a taken port is replaced, memory still in use is waited for."""
    deadline = time.monotonic() + 15
    command = [binaries.program("pg_ctl"), "start", "--wait", "--timeout=120", "--silent"]
    command += ["--pgdata", str(cluster.data), "--log", str(cluster.log)]
    while True:
        said_before = cluster.log.stat().st_size if cluster.log.exists() else 0
        answer = account.run(command)
        if answer.returncode == 0:
            return
        with cluster.log.open("rb") as file:
            file.seek(said_before)
            said = file.read().decode(errors="replace")
        if "could not bind" in said and time.monotonic() < deadline:
            taken, port = cluster.port(), _free_port()
            cluster.set_port(port, account)
            log.warning("Port %d is taken by another program: the embedded Postgres moves to %d.", taken, port)
        elif "still in use" in said and time.monotonic() < deadline:
            time.sleep(0.5)
        else:
            words = " ".join((said or answer.stderr).splitlines()[-5:])
            raise ConfigError(f"The embedded Postgres does not start; {cluster.log} ends: {words}")


def _running(cluster: Cluster) -> EmbeddedPostgres | None:
    claim = postgres_process.read_pid_file(cluster.data)
    if claim is None or not postgres_process.serving(cluster.data) or not postgres_process.answers(claim.port):
        return None
    return _address(cluster, claim.port)


def _address(cluster: Cluster, port: int) -> EmbeddedPostgres:
    return EmbeddedPostgres(port, cluster.password(OWNER), cluster.password(READER))


def _cluster(home: Path) -> Cluster:
    return Cluster((home / "postgres").resolve())


def _free_port() -> int:
    for port in secrets.SystemRandom().sample(PORTS, 200):
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise ConfigError(f"No free TCP port was found on {HOST} between {PORTS.start} and {PORTS.stop}.")


@contextmanager
def _lock(home: Path) -> Iterator[int]:
    """One starter or stopper at a time; the system frees the lock when its holder dies."""
    with (home / "postgres.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()

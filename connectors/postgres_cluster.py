"""What the embedded cluster is on disk: its files, its settings, and the way it is made whole or not at all.

    <folder>/data/         the data folder; postgresql.conf ends with our settings, port.conf names the port
    <folder>/pgpass        0600, both roles' passwords in libpq's own format (PGPASSFILE reads it)
    <folder>/server.log

What does not belong here: processes (`postgres_process.py`), starting and stopping (`embedded_postgres.py`).
"""

import os
import re
import secrets
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from connectors.errors import ConfigError
from connectors.postgres_account import Account
from connectors.postgres_binaries import Binaries

OWNER = "leadline"
READER = "leadline_reader"
DATABASE = "leadline"
SETTINGS = {
    "listen_addresses": "'127.0.0.1'",
    "unix_socket_directories": "''",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "64MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    # No replicas here: a table made and filled in one transaction (every dbt model) then skips the log.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "log_checkpoints": "off",
}
THROW_AWAY = {"fsync": "off", "full_page_writes": "off"}  # survives kill -9, not a power cut
SMALL_SHARED_MEMORY = 1 << 30


@dataclass(frozen=True)
class Cluster:
    """The files of one cluster; nothing is created by looking."""

    folder: Path

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server says, appended over its starts."""
        return self.folder / "server.log"

    @property
    def pgpass(self) -> Path:
        """Both roles' passwords."""
        return self.folder / "pgpass"

    @property
    def exists(self) -> bool:
        """Whether the cluster was made."""
        return (self.data / "PG_VERSION").is_file()

    def major(self) -> int:
        """The major version that made the data folder."""
        return int((self.data / "PG_VERSION").read_text())

    def port(self) -> int:
        """The port the server keeps, so that BI tools keep their connection. Raises ConfigError if it is lost."""
        file = self.data / "port.conf"
        found = re.search(r"^port = (\d+)$", file.read_text() if file.is_file() else "", re.MULTILINE)
        if found is None:
            raise ConfigError(f'{file} should hold one line like "port = 15432": write it with a free port.')
        return int(found[1])

    def set_port(self, port: int, account: Account) -> None:
        """Keep another port from the next start on."""
        _write(self.data / "port.conf", f"port = {port}\n", account)

    def password(self, role: str) -> str:
        """A role's password. Raises ConfigError when the password file went missing."""
        lines = self.pgpass.read_text().splitlines() if self.pgpass.is_file() else []
        for line in lines:
            *_, user, password = line.split(":")
            if user == role:
                return password
        raise ConfigError(
            f"{self.pgpass} holds no password for the role {role}: restore that file from a backup, or move "
            f"{self.folder} away and start afresh."
        )


def create(cluster: Cluster, binaries: Binaries, account: Account, port: int, throw_away: bool, lock: int) -> None:
    """Make the cluster with its roles and database in a neighbour folder and move it into place when whole.

    The caller holds the file descriptor `lock`; initdb inherits it, for it lives on when we are killed.
    `throw_away` gives up durability for speed; it is settled here once, so no real cluster ever loses it.
    Raises ConfigError with initdb's last words; nothing half is left behind.
    """
    for leftover in cluster.folder.glob("unfinished-cluster-*"):
        shutil.rmtree(leftover)
    if not cluster.pgpass.is_file():
        lines = [f"127.0.0.1:*:*:{role}:{secrets.token_urlsafe(24)}\n" for role in (OWNER, READER)]
        _write(cluster.pgpass, "".join(lines), account)
    workplace = cluster.folder / f"unfinished-cluster-{os.getpid()}"
    workplace.mkdir(mode=0o700)
    account.own(workplace)
    try:
        data = workplace / "data"
        _write(workplace / "password", cluster.password(OWNER), account)
        _initdb(data, workplace / "password", binaries, account, throw_away, lock)
        with (data / "postgresql.conf").open("a") as conf:
            conf.write(_settings(data, binaries, account, throw_away))
        Cluster(workplace).set_port(port, account)
        _add_database_and_reader(data, cluster.password(READER), binaries, account, lock)
        data.rename(cluster.data)
    finally:
        shutil.rmtree(workplace)


def _initdb(data: Path, password_file: Path, binaries: Binaries, account: Account, throw_away: bool, lock: int) -> None:
    command = [binaries.program("initdb"), "--pgdata", str(data), "--username", OWNER, "--encoding=UTF8"]
    command += ["--auth=scram-sha-256", "--pwfile", str(password_file), "--data-checksums", "--lc-messages=C"]
    command += ["--no-sync"] if throw_away else []
    if binaries.major >= 17:
        locales = [["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]]
    else:  # which names the C library knows differs; all sort by code point, the last folds ASCII only
        locales = [["--locale=C.UTF-8"], ["--locale=C", "--lc-ctype=en_US.UTF-8"], ["--locale=C"]]
    for locale in locales:
        answer = account.run([*command, *locale], lock=lock)
        if answer.returncode == 0:
            return
        if "invalid locale" not in answer.stderr:
            break
    words = " ".join(answer.stderr.split("\n")[-6:]).strip()
    raise ConfigError(f"initdb of Postgres {binaries.version} could not make the cluster in {data}: {words}")


def _settings(data: Path, binaries: Binaries, account: Account, throw_away: bool) -> str:
    settings = dict(SETTINGS)
    lz4 = [binaries.program("postgres"), "-D", str(data), "-C", "port", "-c", "default_toast_compression=lz4"]
    if account.run(lz4).returncode == 0:  # a build without lz4 refuses the word
        settings["default_toast_compression"] = "lz4"
    if sys.platform == "linux" and _size_of_dev_shm() < SMALL_SHARED_MEMORY:
        # Containers give /dev/shm 64 MB, where a parallel hash join fails; System V memory has no such limit.
        settings["dynamic_shared_memory_type"] = "sysv"
    settings |= THROW_AWAY if throw_away else {}
    lines = [f"{name} = {value}" for name, value in settings.items()]
    return "\n".join(["", "# Leadline", *lines, "include_if_exists = 'port.conf'", ""])


def _size_of_dev_shm() -> int:
    try:
        room = os.statvfs("/dev/shm")
    except OSError:
        return 0
    return room.f_blocks * room.f_frsize


def _add_database_and_reader(data: Path, password: str, binaries: Binaries, account: Account, lock: int) -> None:
    statements = [
        f"create database {DATABASE}",
        f"create role {READER} login password '{password}'",
        f"alter role {READER} set default_transaction_read_only = on",
    ]
    command = [
        binaries.program("postgres"),
        "--single",
        "-D",
        str(data),
        "-c",
        "exit_on_error=true",
        "postgres",
    ]
    answer = account.run(command, stdin="".join(f"{statement}\n" for statement in statements), lock=lock)
    if answer.returncode != 0:
        words = " ".join(answer.stderr.split("\n")[-4:]).replace(password, "***").strip()
        raise ConfigError(f"The new cluster in {data} refused its database and reader role: {words}")


def _write(path: Path, text: str, account: Account) -> None:
    """Replace a file whole, readable by the account alone."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    with open(unfinished, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    account.own(unfinished)
    unfinished.replace(path)

"""Which processes really serve a data folder: a pid file is a claim, the process table is the proof.

After kill -9 the pid file stays, and its number may by now belong to a stranger. A process counts as ours only
if it is a postgres whose working folder is our data folder. What does not belong here: starting one.
"""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
from psycopg import pq


@dataclass(frozen=True)
class PidFile:
    """What postmaster.pid says: process id and TCP port."""

    pid: int
    port: int


def read_pid_file(data: Path) -> PidFile | None:
    """The claim in postmaster.pid, or None when there is none or it is not fully written."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        return PidFile(abs(int(lines[0])), int(lines[3]))
    except (FileNotFoundError, NotADirectoryError, ValueError, IndexError):
        return None


def serving(data: Path) -> psutil.Process | None:
    """The postmaster named by the pid file, if that process is alive and serves this data folder."""
    claim = read_pid_file(data)
    if claim is None:
        return None
    try:
        process = psutil.Process(claim.pid)
    except psutil.NoSuchProcess:
        return None
    return process if serves(process, data) else None


def serves(process: psutil.Process, data: Path) -> bool:
    """Whether a process is a live postgres working in `data`; a zombie or one we may not look at is not."""
    try:
        return process.name() in ("postgres", "postmaster") and process.cwd() == str(data.resolve())
    except psutil.Error:
        return False


def answers(port: int) -> bool:
    """Whether a server on 127.0.0.1 takes sessions: one that is just dying still shows as a process, but is mute."""
    return pq.PGconn.ping(f"host=127.0.0.1 port={port} connect_timeout=2".encode()) == pq.Ping.OK


def orphans(data: Path) -> list[psutil.Process]:
    """Every live postgres process in `data`; without a postmaster these are left over from a killed one."""
    return [process for process in psutil.process_iter(["name"]) if serves(process, data)]


def shut_down(postmaster: psutil.Process, data: Path, timeout: float = 60) -> bool:
    """Fast shutdown (sessions are ended, data flushed); False if the server still runs after `timeout` seconds."""
    try:
        postmaster.send_signal(signal.SIGINT)  # psutil checks that the pid was not reused meanwhile
    except psutil.NoSuchProcess:
        return True
    # Not Process.wait: in a container nobody may collect the dead, and a zombie counts as gone.
    return wait_until(lambda: not serves(postmaster, data), timeout)


def wait_until(condition: Callable[[], bool], timeout: float) -> bool:
    """Poll `condition` every 50 ms for up to `timeout` seconds; whether it came true."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True

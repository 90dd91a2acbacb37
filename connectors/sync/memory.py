"""Giving freed memory back, and looking for it less often.

glibc keeps an arena per thread and Arrow a pool of its own, each as large as it ever was; Python looks for cycles
whenever 700 containers were made, which is every thirtieth object of a page.

Does not belong here: how much is read ahead (`spool.py`, `scan.py`).
"""

import ctypes
import gc

import pyarrow as pa

_ARENA_MAX = -8
"""M_ARENA_MAX of glibc's malloc.h."""

_CONTAINERS = 50_000
"""New containers after which Python looks for cycles: decoded JSON has none, and sixteen pages of it are as many."""


def frugal() -> None:
    """Let all threads of this process share two arenas, where the C library knows such, and Arrow allocate from them.

    Python looks for cycles seldom from now on.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc; musl and macOS have no such thing
    if mallopt is not None:
        mallopt(_ARENA_MAX, 2)
    gc.set_threshold(_CONTAINERS)
    pa.set_memory_pool(pa.system_memory_pool())

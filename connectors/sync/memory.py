"""Giving freed memory back: glibc keeps an arena per thread and Arrow a pool of its own, each as large as it ever was.

Does not belong here: how much is read ahead (`spool.py`, `scan.py`).
"""

import ctypes

import pyarrow as pa

_ARENA_MAX = -8
"""M_ARENA_MAX of glibc's malloc.h."""


def frugal() -> None:
    """Let all threads of this process share two arenas, where the C library knows such; Arrow allocates from them."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc; musl and macOS have no such thing
    if mallopt is not None:
        mallopt(_ARENA_MAX, 2)
    pa.set_memory_pool(pa.system_memory_pool())

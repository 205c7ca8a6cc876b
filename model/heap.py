"""Keep freed memory in the process, so that arrays of the month do not fault pages each time."""

from __future__ import annotations

import ctypes
import sys
from functools import cache

_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_KEPT_BYTES = 1 << 30


@cache
def keep_freed_memory() -> bool:
    """Raise glibc's thresholds for giving memory back; return whether it was possible.

    Months allocate the same arrays of a few megabytes again and again: giving them back to the
    system and faulting them in again takes a sixth of the run (`docs/benchmarks.md`).
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        libc = ctypes.CDLL("libc.so.6")
        done = libc.mallopt(_M_MMAP_THRESHOLD, _KEPT_BYTES)
        return bool(done and libc.mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES))
    except (OSError, AttributeError):
        return False

"""Freed memory is kept, for the next image or step needs as much again.

What the layers of a network hand on are megabytes, and glibc gives them back to the system as soon as they are freed.
Every page that is then taken anew costs a fault, and the kernel clears it: some 3,000 for an image or a training step.
"""

from __future__ import annotations

import ctypes
import os
import sys

LARGEST = 64 * 2**20
"""Bytes up to which a block is kept; larger ones are given back by themselves."""
KEPT = 256 * 2**20
"""Bytes that may lie free at the end of a heap; of more, the end is given back."""
SETTINGS = ("GLIBC_TUNABLES", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_")
"""Variables by which a user sets the same; then it stays as it is."""

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of malloc.h


def keep_freed_memory() -> None:
    """Tell the C library (mallopt of glibc; elsewhere nothing is done) to keep what the process frees."""
    if sys.platform != "linux" or any(name in os.environ for name in SETTINGS):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, LARGEST)
        mallopt(_TRIM_THRESHOLD, KEPT)

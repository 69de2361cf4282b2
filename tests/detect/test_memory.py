from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

from gyeol.detect.memory import SETTINGS

LAYERS = """
import resource, sys
import numpy as np
if "kept" in sys.argv:
    import gyeol.detect.device

def layers():
    held = [np.ones(3 * 2**20, np.uint8) for _ in range(20)]

layers()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    layers()
print((resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) // 10)
"""
PAGES = 20 * 3 * 2**20 // 4096
"""Of all layers together."""


def faults(*words: str, **settings: str) -> int:
    bare = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    done = subprocess.run(
        [sys.executable, "-c", LAYERS, *words],
        env=bare | settings,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="mallopt is glibc's")
def test_what_the_layers_freed_is_there_for_the_next_image_unless_the_user_says_otherwise() -> None:
    assert faults() > PAGES / 2
    assert faults("kept") < PAGES / 20
    assert faults("kept", MALLOC_TRIM_THRESHOLD_="1000000") > PAGES / 2

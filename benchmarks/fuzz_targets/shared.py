"""What the fuzzed programs share: a place in memory for files, and when an error is a mended one."""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import atheris

from gyeol.errors import GyeolError

warnings.simplefilter("ignore")


def place() -> Path:
    """Make a folder in memory, where there is such a thing."""
    root = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
    return Path(tempfile.mkdtemp(prefix="gyeol-fuzz-", dir=root))


def refused(call: Callable[[], object], name: str) -> bool:
    """Call; an error of ours must be one line that names the file, any other goes up to the fuzzer."""
    try:
        call()
    except GyeolError as error:
        text = str(error)
        assert len(text.splitlines()) == 1, text
        assert name in text, text
        assert len(text) < 1500, text
        return True
    return False


def fuzz(
    one: Callable[[bytes], None],
    seeds: dict[str, bytes],
    mutate: Callable[[bytes, int], bytes] | None = None,
) -> None:
    """Write the seeds into the corpus, the last argument, and hand over to libFuzzer."""
    corpus = Path(sys.argv[-1])
    corpus.mkdir(parents=True, exist_ok=True)
    for name, content in seeds.items():
        (corpus / f"seed-{name}").write_bytes(content)
    if mutate is None:
        atheris.Setup(sys.argv, one)
    else:
        mutator = mutate

        def custom(data: bytes, most: int, seed: int) -> bytes:
            return mutator(atheris.Mutate(data, most), seed)[:most]

        atheris.Setup(sys.argv, one, custom_mutator=custom)
    atheris.Fuzz()

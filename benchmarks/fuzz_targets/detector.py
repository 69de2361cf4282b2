"""Fuzz the loading of detectors, and judging with what could be loaded. Run by benchmarks/fuzz.py.

An input is the length of the description in two bytes, the description, the weights. Where it can be, the checksum is
made right: that a wrong one is refused is tested elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import random

import atheris

with atheris.instrument_imports(include=["gyeol", "json"]):
    from gyeol.detect.detector import Detector

import numpy as np
import torch
from models import write_model
from shared import fuzz, place, refused

from gyeol.detect import directory

FOLDER = place() / "model"
FOLDER.mkdir()
NOISE = np.random.default_rng(0).integers(60, 200, (8, 64, 64), dtype=np.uint8)


def one(data: bytes) -> None:
    length = int.from_bytes(data[:2], "big")
    description, weights = data[2 : 2 + length], data[2 + length :]
    try:
        parsed = json.loads(description)
        parsed["sha256"][directory.WEIGHTS] = hashlib.sha256(weights).hexdigest()
        parsed["sha256"][directory.DESCRIPTION] = directory.own_sum(parsed)
        description = json.dumps(parsed).encode()
    except (ValueError, TypeError, LookupError, RecursionError):
        pass
    (FOLDER / directory.DESCRIPTION).write_bytes(description)
    (FOLDER / directory.WEIGHTS).write_bytes(weights)
    refused(judge, FOLDER.name)


def judge() -> None:
    verdict = Detector.load(FOLDER).judge(NOISE[0])
    assert verdict.answer in (0, 1)
    assert np.isfinite(verdict.score)


def deeper(data: bytes, seed: int) -> bytes:
    """Change one value of the description to one that a person would not think of, one time of two."""
    length = int.from_bytes(data[:2], "big")
    try:
        parsed = json.loads(data[2 : 2 + length])
    except (ValueError, RecursionError):
        return data
    if not isinstance(parsed, dict) or seed % 2:
        return data
    draw = random.Random(seed)
    where, names = parsed, list(parsed)
    while names:
        name = draw.choice(names)
        value = where[name]
        if isinstance(value, dict | list) and value and draw.random() < 0.8:
            where, names = value, list(value) if isinstance(value, dict) else list(range(len(value)))
            continue
        where[name] = draw.choice(
            [
                None,
                True,
                -1,
                0,
                1,
                2,
                8,
                2**31,
                2**63,
                10**30,
                1e308,
                float("nan"),
                float("inf"),
                "",
                "x",
                [],
                [1],
                {},
            ]
        )
        break
    written = json.dumps(parsed).encode()
    if len(written) >= 2**16:
        return data
    return len(written).to_bytes(2, "big") + written + data[2 + length :]


def seeds() -> dict[str, bytes]:
    """Write a model of one feature wherever one is enough."""
    write_model(FOLDER, NOISE)
    description = json.dumps(json.loads((FOLDER / directory.DESCRIPTION).read_text())).encode()
    whole = len(description).to_bytes(2, "big") + description + (FOLDER / directory.WEIGHTS).read_bytes()
    return {"whole": whole, "deep": b"\xff\xff" + b"[" * 65535, "empty": b"\0\0"}


if __name__ == "__main__":
    torch.set_num_threads(1)
    fuzz(one, seeds(), deeper)

"""How often `gyeol predict` warns of drift: of images that have not changed, and of those that have.

Only the kinds of texture and the reference are needed for it, so nothing is trained. Writes benchmarks/drift.json.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from gyeol.data.image import read_image
from gyeol.data.sample.kinds import draw_kinds, draw_sample
from gyeol.data.sample.plan import NORMALS_SPLIT, TEST_SPLIT
from gyeol.detect.reference import make_reference
from gyeol.detect.surfaces import Surface
from gyeol.detect.verdict import Verdict
from gyeol.engine.drift import Drift, Look, look_at
from gyeol.kinds import Kinds, describe, fit_kinds
from record import Results, machine

Pixels = NDArray[np.uint8]
Seen = tuple[Look, NDArray[np.float32]]
SIZES = (1, 10, 50, 200)
"""Images that arrive together."""
ROUNDS = 400
NO_HEAT = np.zeros((1, 1), np.float32)


def _shift(by: int) -> Callable[[Pixels], Pixels]:
    return lambda pixels: np.clip(pixels.astype(np.int16) + by, 0, 255).astype(np.uint8)


def _gain(by: float) -> Callable[[Pixels], Pixels]:
    return lambda pixels: np.clip(pixels * by, 0, 255).astype(np.uint8)


def _flat(by: float) -> Callable[[Pixels], Pixels]:
    return lambda pixels: np.clip(pixels.mean() + by * (pixels - pixels.mean()), 0, 255).astype(np.uint8)


CHANGES: dict[str, Callable[[Pixels], Pixels]] = {
    "10 grey values darker": _shift(-10),
    "20 grey values darker": _shift(-20),
    "40 grey values darker": _shift(-40),
    "20 grey values brighter": _shift(20),
    "0.7 of the light": _gain(0.7),
    "0.7 of the contrast": _flat(0.7),
    "blurred by 2 pixels": lambda pixels: cv2.GaussianBlur(pixels, (0, 0), 2.0),
    "half the size": lambda pixels: cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
}


def look(pixels: Pixels) -> Seen:
    return look_at(pixels), describe(pixels)


def draw(seed: int, split: int, number: int) -> Pixels:
    """Draw an image of the sample: kinds in turn, of the test every fifth defective."""
    kinds = draw_kinds(seed)
    defective = split == TEST_SPLIT and (number // len(kinds)) % 5 == 0
    return draw_sample(seed, kinds[number % len(kinds)], split, number + 1, defective).pixels


def drawn(seed: int, split: int, number: int) -> tuple[Pixels, Seen]:
    pixels = draw(seed, split, number)
    return pixels, look(pixels)


def learn(training: list[tuple[Pixels, Seen]]) -> tuple[Kinds, Drift]:
    described = np.stack([seen[1] for _, seen in training])
    kinds = fit_kinds(described)
    places = zip(training, kinds.assign(described), kinds.distance(described), strict=True)
    surfaces = [Surface(pixels, kind=int(kind), distance=float(far)) for (pixels, _), kind, far in places]
    return kinds, Drift(make_reference(surfaces, kinds.count))


def warned(kinds: Kinds, drift: Drift, seen: list[Seen]) -> dict[str, float]:
    """Give the share of batches of each size that are warned of; the last one is all images at once."""
    described = np.stack([each[1] for each in seen])
    verdicts = [
        Verdict(0.0, 0, int(kind), float(far), NO_HEAT)
        for kind, far in zip(kinds.assign(described), kinds.distance(described), strict=True)
    ]
    rng, shares = np.random.default_rng(0), {}
    for size in [size for size in SIZES if size < len(seen)] + [len(seen)]:
        rounds = ROUNDS if size < len(seen) else 1
        hits = 0
        for _ in range(rounds):
            batch = Drift(drift.reference)
            for number in rng.choice(len(seen), size, replace=False):
                batch.add(seen[number][0], verdicts[number])
            hits += bool(batch.warnings())
        shares[f"of {size}"] = round(hits / rounds, 4)
    return shares


def sample(seed: int, pool: ProcessPoolExecutor, each: int) -> Iterable[tuple[str, dict[str, float]]]:
    """Learn from one seed's normals; judge its own test, another seed's, and changed ones."""
    training = list(pool.map(partial(drawn, seed, NORMALS_SPLIT), range(10 * each), chunksize=16))
    kinds, drift = learn(training)
    test = list(pool.map(partial(drawn, seed, TEST_SPLIT), range(400), chunksize=16))
    yield "unchanged", warned(kinds, drift, [seen for _, seen in test])
    other = pool.map(partial(drawn, seed + 100, TEST_SPLIT), range(100), chunksize=16)
    yield "kinds of another seed", warned(kinds, drift, [seen for _, seen in other])
    for name, change in CHANGES.items():
        yield name, warned(kinds, drift, [look(change(pixels)) for pixels, _ in test[:100]])


def tiles(folder: Path, seed: int) -> Iterable[tuple[str, dict[str, float]]]:
    """The same on real pictures: half of the good magnetic tiles to learn from, the other half to judge.

    Halves by piece, for pictures of one piece are alike (`expN_num_PIECE`); defective tiles are judged, too.
    """
    good = sorted((folder / "MT_Free/Imgs").glob("*.jpg"))
    pieces = sorted({path.stem.partition("_num_")[2] for path in good})
    kept = set(np.random.default_rng(seed).permutation(pieces)[: len(pieces) // 2].tolist())
    sides: dict[bool, list[Pixels]] = {True: [], False: []}
    for path in good:
        sides[path.stem.partition("_num_")[2] in kept].append(read_image(path))
    kinds, drift = learn([(pixels, look(pixels)) for pixels in sides[True]])
    yield "unchanged", warned(kinds, drift, [look(pixels) for pixels in sides[False]])
    for name, change in CHANGES.items():
        changed = [change(pixels) for pixels in sides[False][:100]]
        yield name, warned(kinds, drift, [look(pixels) for pixels in changed if min(pixels.shape) >= 64])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--normals", type=int, default=60, help="of each of the sample's ten kinds")
    parser.add_argument("--tiles", type=Path, help="folder of the magnetic tiles")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("drift.json"))
    parser.add_argument("--force", action="store_true")
    options = parser.parse_args()
    results = Results(options.output, options.force)
    question = f"real magnetic tiles ({options.tiles.name})" if options.tiles else "sample, 512x512"
    results.notes = {
        "metrics": f"share of batches of that many images that are warned of, {ROUNDS} batches drawn"
    }
    with ProcessPoolExecutor(options.workers) as pool:
        for seed in options.seeds:
            if not results.wants(question=question, method="unchanged", seed=seed):
                continue
            before, began = machine(), time.monotonic()
            made = tiles(options.tiles, seed) if options.tiles else sample(seed, pool, options.normals)
            for name, shares in made:
                command = f"benchmarks/drift.py --seeds {seed}" + (" --tiles FOLDER" if options.tiles else "")
                row = {
                    "question": question,
                    "method": name,
                    "seed": seed,
                    "command": [command],
                    "machine": before,
                }
                results.put({**row, "wall_s": round(time.monotonic() - began, 1), "metrics": shares})


if __name__ == "__main__":
    main()

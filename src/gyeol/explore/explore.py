"""From a data folder to the facts about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from gyeol.data.annotation import mask_file, read_marked
from gyeol.data.duplicates import alike_groups, equal_groups
from gyeol.errors import DataError
from gyeol.explore.distributions import distributions_of
from gyeol.explore.facts import (
    Counts,
    DuplicateGroup,
    Facts,
    Imbalance,
    LightFacts,
    MaskFacts,
    Range,
    SizeCount,
    Unreadable,
)
from gyeol.explore.measure import Measured, measure_images
from gyeol.explore.scan import Scan, scan
from gyeol.explore.texture import texture_of
from gyeol.explore.warn import warnings_of
from gyeol.files import printable
from gyeol.metrics import accuracy, macro_f1

Progress = Callable[[str, int, int], None]
"""Is called with what is being done, how much of it is done, and of how much (0 if that is unknown)."""

_Readable = dict[Path, Measured]


def explore(
    folder: Path, workers: int | None = None, progress: Progress | None = None, layout: str | None = None
) -> Facts:
    """Find out what is in a data folder.

    Each image is decoded once. What is wrong with the folder or a file becomes a fact, not an error.

    Parameters
    ----------
    folder : Path
        The data folder.
    workers : int, optional
        How many processes; as many as there are cores if not given.
    progress : callable, optional
        See :data:`Progress`.
    layout : str, optional
        The layout's name, if it is not to be found by look.

    Returns
    -------
    Facts

    Raises
    ------
    DataError
        If there is no such folder, or not one image in it can be read.
    """
    note = progress or (lambda what, done, total: None)
    found = scan(folder, layout)
    readable, unreadable = _measure(found, workers, note)
    if not readable:
        raise DataError(
            f"{printable(folder)}: none of its {len(found.images):,} images can be read; the first: "
            f"{unreadable[0].reason}"
        )
    note("looking for duplicates", 0, 0)
    duplicates = _duplicates(found, readable)
    note("looking for kinds", 0, 0)
    kinds, places = texture_of(found, readable)
    masks, shares = _masks(found, readable)
    facts = Facts(
        folder=printable(found.root),
        counts=Counts(
            len(found.defects), len(found.normals), len(found.masks), len(found.test), len(unreadable)
        ),
        imbalance=_imbalance(len(found.defects), len(found.normals)),
        sizes=_sizes(found, readable),
        unreadable=unreadable,
        duplicates=duplicates,
        masks=masks,
        kinds=kinds,
        light=_light(found, readable),
        warnings=(),
        layout=found.layout,
        findings=tuple(found.findings),
        distributions=distributions_of(found, readable, shares),
        places=places,
    )
    return replace(facts, warnings=(*found.findings, *warnings_of(facts)))


def _measure(found: Scan, workers: int | None, note: Progress) -> tuple[_Readable, tuple[Unreadable, ...]]:
    paths = found.images
    done = 0

    def step(count: int) -> None:
        nonlocal done
        done += count
        note("reading images", done, len(paths))

    note("reading images", 0, len(paths))
    results = measure_images(paths, workers, step)
    readable = {
        path: result for path, result in zip(paths, results, strict=True) if not isinstance(result, str)
    }
    unreadable = tuple(
        Unreadable(found.name(path), result)
        for path, result in zip(paths, results, strict=True)
        if isinstance(result, str)
    )
    return readable, unreadable


def _imbalance(defects: int, normals: int) -> Imbalance | None:
    if not defects or not normals:
        return None
    truth = np.repeat([1, 0], [defects, normals])
    always_normal = np.zeros_like(truth)
    return Imbalance(normals / defects, accuracy(truth, always_normal), macro_f1(truth, always_normal))


def _sizes(found: Scan, readable: _Readable) -> tuple[SizeCount, ...]:
    in_test = set(found.test)
    counts: dict[tuple[int, int, str], Counter[bool]] = {}
    for path, image in readable.items():
        counts.setdefault((image.width, image.height, image.mode), Counter())[path in in_test] += 1
    rows = [SizeCount(*look, train=parts[False], test=parts[True]) for look, parts in counts.items()]
    return tuple(sorted(rows, key=lambda row: (-row.train - row.test, row.width, row.height, row.mode)))


def _duplicates(found: Scan, readable: _Readable) -> tuple[DuplicateGroup, ...]:
    """Group equal, turned and near copies; the weakest sameness that holds a group together names it."""
    paths = list(readable)
    images = list(readable.values())
    exact = equal_groups([image.pixels for image in images])
    turned = equal_groups([image.canonical for image in images])
    # One stands for all copies that are known already, so that thousands of equal images stay cheap.
    copies = {group[0]: group for group in turned}
    known = {place for group in turned for place in group[1:]}
    rest = [place for place in range(len(images)) if place not in known]
    near = [
        sorted(copy for row in group for copy in copies.get(rest[row], [rest[row]]))
        for group in alike_groups(np.stack([images[place].signature for place in rest]))
    ]
    within = [set(group) for group in near]
    turned = [group for group in turned if not any(group[0] in larger for larger in within)]
    exact_sets = {tuple(group) for group in exact}
    named = [("near", group) for group in near]
    named += [("exact" if tuple(group) in exact_sets else "turned", group) for group in turned]
    parts = {**dict.fromkeys(found.defects, "defect"), **dict.fromkeys(found.normals, "normal")}
    rows = []
    for sameness, group in sorted(named, key=lambda item: item[1]):
        labels = {parts.get(paths[place], "test") for place in group}
        rows.append(
            DuplicateGroup(
                sameness,
                tuple(found.name(paths[place]) for place in group),
                train_and_test="test" in labels and len(labels) > 1,
                both_labels={"defect", "normal"} <= labels,
            )
        )
    return tuple(rows)


def _masks(found: Scan, readable: _Readable) -> tuple[MaskFacts, list[float]]:
    """Measure the masks; also give the share of its image that each one marks."""
    shares, missing, unusable = [], [], []
    for image in found.defects:
        mask = found.mask_of(image)
        if mask is None:
            missing.append(found.name(image))
            continue
        measured = readable.get(image)
        try:
            shape = None if measured is None else (measured.height, measured.width)
            marked = read_marked(mask, shape, image)
            shares.append(float(marked.mean()))
        except DataError as error:
            unusable.append(Unreadable(found.name(mask_file(mask)), str(error)))
    coverage = Range(min(shares), float(np.median(shares)), max(shares)) if shares else None
    orphans = tuple(found.name(path) for path in found.orphans)
    return MaskFacts(coverage, tuple(missing), orphans, tuple(unusable)), shares


def _light(found: Scan, readable: _Readable) -> tuple[LightFacts, ...]:
    rows = []
    for statistic in ("brightness", "contrast"):
        normal, defect = (
            np.array([getattr(readable[path], statistic) for path in part if path in readable])
            for part in (found.normals, found.defects)
        )
        if len(normal) < 2 or len(defect) < 2:
            continue
        freedom = len(normal) + len(defect) - 2
        pooled = ((len(normal) - 1) * normal.var(ddof=1) + (len(defect) - 1) * defect.var(ddof=1)) / freedom
        effect = float((defect.mean() - normal.mean()) / max(np.sqrt(pooled), 1e-6))
        error = np.sqrt(1 / len(normal) + 1 / len(defect))
        rows.append(
            LightFacts(
                statistic,
                float(normal.mean()),
                float(normal.std(ddof=1)),
                float(defect.mean()),
                float(defect.std(ddof=1)),
                effect,
                certain=bool(abs(effect) > 4 * error),
            )
        )
    return tuple(rows)

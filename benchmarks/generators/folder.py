"""The folder that a generator makes: which images, their order, their files and tables, and the command line."""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Render = Callable[[int, int, int, int, bool], tuple[NDArray[np.uint8], Mask, Generator]]
"""Seed, split, index, kind and whether it is defective, to an image, the exact mask of its defect and the generator
from which to go on."""
Weak = Callable[[Generator, Mask], NDArray[np.uint8]]
"""A rough mask, as a person would draw it around an exact one."""

TRAIN_NORMAL, TRAIN_DEFECT, TEST, STYLE = range(4)
TRAIN_DEFECTS_PER_KIND = 3


class Job(NamedTuple):
    """One image to draw: where its files go, its kind and whether it is defective."""

    split: int
    index: int
    kind: int
    flaw: bool
    image: Path
    mask: Path


def draw(job: Job, seed: int, render: Render, weak: Weak) -> None:
    """Draw one image and, if it is defective, its mask."""
    cv2.setNumThreads(1)
    grey, mask, rng = render(seed, job.split, job.index, job.kind, job.flaw)
    cv2.imwrite(str(job.image), grey)
    if job.flaw:
        label = weak(rng, mask) if job.split == TRAIN_DEFECT else mask.astype(np.uint8) * 255
        cv2.imwrite(str(job.mask), label)


def plan(seed: int, out: Path, kinds: int, normals: int, test_normals: int, test_defects: int) -> list[Job]:
    """All images of the benchmark; the numbers are random over the kinds."""
    jobs = []
    train = out / "train"
    sets = (
        (TRAIN_NORMAL, normals, 0, train / "normal_images", "normal_{:05d}.png"),
        (TRAIN_DEFECT, 0, kinds * TRAIN_DEFECTS_PER_KIND, train / "defect_images", "defect_{:04d}.png"),
        (TEST, test_normals, test_defects, out / "test" / "images", "test_{:05d}.png"),
    )
    for split, sound, faulty, folder, pattern in sets:
        masks = out / "key" / "masks" if split == TEST else train / "defect_masks"
        images = [(i % kinds, False) for i in range(sound)] + [(i % kinds, True) for i in range(faulty)]
        order = np.random.default_rng((seed, split, 0)).permutation(len(images))
        for index, choice in enumerate(order, 1):
            name = pattern.format(index)
            jobs.append(Job(split, index, *images[choice], folder / name, masks / name))
    return jobs


def table(path: Path, header: Sequence[str], rows: Iterable[Sequence[str | int]]) -> None:
    """Write a CSV file."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def natural(text: str) -> int:
    """A whole number that is not negative, for the command line."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return number


def main(kinds: tuple[str, ...], render: Render, weak: Weak) -> int:
    """Run the command line of a generator of such kinds; returns the exit code."""
    parser = argparse.ArgumentParser(description="Generate a texture-inspection benchmark.")
    parser.add_argument("out", type=Path, metavar="OUT")
    for option, default in (
        ("--seed", 1),
        ("--normals", 1000),
        ("--test-normals", 450),
        ("--test-defects", 150),
        ("--processes", 2),
    ):
        parser.add_argument(option, type=natural, default=default)
    args = parser.parse_args()
    if args.out.exists():
        print(f"{args.out} exists already", file=sys.stderr)
        return 2
    jobs = plan(args.seed, args.out, len(kinds), args.normals, args.test_normals, args.test_defects)
    for folder in {path.parent for job in jobs for path in (job.image, job.mask)}:
        folder.mkdir(parents=True)
    with multiprocessing.Pool(max(1, args.processes)) as pool:
        for _ in pool.imap_unordered(
            partial(draw, seed=args.seed, render=render, weak=weak), jobs, chunksize=8
        ):
            pass
    named = [(job.split, job.image.name, int(job.flaw), kinds[job.kind]) for job in jobs]
    test = [row[1:] for row in named if row[0] == TEST]
    table(args.out / "key" / "answers.csv", ("ImageId", "answer", "kind"), test)
    table(args.out / "test" / "sample_submission.csv", ("ImageId", "answer"), ((row[0], 0) for row in test))
    train = (
        (row[1], row[3]) for row in sorted(named, key=lambda row: row[0] != TRAIN_DEFECT) if row[0] != TEST
    )
    table(args.out / "key" / "train_kinds.csv", ("ImageId", "kind"), train)
    return 0

"""What people have said of images after a training, put together with what the model had learnt from.

The estimate must stay honest, so what the model has seen stays apart from what it has not. Normals that it had kept
out stay out, and no copy of them is learnt from. They alone calibrate and decide about false alarms: images that were
picked for review because the model was unsure of them are no fair sample of good surfaces.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gyeol.data.dataset import Dataset, LabelledImage
from gyeol.data.duplicates import alike_groups
from gyeol.data.signature import signature
from gyeol.data.sources import canonical_hash
from gyeol.detect.config import Config
from gyeol.detect.held_out import split_normals
from gyeol.detect.images import TrainingImages, load_training_images, read_surface
from gyeol.detect.record import data_fingerprint
from gyeol.detect.surfaces import Surface
from gyeol.errors import DataError, ModelError
from gyeol.files import printable
from gyeol.kinds import Kinds


@dataclass(frozen=True)
class Answers:
    """What people have said of images.

    Parameters
    ----------
    images : tuple of LabelledImage
        Defects, with a mask where somebody drew one, and normals.
    unsure : tuple of Path
        Images on which nobody would decide, or on which people differ: they are not learnt from, as neither.
    """

    images: tuple[LabelledImage, ...]
    unsure: tuple[Path, ...] = ()


@dataclass
class Gathered:
    """What a model goes on to learn from.

    Parameters
    ----------
    images : TrainingImages
        Of the folder and of the review together.
    training : list of Surface
        The folder's normals that the model had learnt from.
    reviewed : list of Surface
        Normals of the review.
    held_out : list of Surface
        The folder's normals that the model had kept out.
    sources : list of str
        A hash of each defect, equal for copies turned by right angles or mirrored.
    scored : dict of str to dict
        By such a hash: how a model that had not seen the defect scored it. The model has learnt from all of these.
    told : dict of str to int or str
        How many of each there are, for the record.
    """

    images: TrainingImages
    training: list[Surface]
    reviewed: list[Surface]
    held_out: list[Surface]
    sources: list[str]
    scored: dict[str, dict[str, Any]]
    told: dict[str, Any]


def gather(
    dataset: Dataset,
    answers: Answers,
    kinds: Kinds,
    config: Config,
    record: dict[str, Any],
    report: Callable[[int, int], None],
) -> Gathered:
    """Read a model's own training images and the answered ones, and join them.

    An answer holds for every copy of its image: where it is another than the folder's label, the image changes sides.

    Parameters
    ----------
    dataset : Dataset
        The one that the model was trained on.
    answers : Answers
    kinds : Kinds
        The model's.
    config : Config
        The model's: its seed says which normals it had kept out.
    record : dict
        The model's.
    report : callable
        Called with the number of images read and their total.

    Raises
    ------
    ModelError
        If the model was trained on another folder.
    DataError
        If an image cannot be used, or the answers say nothing new.
    """
    _check_folder(dataset, record)
    former = load_training_images(dataset, config.memory_gib, config.seed, report, kinds)
    training, held_out = split_normals(former.normals, config.seed)
    before = [canonical_hash(surface.pixels) for surface in former.defects]
    scored = {row.get("source") or before[row["defect"]]: row for row in record["defect_scores"]}
    sides = _Sides(_read(answers, kinds))
    defects = [
        (each, name)
        for each, name in zip(former.defects, before, strict=True)
        if sides.keep(each, name, True)
    ]
    training, held_out = (
        [each for each in part if sides.keep(each, canonical_hash(each.pixels), False)]
        for part in (training, held_out)
    )
    found = sides.new(defective=True)
    normals, copies = _without_copies([each for each, _ in sides.new(defective=False)], held_out)
    told = {
        "defects": len(found),
        "masks": sum(surface.mask is not None for surface, _ in found),
        "normals": len(normals),
        "overruled": len(sides.overruled),
        "unsure": sum(each.defective is None for each in sides.said.values()),
        "copies": copies + len(sides.known),
        "answers": _digest(sides.said),
    }
    if not (found or normals or sides.overruled):
        raise DataError(
            "the answers say nothing that the model's folder does not say already; review other images first"
        )
    defects += found
    if not held_out or not training or not defects:
        raise DataError(
            "the answers leave no normal or no defect of the folder as it was; train anew instead"
        )
    images = dataclasses.replace(
        former, defects=[each for each, _ in defects], normals=[*training, *held_out, *normals]
    )
    return Gathered(images, training, normals, held_out, [name for _, name in defects], scored, told)


def _check_folder(dataset: Dataset, record: dict[str, Any]) -> None:
    """Refuse a folder that the model was not trained on: what it has seen could not be known."""
    fingerprint = data_fingerprint(dataset)
    if fingerprint != record["data"]:
        raise ModelError(
            f"{printable(dataset.root)}: not the folder that the model was trained on (fingerprint {fingerprint}, "
            f"not {record['data']}), so what it has seen cannot be known; give that folder, or train anew on this one"
        )


@dataclass
class _Said:
    """What holds of one image; `defective` is None where nothing is certain, and there is then no surface."""

    defective: bool | None
    surface: Surface | None


class _Sides:
    """Who stands on which side: the answers, by a hash of their images, against the folder's labels.

    Attributes
    ----------
    known, overruled : set of str
        Images of the folder of which people say the same, and something else.
    """

    def __init__(self, said: dict[str, _Said]) -> None:
        self.said = said
        self.known: set[str] = set()
        self.overruled: set[str] = set()

    def keep(self, surface: Surface, source: str, defective: bool) -> bool:
        """Tell whether an image of the folder stays where it is."""
        answer = self.said.get(source)
        if answer is None:
            return True
        if answer.defective is not defective:
            self.overruled.add(source)
            return False
        self.known.add(source)
        drawn = answer.surface
        if drawn is not None and drawn.mask is not None and np.array_equal(drawn.pixels, surface.pixels):
            surface.mask = (
                drawn.mask
            )  # by somebody who saw what the model makes of it; a turned copy's does not fit
        return True

    def new(self, defective: bool) -> list[tuple[Surface, str]]:
        """List the answered images of one side that the folder has not got there, with their hashes."""
        return [
            (each.surface, name)
            for name, each in self.said.items()
            if name not in self.known and each.surface is not None and each.defective is defective
        ]


def _read(answers: Answers, kinds: Kinds) -> dict[str, _Said]:
    """Read the answered images; of copies with different answers nothing is certain."""
    said: dict[str, _Said] = {}
    every = [*answers.images, *(LabelledImage(path, defective=False) for path in answers.unsure)]
    for number, image in enumerate(every):
        surface = read_surface(image, kinds)
        defective = image.defective if number < len(answers.images) else None
        source = canonical_hash(surface.pixels)
        other = said.get(source)
        if other is not None and other.defective is not defective:
            said[source] = _Said(None, None)
        elif other is None or (other.surface is not None and other.surface.mask is None):
            said[source] = _Said(defective, None if defective is None else surface)
    return said


def _without_copies(normals: list[Surface], held_out: list[Surface]) -> tuple[list[Surface], int]:
    """Leave out normals that show a piece which calibrates; returns the others, and how many were left out."""
    signatures = np.array([signature(each.pixels) for each in (*held_out, *normals)])
    count = len(held_out)
    copies = {
        number - count
        for group in alike_groups(signatures)
        if group[0] < count
        for number in group
        if number >= count
    }
    return [each for number, each in enumerate(normals) if number not in copies], len(copies)


def _digest(said: dict[str, _Said]) -> str:
    """Name a set of answers: 16 hex digits, whatever their order."""
    lines = sorted(f"{source} {each.defective}" for source, each in said.items())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]

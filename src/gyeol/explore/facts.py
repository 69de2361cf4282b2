"""The facts about a data folder, as plain values that become JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Counts:
    """How many files there are, readable or not, and how many of the images cannot be read."""

    defects: int
    normals: int
    masks: int
    test: int
    unreadable: int


@dataclass(frozen=True)
class Imbalance:
    """How rare defects are, and what always answering "normal" would score at that rate.

    Parameters
    ----------
    normals_per_defect : float
        Normals for each defect in training.
    always_normal_accuracy, always_normal_macro_f1 : float
        0 to 1, had the training images been the test.
    """

    normals_per_defect: float
    always_normal_accuracy: float
    always_normal_macro_f1: float


@dataclass(frozen=True)
class SizeCount:
    """How many images of the training and of the test part have a size and a mode (Pillow's name)."""

    width: int
    height: int
    mode: str
    train: int
    test: int


@dataclass(frozen=True)
class Unreadable:
    """A file that cannot be read, relative to the root, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class DuplicateGroup:
    """Files that show the same picture.

    Parameters
    ----------
    sameness : {"exact", "turned", "near"}
        All pixels are equal; equal after turning or mirroring some; alike, such as brightened or resaved.
    files : tuple of str
        Relative to the root, two or more.
    train_and_test : bool
        Whether some are in training and some in the test.
    both_labels : bool
        Whether some are labelled defective and some normal.
    """

    sameness: str
    files: tuple[str, ...]
    train_and_test: bool
    both_labels: bool


@dataclass(frozen=True)
class Range:
    """Smallest, middle and largest of some numbers."""

    least: float
    median: float
    most: float


@dataclass(frozen=True)
class MaskFacts:
    """How the defects are marked.

    Parameters
    ----------
    coverage : Range or None
        The share of the image that is marked, 0 to 1; None if no mask could be measured.
    missing : tuple of str
        Defects without a mask.
    without_image : tuple of str
        Masks whose image is missing.
    unusable : tuple of Unreadable
        Masks that are empty, of another size than their image, or cannot be read.
    """

    coverage: Range | None
    missing: tuple[str, ...]
    without_image: tuple[str, ...]
    unusable: tuple[Unreadable, ...]


@dataclass(frozen=True)
class KindCount:
    """A kind of texture that was found by clustering.

    Parameters
    ----------
    kind : int
        Its number, 0 for the most frequent.
    normals, defects, test : int
        How many images of each part belong to it.
    unfamiliar_test : int
        How many of the test images are unlike those that the kind was found from.
    example : str
        The normal image nearest to its centre, relative to the root.
    typical : tuple of str
        A few more such images, the nearest first; ``example`` is the first of them.
    defect_images : tuple of str
        Its defective training images, relative to the root.
    """

    kind: int
    normals: int
    defects: int
    test: int
    unfamiliar_test: int
    example: str
    typical: tuple[str, ...] = ()
    defect_images: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """Where an image lies on the map of the kinds.

    Parameters
    ----------
    image : str
        Relative to the root.
    part : {"defect", "normal", "test"}
    kind : int
        See :class:`KindCount`.
    x, y : float
        0 to 1. What lies near each other is alike; how far groups lie apart says little.
    """

    image: str
    part: str
    kind: int
    x: float
    y: float


@dataclass(frozen=True)
class Distribution:
    """How one number is distributed over the images, by part.

    Parameters
    ----------
    statistic : {"brightness", "contrast", "coverage"}
        Mean or standard deviation of an image's grey values, 0 to 255; the share of it that its mask marks, 0 to 1.
    edges : tuple of float
        Of B bins of equal width: B + 1 rising numbers.
    counts : dict of str to tuple of int
        Images in each of the B bins, by part: ``"normal"``, ``"defect"``, ``"test"``. Parts without images are left
        out.
    """

    statistic: str
    edges: tuple[float, ...]
    counts: dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class LightFacts:
    """One grey statistic by class.

    Parameters
    ----------
    statistic : {"brightness", "contrast"}
        Mean or standard deviation of an image's grey values, 0 to 255.
    normal_mean, normal_deviation, defect_mean, defect_deviation : float
        Over the images of each class.
    effect : float
        Cohen's d: the difference of the means in units of the pooled deviation. Below 0.2 is nothing, above
        0.8 is large.
    certain : bool
        Whether the difference is more than chance: beyond four standard errors.
    """

    statistic: str
    normal_mean: float
    normal_deviation: float
    defect_mean: float
    defect_deviation: float
    effect: float
    certain: bool


@dataclass(frozen=True)
class Facts:
    """All that was found; ``None`` or empty where there is nothing to say.

    Parameters
    ----------
    folder : str
        The data folder, as it was found.
    counts, imbalance, sizes, unreadable, duplicates, masks, kinds, light
        See their types. ``sizes`` are sorted by frequency.
    warnings : tuple of str
        What to know before training, in plain words, the most important first.
    layout : str
        The name of the folder's layout; empty if it has none.
    findings : tuple of str
        Those of the warnings that say what is wrong with the folder as such.
    distributions : tuple of Distribution
    places : tuple of Place
        A sample of the images, and all defects up to a few hundred, on a map; empty where there are too few.
    """

    folder: str
    counts: Counts
    imbalance: Imbalance | None
    sizes: tuple[SizeCount, ...]
    unreadable: tuple[Unreadable, ...]
    duplicates: tuple[DuplicateGroup, ...]
    masks: MaskFacts
    kinds: tuple[KindCount, ...]
    light: tuple[LightFacts, ...]
    warnings: tuple[str, ...]
    layout: str = ""
    findings: tuple[str, ...] = ()
    distributions: tuple[Distribution, ...] = ()
    places: tuple[Place, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give it as plain types, ready for JSON."""
        return asdict(self)

"""What a data folder holds, once read: plain paths and labels, no pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gyeol.data.annotation.drawn import Mask


@dataclass(frozen=True)
class LabelledImage:
    """One image whose label is known.

    Parameters
    ----------
    path : Path
        The image file.
    defective : bool
        Whether a person says that it shows a defect.
    mask : Path, Drawn or None
        What marks where the defect is, roughly: a file, or shapes of an annotation, which
        :func:`gyeol.data.annotation.read_marked` both reads. None for normals, and for defects without a mask.
    kind : str
        The layout's word for the type of the defect or the kind of the surface; empty if it has none.
    """

    path: Path
    defective: bool
    mask: Mask | None = None
    kind: str = ""


@dataclass(frozen=True)
class Dataset:
    """The images of one folder.

    Parameters
    ----------
    root : Path
        The folder it was read from.
    train : tuple of LabelledImage
        Sorted by path, defects first.
    test : tuple of Path
        The images to be judged, sorted by path. May be empty.
    sample_submission : Path or None
        The table whose rows and order a submission must have.
    key : tuple of LabelledImage
        The test images with their labels, in the order of ``test``, where the layout has them; else empty.
    split : bool
        Whether the layout says which images are training and which are test. If not, all are training.
    notes : tuple of str
        What a user should know about how the folder was read, in plain sentences.
    """

    root: Path
    train: tuple[LabelledImage, ...]
    test: tuple[Path, ...] = ()
    sample_submission: Path | None = None
    key: tuple[LabelledImage, ...] = ()
    split: bool = True
    notes: tuple[str, ...] = ()

    @cached_property  # not looked through again for each image that is drawn from it
    def defects(self) -> tuple[LabelledImage, ...]:
        """The defective training images."""
        return tuple(image for image in self.train if image.defective)

    @cached_property
    def normals(self) -> tuple[LabelledImage, ...]:
        """The normal training images."""
        return tuple(image for image in self.train if not image.defective)

"""What a data folder holds, once read: plain paths and labels, no pixels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class LabelledImage:
    """One training image.

    Parameters
    ----------
    path : Path
        The image file.
    defective : bool
        Whether a person says that it shows a defect.
    mask : Path or None
        The file that marks where the defect is, roughly. None for normals, and for defects without a mask.
    """

    path: Path
    defective: bool
    mask: Path | None = None


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
        Unlabelled images, sorted by name. May be empty.
    sample_submission : Path or None
        The table whose rows and order a submission must have.
    """

    root: Path
    train: tuple[LabelledImage, ...]
    test: tuple[Path, ...] = ()
    sample_submission: Path | None = None

    @property
    def defects(self) -> tuple[LabelledImage, ...]:
        """The defective training images."""
        return tuple(image for image in self.train if image.defective)

    @property
    def normals(self) -> tuple[LabelledImage, ...]:
        """The normal training images."""
        return tuple(image for image in self.train if not image.defective)

"""Putting images and masks where another layout has them."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from gyeol.data.annotation import Drawn, Mask, read_marked
from gyeol.data.dataset import Dataset, LabelledImage
from gyeol.data.image import read_image
from gyeol.data.names import test_rows, unique_names
from gyeol.data.submission import read_sample_ids
from gyeol.errors import DataError
from gyeol.files import printable


@dataclass(frozen=True)
class Named:
    """An image and the name, without extension, that it gets.

    Parameters
    ----------
    name : str
    path : Path
    label : LabelledImage or None
        None for a test image without a label.
    """

    name: str
    path: Path
    label: LabelledImage | None

    @property
    def file(self) -> str:
        """The name with the image's own extension."""
        return f"{self.name}{self.path.suffix}"


def named_training(dataset: Dataset) -> list[Named]:
    """Name the training images."""
    paths = [image.path for image in dataset.train]
    names = unique_names(paths, dataset.root)
    return [Named(name, image.path, image) for name, image in zip(names, dataset.train, strict=True)]


def named_test(dataset: Dataset) -> list[Named]:
    """Name the test images, in the order of a submission's rows."""
    labels = {image.path: image for image in dataset.key}
    if dataset.sample_submission is not None:  # the ids may have the extension; files have it anyway
        return [Named(path.stem, path, labels.get(path)) for _, path in test_rows(dataset)]
    rows = sorted(test_rows(dataset))
    return [Named(name, path, labels.get(path)) for name, path in rows]


def sample_ids(dataset: Dataset) -> list[str]:
    """List the ids of a submission, in order: the sample's own, or file names with the extension."""
    if dataset.sample_submission is not None:
        return read_sample_ids(dataset.sample_submission)
    return [image.file for image in named_test(dataset)]


def require_labels(dataset: Dataset, layout: str) -> None:
    """Refuse test images without labels, where a layout says by an image's place what it is.

    Raises
    ------
    DataError
    """
    if dataset.test and not dataset.key:
        raise DataError(
            f"{printable(dataset.root)}: its test images have no labels, which the layout {layout} needs; "
            f"convert to competition or manifest"
        )


@dataclass(frozen=True)
class Placer:
    """Puts files into the new folder.

    Parameters
    ----------
    link : bool
        Make symbolic links to the originals. If not, copies are made, byte for byte.
    """

    link: bool

    def image(self, source: Path, target: Path) -> None:
        """Place a file as it is, and make the folder for it.

        Raises
        ------
        DataError
            If the source is missing or cannot be read.
        OSError
            If the target cannot be written.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            origin = source.resolve(strict=True)
            source.open("rb").close()
        except OSError as error:
            reason = error.strerror or error
            raise DataError(
                f"{printable(source)}: cannot be read ({reason}); mend it or leave it out"
            ) from error
        if self.link:
            target.symlink_to(origin)
        else:
            shutil.copyfile(origin, target)

    def mask(self, mask: Mask, image: Path, folder: Path, name: str) -> Path:
        """Place a mask under a name without extension; shapes are drawn into a PNG, the only pixels ever made.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        DataError
            If the mask, or the image whose size shapes need, cannot be read.
        """
        if not isinstance(mask, Drawn):
            target = folder / f"{name}{mask.suffix}"
            self.image(mask, target)
            return target
        height, width = read_image(image).shape
        marked = read_marked(mask, (height, width), image)
        target = folder / f"{name}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(marked.astype(np.uint8) * 255).save(target, "PNG")
        return target


def folder_name(kind: str) -> str:
    """Make a folder's name of a kind: a type called good, or none, would be taken for something else."""
    safe = re.sub(r"[/\\\x00-\x1f]", "_", kind).strip(". ")[:80]
    return "defect" if not safe or safe.lower() == "good" else safe

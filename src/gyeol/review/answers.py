"""What people have said in a review, as a detector learns from it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from gyeol.data.annotation import Drawn
from gyeol.data.dataset import LabelledImage
from gyeol.detect.answers import Answers
from gyeol.detect.directory import weights_id
from gyeol.errors import DataError, ModelError
from gyeol.files import printable
from gyeol.review.database import Database
from gyeol.review.exports.reviewed import reviewed
from gyeol.review.models import last_model


@dataclass(frozen=True)
class Painted:
    """A mask that was drawn on the page, as a shape of an annotation.

    Parameters
    ----------
    png : bytes
        8-bit grey, 255: defect.
    """

    png: bytes

    def draw(self, canvas: Image.Image) -> None:
        """Set the marked pixels of an 8-bit canvas of the mask's size to 255."""
        mask = Image.open(io.BytesIO(self.png), formats=["PNG"])
        canvas.paste(255, (0, 0), mask)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        mask = Image.open(io.BytesIO(self.png), formats=["PNG"])
        return mask.height, mask.width


def read_answers(path: Path) -> Answers:
    """Read a review file.

    Images of which nobody is sure, or on which the last answers of two people differ, are among the unsure.

    Parameters
    ----------
    path : Path
        The file that ``gyeol serve --db`` writes. It may be in use.

    Raises
    ------
    DataError
        If it is no review file, or nobody has called anything a defect or normal in it.
    """
    images: list[LabelledImage] = []
    unsure: list[Path] = []
    with _opened(path) as database:
        for each in reviewed(database):
            if each.defective is None or each.contested:
                unsure.append(each.path)
                continue
            mask = None
            if each.defective and each.mask is not None:
                painted = Painted(each.mask)
                mask = Drawn(path, (painted,), painted.size)
            images.append(LabelledImage(each.path, each.defective, mask))
    if not images:
        raise DataError(
            f"{printable(path)}: nobody has called an image a defect or normal in it; review some with gyeol serve"
        )
    return Answers(tuple(images), tuple(unsure))


def model_served(path: Path) -> Path:
    """Find the detector that was served last with a review file.

    Raises
    ------
    DataError
        If it is no review file.
    ModelError
        If the file does not say, or the detector is not where it was.
    """
    with _opened(path) as database:
        served = last_model(database)
    if served is None:
        raise ModelError(f"{printable(path)} does not say which model was served; name it with --model")
    weights, place = served
    if not place.exists() or weights_id(place) != weights:
        raise ModelError(
            f"{printable(place)}: the model that was served (weights {weights}) is not there any more; "
            "name it with --model"
        )
    return place


@contextmanager
def _opened(path: Path) -> Iterator[Database]:
    if not path.is_file():
        raise DataError(f"{printable(path)}: no such file; give the review file of gyeol serve --db")
    database = Database(path)
    try:
        yield database
    finally:
        database.close()

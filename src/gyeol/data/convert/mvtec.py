"""Writing MVTec AD's layout, with the defects to learn from under ``train/<type>``."""

from __future__ import annotations

from pathlib import Path

from gyeol.data.convert.place import Placer, folder_name, named_test, named_training, require_labels
from gyeol.data.dataset import Dataset
from gyeol.data.layouts.mvtec import GOOD
from gyeol.data.listing import key
from gyeol.errors import DataError
from gyeol.files import printable


def write(dataset: Dataset, folder: Path, placer: Placer) -> None:
    """Write ``train/good``, ``train/<type>``, ``test/<type>`` and ``ground_truth/<type>/*_mask.*``.

    Raises
    ------
    DataError
        If test images have no labels, a defect of training has the name of another in the test, or a file cannot
        be read.
    OSError
        If something cannot be written.
    """
    require_labels(dataset, "mvtec")
    masked: dict[tuple[str, str], Path] = {}
    for part, images in (("train", named_training(dataset)), ("test", named_test(dataset))):
        for image in images:
            label = image.label
            if label is None or not label.defective:
                placer.image(image.path, folder / part / GOOD / image.file)
                continue
            kind = folder_name(label.kind)
            # Both parts share ground_truth, so that one name would mean two masks.
            other = masked.setdefault((key(kind), key(image.name)), image.path)
            if other is not image.path:
                raise DataError(
                    f"{printable(image.path)}: {printable(other)} is of the same type and name, and MVTec AD has one "
                    f"place for the masks of both; rename one, or convert to another layout"
                )
            placer.image(image.path, folder / part / kind / image.file)
            if label.mask is not None:
                placer.mask(label.mask, image.path, folder / "ground_truth" / kind, f"{image.name}_mask")

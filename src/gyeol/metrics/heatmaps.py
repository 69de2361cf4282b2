"""Comparing heat maps on disk with masks on disk."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gyeol.errors import DataError
from gyeol.files import printable
from gyeol.metrics.answers import EXTENSIONS, few, stem
from gyeol.metrics.localisation import Aupro

_GREY = ("L", "I", "I;16", "I;16B", "I;16L")


@dataclass(frozen=True)
class Localisation:
    """How well heat maps show where the defects are.

    Parameters
    ----------
    aupro : float
        Area under the per-region overlap curve up to ``limit``, 0 to 1; limit / 2 is chance.
    limit : float
        The highest false positive rate that counts.
    regions : int
        The number of marked regions.
    without_mask : int
        Defects that have no mask; they are left out.
    """

    aupro: float
    limit: float
    regions: int
    without_mask: int


def measure_heatmaps(
    heatmaps: Path, masks: Path, ids: Sequence[str], truth: NDArray[np.int64], limit: float = 0.3
) -> Localisation:
    """Compare the heat map of each image with its mask, one image at a time.

    Parameters
    ----------
    heatmaps : Path
        A folder with a grey image (8 or 16 bit, the image's size, higher is more defective) for each id: the
        id itself, or the id with another extension.
    masks : Path
        A folder with the masks of the defects, named likewise: what is brighter than half of the brightest
        pixel is marked.
    ids : sequence of str, length N
        The images.
    truth : ndarray of int64, shape (N,)
        1 is defective, 0 is normal. All of a normal counts as unmarked.
    limit : float
        See :meth:`gyeol.metrics.Aupro.value`.

    Returns
    -------
    Localisation

    Raises
    ------
    DataError
        One line: a folder or a heat map is missing, an image cannot be read, is no grey image, or differs in
        size from its mask; no defect has a mask.
    """
    maps, marks = _listing(heatmaps), _listing(masks)
    maps_of = {name: path for name in ids if (path := _find(maps, name)) is not None}
    lacking = [name for name in ids if name not in maps_of]
    if lacking:
        raise DataError(
            f"{printable(heatmaps)}: no heat map for {len(lacking):,} of {len(ids):,} images "
            f"({few(lacking)}); give the folder of gyeol predict --raw-heatmaps"
        )
    metric = Aupro()
    without_mask = 0
    for name, label in zip(ids, truth, strict=True):
        heatmap = _read_heatmap(maps_of[name])
        if not label:
            metric.add(heatmap)
            continue
        mark = _find(marks, name)
        mask = None if mark is None else _read_mask(mark, heatmap.shape)
        if mask is None or not mask.any():
            without_mask += 1  # where the defect is, nobody knows, so nothing can be counted
        else:
            metric.add(heatmap, mask)
    if not metric.regions:
        raise DataError(
            f"{printable(masks)}: no mask for any defect of the key; give the folder of the key's masks"
        )
    return Localisation(metric.value(limit), limit, metric.regions, without_mask)


def _listing(folder: Path) -> dict[str, Path]:
    """Map names, with and without extension, to the image files of a folder."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in EXTENSIONS)
    except OSError as error:
        raise DataError(f"{printable(folder)}: {error.strerror or error}; give a folder of images") from error
    return {path.stem: path for path in paths} | {path.name: path for path in paths}


def _find(listing: dict[str, Path], name: str) -> Path | None:
    return listing.get(name) or listing.get(stem(name))


def _read(path: Path) -> tuple[NDArray[Any], str]:
    """Read an image's values and Pillow's name for its mode."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                image.load()
                grey = image if image.mode in _GREY else image.convert("L")
                return np.array(grey), image.mode
    # Pillow meets damaged files with many kinds of errors; to the user all are a file that cannot be read.
    except Exception as error:
        reason = getattr(error, "strerror", None) or "damaged, or no image"
        raise DataError(f"{printable(path)}: cannot be read ({reason}); write it again") from error


def _read_heatmap(path: Path) -> NDArray[np.uint16]:
    """Read a heat map on the scale of 16 bit."""
    values, mode = _read(path)
    if mode not in _GREY:
        raise DataError(
            f"{printable(path)}: a picture ({mode}), not a bare heat map in grey; "
            f"give those of gyeol predict --raw-heatmaps"
        )
    if values.dtype == np.uint8:
        return values.astype(np.uint16) * np.uint16(257)
    if values.min() < 0 or values.max() > 65535:
        raise DataError(f"{printable(path)}: values beyond 16 bit; write heat maps as 8 or 16-bit grey PNG")
    return values.astype(np.uint16)


def _read_mask(path: Path, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    values, _ = _read(path)
    if values.shape != shape:
        raise DataError(
            f"{printable(path)}: the mask is {values.shape[1]}x{values.shape[0]} pixels, its heat map "
            f"{shape[1]}x{shape[0]}; write the heat map at the image's size"
        )
    peak = values.max()
    return np.asarray(values > (0 if peak < 32 else peak / 2))

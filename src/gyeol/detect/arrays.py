"""Images that are handed over as arrays, in scikit-learn's manner: checked before anything is learnt from them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gyeol.errors import DataError, ModelError


def check_image(pixels: Any) -> NDArray[np.uint8]:
    """Refuse what is no grey image (H, W) uint8.

    Raises
    ------
    ModelError
    """
    if not isinstance(pixels, np.ndarray) or pixels.ndim != 2 or pixels.dtype != np.uint8 or not pixels.size:
        found = f"{pixels.shape} {pixels.dtype}" if isinstance(pixels, np.ndarray) else type(pixels).__name__
        raise ModelError(f"an image must be a (H, W) uint8 array, not {found}; gyeol.read_image gives one")
    return pixels


@dataclass(frozen=True)
class Arrays:
    """Labelled images in memory.

    Parameters
    ----------
    images : list of (H, W) uint8
    defective : (N,) bool
    masks : list of (H, W) bool or None
    """

    images: list[NDArray[np.uint8]]
    defective: NDArray[np.bool_]
    masks: list[NDArray[np.bool_] | None]

    def fingerprint(self) -> str:
        """Name them by their pixels, labels and masks: 16 hex digits."""
        digest = hashlib.sha256()
        for pixels, defective, mask in zip(self.images, self.defective, self.masks, strict=True):
            digest.update(f"{pixels.shape} {int(defective)} {mask is not None}\n".encode())
            for each in (pixels, mask) if mask is not None else (pixels,):
                digest.update(each.tobytes())
        return digest.hexdigest()[:16]


def labelled_arrays(images: Any, y: ArrayLike, masks: Sequence[Any] | None) -> Arrays:
    """Check images and what is known of them.

    Parameters
    ----------
    images : iterable of (H, W) uint8
        A list, or one array (N, H, W).
    y : (N,) int or bool
        1 defect, 0 normal; some of both.
    masks : sequence of (H, W) or None
        For each image where its defect is, roughly (above 0), or None; those of normals are passed over. Or None
        altogether.

    Raises
    ------
    DataError
        If they do not belong together, or one of the classes is missing.
    ModelError
        If an image is no grey image.
    """
    if not isinstance(images, Iterable):
        raise DataError(f"images must be a list of (H, W) uint8 arrays, not {type(images).__name__}")
    checked = [np.ascontiguousarray(check_image(each)) for each in images]
    labels = np.asarray(y)
    if labels.shape != (len(checked),):
        raise DataError(f"{len(checked):,} images need as many labels, not an array {labels.shape}")
    if not np.isin(labels, (0, 1)).all():
        raise DataError("a label must be 0 (normal) or 1 (defect)")
    defective = labels.astype(bool)
    if defective.all() or not defective.any():
        raise DataError(f"all {len(checked):,} images have one label; some of both 0 and 1 are needed")
    given = [None] * len(checked) if masks is None else list(masks)
    if len(given) != len(checked):
        raise DataError(
            f"{len(checked):,} images need as many masks, or None in their place, not {len(given):,}"
        )
    return Arrays(
        checked,
        defective,
        [
            _mask(mask, pixels) if bad else None
            for mask, pixels, bad in zip(given, checked, defective, strict=True)
        ],
    )


def _mask(mask: Any, pixels: NDArray[np.uint8]) -> NDArray[np.bool_] | None:
    if mask is None:
        return None
    marked = np.asarray(mask) > 0
    if marked.shape != pixels.shape:
        raise DataError(f"a mask {marked.shape} does not fit its image {pixels.shape}")
    return marked if marked.any() else None

"""How well heat maps show where a defect is."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Aupro:
    """Area under the per-region overlap curve, over any number of images in constant memory.

    For every threshold, the overlap of each marked region (a connected component of a mask, 8-neighbourhood)
    is the share of its pixels at or above it; their mean over all regions, large or small, is drawn over the
    share of unmarked pixels at or above it (the false positive rate). The area under that curve up to a
    limit, divided by the limit, is 1 for heat maps that light up the regions and nothing else; heat maps
    without information reach limit / 2.

    Values are counted in a histogram, so memory does not grow; for integers with a bin each it is exact.

    Parameters
    ----------
    bins : int
        Heat maps have integer values 0 to ``bins`` - 1. The default takes 16-bit ones.
    saturation : float
        A region counts as overlapped in full as soon as this share of its pixels is (above 0, up to 1). Below
        1 it makes allowance for masks that are more generous than the defect.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    Bergmann, Batzner, Fauser, Sattlegger and Steger, The MVTec Anomaly Detection Dataset, International
    Journal of Computer Vision 129 (2021), with the usual limit of 0.3; saturation in the spirit of their
    Beyond Dents and Scratches, International Journal of Computer Vision 130 (2022).
    """

    def __init__(self, bins: int = 65536, saturation: float = 1.0) -> None:
        if bins < 2 or not 0 < saturation <= 1:
            raise ValueError(f"bins must be 2 or more and saturation in (0, 1], not {bins} and {saturation}")
        self._saturation = saturation
        self._outside = np.zeros(bins, np.int64)
        self._overlap = np.zeros(bins, np.float64)
        self.regions = 0

    def add(self, heatmap: NDArray[np.integer[Any]], mask: NDArray[np.bool_] | None = None) -> None:
        """Count one image.

        Parameters
        ----------
        heatmap : ndarray of int, shape (H, W)
            Higher is more defective, 0 to ``bins`` - 1.
        mask : ndarray of bool, shape (H, W), optional
            Where the defect is. None for a normal image.

        Raises
        ------
        ValueError
            If the shapes differ, or a value is no integer or out of range.
        """
        if heatmap.ndim != 2 or heatmap.dtype.kind not in "ui" or not heatmap.size:
            raise ValueError(
                f"a heat map must be integers of shape (H, W), not {heatmap.dtype} {heatmap.shape}"
            )
        bins = len(self._outside)
        if heatmap.min() < 0 or heatmap.max() >= bins:
            raise ValueError(
                f"the heat map has values {heatmap.min()} to {heatmap.max()}, beyond 0 to {bins - 1}"
            )
        if mask is None or not mask.any():
            self._outside += np.bincount(heatmap.ravel(), minlength=bins)
            return
        if mask.shape != heatmap.shape:
            raise ValueError(f"the mask has the shape {mask.shape}, the heat map {heatmap.shape}")
        from scipy import ndimage

        self._outside += np.bincount(heatmap[~mask], minlength=bins)
        labels, count = ndimage.label(mask, structure=np.ones((3, 3)))
        for index, box in enumerate(ndimage.find_objects(labels), start=1):
            self._add_region(heatmap[box][labels[box] == index])
        self.regions += count

    def _add_region(self, values: NDArray[np.integer[Any]]) -> None:
        # Only the highest values bring the overlap to its saturation; the others no longer raise it.
        counted = max(1, int(np.ceil(self._saturation * len(values) - 1e-9)))
        if counted < len(values):
            values = np.partition(values, len(values) - counted)[len(values) - counted :]
        used, counts = np.unique(values, return_counts=True)
        self._overlap[used] += counts / counted

    def value(self, limit: float = 0.3) -> float:
        """Give the area up to a false positive rate, divided by that rate.

        Parameters
        ----------
        limit : float
            Above 0, up to 1.

        Returns
        -------
        float
            0 to 1.

        Raises
        ------
        ValueError
            If ``limit`` is out of range, no region was added, or no unmarked pixel.
        """
        if not 0 < limit <= 1:
            raise ValueError(f"the limit must be above 0 and at most 1, not {limit}")
        if not self.regions:
            raise ValueError("no mask marks anything")
        if not self._outside.any():
            raise ValueError("the masks mark every pixel")
        used = (self._outside > 0) | (self._overlap > 0)
        rate = np.cumsum(self._outside[used][::-1]) / self._outside.sum()
        overlap = np.minimum(np.cumsum(self._overlap[used][::-1]) / self.regions, 1.0)
        rate, overlap = np.append(0.0, rate), np.append(0.0, overlap)
        inside = rate <= limit
        # The curve is cut at the limit, between two of its points.
        end = overlap[inside][-1] if rate[inside][-1] == limit else np.interp(limit, rate, overlap)
        return float(np.trapezoid(np.append(overlap[inside], end), np.append(rate[inside], limit)) / limit)

"""The classical detector: a bank of Gabor filters, and how far each place is from the good surfaces of its kind.

Local energies of oriented band-pass filters describe a texture (Randen & Husøy 1999). A Gaussian of these is fitted to
the normals of each kind; an image is as defective as its oddest place (Mahalanobis distance).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gyeol.baselines.images import each, score_unlearnt
from gyeol.data.dataset import Dataset
from gyeol.kinds import Kinds, describe, fit_kinds
from gyeol.plugins import DetectorPlugin, HeldOut, Scored
from gyeol.plugins.split import split_normals

CELL = 16
"""Side in pixels of the places that are judged."""
WAVELENGTHS = (4.0, 8.0, 16.0)
ORIENTATIONS = 6
RIDGE = 1e-3
MOST = 2000
"""Normals that are learnt from."""


class FilterBank(DetectorPlugin):
    """Filter-bank statistics by kind.

    Parameters
    ----------
    seed : int
    minutes : float
        Not used: it takes what it takes.
    """

    title = "filter bank"
    external_data = False
    kinds_: Kinds
    means_: NDArray[np.float64]
    whitening_: NDArray[np.float64]

    def __init__(self, *, seed: int = 0, minutes: float = 5.0) -> None:
        self.seed = seed

    def fit(self, dataset: Dataset, *, say: Callable[[str], None] = lambda _: None) -> HeldOut:
        """Learn from the normals.

        Raises
        ------
        DataError
            If there are no defects, fewer than two normals, or an image cannot be read.
        """
        learnt, held_out = split_normals(dataset, self.seed)
        learnt = learnt[:: -(-len(learnt) // MOST)]
        descriptors, cells = zip(*each(learnt, lambda p: (describe(p), cell_energies(p))), strict=True)
        self.kinds_ = fit_kinds(np.stack(descriptors), seed=self.seed)
        assigned = self.kinds_.assign(np.stack(descriptors))
        say(f"{len(learnt):,} normals of {self.kinds_.count} kinds")
        means, whitening = [], []
        for kind in range(self.kinds_.count):
            places = np.concatenate([c for c, of in zip(cells, assigned, strict=True) if of == kind] or cells)
            mean = places.mean(0)
            covariance = np.cov(places.T) + RIDGE * np.eye(places.shape[1])
            means.append(mean)
            whitening.append(np.linalg.inv(np.linalg.cholesky(covariance)))
        self.means_, self.whitening_ = np.stack(means), np.stack(whitening)
        return score_unlearnt(self.score, dataset, held_out)

    def score(self, pixels: NDArray[np.uint8]) -> Scored:
        """Score an image by the distance of its oddest place."""
        kind = int(self.kinds_.assign(describe(pixels)[None])[0])
        odd = (cell_energies(pixels) - self.means_[kind]) @ self.whitening_[kind].T
        distances = (odd**2).mean(1) ** 0.5
        return Scored(float(distances.max()), distances.reshape(max(1, pixels.shape[0] // CELL), -1))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Give the kinds, and the Gaussian of each."""
        return {**self.kinds_.to_arrays(), "gauss_means": self.means_, "gauss_whitening": self.whitening_}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> FilterBank:
        """Make one from kinds and Gaussians."""
        made = cls()
        made.kinds_ = Kinds.from_arrays(arrays)
        made.means_, made.whitening_ = arrays["gauss_means"], arrays["gauss_whitening"]
        return made


def _bank() -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    filters = []
    for wavelength in WAVELENGTHS:
        for number in range(ORIENTATIONS):
            angle = np.pi * number / ORIENTATIONS
            sigma, side = 0.56 * wavelength, int(2 * round(1.5 * wavelength) + 1)  # one octave wide
            even, odd = (
                cv2.getGaborKernel((side, side), sigma, angle, wavelength, 1.0, phase).astype(np.float32)
                for phase in (0.0, np.pi / 2)
            )
            scale = np.float32(1 / np.abs(even).sum())
            filters.append(((even - even.mean()) * scale, odd * scale))
    return filters


BANK = _bank()


def cell_energies(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Logarithms of local filter energies, and the local brightness: (H, W) uint8 to (N, 19), a row for every cell."""
    image = pixels.astype(np.float32)
    image = (image - image.mean()) / max(2.0, float(image.std()))
    size = (max(1, image.shape[1] // CELL), max(1, image.shape[0] // CELL))
    maps = [cv2.resize(image, size, interpolation=cv2.INTER_AREA)]
    for even, odd in BANK:
        energy = cv2.filter2D(image, -1, even) ** 2 + cv2.filter2D(image, -1, odd) ** 2
        maps.append(np.log(cv2.resize(energy, size, interpolation=cv2.INTER_AREA) + 1e-4))
    smooth = [cv2.blur(each, (3, 3)) for each in maps]
    return np.stack(smooth, -1).reshape(-1, len(smooth)).astype(np.float64)

"""The classical detector: a bank of Gabor filters, and how far each place is from the good surfaces of its kind.

Local energies of oriented band-pass filters describe a texture (Randen & Husøy 1999). A Gaussian of these is fitted to
the normals of each kind; an image is as defective as its oddest place (Mahalanobis distance).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from gyeol.baselines.images import Picture, each
from gyeol.baselines.one_class import split_normals, threshold_for
from gyeol.data.dataset import Dataset
from gyeol.kinds import Kinds, describe, fit_kinds

CELL = 16
"""Side in pixels of the places that are judged."""
WAVELENGTHS = (4.0, 8.0, 16.0)
ORIENTATIONS = 6
RIDGE = 1e-3
MOST = 2000
"""Normals that are learnt from."""


class FilterBank:
    """Filter-bank statistics by kind.

    Parameters
    ----------
    seed : int

    Attributes
    ----------
    threshold_ : float
    """

    threshold_: float
    kinds_: Kinds

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def fit(self, dataset: Dataset, *, say: Callable[[str], None] = lambda _: None) -> FilterBank:
        """Learn from the normals; the defects set the threshold.

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
        self._means, self._whitening = [], []
        for kind in range(self.kinds_.count):
            places = np.concatenate([c for c, of in zip(cells, assigned, strict=True) if of == kind] or cells)
            mean = places.mean(0)
            covariance = np.cov(places.T) + RIDGE * np.eye(places.shape[1])
            self._means.append(mean)
            self._whitening.append(np.linalg.inv(np.linalg.cholesky(covariance)))
        self.threshold_ = threshold_for(self.score_samples, dataset, held_out)
        return self

    def score_samples(self, images: Iterable[Picture]) -> NDArray[np.float64]:
        """Score images (N,): the distance of the oddest place."""
        return np.array(list(each(images, self._score)), np.float64)

    @property
    def nbytes(self) -> int:
        """Bytes of what was learnt."""
        return sum(array.nbytes for array in (*self._means, *self._whitening))

    def _score(self, pixels: NDArray[np.uint8]) -> float:
        kind = int(self.kinds_.assign(describe(pixels)[None])[0])
        odd = (cell_energies(pixels) - self._means[kind]) @ self._whitening[kind].T
        return float((odd**2).mean(1).max() ** 0.5)


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

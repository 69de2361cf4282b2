"""The kinds of texture that were found, and to which of them an image belongs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

UNFAMILIAR = 3.0
"""An image at a greater :meth:`Kinds.distance` is likely of a kind that was never seen."""


@dataclass(frozen=True)
class Kinds:
    """K kinds of texture, told apart by a linear discriminant. :func:`gyeol.kinds.fit_kinds` makes it.

    Parameters
    ----------
    mean, scale : ndarray of float32, shape (D,)
        Standardise a descriptor: ``(x - mean) / scale``.
    whitening : ndarray of float32, shape (C, D)
        Projects a standardised descriptor to where each kind is about round and of unit deviation.
    white_centres : ndarray of float32, shape (K, C)
        The mean of each kind there. An image belongs to the nearest.
    centres, spreads : ndarray of float32, shape (K, D)
        Median and robust deviation (over 0) of each kind's standardised descriptors.
    sizes : ndarray of int64, shape (K,)
        How many of the descriptors that were fitted on belong to each kind; never rising.
    """

    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    whitening: NDArray[np.float32]
    white_centres: NDArray[np.float32]
    centres: NDArray[np.float32]
    spreads: NDArray[np.float32]
    sizes: NDArray[np.int64]

    @property
    def count(self) -> int:
        """The number of kinds, at least 1."""
        return len(self.sizes)

    def assign(self, descriptors: NDArray[np.floating[Any]]) -> NDArray[np.int64]:
        """Name the kind of each image.

        Parameters
        ----------
        descriptors : ndarray of float, shape (N, D)
            Rows from :func:`gyeol.kinds.describe`.

        Returns
        -------
        ndarray of int64, shape (N,)
            0 to K - 1; kind 0 is the most frequent one.

        Raises
        ------
        ValueError
            If the shape does not fit.
        """
        white = self.project(descriptors)
        # The square of the distance, less the part that is the same for all kinds.
        squares = (self.white_centres**2).sum(axis=1) - 2 * white @ self.white_centres.T
        return np.asarray(squares.argmin(axis=1), dtype=np.int64)

    def project(self, descriptors: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
        """Bring descriptors, shape (N, D), to where each kind is about round and of unit deviation: (N, C).

        Raises
        ------
        ValueError
            If the shape does not fit.
        """
        return np.asarray(self._standardise(descriptors) @ self.whitening.T, np.float32)

    def distance(self, descriptors: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Say how far each image is from the centre of its own kind, in units of that kind's spread.

        Parameters
        ----------
        descriptors : ndarray of float, shape (N, D)
            Rows from :func:`gyeol.kinds.describe`.

        Returns
        -------
        ndarray of float64, shape (N,)
            Root mean square over the D numbers of the deviation from the kind's median, each in units of the
            kind's own deviation in it. About 1 for an image of the kind, and rarely above :data:`UNFAMILIAR`.

        Raises
        ------
        ValueError
            If the shape does not fit.
        """
        standard = self._standardise(descriptors)
        labels = self.assign(descriptors)
        result = np.empty(len(standard), np.float64)
        for kind in range(self.count):
            own = labels == kind
            units = (standard[own] - self.centres[kind]) / self.spreads[kind]
            result[own] = np.sqrt((units.astype(np.float64) ** 2).mean(axis=1))
        return result

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Give the arrays by name, for storage; :meth:`from_arrays` takes them back unchanged."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Kinds:
        """Make it from what :meth:`to_arrays` gave; other entries are left alone.

        Raises
        ------
        ValueError
            If an array is missing, or the shapes do not belong together.
        """
        missing = [field.name for field in fields(cls) if field.name not in arrays]
        if missing:
            raise ValueError(f"the kinds lack {', '.join(missing)}")
        kinds = cls(**{field.name: np.asarray(arrays[field.name]) for field in fields(cls)})
        kinds._check()
        return kinds

    def _standardise(self, descriptors: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
        if descriptors.ndim != 2 or descriptors.shape[1] != len(self.mean):
            raise ValueError(
                f"descriptors of shape (N, {len(self.mean)}) are needed, not {descriptors.shape}"
            )
        return ((descriptors - self.mean) / self.scale).astype(np.float32)

    def _check(self) -> None:
        if self.whitening.ndim != 2:
            raise ValueError(f"the kinds' whitening has shape {self.whitening.shape}, not (C, D)")
        kinds, (components, length) = len(self.sizes), self.whitening.shape
        expected = {
            "mean": (length,),
            "scale": (length,),
            "white_centres": (kinds, components),
            "centres": (kinds, length),
            "spreads": (kinds, length),
            "sizes": (kinds,),
        }
        for name, shape in expected.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"the kinds' {name} have shape {getattr(self, name).shape}, not {shape}")
        if not kinds:
            raise ValueError("the kinds are none")

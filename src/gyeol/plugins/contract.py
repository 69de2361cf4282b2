"""What a detector has to do so that gyeol can train, compare, keep, serve and report it. See docs/plugins.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from gyeol.data.dataset import Dataset


class Scored(NamedTuple):
    """What a detector says of one image, on any scale of its own.

    Parameters
    ----------
    score : float
        Finite; higher is more defective.
    heat : (h, w) float array or None
        The same for places, on the same scale, in any resolution: it is stretched over the image. None if the detector
        sees the image only as a whole.
    """

    score: float
    heat: NDArray[np.floating[Any]] | None = None


@dataclass(frozen=True)
class HeldOut:
    """Scores of training images, each by a model that had not learnt from it nor from a copy of it.

    From these, gyeol chooses the threshold and estimates how good the detector is, so they have to be honest:
    :mod:`gyeol.plugins.split` makes splits, in which no defect leaks.

    Parameters
    ----------
    normals, defects : (N,), (M,) float
        At least one of each.
    threshold : float or None
        For a detector that has a threshold of its own, such as a probability of one half. None: the one with the
        highest Macro F1 to be expected of these scores.
    """

    normals: NDArray[np.float64]
    defects: NDArray[np.float64]
    threshold: float | None = None


class DetectorPlugin(Protocol):
    """A detector. Its class is what an entry point of the group ``gyeol.detectors`` names.

    Parameters
    ----------
    seed : int
        From 0; decides everything random.
    minutes : float
        Training time to keep to, by detectors that can be told.
    """

    title: str
    """Its name for people, in tables and charts."""
    external_data: bool
    """Whether it brings something that was learnt from images outside the user's folder, such as ImageNet weights."""

    def __init__(self, *, seed: int, minutes: float) -> None: ...

    def fit(self, dataset: Dataset, *, say: Callable[[str], None]) -> HeldOut:
        """Learn from the training images; `say` tells the user in a line what is going on.

        Raises
        ------
        DataError
            If the images cannot be learnt from.
        """
        ...

    def score(self, pixels: NDArray[np.uint8]) -> Scored:
        """Score one grey image (H, W). After :meth:`fit`; several threads may call it at once."""
        ...

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Give all that was learnt, as arrays by name. gyeol writes them to a file from which no code can run."""
        ...

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Make a detector that scores as the one did which gave these arrays."""
        ...

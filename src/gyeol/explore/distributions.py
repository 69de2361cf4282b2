"""How brightness, contrast and marked share are distributed, as counts that a chart can be drawn from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from gyeol.explore.facts import Distribution
from gyeol.explore.measure import Measured
from gyeol.explore.scan import Scan

BINS = 32


def distributions_of(
    found: Scan, readable: Mapping[Path, Measured], shares: Sequence[float]
) -> tuple[Distribution, ...]:
    """Count images by brightness and by contrast, and defects by the share that their mask marks.

    Parameters
    ----------
    found : Scan
    readable : mapping of Path to Measured
        The images that could be read.
    shares : sequence of float
        The marked shares, 0 to 1.

    Returns
    -------
    tuple of Distribution
        Without those that there is nothing to count for.
    """
    return tuple(_each(found, readable, shares))


def _each(found: Scan, readable: Mapping[Path, Measured], shares: Sequence[float]) -> Iterator[Distribution]:
    parts = {"normal": found.normals, "defect": found.defects, "test": found.test}
    for statistic in ("brightness", "contrast"):
        values = {
            part: [float(getattr(readable[path], statistic)) for path in paths if path in readable]
            for part, paths in parts.items()
        }
        yield _count(statistic, {part: own for part, own in values.items() if own})
    if shares:
        yield _count("coverage", {"defect": list(shares)})


def _count(statistic: str, values: Mapping[str, Sequence[float]]) -> Distribution:
    everything = np.concatenate([np.asarray(own) for own in values.values()])
    low, high = float(everything.min()), float(everything.max())
    if high - low < 1e-6:  # one value only: a bin around it
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, BINS + 1)
    counts = {part: tuple(int(n) for n in np.histogram(own, edges)[0]) for part, own in values.items()}
    return Distribution(statistic, tuple(round(float(edge), 6) for edge in edges), counts)

"""Choose the score above which an image is called defective, and say what to expect of it.

Both ends are extrapolated: thirty defects and some hundred normals that the network did not learn from say little
about one image in ten thousand. The normals' tail is taken as a generalised Pareto distribution beyond its 90 %
quantile (the peaks-over-threshold method, Pickands 1975), the defects' scores as a mixture around the ones seen
(Silverman 1986) of Student's t-distributions, on the scale of their inverse hyperbolic sine. That is the scores' own
scale among the normals, around 0, and logarithmic far above: scores of defects differ in proportion, 12 from 15 as much
as 40 from 50, and the spread of the highest must not blur the lowest, next to which the threshold lies. Both tails are
heavy on purpose: where defects and normals are far apart the threshold lies where neither was seen, and there light
tails would be surer of either than anyone can be. The threshold is the one with the highest Macro F1 to be expected.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

TAIL = 0.9
"""Quantile of the normals beyond which the tail is extrapolated."""
SHAPE = 0.1
"""Shape of the normals' tail; 0 would be exponential."""
FREEDOM = 3.0
"""Degrees of freedom of the defects' mixture; infinitely many would be Gaussian."""
UNKNOWN = np.linspace(0.01, 0.5, 50)
"""Shares of defective images that are thought equally likely where nobody knows: up to half of them.

Where defects and normals are told apart well, all of these want nearly the same threshold. Where they are not, the
best one for few defects calls next to nothing defective, which is a poor answer if there are many; the mean over
the shares is cautious on both sides.
"""


@dataclass(frozen=True)
class Choice:
    """A threshold and why.

    Parameters
    ----------
    threshold : float
        On the calibrated scale.
    macro_f1 : float
        Expected at the threshold.
    interval : tuple of float
        95 % interval of it; see :func:`expect`.
    missed, alarms : float
        Expected share of defects below, and of normals above the threshold.
    prevalence : float
        Share of defective images that `macro_f1` is for: the one given, else the mean of :data:`UNKNOWN`.
    """

    threshold: float
    macro_f1: float
    interval: tuple[float, float]
    missed: float
    alarms: float
    prevalence: float


def expected_macro_f1(
    missed: NDArray[np.float64], alarms: NDArray[np.float64], prevalence: float
) -> NDArray[np.float64]:
    """Macro F1 of a large test with the given shares of missed defects and of false alarms among normals."""
    fn, fp = prevalence * missed, (1 - prevalence) * alarms
    tp, tn = prevalence - fn, (1 - prevalence) - fp
    return np.asarray(tp / (2 * tp + fp + fn) + tn / (2 * tn + fp + fn), np.float64)


def share_above(normals: NDArray[np.float64], threshold: NDArray[np.float64]) -> NDArray[np.float64]:
    """Estimate the share of normals (N,) that score above each threshold (T,)."""
    ordered = np.sort(normals)
    start = float(np.quantile(ordered, TAIL))
    excess = ordered[ordered > start] - start
    scale = max(float(excess.mean()) * (1 - SHAPE) if len(excess) else 0.0, 1e-3)
    seen = 1 - np.searchsorted(ordered, threshold, side="right") / len(ordered)
    tail = (1 - TAIL) * (1 + SHAPE * np.maximum(threshold - start, 0) / scale) ** (-1 / SHAPE)
    # Of few or equal scores less than a tenth may lie above the start; the share must not rise at the tail.
    return np.where(threshold > start, tail, np.maximum(seen, 1 - TAIL))


def share_below(defects: NDArray[np.float64], threshold: NDArray[np.float64]) -> NDArray[np.float64]:
    """Estimate the share of defects (M,) that score below each threshold (T,)."""
    return np.asarray(shares_below(defects, threshold).mean(1), np.float64)


def shares_below(defects: NDArray[np.float64], threshold: NDArray[np.float64]) -> NDArray[np.float64]:
    """Tell for each defect (M,) what share of those like it scores below each threshold (T,): (T, M)."""
    defects, threshold = np.arcsinh(defects), np.arcsinh(threshold)
    quartiles = np.quantile(defects, (0.25, 0.75))
    spread = min(float(defects.std()), float(quartiles[1] - quartiles[0]) / 1.34) or float(defects.std())
    width = max(0.9 * spread * len(defects) ** -0.2, 1e-3)
    return np.asarray(stdtr(FREEDOM, (threshold[:, None] - defects) / width), np.float64)


def best_of(missed: NDArray[np.float64], alarms: NDArray[np.float64], prevalence: float | None = None) -> int:
    """Give the place of the threshold with the highest expected Macro F1, from the shares (T,) of each."""
    likely = UNKNOWN if prevalence is None else [prevalence]
    return int(np.mean([expected_macro_f1(missed, alarms, share) for share in likely], 0).argmax())


def choose_threshold(
    normals: NDArray[np.float64],
    defects: NDArray[np.float64],
    prevalence: float | None = None,
    rounds: int = 4000,
    seed: int = 0,
) -> Choice:
    """Choose the threshold with the highest expected Macro F1.

    Parameters
    ----------
    normals, defects : (N,), (M,) float
        Calibrated scores of images that the network scoring them was not trained on.
    prevalence : float or None
        Share of defective images to expect, in (0, 1). None: not known; the threshold is the best on average over
        :data:`UNKNOWN`.
    rounds : int
        Draws for the interval.
    """
    normals, defects = np.asarray(normals, np.float64), np.asarray(defects, np.float64)
    low, seen = float(np.quantile(normals, 0.5)), np.unique(np.concatenate([normals, defects]))
    even = np.linspace(low, float(seen[-1]) + 1.0, 2000)
    between = (seen[1:] + seen[:-1]) / 2  # one extreme score must not make the grid too coarse for the rest
    grid = np.unique(np.concatenate([even, between[between > low]]))
    missed, alarms = share_below(defects, grid), share_above(normals, grid)
    threshold = float(grid[best_of(missed, alarms, prevalence)])
    usual = float(UNKNOWN.mean()) if prevalence is None else prevalence
    return expect(normals, defects, threshold, usual, rounds, seed)


def expect(
    normals: NDArray[np.float64],
    defects: NDArray[np.float64],
    threshold: float,
    prevalence: float,
    rounds: int = 4000,
    seed: int = 0,
) -> Choice:
    """Say what to expect of a threshold, whoever chose it; the parameters are those of :func:`choose_threshold`.

    The interval is that of shares which were counted: `missed` of so many defects, `alarms` among so many normals, each
    drawn from its posterior with Jeffreys' prior (Brown, Cai and DasGupta, 2001). So thirty defects that all lie far
    above the threshold still leave it open whether one in fifty does not. The scores' spread says less: where the test
    differed from it, a bootstrap's interval held the truth too rarely.
    """
    normals, defects = np.asarray(normals, np.float64), np.asarray(defects, np.float64)
    at = np.array([threshold])
    missed, alarms = share_below(defects, at), share_above(normals, at)
    rng = np.random.default_rng(seed)
    drawn = (_counted(rng, missed, len(defects), rounds), _counted(rng, alarms, len(normals), rounds))
    low, high = np.quantile(expected_macro_f1(*drawn, prevalence), (0.025, 0.975))
    middle = float(expected_macro_f1(missed, alarms, prevalence)[0])
    # A share of 0 lies outside of the middle 95 % of its posterior.
    low, high = min(low, middle), max(high, middle)
    return Choice(
        threshold=threshold,
        macro_f1=middle,
        interval=(float(low), float(high)),
        missed=float(missed[0]),
        alarms=float(alarms[0]),
        prevalence=prevalence,
    )


def _counted(
    rng: np.random.Generator, share: NDArray[np.float64], count: int, draws: int
) -> NDArray[np.float64]:
    """Draw what a share may be that was counted on `count` images."""
    return rng.beta(count * share + 0.5, count * (1 - share) + 0.5, draws)

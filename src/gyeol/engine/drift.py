"""Whether incoming images are still like those that a detector was trained on.

A detector goes on answering when a lamp has aged, a lens was changed or a new product arrives, and its answers then
mean less. Each image says little; a batch of them says enough. Two kinds of tests are made, both at a level of
1 in 1,000, and a difference must also be large enough to matter:

- the distribution of brightness and of contrast, each relative to the image's own kind, against training's
  (Kolmogorov and Smirnov's two-sample test, in Stephens' form of 1970);
- how many images are unlike every kind, or lie far outside of training's brightness or contrast, against how many of
  the training images did (binomial).

Where pictures of a kind have a background in common (:mod:`gyeol.detect.background`), the middle image must show it, or
the distribution of how much of it they show must be as in training, by the first test.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gyeol.detect.reference import Reference, light_of
from gyeol.detect.verdict import Verdict

LEVEL = 0.001
"""Chance that a test warns of images which have not changed."""
MATTERS = 0.25
"""Largest gap between the two cumulative distributions that is let pass, however many images show it."""
ENLARGED = 1.25
"""Scales by which images may differ from all of training without a word."""
FEWEST = 20
"""Training images from which on it can be said what is usual of light and texture, and images to judge of the
background."""
STILL = 0.8
"""Share of what pictures of a kind have in common that the middle one of some images shows, where nothing was moved;
less is let pass where the kind's pictures in training showed more and less of it, too."""
WIDER = 0.5
"""How far beyond training's range, in widths of it, an image is outside of it."""


@dataclass(frozen=True)
class Look:
    """What an image is like as a picture.

    Parameters
    ----------
    height, width : int
        In pixels.
    mean, deviation : float
        Of the grey values.
    """

    height: int
    width: int
    mean: float
    deviation: float


def look_at(pixels: NDArray[np.uint8]) -> Look:
    """Measure an image (H, W)."""
    grey = pixels.astype(np.float32).ravel()
    mean = float(grey.mean())
    grey -= np.float32(mean)
    return Look(pixels.shape[0], pixels.shape[1], mean, math.sqrt(float(grey @ grey) / grey.size))


class Drift:
    """Gathers what images are like, and says how they differ from training.

    Parameters
    ----------
    reference : Reference
        Of the detector.
    """

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self._light: list[tuple[float, float]] = []
        self._kinds: list[int] = []
        self._unfamiliar: list[bool] = []
        self._shown: list[float] = []
        self._sizes: dict[tuple[int, int], int] = {}

    def add(self, look: Look, verdict: Verdict) -> None:
        """Take an image."""
        self._light.append(light_of(look.mean, look.deviation))
        self._kinds.append(verdict.kind)
        self._unfamiliar.append(verdict.unfamiliar)
        self._shown.append(verdict.background)
        size = look.height, look.width
        self._sizes[size] = self._sizes.get(size, 0) + 1

    def warnings(self) -> list[str]:
        """Say in sentences how the images differ from training; none where they do not, or are too few to tell."""
        if not self._light:
            return []
        enough = self.reference.counts[0] >= FEWEST
        return [
            *(self._of_kind() if enough else []),
            *(self._of_light() if enough else []),
            *self._of_background(),
            *self._of_size(),
        ]

    def _of_kind(self) -> list[str]:
        strange, count = sum(self._unfamiliar), len(self._unfamiliar)
        if not self._too_many(strange, count, int(self.reference.counts[1])):
            return []
        return [
            f"{strange:,} of {count:,} images ({strange / count:.0%}) are unlike every kind of texture in training "
            f"({self.reference.counts[1] / self.reference.counts[0]:.1%} there); scores of a new kind mean nothing: "
            "train with good images of it"
        ]

    def _of_light(self) -> list[str]:
        familiar = ~np.array(self._unfamiliar)  # of a new kind, nobody knows how bright it is
        if not familiar.any():
            return []
        light, kind = np.array(self._light)[familiar], np.array(self._kinds)[familiar]
        units = self.reference.standardise(light, kind)
        shift = np.median(light - self.reference.centre[kind], axis=0)
        lines = []
        for column, (less, more, amount) in enumerate(
            (
                ("darker", "brighter", f"{abs(shift[0]):.0f} grey values"),
                ("flatter", "richer in contrast", f"{abs(math.expm1(shift[1])):.0%}"),
            )
        ):
            word = less if shift[column] < 0 else more
            quantiles = self.reference.quantiles[column]
            outside = self._outside(units[:, column], quantiles)
            if self._shifted(_ranks(units[:, column], quantiles)):
                lines.append(
                    f"the images are {word} than in training, by {amount} in the middle, each compared with its kind: "
                    "check lamp, exposure and lens, or train anew"
                )
            elif self._too_many(outside, len(units), 0):
                lines.append(
                    f"{outside:,} of {len(units):,} images lie far outside of training's "
                    f"{'contrast' if column else 'brightness'}; look at them"
                )
        return lines

    def _of_background(self) -> list[str]:
        shown = np.array(self._shown)
        having = ~np.isnan(shown)
        shown, kind = shown[having], np.array(self._kinds)[having]
        if len(shown) < FEWEST or (middle := float(np.median(shown))) >= STILL:
            return []
        usual = self.reference.shown
        parts = [_ranks(shown[kind == number], usual[number]) for number in np.unique(kind)]
        if not self._shifted(np.concatenate(parts)):
            return []
        return [
            f"the background that pictures of a kind had in common in training is not where it was: of {len(shown):,} "
            f"images the middle one shows {middle:.0%} of it; put camera, lamp and parts back, or train anew"
        ]

    def _of_size(self) -> list[str]:
        low, high = self.reference.sides[0] / ENLARGED, self.reference.sides[1] * ENLARGED
        odd = {size: n for size, n in self._sizes.items() if not low <= min(size) <= high}
        if not odd:
            return []
        height, width = max(odd, key=lambda size: odd[size])
        least, most = self.reference.sides
        usual = f"{least}" if least == most else f"{least} to {most}"
        return [
            f"{sum(odd.values()):,} of {len(self._light):,} images have another size than in training (most often "
            f"{width}x{height}; there, the short side has {usual} pixels); scores hold only at the scale that was "
            "trained on"
        ]

    def _too_many(self, found: int, count: int, usual: int) -> bool:
        """Tell whether `found` of `count` images is more than chance, where `usual` of the training images were so."""
        share = (usual + 1) / (int(self.reference.counts[0]) + 2)
        return found > 0 and _at_least(found, count, share) < LEVEL

    def _outside(self, units: NDArray[np.float64], quantiles: NDArray[np.float64]) -> int:
        beyond = WIDER * (quantiles[-1] - quantiles[0])
        return int(((units < quantiles[0] - beyond) | (units > quantiles[-1] + beyond)).sum())

    def _shifted(self, ranks: NDArray[np.float64]) -> bool:
        """Tell whether what has these ranks (N,) is distributed otherwise than in training, where all are as likely."""
        count, trained = len(ranks), int(self.reference.counts[0])
        rank = np.sort(ranks)
        place = np.arange(count + 1) / count
        gap = max(float((place[1:] - rank).max()), float((rank - place[:-1]).max()))
        root = math.sqrt(count * trained / (count + trained))
        chance = 2 * math.exp(-2 * ((root + 0.12 + 0.11 / root) * gap) ** 2)
        return gap >= MATTERS and chance < LEVEL


def _ranks(values: NDArray[np.float64], quantiles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Say which share of training, given by its evenly spaced quantiles (Q,), lies below each value (N,)."""
    return np.asarray(np.interp(values, quantiles, np.linspace(0, 1, len(quantiles))))


def _at_least(found: int, count: int, share: float) -> float:
    """Give the chance of `found` or more successes among `count` of the given `share` each."""
    fewer = [
        math.lgamma(count + 1)
        - math.lgamma(k + 1)
        - math.lgamma(count - k + 1)
        + k * math.log(share)
        + (count - k) * math.log1p(-share)
        for k in range(found)
    ]
    return max(0.0, 1 - sum(map(math.exp, fewer)))

"""Generator of a synthetic texture-inspection benchmark.

Ten kinds of grey 512x512 texture, each from its own mathematical process, each with one own
kind of defect (a local change of that process).

Notes
-----
``gabor``     sparse Gabor convolution noise; defect: the local orientation turns.
``turing``    reaction-diffusion labyrinth; defect: a local bias breaks the stripes into spots.
``leaves``    dead leaves (occluding discs); defect: a patch of much smaller leaves.
``ising``     Ising spin domains; defect: a locally raised temperature frays the domains.
``quasi``     quasi-crystal, a sum of plane waves; defect: a local swirl with a pinch.
``flow``      line integral convolution of a smooth flow; defect: the streaks shrink to grains.
``cells``     Voronoi tessellation with tilted facets; defect: walls missing, some cells merge.
``halftone``  dot screen over a cloudy tone; defect: the lattice loses its regularity.
``hairs``     random-walk hairs; defect: a local tangle (raised density).
``ridges``    ridged multi-scale relief lit from the side; defect: a shallow curved groove.

A seed fixes the parameters of the kinds. Each image has its own random generator, seeded by
(seed, split, index), so that the files do not depend on the number of processes. A normal image
runs through the same operations as a defective one, with the defect's weight at zero.
"""

from __future__ import annotations

import argparse
import functools
import math
import multiprocessing
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import scipy.fft
from folder import TRAIN_DEFECTS_PER_KIND, table
from numpy.typing import NDArray

SIZE = 512
TRAIN_NORMAL, TRAIN_DEFECT, TEST, STYLE, ORDER = range(5)
YY, XX = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)

Field = NDArray[Any]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Style:
    """Parameters of a kind, the same for all images of one benchmark."""

    scale: float
    angle: float
    flavour: float
    sign: int
    grey: float
    contrast: float
    noise: float


@dataclass(frozen=True)
class Blob:
    """Place, extent and strength (0 to 1) of a defect; `live` is 0 in a normal image."""

    x: float
    y: float
    long: float
    short: float
    angle: float
    strength: float
    live: int

    def local(self, x: Field, y: Field) -> tuple[Field, Field]:
        """Coordinates along and across the ellipse, in units of its semi-axes."""
        c, s = math.cos(self.angle), math.sin(self.angle)
        dx, dy = x - self.x, y - self.y
        return (c * dx + s * dy) / self.long, (c * dy - s * dx) / self.short

    def radius(self, x: Field, y: Field) -> Field:
        """Elliptic distance from the centre, 1 on the rim."""
        return np.hypot(*self.local(x, y))

    def weight(self, soft: float) -> Field:
        """1 inside, 0 outside, a smooth step of relative width `soft` on the rim."""
        t = np.clip((1 + soft / 2 - self.radius(XX, YY)) / soft, 0, 1)
        return self.live * t * t * (3 - 2 * t)

    @property
    def area(self) -> float:
        """Area of the ellipse in pixels."""
        return math.pi * self.long * self.short

    def scatter(self, rng: np.random.Generator, count: int) -> NDArray[np.float64]:
        """Uniform random points (x, y) in the ellipse."""
        rho, phi = np.sqrt(rng.random(count)), rng.uniform(0, 2 * math.pi, count)
        along, across = self.long * rho * np.cos(phi), self.short * rho * np.sin(phi)
        c, s = math.cos(self.angle), math.sin(self.angle)
        return np.column_stack([self.x + c * along - s * across, self.y + s * along + c * across])

    def between(self, low: float, high: float) -> float:
        """The strength mapped onto a range."""
        return low + (high - low) * self.strength


Maker = Callable[[np.random.Generator, Style, Blob], tuple[Field, Mask]]


def clouds(rng: np.random.Generator, cells: float) -> Field:
    """Smooth random field of about unit variance with `cells` cells across the image."""
    count = math.ceil(cells) + 4
    step = SIZE / cells
    grid = rng.standard_normal((count, count), dtype=np.float32) * 1.5
    shift = rng.uniform(1, 2, 2)
    move = np.array([[1 / step, 0, shift[0]], [0, 1 / step, shift[1]]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(grid, move, (SIZE, SIZE), flags=flags, borderMode=cv2.BORDER_REFLECT)


def blur(field: Field, sigma: float) -> Field:
    """Gaussian blur."""
    return cv2.GaussianBlur(field, (0, 0), sigma)


def halve(field: Field) -> Field:
    """Mean over blocks of 2x2 pixels."""
    return cv2.resize(field, (SIZE // 2, SIZE // 2), interpolation=cv2.INTER_AREA)


def gabor(rng: np.random.Generator, style: Style, blob: Blob) -> tuple[Field, Mask]:
    """Sparse impulses convolved with a Gabor kernel, of another direction inside the blob."""
    impulses = rng.standard_normal((SIZE, SIZE), dtype=np.float32)
    impulses[rng.random((SIZE, SIZE), dtype=np.float32) > 0.05] = 0
    spectrum = scipy.fft.rfft2(impulses)
    fy = np.fft.fftfreq(SIZE).astype(np.float32)[:, None]
    fx = np.fft.rfftfreq(SIZE).astype(np.float32)[None]
    freq = rng.normal(1, 0.03) / (13 * style.scale)
    width = freq * (0.2 + 0.08 * style.flavour)
    angle = style.angle + rng.normal(0, 0.06)
    turn = style.sign * math.radians(blob.between(42, 75))
    fields = []
    for a in (angle, angle + turn):
        ex, ey = freq * math.cos(a), freq * math.sin(a)
        lobes = np.exp(-((fx - ex) ** 2 + (fy - ey) ** 2) / (2 * width**2))
        lobes += np.exp(-((fx + ex) ** 2 + (fy + ey) ** 2) / (2 * width**2))
        fields.append(scipy.fft.irfft2(spectrum * lobes, s=(SIZE, SIZE)))
    weight = blob.weight(0.5)
    return np.sqrt(1 - weight) * fields[0] + np.sqrt(weight) * fields[1], weight > 0.4


def turing(rng: np.random.Generator, style: Style, blob: Blob) -> tuple[Field, Mask]:
    """Activator-inhibitor steps (ring filter, saturation); a bias makes spots of the stripes."""
    half = SIZE // 2
    fy, fx = np.fft.fftfreq(half)[:, None], np.fft.rfftfreq(half)[None]
    freq = rng.normal(1, 0.025) / (7.5 * style.scale)
    ring = np.exp(-(((np.hypot(fx, fy) - freq) / (0.22 * freq)) ** 2) / 2).astype(np.float32)
    weight = blob.weight(0.4)
    bias = style.sign * blob.between(0.78, 1.0) * halve(weight)
    state = rng.standard_normal((half, half), dtype=np.float32)
    for _ in range(12):
        state = scipy.fft.irfft2(scipy.fft.rfft2(state) * ring, s=(half, half))
        state /= state.std()
        inner = state
        state = np.tanh(1.2 * state + bias)
    field = cv2.resize(inner, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)
    return np.tanh((1.2 + style.flavour) * field), weight > 0.4


def leaves(rng: np.random.Generator, style: Style, blob: Blob) -> tuple[Field, Mask]:
    """Discs of random size and grey falling on each other; a patch of small ones at the end."""
    low, high = 8 * style.scale, 34 * style.scale
    count = int(2600 / style.scale**2)
    power = 1.6 + 0.6 * style.flavour
    u = rng.random(count)
    radii = (low**-power + u * (high**-power - low**-power)) ** (-1 / power)
    centres = rng.uniform(-30, SIZE + 30, (count, 2))
    small = low * blob.between(0.66, 0.45)
    extra = blob.live * int(2.2 * blob.area / small**2)
    centres = np.rint(np.concatenate([centres, blob.scatter(rng, extra)])).astype(int).tolist()
    radii = np.rint(np.concatenate([radii, small * rng.uniform(0.8, 1.25, extra)])).astype(int).tolist()
    greys = (rng.beta(1.3, 1.3, count + extra) * 200 + 28).tolist()
    canvas = np.full((SIZE, SIZE), 128, np.float32)
    mask = np.zeros((SIZE, SIZE), np.uint8)
    for number, (centre, radius, grey) in enumerate(zip(centres, radii, greys, strict=True)):
        cv2.circle(canvas, centre, radius, grey, -1)
        if number >= count:
            cv2.circle(mask, centre, radius, 1, -1)
    return blur(canvas, 0.9), mask > 0


def ising(rng: np.random.Generator, style: Style, blob: Blob) -> tuple[Field, Mask]:
    """Heat-bath sweeps of an Ising lattice started from smooth domains, hotter inside the blob."""
    half = SIZE // 2
    weight = blob.weight(0.3)
    cold = 0.56 + 0.06 * style.flavour
    beta = cold - (cold - blob.between(0.35, 0.26)) * halve(weight)
    start = blur(rng.standard_normal((half, half), dtype=np.float32), 3.2 * style.scale * rng.normal(1, 0.04))
    spins = np.where(start > 0, 1, -1).astype(np.float32)
    kernel = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.float32)
    even = (np.add.outer(np.arange(half), np.arange(half)) % 2).astype(bool)
    for sweep in range(16):
        pull = cv2.filter2D(spins, -1, kernel, borderType=cv2.BORDER_REFLECT)
        up = rng.random((half, half), dtype=np.float32) * (1 + np.exp(-2 * beta * pull)) < 1
        spins = np.where(even == bool(sweep % 2), 2 * up - np.float32(1), spins)
    field = cv2.resize(spins, (SIZE, SIZE), interpolation=cv2.INTER_LINEAR)
    return blur(field, 1.0) + 0.15 * clouds(rng, 40), weight > 0.5


def quasi(rng: np.random.Generator, style: Style, blob: Blob) -> tuple[Field, Mask]:
    """Sum of plane waves in evenly spread directions, swirled and pinched inside the blob."""
    dx, dy = XX - blob.x, YY - blob.y
    bump = blob.live * np.clip(1 - blob.radius(XX, YY) ** 2, 0, 1) ** 1.5
    swirl = style.sign * blob.between(0.45, 0.78) * bump
    pinch = 1 + blob.between(0.15, 0.35) * (0.5 + style.flavour) * bump
    c, s = np.cos(swirl) * pinch, np.sin(swirl) * pinch
    x, y = blob.x + c * dx - s * dy, blob.y + s * dx + c * dy
    x, y = x + 2.5 * clouds(rng, 3), y + 2.5 * clouds(rng, 3)
    waves = 5 if style.flavour < 0.6 else 4
    number = 2 * math.pi / (15 * style.scale * rng.normal(1, 0.03))
    angle = style.angle + rng.normal(0, 0.1)
    total = np.zeros((SIZE, SIZE), np.float32)
    for wave in range(waves):
        a = angle + math.pi * wave / waves
        total += np.cos(number * (math.cos(a) * x + math.sin(a) * y) + rng.uniform(0, 2 * math.pi))
    return np.tanh(0.8 * total), bump > 0.12


def flow(rng: np.random.Generator, style: Style, blob: Blob) -> tuple[Field, Mask]:
    """Noise averaged along the lines of a smooth flow, the speed of which falls in the blob."""
    weight = blob.weight(0.4)
    pad = 40
    angle = style.angle + rng.normal(0, 0.15) + (0.3 + 0.3 * style.flavour) * clouds(rng, 2.5)
    speed = 2.2 * style.scale * (1 - blob.between(0.8, 0.97) * weight)
    edges = (pad, pad, pad, pad, cv2.BORDER_REPLICATE)
    side = np.arange(SIZE + 2 * pad, dtype=np.float32)
    mx = side + cv2.copyMakeBorder(speed * np.cos(angle), *edges)
    my = side[:, None] + cv2.copyMakeBorder(speed * np.sin(angle), *edges)
    field = blur(rng.standard_normal(mx.shape, dtype=np.float32), 1.1)
    for doubling in range(4):
        field = field + cv2.remap(field, mx, my, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        if doubling < 3:
            mx, my = (
                cv2.remap(m, mx, my, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) for m in (mx, my)
            )
    power = cv2.boxFilter(field * field, -1, (25, 25), borderType=cv2.BORDER_REFLECT)
    return (field / np.sqrt(power))[pad:-pad, pad:-pad], weight > 0.4


def cells(rng: np.random.Generator, style: Style, blob: Blob) -> tuple[Field, Mask]:
    """Voronoi cells of a jittered lattice, with tilted facets and dark walls; some cells merge."""
    pitch = 25 * style.scale * rng.normal(1, 0.03)
    pad = 48
    lattice = np.arange(0, SIZE + 2 * pad, pitch)
    gx, gy = np.meshgrid(lattice, lattice)
    gx[::2] += pitch / 2
    jitter = pitch * (0.3 + 0.15 * style.flavour)
    seeds = np.stack([gx, gy], -1).reshape(-1, 2) + rng.uniform(-jitter, jitter, (gx.size, 2))
    seeds += rng.uniform(0, 9, 2)
    seeds = np.unique(np.clip(np.rint(seeds), 0, SIZE + 2 * pad - 1).astype(int), axis=0)
    holes = np.ones((SIZE + 2 * pad, SIZE + 2 * pad), np.uint8)
    holes[seeds[:, 1], seeds[:, 0]] = 0
    _, labels = cv2.distanceTransformWithLabels(holes, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    seeds = seeds[np.argsort(labels[seeds[:, 1], seeds[:, 0]])].astype(np.float32) - pad
    labels = labels[pad:-pad, pad:-pad] - 1
    rank = np.argsort(blob.radius(seeds[:, 0], seeds[:, 1]))
    inside = int((blob.radius(seeds[:, 0], seeds[:, 1]) < 1).sum())
    chosen = rank[: max(4, inside)]
    merged = chosen[: blob.live * len(chosen)]
    shades = rng.uniform(-1, 1, len(seeds)).astype(np.float32)
    tilts = rng.normal(0, 0.6 / pitch, (len(seeds), 2)).astype(np.float32)
    keep = 1 - blob.between(0.75, 1.0)
    for values in (shades, tilts, seeds):
        values[merged] = keep * values[merged] + (1 - keep) * values[chosen].mean(0)
    facet = shades[labels] + tilts[labels, 0] * (XX - seeds[labels, 0])
    facet += tilts[labels, 1] * (YY - seeds[labels, 1])
    group = np.arange(len(seeds), dtype=np.int32)
    group[merged] = rank[0]
    wall = np.zeros((SIZE, SIZE), np.float32)
    for ids, share in ((labels, keep), (group[labels], 1 - keep)):
        wall[:, 1:] += share * (ids[:, 1:] != ids[:, :-1])
        wall[1:] += share * (ids[1:] != ids[:-1])
    return 0.8 * blur(facet, 0.8) - 2.6 * blur(np.minimum(wall, 1), 1.2), np.isin(labels, merged)


def halftone(rng: np.random.Generator, style: Style, blob: Blob) -> tuple[Field, Mask]:
    """Dot screen whose dots grow with a cloudy tone; the lattice is shaken inside the blob."""
    period = 11 * style.scale * rng.normal(1, 0.02)
    weight = blob.weight(0.35)
    shake = blob.between(0.13, 0.2) * period * weight
    rough = SIZE / (1.8 * period)
    x, y = (axis + 1.5 * clouds(rng, 2) + shake * clouds(rng, rough) for axis in (XX, YY))
    angle = style.angle + rng.normal(0, 0.05)
    number = 2 * math.pi / period
    skew = math.pi / 2 + (0.5 * style.flavour - 0.25)
    px, py = rng.uniform(0, 2 * math.pi, 2).tolist()
    screen = np.cos(number * (math.cos(angle) * x + math.sin(angle) * y) + px)
    screen += np.cos(number * (math.cos(angle + skew) * x + math.sin(angle + skew) * y) + py)
    tone = 0.27 * clouds(rng, 3) + 0.18 * clouds(rng, 7)
    return style.sign * np.tanh(1.8 * (screen - 0.5 + 0.8 * tone)), weight > 0.4


def hairs(rng: np.random.Generator, style: Style, blob: Blob) -> tuple[Field, Mask]:
    """Hairs, each a random walk with a persistent heading; more of them inside the blob."""
    rows = round(33 / style.scale)
    pitch, count = (SIZE + 60) / rows, rows * rows
    extra = blob.live * int(blob.between(3.3, 4.3) * blob.area / pitch**2 + 4)
    total, steps = count + extra, 12
    length = np.full(total, 4.2 * style.scale)
    length[count:] *= 0.7
    heading = rng.uniform(0, 2 * math.pi, total)[:, None]
    bend = rng.normal(0, 0.07 + 0.08 * style.flavour, (total, 1)) + rng.normal(0, 0.12, (total, steps))
    heading = heading + np.cumsum(bend, 1)
    path = np.cumsum(np.stack([np.cos(heading), np.sin(heading)], -1) * length[:, None, None], 1)
    path -= path.mean(1, keepdims=True)
    middle = np.empty((total, 2))
    lattice = np.stack(np.meshgrid(np.arange(rows), np.arange(rows)), -1).reshape(-1, 2)
    middle[:count] = (lattice + rng.random((count, 2))) * pitch - 30
    middle[count:] = blob.scatter(rng, extra)
    points = np.rint((path + middle[:, None]) * 16).astype(np.int32)
    canvas = np.full((SIZE, SIZE), 100, np.uint8)
    layers = rng.integers(0, 8, total)
    for layer, tone in enumerate((60, 175, 80, 215, 150, 190, 70, 235)):
        cv2.polylines(canvas, list(points[layers == layer]), False, tone, 1 + layer % 2, cv2.LINE_AA, 4)
    lint = np.zeros((SIZE, SIZE), np.uint8)
    cv2.polylines(lint, list(points[count:]), False, 255, 2, cv2.LINE_8, 4)
    field = blur(canvas.astype(np.float32), 0.7) + 5 * clouds(rng, 6)
    return field, blur(lint.astype(np.float32), 8) > 50


def ridges(rng: np.random.Generator, style: Style, blob: Blob) -> tuple[Field, Mask]:
    """Relief of ridged noise in octaves, lit from the side, with a groove across the light."""
    height = np.zeros((SIZE, SIZE), np.float32)
    cells_across, gain = 6 / style.scale * rng.normal(1, 0.04), 1.0
    for _ in range(6):
        height += gain * (1 - np.minimum(np.abs(clouds(rng, cells_across)), 1.5)) ** 2
        cells_across, gain = cells_across * 2, gain * (0.46 + 0.05 * style.flavour)
    light = style.angle + rng.normal(0, 0.08)
    run = light + math.pi / 2 + rng.uniform(-0.6, 0.6)
    t = np.linspace(-1, 1, 40)
    sag = rng.uniform(-0.35, 0.35) * blob.long * (1 - t * t)
    px = blob.x + blob.long * t * math.cos(run) - sag * math.sin(run)
    py = blob.y + blob.long * t * math.sin(run) + sag * math.cos(run)
    points = np.rint(np.column_stack([px, py]) * 16).astype(np.int32)
    groove = np.zeros((SIZE, SIZE), np.uint8)
    cv2.polylines(groove, [points], False, 255 * blob.live, 3, cv2.LINE_AA, 4)
    groove = blur(groove.astype(np.float32) / 255, 2.0)
    height -= blob.between(0.56, 0.78) * groove
    slope = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3) * math.cos(light)
    slope += cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=3) * math.sin(light)
    return np.tanh(1.3 * slope) + 0.12 * height, groove > 0.08


@dataclass(frozen=True)
class Kind:
    """A texture process with its usual grey, contrast and range of defect areas (fractions)."""

    make: Maker
    grey: float
    contrast: float
    area: tuple[float, float]
    aspect: tuple[float, float]


KINDS = (
    Kind(gabor, 120, 30, (0.010, 0.040), (1.0, 2.2)),
    Kind(turing, 150, 38, (0.022, 0.045), (1.0, 2.2)),
    Kind(leaves, 110, 40, (0.006, 0.030), (1.0, 2.5)),
    Kind(ising, 95, 26, (0.012, 0.040), (1.0, 2.2)),
    Kind(quasi, 135, 34, (0.015, 0.050), (1.0, 1.5)),
    Kind(flow, 140, 24, (0.008, 0.040), (1.0, 2.5)),
    Kind(cells, 165, 28, (0.009, 0.025), (1.0, 2.0)),
    Kind(halftone, 125, 45, (0.008, 0.030), (1.0, 2.5)),
    Kind(hairs, 90, 28, (0.011, 0.032), (1.0, 2.0)),
    Kind(ridges, 115, 27, (0.030, 0.060), (1.0, 1.0)),
)


@functools.lru_cache(maxsize=16)
def draw_style(seed: int, kind: int) -> Style:
    """Parameters of one kind in the benchmark of this seed."""
    rng = np.random.default_rng((seed, STYLE, kind))
    return Style(
        scale=rng.uniform(0.87, 1.15),
        angle=rng.uniform(0, 2 * math.pi),
        flavour=rng.random(),
        sign=int(rng.choice((-1, 1))),
        grey=KINDS[kind].grey + rng.uniform(-12, 12),
        contrast=KINDS[kind].contrast * rng.uniform(0.88, 1.15),
        noise=rng.uniform(1.5, 3.0),
    )


def draw_blob(rng: np.random.Generator, kind: Kind, defective: bool) -> Blob:
    """A random place and extent for a defect, well inside the image."""
    low, high = kind.area
    area = SIZE**2 * math.exp(rng.uniform(math.log(low), math.log(high)))
    aspect = rng.uniform(*kind.aspect)
    short = math.sqrt(area / math.pi / aspect)
    long = short * aspect
    x, y = rng.uniform(long + 6, SIZE - long - 6, 2).tolist()
    return Blob(x, y, long, short, rng.uniform(0, math.pi), rng.random(), int(defective))


def render(
    seed: int, split: int, index: int, kind: int, defective: bool
) -> tuple[NDArray[np.uint8], Mask, Mask]:
    """One image, its exact mask and its weak mask."""
    rng = np.random.default_rng((seed, split, index))
    style = draw_style(seed, kind)
    field, mask = KINDS[kind].make(rng, style, draw_blob(rng, KINDS[kind], defective))
    field = (field - field.mean()) / field.std()
    lx, ly = rng.normal(0, 0.05, 2).tolist()
    x, y = XX / (SIZE / 2) - 1, YY / (SIZE / 2) - 1
    light = 1 + lx * x + ly * y - rng.uniform(0, 0.06) * (x * x + y * y)
    grey = style.grey + rng.normal(0, 3) + style.contrast * rng.normal(1, 0.04) * field
    grey = grey * light + style.noise * rng.standard_normal((SIZE, SIZE), dtype=np.float32)
    image = np.clip(np.rint(grey), 0, 255).astype(np.uint8)
    return image, mask, sketch(rng, mask) if defective else mask


def sketch(rng: np.random.Generator, mask: Mask) -> Mask:
    """A filled ellipse drawn hastily around the defect."""
    points = np.argwhere(mask)[:, ::-1].astype(float)
    centre = points.mean(0)
    power, axes = np.linalg.eigh(np.cov((points - centre).T) + np.eye(2))
    reach = np.quantile(np.hypot(*(((points - centre) @ axes) / np.sqrt(power)).T), 0.98)
    radii = np.sqrt(power) * reach * rng.uniform(1.08, 1.3) * rng.uniform(0.94, 1.08, 2) + 3
    centre = centre + rng.normal(0, 0.05, 2) * radii.mean()
    angle = math.degrees(math.atan2(axes[1, 0], axes[0, 0]))
    angle += rng.normal(0, 7) * radii.min() / radii.max()
    drawn = np.zeros(mask.shape, np.uint8)
    cv2.ellipse(drawn, (tuple(centre.tolist()), tuple((2 * radii).tolist()), angle), 1, -1)
    return drawn > 0


@dataclass(frozen=True)
class Job:
    """One image to render, with where to write it and its masks (None: not wanted)."""

    seed: int
    split: int
    index: int
    kind: int
    defective: bool
    image: Path
    exact: Path | None = None
    weak: Path | None = None


def work(job: Job) -> None:
    """Render and write one image and its mask."""
    cv2.setNumThreads(1)
    image, exact, weak = render(job.seed, job.split, job.index, job.kind, job.defective)
    for path, pixels in ((job.image, image), (job.exact, exact), (job.weak, weak)):
        if path is not None:
            pixels = pixels if pixels.dtype == np.uint8 else pixels.astype(np.uint8) * 255
            if not cv2.imwrite(str(path), pixels):
                raise OSError(f"cannot write {path}")


def order(seed: int, split: int, defective: list[bool]) -> list[tuple[int, bool]]:
    """Kinds in equal shares among the defects and among the normals, in random order."""
    rng = np.random.default_rng((seed, ORDER, split))
    items = []
    for flag in (False, True):
        first = rng.permutation(len(KINDS))
        items += [(int(first[i % len(KINDS)]), flag) for i in range(defective.count(flag))]
    return [items[i] for i in rng.permutation(len(items))]


def plan(out: Path, seed: int, normals: int, test_normals: int, test_defects: int) -> list[Job]:
    """All images of the benchmark."""
    jobs = []
    train = out / "train"
    for i, (kind, flag) in enumerate(order(seed, TRAIN_NORMAL, [False] * normals), 1):
        jobs.append(Job(seed, TRAIN_NORMAL, i, kind, flag, train / "normal_images" / f"normal_{i:05d}.png"))
    total = TRAIN_DEFECTS_PER_KIND * len(KINDS)
    for i, (kind, flag) in enumerate(order(seed, TRAIN_DEFECT, [True] * total), 1):
        name = f"defect_{i:04d}.png"
        weak = train / "defect_masks" / name
        jobs.append(Job(seed, TRAIN_DEFECT, i, kind, flag, train / "defect_images" / name, weak=weak))
    flags = [False] * test_normals + [True] * test_defects
    for i, (kind, flag) in enumerate(order(seed, TEST, flags), 1):
        name = f"test_{i:05d}.png"
        exact = out / "key" / "masks" / name if flag else None
        jobs.append(Job(seed, TEST, i, kind, flag, out / "test" / "images" / name, exact=exact))
    return jobs


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description="Generate a texture-inspection benchmark.")
    parser.add_argument("out", type=Path, help="folder to make; must not exist")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--normals", type=int, default=1000)
    parser.add_argument("--test-normals", type=int, default=450)
    parser.add_argument("--test-defects", type=int, default=150)
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    out: Path = args.out
    if out.exists():
        print(f"{out} exists already", file=sys.stderr)
        return 2
    train = ("train/normal_images", "train/defect_images", "train/defect_masks")
    for part in (*train, "test/images", "key/masks"):
        (out / part).mkdir(parents=True)
    jobs = plan(out, args.seed, args.normals, args.test_normals, args.test_defects)
    with multiprocessing.Pool(args.processes) as pool:
        for _ in pool.imap_unordered(work, jobs, chunksize=8):
            pass
    tests = [job for job in jobs if job.split == TEST]
    names = {job: KINDS[job.kind].make.__name__ for job in jobs}
    sample = [[job.image.name, 0] for job in tests]
    table(out / "test" / "sample_submission.csv", ["ImageId", "answer"], sample)
    answers = [[job.image.name, int(job.defective), names[job]] for job in tests]
    table(out / "key" / "answers.csv", ["ImageId", "answer", "kind"], answers)
    kinds = [[job.image.name, names[job]] for job in jobs if job.split != TEST]
    table(out / "key" / "train_kinds.csv", ["ImageId", "kind"], kinds)
    return 0


if __name__ == "__main__":
    sys.exit(main())

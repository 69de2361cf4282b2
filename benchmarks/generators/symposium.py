"""Generate a texture-inspection benchmark that resembles the public data set DAGM 2007.

Ten classes (see `KINDS`), each with its own texture model and its own defect model, are rendered as
8-bit grey PNG images of 512 x 512 pixels.  Images of a class look alike: as in DAGM 2007, coarse
structure of some classes is common to all their images and only the fine structure is drawn anew.
The appearances aimed at, after published figures and published areas of the weak masks:

- ``clouds``: fine grey grain under faint clouds; a soft blotch, darker or lighter, with a halo.
- ``rain``: contrasty upright streaks; a thin straight dark scratch across them.
- ``hairs``: embossed paper with hairlines that leave one pole; a thin dark bow that crosses them.
- ``moire``: dark interference of fine rings; a patch in which the rings fade to an even grey.
- ``weave``: soft grain that runs both ways; a small nest of light specks.
- ``pepper``: black and white speckle; a long smear in which the white grains are sparser.
- ``flecks``: noisy grey sheet with dark upright spindles; a dull smudge with smoothed noise.
- ``bands``: wide upright bands of tone under lying fibres; a thin arc with a dark and a light edge.
- ``paper``: light embossed paper with grey spindles; a tiny crumple of light and dark wrinkles.
- ``hatch``: lying, slightly wavy streaks; a faint, thin, a little bent scratch with a light edge.

The folder OUT holds

- ``train/``: normal images, defective images and weak masks (one roughly drawn ellipse each),
- ``test/``: normal and defective images in random order and a sample submission,
- ``key/``: the answers, the exact masks of the test defects, the kinds of the training images.

Every image comes from its own generator, seeded by (seed, split, index), its defect from a child of
that generator; what a class has in common is seeded by (seed, STYLE, kind).  The files are therefore
the same whatever the number of processes.

Usage: ``python symposium.py OUT --seed 1 --normals 1000 --test-normals 450 --test-defects 150``
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import cache

import cv2
import numpy as np
from folder import STYLE, Mask, main
from numpy.random import Generator
from numpy.typing import NDArray

Array = NDArray[np.float32]
Picture = tuple[Array, Mask]
Place = tuple[float, float]

SIZE = 512
ROWS, COLUMNS = np.mgrid[:SIZE, :SIZE].astype(np.float32)
WAVES_X, WAVES_Y = (
    wave.astype(np.float32) for wave in np.meshgrid(np.fft.rfftfreq(SIZE), np.fft.fftfreq(SIZE))
)


# --- building blocks -------------------------------------------------------------------------


@cache
def spectrum(*parts: tuple[float, float, float]) -> Array:
    """Amplitudes of a sum of noises (weight, correlation length across, correlation length down)."""
    power = np.zeros_like(WAVES_X)
    for weight, across, down in parts:
        bell = np.exp(-4 * np.pi**2 * ((WAVES_X * across) ** 2 + (WAVES_Y * down) ** 2))
        bell[0, 0] = 0
        power += weight**2 * bell / bell.sum()
    return np.sqrt(power)


def noise(rng: Generator, *parts: tuple[float, float, float]) -> Array:
    """Periodic Gaussian noise of mean 0 and deviation 1 with the spectrum of `parts`."""
    return shared(rng, None, 0, *parts)


def shared(
    rng: Generator, style: Generator | None, coarse: float, *parts: tuple[float, float, float]
) -> Array:
    """The same, but mostly taken from `style` at wavelengths above `coarse` pixels."""
    waves = np.fft.rfft2(rng.standard_normal((SIZE, SIZE), dtype=np.float32))
    if style is not None:
        common = np.fft.rfft2(style.standard_normal((SIZE, SIZE), dtype=np.float32))
        slow = np.hypot(WAVES_X, WAVES_Y) < 1 / coarse
        waves[slow] = 0.9 * common[slow] + 0.44 * waves[slow]
    grain = np.fft.irfft2(waves * spectrum(*parts), (SIZE, SIZE)).astype(np.float32)
    return grain / grain.std()


def blur(image: Array, width: float) -> Array:
    """Gaussian blur."""
    return cv2.GaussianBlur(image, (0, 0), width, borderType=cv2.BORDER_REFLECT)


def emboss(height: Array) -> Array:
    """Slope of a surface towards a light from the upper left."""
    return cv2.filter2D(height, cv2.CV_32F, np.array([[2, 1, 0], [1, 0, -1], [0, -1, -2]], np.float32) / 4)


def spot(rng: Generator, margin: int = 24) -> Place:
    """A random place (x, y) at least `margin` away from the border."""
    x, y = rng.uniform(margin, SIZE - margin, 2)
    return float(x), float(y)


def oval(place: Place, long: float, wide: float, angle: float) -> Array:
    """Distance from the centre of an ellipse; 1 on its outline."""
    x, y = COLUMNS - np.float32(place[0]), ROWS - np.float32(place[1])
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    return np.hypot((cos * x + sin * y) / np.float32(long), (cos * y - sin * x) / np.float32(wide))


def bow(place: Place, length: float, angle: float, bend: float) -> NDArray[np.float64]:
    """Points of a circular arc of the given length, mean direction and total turn."""
    turns = angle + bend * np.linspace(-0.5, 0.5, 33)
    path = np.cumsum(np.stack([np.cos(turns), np.sin(turns)], 1) * length / 33, 0)
    return path - path.mean(0) + place


def beside(path: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unit steps to the side of a path."""
    along = np.gradient(path, axis=0)
    return along[:, ::-1] * (-1, 1) / np.hypot(*along.T)[:, None]


def stroke(
    paths: Iterable[NDArray[np.float64]], width: int = 1, levels: Iterable[int] | None = None
) -> Array:
    """Smooth lines (0 to 1) through points."""
    canvas = np.zeros((SIZE, SIZE), np.uint8)
    chosen = iter(levels) if levels is not None else None
    for path in paths:
        level = 255 if chosen is None else int(next(chosen))
        cv2.polylines(canvas, [np.round(path * 16).astype(np.int32)], False, level, width, cv2.LINE_AA, 4)
    return canvas.astype(np.float32) / 255


def spindles(rng: Generator, number: int, length: tuple[float, float], lean: float) -> Array:
    """Upright pointed flecks (0 to 1), thicker below, some of them in loose groups."""
    canvas = np.zeros((SIZE, SIZE), np.uint8)
    profile = np.array([0, 0.35, 0.6, 0.85, 1, 0.9, 0.3])
    along = np.linspace(-0.5, 0.5, 7)
    anchor = rng.uniform(-20, SIZE + 20, (number, 2))
    joined = np.flatnonzero(rng.random(number) < 0.3)
    joined = joined[joined > 0]
    anchor[joined] = anchor[joined - 1] + rng.normal(0, 1, (len(joined), 2)) * (6, 14)
    for centre in anchor:
        reach = np.exp(rng.uniform(np.log(length[0]), np.log(length[1])))
        thick = rng.uniform(0.5, 1.15) * reach**0.3 * (2.0 if rng.random() < 0.08 else 1.0)
        spine = centre[0] - (lean + rng.normal(0, 0.02)) * along * reach
        ragged = profile * thick * rng.uniform(0.7, 1.3, 7) / 2
        left, right = spine - ragged - 0.3, spine + ragged * rng.uniform(0.7, 1.3, 7) + 0.3
        y = centre[1] + along * reach
        outline = np.concatenate([np.stack([left, y], 1), np.stack([right, y], 1)[::-1]])
        level = int(rng.integers(185, 256))
        cv2.fillPoly(canvas, [np.round(outline * 16).astype(np.int32)], level, cv2.LINE_AA, 4)
    return canvas.astype(np.float32) / 255


def nothing() -> Mask:
    """The mask of a normal image."""
    return np.zeros((SIZE, SIZE), bool)


# --- the ten kinds ---------------------------------------------------------------------------


def clouds(rng: Generator, style: Generator, flaw: Generator | None) -> Picture:
    """Fine grain under faint clouds; defect: a soft blotch whose halo evens out its tone."""
    grey = shared(rng, style, 40, (1.0, 1.5, 1.3), (0.38, 6, 6), (0.45, 35, 35))
    mask = nothing()
    if flaw:
        wide = flaw.uniform(13, 25)
        away = oval(spot(flaw), wide * flaw.uniform(1.1, 1.8), wide, flaw.uniform(0, np.pi))
        away = away + 0.12 * noise(flaw, (1, 8, 8))
        core = np.exp(-(away**2)) - 0.25 * np.exp(-(away**2) / 4)
        grey += flaw.choice([-1, -1, 1]) * flaw.uniform(2.2, 2.9) * core
        mask = away < 1.2
    return 128 + 33 * grey, mask


def rain(rng: Generator, style: Generator, flaw: Generator | None) -> Picture:
    """Upright streaks; defect: a thin dark scratch that crosses them."""
    grain = shared(rng, style, 60, (1.0, 1.2, 9), (0.5, 2.0, 20), (0.15, 0.5, 0.5), (0.2, 60, 60))
    grey = 92 + 44 * grain + 7 * grain**2
    mask = nothing()
    if flaw:
        turn = flaw.choice([-1, 1]) * flaw.uniform(0.45, np.pi / 2)
        line = stroke([bow(spot(flaw, 40), flaw.uniform(45, 120), np.pi / 2 + turn, 0.0)], 2)
        grey += flaw.uniform(0.45, 0.75) * line * (14 - grey)
        mask = line > 0.3
    return grey, mask


def field_lines(rng: Generator, number: int) -> tuple[NDArray[np.float64], NDArray[np.float64], Place]:
    """Lines (points, steps, number) from one pole that a second, far pole bends; and the first pole."""
    pole = rng.uniform(0.3 * SIZE, 0.7 * SIZE, 2)
    way = rng.uniform(0, 2 * np.pi)
    far = pole + rng.uniform(1.3, 3) * SIZE * np.array([np.cos(way), np.sin(way)])
    start = np.sort(rng.uniform(0, 2 * np.pi, number))
    point = pole + 2 * np.stack([np.cos(start), np.sin(start)], 1)
    wobble = np.cumsum(rng.normal(0, 0.012, (90, number)), 0)
    path = [point]
    for sway in wobble:
        near, other = point - pole, point - far
        force = near / (near**2).sum(1, keepdims=True) - 1.2 * other / (other**2).sum(1, keepdims=True)
        step = force / np.hypot(*force.T)[:, None] + sway[:, None] * near[:, ::-1] / SIZE * (-1, 1)
        point = point + 5 * step
        path.append(point)
    lines = np.stack(path, 1)
    return lines, np.minimum(rng.gamma(3, 24, number) + 8, 90), (float(pole[0]), float(pole[1]))


def hairs(rng: Generator, style: Generator, flaw: Generator | None) -> Picture:
    """Embossed hairlines from a pole; defect: a thin dark bow across the hairlines."""
    lines, reach, pole = field_lines(rng, int(rng.integers(100, 135)))
    paths = [line[: int(steps)] for line, steps in zip(lines, reach, strict=True)]
    height = blur(stroke(paths, 1, rng.integers(80, 256, len(paths))), 1.1)
    centre = np.exp(-(oval(pole, 9, 7, 0) ** 2))
    slope = emboss(0.9 * noise(rng, (1.0, 2.5, 2.0), (0.6, 1.0, 1.0)) + 7.5 * height)
    grey = 168 + 9.5 * slope - 30 * height - 60 * centre + 2.5 * shared(rng, style, 50, (1, 60, 60))
    mask = nothing()
    if flaw:
        place = spot(flaw, 50)
        ray = np.arctan2(place[1] - pole[1], place[0] - pole[0])
        angle = ray + flaw.choice([-1, 1]) * flaw.uniform(0.7, np.pi / 2)
        line = blur(stroke([bow(place, flaw.uniform(60, 140), angle, flaw.uniform(-0.8, 0.8))], 1), 0.6)
        grey -= flaw.uniform(38, 58) * line
        mask = line > 0.15
    return grey, mask


def ring(centre: NDArray[np.float64]) -> Array:
    """Squared distance from a place."""
    x, y = centre.astype(np.float32)
    return (COLUMNS - x) ** 2 + (ROWS - y) ** 2


def moire(rng: Generator, style: Generator, flaw: Generator | None) -> Picture:
    """Interference of sampled rings; defect: a patch in which the rings fade."""
    middle = style.uniform(0.4, 0.6, 2) * SIZE + rng.uniform(-10, 10, 2)
    rate = np.pi / style.uniform(400, 460) * rng.uniform(0.99, 1.01)
    first, second = rate * ring(middle), 1.035 * rate * ring(middle + style.uniform(8, 20, 2))
    first, second = np.sin(first + rng.uniform(0, 6)), np.sin(second + rng.uniform(0, 6))
    rings = first + second
    rings = rings - 0.8 * blur(rings, 2.5) + 0.4 * first * second
    fade = np.ones((SIZE, SIZE), np.float32)
    mask = nothing()
    if flaw:
        wide = flaw.uniform(22, 36)
        away = oval(spot(flaw), wide * flaw.uniform(1.1, 1.6), wide, flaw.uniform(0, np.pi))
        patch = np.clip((1.2 - away) / 0.45, 0, 1)
        fade -= flaw.uniform(0.7, 0.9) * patch
        mask = patch > 0.3
    return 76 + fade * (15 * rings + 4.5 * noise(rng, (1, 0.6, 0.6))) + 2 * noise(rng, (1, 40, 40)), mask


def weave(rng: Generator, style: Generator, flaw: Generator | None) -> Picture:
    """Soft grain that runs both ways; defect: a nest of light specks with dark rims."""
    parts = ((1.0, 2.2, 2.2), (0.5, 7, 2), (0.5, 2.2, 10), (0.25, 0.7, 0.7), (0.4, 12, 60), (0.35, 50, 50))
    grey = 138 + 23 * shared(rng, style, 40, *parts)
    mask = nothing()
    if flaw:
        place, spread, angle = spot(flaw, 30), flaw.uniform(9, 20), flaw.uniform(0, np.pi)
        canvas = np.zeros((SIZE, SIZE), np.float32)
        for _ in range(flaw.integers(5, 11)):
            along, across = flaw.normal(0, spread), flaw.normal(0, 0.5 * spread)
            x = place[0] + along * np.cos(angle) - across * np.sin(angle)
            y = place[1] + along * np.sin(angle) + across * np.cos(angle)
            wide = flaw.uniform(2.0, 3.5)
            away = oval((x, y), wide * flaw.uniform(1, 1.8), wide, flaw.uniform(0, np.pi))
            canvas = np.maximum(canvas, np.exp(-(away**2)))
        rim = np.clip(blur(canvas, 3.5) * 2.2, 0, 1) * (1 - canvas)
        grey += flaw.uniform(0.65, 0.9) * (canvas * (240 - grey) - 35 * rim)
        mask = canvas > 0.3
    return grey, mask


def pepper(rng: Generator, style: Generator, flaw: Generator | None) -> Picture:
    """Black and white speckle; defect: a long smear with fewer white grains."""
    level = shared(rng, style, 50, (1.0, 1.4, 1.4), (0.55, 0.6, 0.6), (0.15, 25, 25)) - rng.uniform(0.5, 0.68)
    mask = nothing()
    if flaw:
        long, wide = flaw.uniform(85, 120), flaw.uniform(18, 27)
        away = oval(spot(flaw, 90), long, wide, flaw.uniform(0, np.pi)) + 0.18 * noise(flaw, (1, 10, 10))
        band = np.clip((1.25 - away) / 0.7, 0, 1)
        level -= flaw.uniform(0.8, 1.15) * band
        mask = band > 0.3
    return 12 + 240 / (1 + np.exp(-2.1 * level)), mask


def flecks(rng: Generator, style: Generator, flaw: Generator | None) -> Picture:
    """Noisy sheet with dark spindles; defect: a dull smudge with smoothed noise."""
    grain = 15 * noise(rng, (1, 0.55, 0.55))
    dark = spindles(rng, int(rng.integers(240, 300)), (14, 85), 0.12)
    grey = 158 + 3 * shared(rng, style, 50, (1, 60, 60)) - (112 - 10 * noise(rng, (1, 1.5, 3))) * dark
    mask = nothing()
    if flaw:
        wide = flaw.uniform(16, 28)
        away = oval(spot(flaw), wide * flaw.uniform(1.6, 2.6), wide, flaw.uniform(0, np.pi))
        patch = np.exp(-(away**2))
        grain = grain * (1 - 0.6 * patch)
        grey -= flaw.uniform(20, 34) * patch * (1 - 0.7 * dark)
        mask = away < 1.1
    return grey + grain, mask


def bands(rng: Generator, style: Generator, flaw: Generator | None) -> Picture:
    """Upright bands under lying fibres; defect: a hair-thin arc with a dark and a light edge."""
    slow = shared(rng, style, 30, (1.0, 9, 90), (0.4, 20, 25))
    fine = noise(rng, (1.0, 3.6, 1.6), (0.6, 1.0, 1.0), (0.15, 0.5, 80))
    grey = 108 + 24 * slow + 19 * fine
    mask = nothing()
    if flaw:
        radius = flaw.uniform(14, 32)
        turn = flaw.uniform(0.9, 2.8)
        path = bow(spot(flaw, 30), radius * turn, flaw.uniform(0, 2 * np.pi), turn)
        inner = path + 1.7 * beside(path)
        line, edge = stroke([path]), stroke([inner])
        strength = flaw.uniform(50, 90)
        grey += strength * (line * (0.5 + flaw.random((SIZE, SIZE), dtype=np.float32)) - edge)
        mask = np.maximum(line, edge) > 0.3
    return grey, mask


def paper(rng: Generator, style: Generator, flaw: Generator | None) -> Picture:
    """Light embossed paper with grey spindles; defect: a tiny crumple."""
    height = 0.9 * noise(rng, (1.0, 2.6, 2.0), (0.5, 1.1, 1.1))
    dark = spindles(rng, int(rng.integers(170, 215)), (14, 70), -0.05)
    mask = nothing()
    ridge = np.zeros((SIZE, SIZE), np.float32)
    if flaw:
        place, angle = spot(flaw), flaw.uniform(-0.5, 0.5)
        folds = []
        for _ in range(flaw.integers(3, 6)):
            centre = (place[0] + flaw.normal(0, 4.5), place[1] + flaw.normal(0, 3))
            folds.append(bow(centre, flaw.uniform(10, 20), angle + flaw.normal(0, 0.4), flaw.uniform(-1, 1)))
        ridge = blur(stroke(folds), 0.7)
        mask = ridge > 0.12
    tone = 205 + 3 * shared(rng, style, 50, (1, 60, 60)) - (88 - 8 * noise(rng, (1, 1.5, 3))) * dark
    return tone + 8 * emboss(height) + (flaw.uniform(48, 66) if flaw else 0) * emboss(ridge) + 9 * ridge, mask


def hatch(rng: Generator, style: Generator, flaw: Generator | None) -> Picture:
    """Lying streaks; defect: a faint bent scratch with a light edge."""
    grain = shared(rng, style, 60, (1.0, 12, 0.9), (0.6, 30, 2.2), (0.25, 0.6, 0.6), (0.25, 70, 40))
    sway = ROWS + 3.5 * noise(rng, (1, 55, 55))
    grey = 104 + 36 * cv2.remap(grain, COLUMNS, sway, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    mask = nothing()
    if flaw:
        turn = flaw.choice([-1, 1]) * flaw.uniform(0.4, np.pi / 2)
        path = bow(spot(flaw, 40), flaw.uniform(50, 120), turn, flaw.uniform(-0.3, 0.3))
        line = blur(stroke([path], 2), 0.6)
        side = blur(stroke([path + 2.4 * beside(path)]), 0.6)
        grey += flaw.uniform(48, 66) * (0.55 * side - line)
        mask = line > 0.2
    return grey, mask


KINDS: tuple[Callable[[Generator, Generator, Generator | None], Picture], ...] = (
    clouds,
    rain,
    hairs,
    moire,
    weave,
    pepper,
    flecks,
    bands,
    paper,
    hatch,
)


# --- labels and files ------------------------------------------------------------------------


def render(
    seed: int, split: int, index: int, kind: int, flaw: bool
) -> tuple[NDArray[np.uint8], Mask, Generator]:
    """An image, the exact mask of its defect and the generator from which to go on."""
    rng = np.random.default_rng((seed, split, index))
    child = rng.spawn(1)[0]
    style = np.random.default_rng((seed, STYLE, kind))
    grey, mask = KINDS[kind](rng, style, child if flaw else None)
    grey = (grey - 128) * rng.uniform(0.98, 1.02) + 128 + rng.uniform(-2.5, 2.5)
    return np.clip(np.round(grey), 0, 255).astype(np.uint8), mask, rng


def weak(rng: Generator, mask: Mask) -> NDArray[np.uint8]:
    """A rough ellipse that covers a defect generously."""
    points = np.argwhere(mask)[:, ::-1].astype(np.float32)
    (x, y), (width, height), angle = cv2.minAreaRect(points)
    half = np.array([width, height]) / 2
    half = half * rng.uniform(1.15, 1.35, 2) + rng.uniform(5, 10, 2)
    half = np.maximum(half, 0.22 * half.max())
    x, y = np.array([x, y]) + rng.uniform(-3, 3, 2)
    canvas = np.zeros((SIZE, SIZE), np.uint8)
    box = ((float(x), float(y)), (2 * float(half[0]), 2 * float(half[1])), angle + rng.uniform(-5, 5))
    cv2.ellipse(canvas, box, 255, -1)
    return canvas


if __name__ == "__main__":
    sys.exit(main(tuple(kind.__name__ for kind in KINDS), render, weak))

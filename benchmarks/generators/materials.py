"""Generate a texture-inspection benchmark of real-world materials with manufacturing faults.

Ten kinds of material (see `KINDS`), each drawn by its own process and each with one fault that
is typical of it, are rendered as 8-bit grey PNG images of 512 x 512 pixels.  The folder OUT holds

- ``train/``: normal images, defective images and weak masks (one roughly drawn ellipse each),
- ``test/``: normal and defective images in random order and a sample submission,
- ``key/``: the answers, the exact masks of the test defects, the kinds of the training images.

Every image comes from its own generator, seeded by (seed, split, index); the parameters of a kind
(scale, contrast, tone, style of the fault) are seeded by (seed, STYLE, kind).  The files are
therefore the same whatever the number of processes.

Usage: ``python materials.py OUT --seed 1 --normals 1000 --test-normals 450 --test-defects 150``
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import pairwise

import cv2
import numpy as np
from folder import STYLE, Mask, main
from numpy.random import Generator
from numpy.typing import NDArray

Array = NDArray[np.float32]
Picture = tuple[Array, Mask]

SIZE = 512
ROWS, COLUMNS = np.mgrid[:SIZE, :SIZE].astype(np.float32)


# --- building blocks -------------------------------------------------------------------------


def blur(image: Array, across: float, down: float | None = None) -> Array:
    """Gaussian blur with a standard deviation across and, if it differs, down the image."""
    return cv2.GaussianBlur(
        image, (0, 0), across, sigmaY=across if down is None else down, borderType=cv2.BORDER_REFLECT
    )


def field(rng: Generator, across: float, down: float | None = None) -> Array:
    """Smooth noise of mean 0 and deviation 1 with the given Gaussian correlation lengths."""
    down = across if down is None else down
    step_x, step_y = max(1, int(across / 2)), max(1, int(down / 2))
    width, height = SIZE // step_x + 4, SIZE // step_y + 4
    low = blur(rng.standard_normal((height, width), dtype=np.float32), across / step_x, down / step_y)
    low = (low - low.mean()) / low.std()
    if step_x > 1 or step_y > 1:
        low = cv2.resize(low, (width * step_x, height * step_y), interpolation=cv2.INTER_CUBIC)
    return np.ascontiguousarray(low[step_y : step_y + SIZE, step_x : step_x + SIZE])


def sheet(rng: Generator, turn: float, sway: float) -> tuple[Array, Array]:
    """Coordinates (across, along) of a sheet laid down a little turned, shifted and uneven."""
    angle = np.radians(rng.uniform(-turn, turn))
    zoom = rng.uniform(0.96, 1.04)
    cos, sin = np.float32(zoom * np.cos(angle)), np.float32(zoom * np.sin(angle))
    shift_u, shift_v = rng.uniform(500, 1500, 2).astype(np.float32)
    u = cos * COLUMNS - sin * ROWS + shift_u + np.float32(sway) * field(rng, 70)
    v = sin * COLUMNS + cos * ROWS + shift_v + np.float32(sway) * field(rng, 70)
    return u, v


def spot(rng: Generator, margin: int) -> tuple[int, int]:
    """A random pixel (row, column) at least `margin` away from the border."""
    row, column = rng.integers(margin, SIZE - margin, 2)
    return int(row), int(column)


def turned(row: float, column: float, angle: float) -> tuple[Array, Array]:
    """Coordinates around a pixel, turned by an angle."""
    x, y = COLUMNS - np.float32(column), ROWS - np.float32(row)
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    return cos * x + sin * y, cos * y - sin * x


def relief(height: Array, angle: float) -> Array:
    """Slope of a surface towards a light that comes from the given angle."""
    slope_x = cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=0.125)
    slope_y = cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=0.125)
    return np.float32(np.cos(angle)) * slope_x + np.float32(np.sin(angle)) * slope_y


def yarn(rng: Generator, number: Array, along: Array, length: float) -> Array:
    """Tone of numbered yarns, each constant across and varying along itself over `length`."""
    table = rng.standard_normal((256, 256), dtype=np.float32)
    table = blur(table, length / 8, 0.01)
    table = table / table.std() * 0.8 + 0.6 * rng.standard_normal((256, 1), dtype=np.float32)
    return table[number.astype(np.int32) & 255, (along / 8).astype(np.int32) & 255]


def strokes(
    rng: Generator, number: int, length: tuple[float, float], angle: float, spread: float, bend: float
) -> Array:
    """Fine curved lines of random brightness (0 to 1) around a main direction."""
    canvas = np.zeros((SIZE, SIZE), np.uint8)
    centre = rng.uniform(-60, SIZE + 60, (number, 1, 2))
    angles = angle + rng.uniform(-spread, spread, (number, 1))
    angles = angles + np.linspace(0, 1, 8) * rng.normal(0, bend, (number, 1))
    step = rng.uniform(*length, (number, 1)) / 8
    paths = np.cumsum(np.stack([np.cos(angles), np.sin(angles)], -1) * step[:, :, None], 1)
    paths = np.round((centre + paths - paths.mean(1, keepdims=True)) * 8).astype(np.int32)
    for path, level in zip(paths, rng.integers(90, 256, number), strict=True):
        cv2.polylines(canvas, [path], False, int(level), 1, cv2.LINE_AA, 3)
    return canvas.astype(np.float32) / 255


def nothing() -> Mask:
    """The mask of a normal image."""
    return np.zeros((SIZE, SIZE), bool)


# --- the ten kinds ---------------------------------------------------------------------------


def knit(rng: Generator, style: Generator, flaw: bool) -> Picture:
    """Plain jersey; fault: a dropped stitch that runs as a ladder along one wale."""
    wale = style.uniform(19, 25)
    course, tone, slope = wale * style.uniform(0.62, 0.78), style.uniform(120, 160), style.uniform(0.7, 1.0)
    u, v = sheet(rng, 4, 4)
    mask, open_stitch = nothing(), np.float32(0)
    if flaw:
        row, column = spot(rng, 80)
        middle = (np.floor(u[row, column] / wale) + 0.5) * wale
        half = course * rng.uniform(2.0, 5.0)
        inside = np.clip((half - np.abs(v - v[row, column])) / course + 0.5, 0, 1)
        away = (u - middle) / wale
        u = u - away * inside * np.exp(-(away**2)) * wale * rng.uniform(0.1, 0.3)
        mask = (np.abs(u - middle) < wale / 2) & (inside > 0.3)
        open_stitch = mask * inside * rng.uniform(0.4, 0.85)
    column_of = np.floor(u / wale)
    side = 2 * (u / wale - column_of - 0.5)
    out = np.abs(side)
    place = v / course + slope * out + 0.08 * field(rng, 5)
    course_of = np.floor(place)
    part = place - course_of
    strand = np.sqrt(np.sin(np.pi * part)) * (1 - ((2 * out - 1) ** 2) ** 2)
    ply = np.sin(2 * np.pi * (2 * part + 1.2 * out))
    cloth = tone * (0.42 + 0.62 * strand + 0.07 * ply * strand)
    cloth *= 1 + 0.045 * yarn(rng, course_of, u, 200) + 0.05 * field(rng, 1.2) + 0.03 * field(rng, 45)
    rung = np.exp(-((((v / course) % 1 - 0.5 + 0.1 * side**2) / 0.17) ** 2))
    ladder = tone * (0.36 + 0.5 * rung) * (1 + 0.06 * field(rng, 1.2))
    fluff = blur(strokes(rng, 70, (20, 60), 0, np.pi, 2), 0.7)
    grey = cloth + open_stitch * (ladder - cloth)
    return grey + 0.25 * tone * fluff, mask


def denim(rng: Generator, style: Generator, flaw: bool) -> Picture:
    """Warp-faced twill with uneven warp yarns; fault: a slub, a thick place in the weft."""
    pitch = style.uniform(6.5, 8.5)
    rise, tone, white = pitch * style.uniform(0.95, 1.2), style.uniform(62, 85), style.uniform(135, 165)
    u, v = sheet(rng, 3, 3)
    mask, thick = nothing(), np.float32(0)
    if flaw:
        row, column = spot(rng, 75)
        reach, swell = rng.uniform(45, 90), rise * rng.uniform(1.0, 1.7)
        du, dv = u - u[row, column], v - v[row, column]
        girth = swell * np.maximum(1 - (du / reach) ** 2, 0)
        thick = np.clip(1.5 * (1 - (dv / np.maximum(girth, 1)) ** 2), 0, 1) * (girth > 2)
        mask = thick > 0.2
        thick = thick * rng.uniform(0.55, 0.85)
    warp, weft = np.floor(u / pitch), np.floor(v / rise)
    x, y = u / pitch - warp - 0.5, v / rise - weft - 0.5
    phase = (warp + weft) % 3
    ridge = np.cos(np.pi * x) * (0.75 + 0.25 * np.cos(np.pi * (phase + y - 1.5) / 1.8))
    streak = yarn(rng, warp, v, 260)
    dark = tone * (0.55 + 0.6 * ridge) * (1 + 0.13 * streak + 0.12 * field(rng, 0.9, 2.5))
    dot = np.where(phase == 0, np.exp(-((x / 0.42) ** 2 + (y / 0.36) ** 2)), 0).astype(np.float32)
    shown = np.clip(dot + thick * (0.25 + 0.55 * np.cos(np.pi * x) ** 2), 0, 1)
    light = white * (1 + 0.1 * yarn(rng, weft, u, 120) + 0.08 * field(rng, 2.5, 0.9))
    grey = dark + shown * (light - dark)
    return grey * (1 + 0.04 * field(rng, 60)), mask


def carbon(rng: Generator, style: Generator, flaw: bool) -> Picture:
    """Carbon-fibre 2/2 twill under resin; fault: a tow that floats over a missed crossing."""
    tow = style.uniform(25, 32)
    tone, gloss, second = style.uniform(42, 58), style.uniform(40, 60), style.uniform(0.55, 0.75)
    u, v = sheet(rng, 5, 2.5)
    warp, weft = np.floor(u / tow), np.floor(v / tow)
    x, y = u / tow - warp, v / tow - weft
    phase = (warp - weft) % 4
    upper = phase < 2
    travel = np.where(upper, 1 - phase + y, phase - 2 + x) - 1
    mask, lift = nothing(), 0.0
    if flaw:
        row, column = spot(rng, 110)
        a, b = (warp, weft) if rng.random() < 0.5 else (weft, warp)
        number, first = a[row, column], b[row, column]
        ahead = 1 if a is warp else 3
        first -= ((first - number) + ahead) % 4
        mask = (a == number) & (b >= first) & (b < first + 6)
        along = (v if a is warp else u) / tow - first
        upper = np.where(mask, a is warp, upper)
        travel = np.where(mask, (along - 3) / 3, travel)
        lift = rng.uniform(-0.06, 0.12)
    over = np.where(upper, x, y)
    lustre = np.exp(-(((travel - 0.15) / 0.62) ** 2)) * np.where(upper, np.float32(1), np.float32(second))
    edge = 1 - (((2 * over - 1) ** 2) ** 2) ** 2
    tip = 1 - ((travel**2) ** 2) ** 2
    fibres = np.where(upper, field(rng, 0.9, 16), field(rng, 16, 0.9))
    band = np.where(upper, yarn(rng, warp, v, 300), yarn(rng, weft + 99, u, 300))
    grey = (tone + gloss * lustre * (1 + 0.08 * band)) * (0.45 + 0.55 * edge * tip)
    grey *= (1 + np.float32(lift) * mask) * (1 + 0.11 * fibres)
    glare = 9 * np.exp(-(((u - u.mean() + rng.uniform(-250, 250)) / rng.uniform(70, 140)) ** 2))
    return grey + glare + 2 * field(rng, 30), mask


def nonwoven(rng: Generator, style: Generator, flaw: bool) -> Picture:
    """Spunbonded web with fused points; fault: a thin place where fibres are missing."""
    pitch, tone, backing = style.uniform(40, 52), style.uniform(165, 200), style.uniform(70, 95)
    lie, spread = style.uniform(0, np.pi), style.uniform(0.9, 1.5)
    mask, thin = nothing(), np.zeros((SIZE, SIZE), np.float32)
    if flaw:
        x, y = turned(*spot(rng, 60), rng.uniform(0, np.pi))
        radius = rng.uniform(16, 30)
        distance = np.hypot(x / rng.uniform(1.0, 1.9), y) / radius + 0.16 * field(rng, 7)
        thin = np.clip((1.3 - distance) / 0.7, 0, 1)
        mask = thin > 0.3
        thin = thin * rng.uniform(0.75, 1)
    cloud = 1 + 0.13 * field(rng, 24)
    web = blur(strokes(rng, 520, (150, 500), lie, spread, 0.9), 1.8) * (1 - thin)
    middle = blur(strokes(rng, 330, (150, 500), lie, spread, 0.9), 0.8) * (1 - 0.75 * thin)
    front = strokes(rng, 200, (150, 500), lie, spread, 0.9) * (1 - 0.35 * thin)
    cover = 1 - (1 - np.clip(1.1 * web * cloud, 0, 1)) * (1 - 0.55 * middle) * (1 - 0.6 * front)
    cover = np.clip(cover + 0.3 * (1 - thin) * cloud, 0, 1.2)
    grey = backing + (tone - backing) * cover
    u, v = sheet(rng, 5, 2)
    line = np.round(v / pitch * 2)
    x = ((u / pitch + 0.5 * (line % 2) + 0.5) % 1 - 0.5) * pitch
    y = v - line * pitch / 2
    reach = np.abs(x) * 0.7 + np.abs(y) * 1.1
    fused = np.clip(8.5 - reach, 0, 1.5) / 1.5
    film = blur(grey, 4) * 0.85 + 0.15 * backing + 5 * field(rng, 2)
    grey = grey + fused * (1 - 0.6 * thin) * (film - grey)
    rim = np.exp(-(((reach - 9) / 1.3) ** 2))
    return grey - 22 * rim * (1 - 0.6 * thin), mask


def casting(rng: Generator, style: Generator, flaw: bool) -> Picture:
    """Sand-cast iron with shallow dents and burnt-on sand; fault: a nest of blowholes."""
    grain, tone, light = style.uniform(1.7, 2.3), style.uniform(75, 105), style.uniform(0, 2 * np.pi)
    rough, deep = style.uniform(19, 26), style.uniform(0.55, 0.7)
    height = 1.9 * np.sqrt(np.abs(field(rng, grain)))
    height += 2.6 * field(rng, 2.4 * grain) + 4 * field(rng, 9 * grain)
    dents = np.zeros((SIZE, SIZE), np.float32)
    for _ in range(rng.integers(5, 14)):
        box = (spot(rng, 0), rng.uniform(12, 34, 2).tolist(), rng.uniform(0, 180))
        cv2.ellipse(dents, box, rng.uniform(2, 6), -1)
    height -= blur(dents, 4)
    mask, hole = nothing(), np.zeros((SIZE, SIZE), np.float32)
    if flaw:
        row, column = spot(rng, 60)
        uneven = 0.08 * field(rng, 6)
        for number in range(rng.integers(1, 5)):
            radius = rng.uniform(12, 18) if number == 0 else rng.uniform(4, 10)
            shift = (0, 0) if number == 0 else rng.uniform(-34, 34, 2)
            x, y = turned(row + shift[0], column + shift[1], rng.uniform(0, np.pi))
            distance = np.hypot(x / rng.uniform(1, 1.4), y) / radius + uneven
            hole = np.maximum(hole, np.clip((1.05 - distance) / 0.6, 0, 1))
            mask |= distance < 1
    strength = rng.uniform(0.6, 1)
    slope = relief(height, light) * rough + strength * 130 * relief(blur(hole, 0.8), light)
    grey = tone + 34 * np.tanh(slope / 34) + 4 * field(rng, 0.8)
    grey *= 1 - strength * deep * hole
    burnt = np.clip(field(rng, 2.0) - 2.7, 0, 0.7) / 0.7
    return grey * (1 - 0.45 * burnt) + 4 * field(rng, 50), mask


def brushed(rng: Generator, style: Generator, flaw: bool) -> Picture:
    """Brushed aluminium with hairlines and smears; fault: a patch of chatter across the brushing."""
    tone, grain, period = style.uniform(140, 175), style.uniform(9, 12), style.uniform(7, 11)
    length = style.uniform(60, 110)
    u, v = sheet(rng, 5, 1.5)
    u, v = u - u.mean() + SIZE / 2, v - v.mean() + SIZE / 2
    lines = grain * (0.7 * field(rng, length, 0.7) + 0.55 * field(rng, 2 * length, 2.5))
    lines += 0.35 * grain * field(rng, 14, 0.8)
    lines += 26 * strokes(rng, 22, (60, 400), 0, 0.02, 0.01)
    lines -= 24 * strokes(rng, 18, (40, 300), 0, 0.03, 0.01)
    grey = tone + cv2.remap(lines, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    grey += 5 * field(rng, 90, 14) - 5 * np.clip(field(rng, 26) - 1, 0, 1)
    mask = nothing()
    if flaw:
        row, column = spot(rng, 70)
        du, dv = u - u[row, column], v - v[row, column]
        reach, breadth = rng.uniform(35, 70), rng.uniform(14, 30)
        window = np.exp(-(((du / reach) ** 2 + (dv / breadth) ** 2) ** 1.5))
        wave = np.sin(2 * np.pi * (du + rng.uniform(-0.35, 0.35) * dv) / period + 0.5 * field(rng, 12))
        grey += rng.uniform(11, 19) * window * (wave - 0.2) * (1 + 0.3 * field(rng, 8, 1.5))
        mask = window > 0.3
    return grey, mask


def crack(rng: Generator) -> NDArray[np.uint8]:
    """A ragged line of uneven width, mostly with a short branch."""
    canvas = np.zeros((SIZE, SIZE), np.uint8)
    angle, steps = rng.uniform(0, 2 * np.pi), int(rng.integers(26, 48))
    fork, branch = int(rng.integers(8, steps - 8)), int(rng.integers(0, 14))
    path = np.zeros((0, 2))
    for turn, count in ((0.0, steps), (rng.choice([-0.8, 0.8]), branch)):
        angles = angle + turn + 0.5 * rng.standard_normal(count) + np.cumsum(rng.normal(0, 0.1, count))
        walk = np.cumsum(np.stack([np.cos(angles), np.sin(angles)], 1) * 5.5, 0)
        path = walk + path[fork] if len(path) else walk - walk[steps // 2] + spot(rng, 130)
        corners = np.round(path * 8).astype(int).tolist()
        for ends in pairwise(corners):
            cv2.line(canvas, *ends, 255, int(rng.integers(1, 3)), cv2.LINE_AA, 3)
    return canvas


def concrete(rng: Generator, style: Generator, flaw: bool) -> Picture:
    """Fair-faced concrete with bug holes, stains and shuttering marks; fault: a hairline crack."""
    tone, sand, board = style.uniform(150, 185), style.uniform(4, 6.5), style.uniform(150, 230)
    grey = tone + sand * field(rng, 0.9) + 3 * field(rng, 3) + 6 * field(rng, 22) + 7 * field(rng, 80)
    u, _ = sheet(rng, 4, 1)
    joint = (u + rng.uniform(0, board)) % board - board / 2
    grey -= rng.uniform(3, 9) * np.exp(-((joint / 1.5) ** 2)) - 4 * np.exp(-(((joint - 4) / 2.5) ** 2))
    grey += 4 * np.sign(joint) * np.exp(-np.abs(joint) / 60) + 2.5 * field(rng, 1.2, 60)
    pores, rims = np.zeros((2, SIZE, SIZE), np.uint8)
    for radius in np.minimum(0.9 + rng.pareto(1.9, rng.integers(60, 150)), 8):
        centre = rng.uniform(0, SIZE, 2)
        box = ((centre * 8).astype(int).tolist(), int(radius * rng.uniform(7, 11)), int(radius * 8))
        cv2.circle(pores, box[0], box[1], int(rng.integers(120, 255)), -1, cv2.LINE_AA, 3)
        cv2.circle(rims, [box[0][0] + 6, box[0][1] + 9], box[2], 200, 1, cv2.LINE_AA, 3)
    grey += 14 * blur(rims.astype(np.float32) / 255, 0.8) - 70 * blur(pores.astype(np.float32) / 255, 0.9)
    mask = nothing()
    if flaw:
        canvas = crack(rng)
        mask = cv2.dilate(canvas, np.ones((3, 3), np.uint8)) > 90
        grey -= rng.uniform(38, 70) * blur(canvas.astype(np.float32) / 255, 0.7)
    return grey, mask


def chips_of(rng: Generator, coarse: float) -> list[tuple[float, float, float]]:
    """Places (x, y, radius) of stone chips that do not touch, the large ones first."""
    radii = np.sort(coarse * np.minimum(0.28 + 0.22 * rng.pareto(1.8, 650), 1.0))[::-1]
    places = rng.uniform(-15, SIZE + 15, (650, 2)) @ np.array([1, 1j])
    taken: list[int] = []
    for number, place in enumerate(places):
        near = np.abs(places[taken] - place) - radii[taken] < 0.92 * radii[number] + 1.5
        if not near.any():
            taken.append(number)
    return [(float(places[i].real), float(places[i].imag), float(radii[i])) for i in taken]


def terrazzo(rng: Generator, style: Generator, flaw: bool) -> Picture:
    """Ground terrazzo of many-coloured chips; fault: a chip torn out, which leaves a hollow."""
    cement, coarse, light = style.uniform(165, 195), style.uniform(25, 31), style.uniform(0, 2 * np.pi)
    palette = np.array([70, 90, 110, 205, 205, 120, 150]) + style.uniform(0, 30, 7)
    stone = np.full((SIZE, SIZE), cement, np.float32)
    lost = np.zeros((SIZE, SIZE), np.float32)
    chips = chips_of(rng, coarse)
    chosen = -1
    if flaw:
        fit = [i for i, (x, y, r) in enumerate(chips) if min(x, y) > 40 and max(x, y) < SIZE - 40 and r > 19]
        chosen = int(rng.choice(fit))
    for number, (x, y, radius) in enumerate(chips):
        angles = (np.arange(8) + rng.uniform(-0.5, 0.5, 8)) * np.pi / 4 + rng.uniform(0, 6)
        reach = radius * rng.uniform(0.72, 1.05, 8)
        reach *= 1 - rng.uniform(0, 0.4) * np.cos(angles - angles[0]) ** 2
        corners = np.stack([x + reach * np.cos(angles), y + reach * np.sin(angles)], 1)
        hull = cv2.convexHull(np.round(corners * 8).astype(np.int32))
        cv2.fillConvexPoly(stone, hull, float(rng.choice(palette) + rng.normal(0, 9)), cv2.LINE_8, 3)
        if number == chosen:
            cv2.fillConvexPoly(lost, hull, 1.0, cv2.LINE_8, 3)
    inside = np.clip(np.abs(stone - cement) / 8, 0, 1)
    vein = np.exp(-((field(rng, 7) / 0.12) ** 2)) * inside
    grey = blur(stone, 0.7) + inside * (5 * field(rng, 2.5) + 3 * field(rng, 8)) - 9 * vein
    grey += (1 - inside) * (6 * field(rng, 0.9) + 3 * field(rng, 4))
    if flaw:
        hollow = blur(lost, 0.9)
        depth, strength = blur(hollow, 3.0), rng.uniform(0.6, 1)
        floor = cement * (1 - strength * 0.24) + 5 * field(rng, 2.2) + 9 * relief(4 * field(rng, 2.5), light)
        floor += strength * 900 * relief(depth, light) - strength * 18 * (depth - 0.5)
        grey += hollow * (floor - grey)
    return grey, lost > 0


def veneer(rng: Generator, style: Generator, flaw: bool) -> Picture:
    """Wood veneer with year rings, pores and mineral streaks; fault: a small knot."""
    spacing, tone, contrast = style.uniform(18, 30), style.uniform(135, 175), style.uniform(34, 50)
    u, v = sheet(rng, 6, 1)
    u = u + 9 * field(rng, 60, 200) + 2.5 * field(rng, 16, 70)
    u = u - u.mean() + 400
    v = v - v.mean() + SIZE / 2
    mask, inner, rim, ring = nothing(), np.float32(0), np.float32(0), np.float32(0)
    if flaw:
        row, column = spot(rng, 60)
        radius, stretch = rng.uniform(11, 20), rng.uniform(1.1, 1.7)
        du, dv = u - u[row, column], (v - v[row, column]) / stretch
        distance = np.hypot(du, dv) / radius + 0.06 * field(rng, 8)
        u = u - du * np.minimum(1 / np.maximum(distance, 0.3) ** 2, 1) * np.exp(-distance / 4)
        strength = rng.uniform(0.55, 1)
        inner = strength * np.clip((1.05 - distance) * radius / 2.5, 0, 1)
        rim = strength * np.exp(-(((distance - 1) / 0.16) ** 2))
        ring = np.cos(distance * radius * 2 * np.pi / 5)
        mask = distance < 1.25
    widths = spacing * rng.gamma(7, 1 / 7, 90)
    edges = np.concatenate([[0], np.cumsum(widths)])
    number = np.clip(np.searchsorted(edges, u.ravel()) - 1, 0, 89).reshape(u.shape)
    part = ((u - edges[number]) / widths[number]).astype(np.float32)
    late = part**2 * np.sqrt(part) * np.clip((1 - part) * 9, 0, 1)
    late *= rng.uniform(0.5, 1.2, 90).astype(np.float32)[number]
    grain = 6 * field(rng, 0.8, 26) + 4 * field(rng, 3, 90) - 26 * np.clip(field(rng, 0.8, 6) - 1.7, 0, 1)
    grain -= 26 * np.clip(field(rng, 2.2, 18) - 2.5, 0, 1)
    flow = cv2.remap(grain, u - 400 + SIZE / 2, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    grey = tone - contrast * late + flow + 4 * field(rng, 50, 120)
    knot = tone * 0.68 + 8 * ring + 4 * field(rng, 1.5)
    return grey + inner * (knot - grey) - 22 * rim, mask


def perforated(rng: Generator, style: Generator, flaw: bool) -> Picture:
    """Punched steel sheet with burrs and scuffs; fault: a hole that its slug still blocks."""
    pitch, tone, light = style.uniform(48, 58), style.uniform(125, 160), style.uniform(0, 2 * np.pi)
    size, gap = pitch * style.uniform(0.31, 0.36), style.uniform(24, 42)
    u, v = sheet(rng, 6, 1)
    rise = pitch * 0.866
    row = np.round(v / rise)
    across = u / pitch - 0.5 * (row % 2)
    column = np.round(across)
    x, y = (across - column) * pitch, v - row * rise
    jitter = rng.standard_normal((5, 64, 64), dtype=np.float32)
    jitter = jitter[:, row.astype(int) & 63, column.astype(int) & 63]
    radius = size * (1 + 0.015 * jitter[0])
    x, y = x + 0.5 * jitter[1], y + 0.5 * jitter[2]
    distance, facing = np.hypot(x, y), np.float32(np.cos(light)) * x + np.float32(np.sin(light)) * y
    facing = facing / np.maximum(distance, 1)
    plate = tone + 5 * field(rng, 50, 0.8) + 3 * field(rng, 1.0) + 5 * field(rng, 30)
    plate += 22 * strokes(rng, 14, (30, 160), 0, np.pi, 0.2) - 16 * strokes(rng, 10, (30, 120), 0, np.pi, 0.2)
    bevel = np.exp(-(((distance - radius - 1.5) / 1.8) ** 2))
    plate -= bevel * facing * (30 + 6 * jitter[3])
    wall = np.exp(-(((radius - distance) / 3.0) ** 2)) * np.clip(facing, 0, 1)
    below = gap + 4 * jitter[4] + 70 * wall + 2 * field(rng, 4)
    inside = np.clip(radius - distance + 0.5, 0, 1)
    mask = nothing()
    if flaw:
        at = spot(rng, 60)
        angle, cut = rng.uniform(0, 2 * np.pi), size * rng.uniform(0.05, 0.9)
        here = (row == row[at]) & (column == column[at])
        chord = x * np.float32(np.cos(angle)) + y * np.float32(np.sin(angle)) - cut
        slug = here * np.clip(0.5 - chord, 0, 1)
        metal = plate * rng.uniform(0.42, 0.8) - 35 * np.exp(-(((radius - distance) / 2.2) ** 2))
        metal = metal + 12 * np.exp(-(((chord + 2) / 1.5) ** 2))
        below = below + slug * (metal - below)
        mask = (slug > 0.5) & (inside > 0.5)
    return plate + inside * (below - plate), mask


KINDS: tuple[Callable[[Generator, Generator, bool], Picture], ...] = (
    knit,
    denim,
    carbon,
    nonwoven,
    casting,
    brushed,
    concrete,
    terrazzo,
    veneer,
    perforated,
)


# --- camera, labels and files ----------------------------------------------------------------


def photograph(rng: Generator, grey: Array) -> NDArray[np.uint8]:
    """What a camera makes of a surface: uneven light, vignetting, lens blur and sensor noise."""
    x, y = turned(SIZE / 2, SIZE / 2, rng.uniform(0, 2 * np.pi))
    x, y = x / (SIZE / 2), y / (SIZE / 2)
    light = rng.uniform(0.94, 1.06) + rng.uniform(0, 0.09) * x - rng.uniform(0, 0.06) * (x * x + y * y)
    seen = blur((grey * light).astype(np.float32), rng.uniform(0.45, 0.75))
    deviation = rng.uniform(0.12, 0.2) * np.sqrt(np.maximum(seen, 0) + 25)
    seen += deviation * rng.standard_normal(seen.shape, dtype=np.float32)
    return np.clip(np.round(seen), 0, 255).astype(np.uint8)


def weak(rng: Generator, mask: Mask) -> NDArray[np.uint8]:
    """An ellipse as a person would draw it in seconds around a defect."""
    points = np.argwhere(mask)[:, ::-1].astype(float)
    mean = points.mean(0)
    _, axes = np.linalg.eigh(np.cov((points - mean).T))
    along = (points - mean) @ axes
    low, high = along.min(0), along.max(0)
    half = (high - low) / 2
    centre = mean + axes @ ((low + high) / 2 + rng.uniform(-0.1, 0.1, 2) * half)
    half = half * rng.uniform(1.1, 1.3, 2) + rng.uniform(4, 8, 2)
    angle = np.degrees(np.arctan2(axes[1, 1], axes[0, 1])) + rng.uniform(-8, 8)
    canvas = np.zeros((SIZE, SIZE), np.uint8)
    cv2.ellipse(canvas, (tuple(centre.tolist()), (2 * half[1], 2 * half[0]), angle), 255, -1)
    return canvas


def render(
    seed: int, split: int, index: int, kind: int, flaw: bool
) -> tuple[NDArray[np.uint8], Mask, Generator]:
    """A photograph, the exact mask of its fault and the generator from which to go on."""
    rng = np.random.default_rng((seed, split, index))
    grey, mask = KINDS[kind](rng, np.random.default_rng((seed, STYLE, kind)), flaw)
    return photograph(rng, grey), mask, rng


if __name__ == "__main__":
    sys.exit(main(tuple(kind.__name__ for kind in KINDS), render, weak))

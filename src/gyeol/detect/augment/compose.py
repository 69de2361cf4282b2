"""Cut a defect by its mask and blend it into another image of its kind (after Ghiasi et al. 2021).

A blend leaves a seam, so normal surface is pasted in the same way and taught as normal: else the network learns the
seam.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from gyeol.detect.augment.shapes import Image


def paste(onto: Image, patch: Image, shape: Image) -> Image:
    """Blend `patch` into `onto` where `shape` is 1, with the brightness of the place; all (S, S).

    The patch is shifted by the difference of the two means along the rim of the shape, which is the lowest order
    of gradient-domain blending (Perez et al. 2003) and keeps a defect that is itself a change of brightness.
    """
    rim = _rim(shape)
    shift = float((onto[rim] - patch[rim]).mean()) if rim.any() else 0.0
    return np.asarray(onto + shape * (patch + np.float32(shift) - onto), np.float32)


def negative(patch: Image, shape: Image, rng: np.random.Generator) -> Image:
    """Make what is dark in a patch bright and what is bright dark; all (S, S).

    Three dark stains would teach that a bright one belongs there. Half of the patches are mirrored with all that is in
    them, about the median along the rim of the shape, as a scratch needs it; of the others only what changes slowly, as
    a stain needs it, whose grain stays that of the surface.
    """
    rim = _rim(shape)
    level = np.float32(np.median(patch[rim] if rim.any() else patch))
    if rng.random() < 0.5:
        return np.asarray(2 * level - patch, np.float32)
    sigma = float(np.exp(rng.uniform(np.log(3), np.log(10))))
    return np.asarray(patch - 2 * (cv2.GaussianBlur(patch, (0, 0), sigma) - level), np.float32)


def _rim(shape: Image) -> NDArray[np.bool_]:
    return np.asarray((shape > 0.02) & (shape < 0.5))


def feather(mask: Image, rng: np.random.Generator) -> Image:
    """Soften the edge of a mask by 2 to 6 pixels; (S, S) in [0, 1]."""
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(2, 6))), np.float32)


def cover(mask: Image, rng: np.random.Generator) -> Image:
    """Widen a mask by as much as its edge is then softened, so that all of a thin defect is kept; (S, S)."""
    sigma = float(rng.uniform(2, 6))
    side = 2 * round(1.5 * sigma) + 1
    wide = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    return np.asarray(cv2.GaussianBlur(wide, (0, 0), sigma), np.float32)


def move_defect(pixels: Image, mask: Image, rng: np.random.Generator, turn: bool) -> tuple[Image, Image]:
    """Shift, and with `turn` also rotate, mirror and stretch, a crop and its mask; both (S, S)."""
    size = pixels.shape[0]
    rows, columns = np.nonzero(mask)
    middle = np.array([columns.mean(), rows.mean()], np.float64)
    linear = np.eye(2)
    if turn:
        angle, scale = float(rng.uniform(0, 360)), float(np.exp(rng.uniform(np.log(0.75), np.log(1.35))))
        stretch = np.diag([float(np.exp(rng.uniform(-0.2, 0.2))) * rng.choice([-1, 1]), 1.0])
        linear = stretch @ cv2.getRotationMatrix2D((0, 0), angle, scale)[:, :2]
    target = rng.uniform(0.1, 0.9, 2) * size
    matrix = np.column_stack([linear, target - linear @ middle])
    moved = cv2.warpAffine(
        pixels, matrix, (size, size), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
    )
    where = cv2.warpAffine(mask, matrix, (size, size), flags=cv2.INTER_LINEAR)
    return np.asarray(moved, np.float32), np.asarray(where, np.float32)

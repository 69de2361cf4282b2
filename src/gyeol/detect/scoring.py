"""From an image to the scores of its cells, and from those to one raw score."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from gyeol.detect.device import autocast, pick_device
from gyeol.detect.network import STRIDE, CellNet
from gyeol.detect.surfaces import enlarged, grey_statistics, normalise


def prepare(grey: NDArray[np.uint8 | np.float32], enlarge: int = 1) -> NDArray[np.float32]:
    """Normalise an image (H, W), enlarge it and mirror its border up to multiples of 8: (8h, 8w) float32."""
    normal = enlarged(normalise(grey, *grey_statistics(grey)), enlarge)
    height, width = normal.shape
    return np.pad(normal, ((0, -height % STRIDE), (0, -width % STRIDE)), mode="symmetric")


@torch.inference_mode()
def cell_logits(
    net: CellNet, grey: NDArray[np.uint8 | np.float32], precision: str = "auto"
) -> NDArray[np.float32]:
    """Give the network's answer for the cells of one image (H, W): (ceil(H/8), ceil(W/8)) float32.

    Of a network for enlarged images there are as many more.
    One image at a time, so that an image's score does not depend on its neighbours in a batch.
    """
    device = pick_device()
    batch = torch.from_numpy(prepare(grey, net.enlarge))[None, None]
    batch = batch.to(device, memory_format=torch.channels_last)
    with autocast(device, precision):
        logits = net(batch)
    return np.asarray(logits[0].float().cpu().numpy(), np.float32)


def cell_scores(
    net: CellNet, grey: NDArray[np.uint8 | np.float32], precision: str = "auto"
) -> NDArray[np.float32]:
    """Score the cells of one image (H, W), without its kind's background: (ceil(H/8), ceil(W/8)) float32.

    A cell's score is its logit less the image's median: what is odd everywhere is the image's own way, and no defect.
    """
    cells = cell_logits(net, grey, precision)
    return np.asarray(cells - np.median(cells), np.float32)


def raw_score(cells: NDArray[np.float32]) -> float:
    """Reduce cell scores (h, w) to one: the highest mean of 2x2 neighbours (of fewer, in an image of one row).

    A defect lies across the borders of cells, so that two or four see a part of it; one alone may be noise.
    """
    above, below = cells[: max(1, len(cells) - 1)], cells[-max(1, len(cells) - 1) :]
    rows = (above + below) / 2
    count = max(1, rows.shape[1] - 1)
    return float(((rows[:, :count] + rows[:, -count:]) / 2).max())


def heat_map(cells: NDArray[np.float32], shape: tuple[int, int], enlarge: int = 1) -> NDArray[np.float32]:
    """Bring cell scores (h, w) to the pixels of the image, `shape` (H, W), without changing their scale."""
    height, width = cells.shape
    side = STRIDE // enlarge
    wide = cv2.resize(cells, (width * side, height * side), interpolation=cv2.INTER_LINEAR)
    return np.asarray(wide[: shape[0], : shape[1]], np.float32)

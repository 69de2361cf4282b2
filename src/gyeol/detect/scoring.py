"""From an image to its cell logits, and from those to one raw score."""

from __future__ import annotations

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from gyeol.detect.device import autocast, pick_device
from gyeol.detect.network import STRIDE, CellNet
from gyeol.detect.surfaces import grey_statistics, normalise


def prepare(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Normalise an image (H, W) and mirror its border up to multiples of 8: (8h, 8w) float32."""
    height, width = pixels.shape
    normal = normalise(pixels, *grey_statistics(pixels))
    return np.pad(normal, ((0, -height % STRIDE), (0, -width % STRIDE)), mode="symmetric")


@torch.inference_mode()
def cell_logits(net: CellNet, pixels: NDArray[np.uint8], precision: str = "auto") -> NDArray[np.float32]:
    """Score the cells of one image (H, W): (ceil(H/8), ceil(W/8)) float32.

    One image at a time, so that an image's score does not depend on its neighbours in a batch.
    """
    device = pick_device()
    batch = torch.from_numpy(prepare(pixels))[None, None].to(device, memory_format=torch.channels_last)
    with autocast(device, precision):
        logits = net(batch)
    return np.asarray(logits[0].float().cpu().numpy(), np.float32)


def raw_score(logits: NDArray[np.float32]) -> float:
    """Reduce cell logits (h, w) to one: the highest mean of 3x3 neighbouring cells, at borders of those inside."""
    cells = torch.from_numpy(logits)[None, None]
    return float(F.avg_pool2d(cells, 3, 1, 1, count_include_pad=False).max())


def heat_map(logits: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
    """Bring cell logits (h, w) to the pixels of the image, `shape` (H, W), without changing their scale."""
    height, width = logits.shape
    wide = cv2.resize(logits, (width * STRIDE, height * STRIDE), interpolation=cv2.INTER_LINEAR)
    return np.asarray(wide[: shape[0], : shape[1]], np.float32)

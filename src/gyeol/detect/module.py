"""A detector as one torch module, to be built into somebody's own program: pixels in, score and heat map out.

It needs torch alone: what OpenCV, NumPy and SciPy do when a :class:`gyeol.detect.detector.Detector` judges an image is
written here in torch. On the CPU in float32 it gives the detector's scores up to rounding.
"""

from __future__ import annotations

import copy

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gyeol.detect.background import COARSE, Backgrounds
from gyeol.detect.calibration import Calibration
from gyeol.detect.network import STRIDE, CellNet, fused
from gyeol.detect.surfaces import FLAT, SHOWN
from gyeol.kinds import Kinds
from gyeol.kinds.describe import SCALES, TILE, filters, tile_starts


class DetectorModule(nn.Module):
    """Score grey images.

    Parameters
    ----------
    net : CellNet
    kinds : Kinds
    backgrounds : Backgrounds
    calibration : Calibration
    threshold : float

    Attributes
    ----------
    threshold : () float32
        Score above which an image is defective; a buffer, as all that was learnt is.
    """

    threshold: Tensor

    def __init__(
        self,
        net: CellNet,
        kinds: Kinds,
        backgrounds: Backgrounds,
        calibration: Calibration,
        threshold: float,
    ) -> None:
        super().__init__()
        self.net, self.enlarge = fused(copy.deepcopy(net).float().cpu()), net.enlarge
        self.describe = TextureDescriptor()
        for name, array in kinds.to_arrays().items():
            self.register_buffer(f"kinds_{name}", torch.from_numpy(np.array(array)))
        self.size = tuple(backgrounds.size.tolist())
        if backgrounds.kinds.any():
            self.register_buffer("fields", torch.from_numpy(backgrounds.fields.astype(np.float32)))
            self.register_buffer("energy", torch.from_numpy(backgrounds.energy.copy()))
        self.register_buffer("centre", torch.from_numpy(calibration.centre.astype(np.float32)))
        self.register_buffer("scale", torch.from_numpy(calibration.scale.astype(np.float32)))
        self.register_buffer("threshold", torch.tensor(threshold, dtype=torch.float32))
        self.eval()

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Judge images.

        Parameters
        ----------
        pixels : (B, 1, H, W)
            Grey values from 0 to 255, of any type; H and W from 16.

        Returns
        -------
        score : (B,) float32
            Calibrated: 0 is a usual good surface of its kind; defective above `threshold`.
        heat : (B, H, W) float32
            The score of every pixel's surroundings.
        """
        grey = pixels[:, 0].float()
        height, width = grey.shape[1:]
        kind = self.assign(self.describe(grey))
        if (height, width) == self.size:
            grey = self.without_background(grey, kind)
        deviation, mean = torch.std_mean(grey, (1, 2), correction=0, keepdim=True)
        normal = (grey - mean) / deviation.clamp(min=FLAT)
        if self.enlarge > 1:
            normal = wider(normal, self.enlarge)
        for axis, length in enumerate(normal.shape[1:], start=1):
            normal = mirrored(normal, axis, -(-length // STRIDE) * STRIDE)
        logits = self.net(normal[:, None]).float()
        cells = logits - median(logits.flatten(1), 1)[:, None, None]
        centre, scale = self.get_buffer("centre")[kind], self.get_buffer("scale")[kind]
        # The highest mean of 2x2 neighbours, see gyeol.detect.scoring.raw_score.
        raw = F.avg_pool2d(cells[:, None], 2, 1).amax((1, 2, 3))
        heat = (cells - centre[:, None, None]) / scale[:, None, None]
        heat = wider(heat, STRIDE // self.enlarge)
        return (raw - centre) / scale, heat[:, :height, :width]

    def without_background(self, grey: Tensor, kind: Tensor) -> Tensor:
        """Take the backgrounds of their kinds (B,) off images (B, H, W); see :mod:`gyeol.detect.background`."""
        field = wider(self.get_buffer("fields")[kind], COARSE)[:, : grey.shape[1], : grey.shape[2]]
        centred = grey - grey.mean((1, 2), keepdim=True)
        share = (centred * field).sum((1, 2)) / self.get_buffer("energy")[kind]
        return grey - share.clamp(0, SHOWN)[:, None, None] * field

    def assign(self, descriptors: Tensor) -> Tensor:
        """Name the kind (B,) of descriptors (B, D); see :meth:`gyeol.kinds.Kinds.assign`."""
        mean, scale, whitening, centres = (
            self.get_buffer(f"kinds_{name}") for name in ("mean", "scale", "whitening", "white_centres")
        )
        white = ((descriptors - mean) / scale) @ whitening.T
        return ((centres**2).sum(1) - 2 * white @ centres.T).argmin(1)


class TextureDescriptor(nn.Module):
    """Describe textures as :func:`gyeol.kinds.describe` does: (B, H, W) float32 to (B, D)."""

    def __init__(self) -> None:
        super().__init__()
        for number, (_, radii, _) in enumerate(SCALES):
            window, bins = filters(radii)
            self.register_buffer(f"window_{number}", torch.from_numpy(np.array(window)), persistent=False)
            self.register_buffer(f"bins_{number}", torch.from_numpy(np.array(bins)), persistent=False)

    def forward(self, grey: Tensor) -> Tensor:
        """Map (B, H, W) to (B, D)."""
        spectra = []
        moments = []
        for number, (pool, _, most) in enumerate(SCALES):
            cut = tiles(F.avg_pool2d(grey, pool) if pool > 1 else grey, most)
            cut = cut - cut.mean((2, 3), keepdim=True)
            if pool == 1:
                moments.append(shape_of_histogram(cut))
            window, bins = self.get_buffer(f"window_{number}"), self.get_buffer(f"bins_{number}")
            transform = torch.fft.rfft2(cut * window)
            power = (transform.real**2 + transform.imag**2).flatten(2)
            floor = (window**2).sum() / 12
            spectra.append(median(torch.log(power @ bins + floor), 1))
        spectrum = torch.cat(spectra, 1)
        return torch.cat([spectrum - spectrum.mean(1, keepdim=True), *moments], 1)


def tiles(grey: Tensor, most: int) -> Tensor:
    """Cut tiles evenly spread out of (B, H, W): (B, N, 64, 64)."""
    for axis in (1, 2):
        grey = mirrored(grey, axis, max(TILE, grey.shape[axis]))
    rows, columns = (
        torch.tensor(tile_starts(int(length), most).tolist())[:, None] + torch.arange(TILE)
        for length in grey.shape[1:]
    )
    cut = grey[:, rows.to(grey.device)][..., columns.to(grey.device)]  # (B, n, 64, m, 64)
    return cut.transpose(2, 3).flatten(1, 2)


def shape_of_histogram(cut: Tensor) -> Tensor:
    """Describe the grey values of tiles (B, N, 64, 64) of mean 0: (B, 4)."""
    flat = cut.flatten(2)
    square = flat * flat
    variance = square.mean(2) + 1 / 12
    skewness = (square * flat).mean(2) / variance**1.5
    kurtosis = (square * square).mean(2) / variance**2
    levels = torch.tensor([0.2, 0.5, 0.8], device=cut.device)
    low, middle, high = torch.quantile(variance.sqrt(), levels, dim=1)
    return torch.stack(
        [
            torch.asinh(median(skewness, 1)),
            torch.log(median(kurtosis, 1) + 1),
            torch.log(high / low),
            torch.log(middle),
        ],
        1,
    )


def wider(values: Tensor, times: int) -> Tensor:
    """Enlarge images (B, H, W), linearly between the middles of their pixels."""
    return F.interpolate(values[:, None], scale_factor=times, mode="bilinear", align_corners=False)[:, 0]


def median(values: Tensor, axis: int) -> Tensor:
    """Take the median along an axis, of an even number the mean of the two in the middle, as NumPy does."""
    ordered = values.sort(axis).values
    count = values.shape[axis]
    return (ordered.select(axis, (count - 1) // 2) + ordered.select(axis, count // 2)) / 2


def mirrored(values: Tensor, axis: int, wanted: int) -> Tensor:
    """Continue an axis by its mirror image, over and over, to the length wanted."""
    length = values.shape[axis]
    if length == wanted:
        return values
    place = torch.arange(wanted, device=values.device) % (2 * length)
    return values.index_select(axis, torch.minimum(place, 2 * length - 1 - place))

"""Wherever a defect lies, in corners and across cells too, it scores as one in the middle."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gyeol.detect.network import STRIDE, CellNet
from gyeol.detect.scoring import cell_scores, heat_map, raw_score

SIDE = 12
WHOLE = (120, 144)
"""A shape of whole cells; of any other, the last cells are filled up with their mirror image, a defect there too."""


def by_hand(seen: int) -> CellNet:
    """Make a network by hand that says how far a cell's pixels stray; it needs no training.

    `seen` is what it looks at: 0 the pixels themselves, 1 their local contrast.
    """
    net = CellNet((2, 2, 2), (0, 0), window=8).eval().requires_grad_(False)
    for parameter in net.parameters():
        parameter.zero_()
    first, second, third = (net.stem[n][0].weight for n in range(3))  # type: ignore[index]
    # Pairs of taps that begin at the middle see every pixel once and nothing beyond the border.
    first[0, seen, 2:4, 2:4], first[1, seen, 2:4, 2:4] = 0.25, -0.25
    for layer in (second, third):
        for channel in range(2):
            layer[channel, channel, 1:3, 1:3] = 0.25
    for norm in (*(net.stem[n][1] for n in range(3)), net.context.mix[1]):  # type: ignore[index]
        norm.weight.fill_(1)
    for channel in range(2):
        net.context.mix[0].weight[channel, channel] = 1
    net.logit.weight.fill_(1)
    return net


PIXELS, CONTRAST = by_hand(0), by_hand(1)


def surface(shape: tuple[int, int], seed: int) -> NDArray[np.uint8]:
    noise = np.random.default_rng(seed).normal(size=shape)
    return np.clip(128 + 12 * noise, 0, 255).astype(np.uint8)


def score(
    net: CellNet, shape: tuple[int, int], place: tuple[int, int], seed: int
) -> tuple[float, NDArray[np.float32]]:
    pixels = surface(shape, seed)
    marked = pixels[place[0] : place[0] + SIDE, place[1] : place[1] + SIDE]
    marked[:] = np.clip(marked + 70.0, 0, 255)
    cells = cell_scores(net, pixels, "fp32")
    return raw_score(cells), heat_map(cells, pixels.shape)


def middle(place: int, length: int) -> int:
    """Give the place nearest to the middle that lies as `place` does within its cell."""
    return length // 2 // STRIDE * STRIDE + place % STRIDE - STRIDE


@pytest.mark.parametrize(
    ("net", "tolerance"),
    [
        pytest.param(PIXELS, 0.15, id="pixels"),
        # In a corner a third of what is around is the defect itself, which then stands out less from it.
        pytest.param(CONTRAST, 0.45, id="local contrast"),
    ],
)
@settings(max_examples=25, deadline=None)
@given(
    shape=st.sampled_from([WHOLE, (117, 138)]),
    down=st.floats(0, 1),
    along=st.floats(0, 1),
    seed=st.integers(0, 3),
)
@example(shape=WHOLE, down=0.0, along=0.0, seed=0)
@example(shape=WHOLE, down=0.0, along=1.0, seed=0)
@example(shape=WHOLE, down=1.0, along=0.0, seed=0)
@example(shape=WHOLE, down=1.0, along=1.0, seed=0)
@example(shape=WHOLE, down=0.0, along=0.5, seed=1)
@example(shape=(117, 138), down=1.0, along=1.0, seed=1)
@example(shape=(117, 138), down=1.0, along=0.47, seed=1)
def test_a_defect_scores_alike_wherever_it_lies_and_is_shown_there(
    net: CellNet, tolerance: float, shape: tuple[int, int], down: float, along: float, seed: int
) -> None:
    place = int(down * (shape[0] - SIDE)), int(along * (shape[1] - SIDE))
    found, heat = score(net, shape, place, seed)
    centre, _ = score(net, shape, (middle(place[0], shape[0]), middle(place[1], shape[1])), seed)
    clean = raw_score(cell_scores(net, surface(shape, seed), "fp32"))
    assert clean < 0.5 * centre
    assert found > (1 - tolerance) * centre
    if shape == WHOLE:
        assert found < (1 + tolerance) * centre
    peak = np.unravel_index(int(heat.argmax()), heat.shape)
    for at, began in zip(peak, place, strict=True):
        assert began - STRIDE <= at < began + SIDE + STRIDE

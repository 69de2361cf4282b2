"""The network as a scheme; its numbers come from the code."""

from __future__ import annotations

from pathlib import Path

from gyeol.detect.config import Config
from gyeol.detect.network import STRIDE, CellNet
from style import PALE_BLUE, PALE_GREEN, PALE_ORANGE, Drawing


def counted(blocks: int) -> str:
    return f"{blocks} residual block{'' if blocks == 1 else 's'}"


def draw(path: Path) -> None:
    config = Config()
    weights = sum(each.numel() for each in CellNet(config.widths, config.blocks).parameters())
    first, second, third = config.widths
    before, after = config.blocks
    window = config.size // STRIDE
    it = Drawing(940, 250, f"The network: {weights / 1e6:.2f} million weights")
    columns = [
        (10, ["grey pixels", "H x W, normalised"], PALE_BLUE),
        (165, ["two inputs", "grey, and grey against", "some 40 pixels around"], PALE_BLUE),
        (
            355,
            [f"{first}, {second}, {third} channels", "three convolutions", f"each halves; stride {STRIDE}"],
            PALE_GREEN,
        ),
        (545, [counted(before), f"{third} channels"], PALE_GREEN),
        (735, ["context", f"against {window} x {window} cells", "around; FiLM"], PALE_ORANGE),
    ]
    for number, (x, lines, fill) in enumerate(columns):
        width = 130 if number == 0 else 165
        it.box(x, 30, width, 80, lines, fill)
        if number:
            it.arrow((columns[number - 1][0] + (130 if number == 1 else 165), 70), (x, 70))
    it.arrow((818, 110), (818, 160))
    it.box(735, 160, 165, 70, [counted(after), "then one logit a cell"], PALE_GREEN)
    it.arrow((735, 195), (710, 195))
    it.box(545, 160, 165, 70, ["score of every cell", "less the image's median"], PALE_BLUE)
    it.arrow((545, 195), (520, 195))
    it.box(355, 160, 165, 70, ["score of the image", "highest mean of 2 x 2"], PALE_BLUE)
    it.arrow((355, 195), (330, 195))
    it.box(165, 160, 165, 70, ["calibrated by kind", "then the threshold"], PALE_ORANGE)
    it.arrow((165, 195), (140, 195))
    it.box(10, 160, 130, 70, ["0 or 1", "and a heat map"], PALE_BLUE)
    it.text(10, 18, f"{weights / 1e6:.2f} million weights", 'font-size="12"')
    it.write(path)

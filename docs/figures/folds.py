"""How an estimate without a leak is made from one trunk."""

from __future__ import annotations

from pathlib import Path

from gyeol.detect.config import Config
from gyeol.detect.fit import FINE
from style import GREY, ORANGE, PALE_BLUE, PALE_GREEN, PALE_ORANGE, Drawing

DEFECTS = 12


def draw(path: Path) -> None:
    folds = Config().folds
    trunk = 1 - (folds + 1) * FINE
    it = Drawing(
        900, 300, "One trunk without defects; each fold fine-tuned without the defects that it scores"
    )
    it.box(
        10,
        90,
        210,
        100,
        ["trunk", f"{trunk:.0%} of the steps", "normals, synthetic anomalies", "no defect"],
        PALE_BLUE,
    )
    for fold in range(folds + 1):
        y = 10 + 72 * fold
        last = fold == folds
        name = "the model" if last else f"fold {fold + 1}"
        if last:  # goes on from the fold above it
            it.arrow((355, y - 16), (355, y))
        else:
            it.arrow((220, 140), (250, 140), (250, y + 28), (280, y + 28))
        it.box(280, y, 150, 56, [name, f"{FINE:.0%} of the steps"], PALE_GREEN)
        for number in range(DEFECTS):
            own = not last and number % folds == fold
            fill, edge = (PALE_ORANGE, ORANGE) if own else (GREY, GREY)
            it.parts.append(
                f'<circle cx="{452 + 17 * number}" cy="{y + 28}" r="6" fill="{fill}" stroke="{edge}"/>'
            )
        it.arrow((660, y + 28), (690, y + 28))
        it.box(
            690,
            y,
            200,
            56,
            ["is kept"] if last else ["scores the open ones", "it has not seen them"],
            PALE_GREEN if last else PALE_ORANGE,
        )
    it.text(10, 230, "grey: defects it learns from", 'font-size="12"')
    it.text(10, 250, "open: defects it only scores", 'font-size="12"')
    it.write(path)

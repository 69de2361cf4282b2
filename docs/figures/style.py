"""Colours and the plain shapes that the drawn figures are made of. Colours: Okabe and Ito 2008, for all eyes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, GREY, INK = "#0072b2", "#d55e00", "#009e73", "#8a8a8a", "#222222"
PALE_BLUE, PALE_ORANGE, PALE_GREEN, PALE_GREY = "#dbeaf5", "#f9e2d2", "#d5efe6", "#efefef"
FONT = "system-ui, 'Noto Sans', sans-serif"
CHART = {
    "svg.fonttype": "none",
    "svg.hashsalt": "gyeol",  # the same bytes every time
    "font.family": "sans-serif",
    "font.size": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "legend.frameon": False,
}


@contextmanager
def chart(path: Path, width: float, height: float) -> Iterator[Figure]:
    """Give an empty matplotlib figure, in inches, and write it as SVG."""
    with rc_context(CHART):
        figure = Figure((width, height), layout="constrained")
        yield figure
        figure.savefig(path, metadata={"Date": None})


class Drawing:
    """An SVG of boxes, arrows and words."""

    def __init__(self, width: int, height: int, title: str) -> None:
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
            f'font-family="{FONT}" font-size="14" fill="{INK}"><title>{escape(title)}</title>'
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
            f'orient="auto"><path d="M0 0 8 4 0 8z" fill="{GREY}"/></marker></defs>'
        ]

    def box(
        self, x: float, y: float, width: float, height: float, lines: list[str], fill: str = PALE_GREY
    ) -> None:
        """A box with its lines of text in the middle; the first is bold."""
        self.parts.append(
            f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" fill="{fill}" stroke="{GREY}"/>'
        )
        top = y + height / 2 - 9 * (len(lines) - 1) + 5
        for number, line in enumerate(lines):
            weight = ' font-weight="600"' if number == 0 else ' font-size="12"'
            self.text(x + width / 2, top + 18 * number, line, f'text-anchor="middle"{weight}')

    def text(self, x: float, y: float, words: str, style: str = "") -> None:
        """A line of text."""
        self.parts.append(f'<text x="{x}" y="{y}" {style}>{escape(words)}</text>')

    def arrow(self, *points: tuple[float, float]) -> None:
        """A line through points, with a tip."""
        path = " ".join(f"{x},{y}" for x, y in points)
        self.parts.append(
            f'<polyline points="{path}" fill="none" stroke="{GREY}" stroke-width="1.6" marker-end="url(#tip)"/>'
        )

    def write(self, path: Path) -> None:
        """Save it."""
        path.write_text("\n".join([*self.parts, "</svg>\n"]), encoding="utf-8")

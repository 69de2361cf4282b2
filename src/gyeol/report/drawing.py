"""From a matplotlib figure to an inline SVG whose colours and letters are the page's own."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

from markupsafe import Markup
from matplotlib import rc_context
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# No ink of the page has these colours; each is put in for a CSS variable, so that light, dark and print can differ.
INK, MUTED, GRID, PAPER = "#010203", "#010204", "#010205", "#010206"
NORMAL, DEFECT, TEST, OWN, INSIDE, OUTSIDE = "#010207", "#010208", "#010209", "#01020a", "#01020b", "#01020c"
_VARIABLES = {
    INK: "ink",
    MUTED: "muted",
    GRID: "grid",
    PAPER: "paper",
    NORMAL: "normal",
    DEFECT: "defect",
    TEST: "test",
    OWN: "normal",  # the palette's blue, green and vermilion
    INSIDE: "inside",
    OUTSIDE: "defect",
}
# A hundredth of a pixel is enough; texts are left as they are.
_GEOMETRY = re.compile(r' (?:d|x|y|x1|x2|y1|y2|points|transform)="[^"<>]*"')
_LONG = re.compile(r"(\d\.\d{2})\d+")
# A font has a size and a weight, which stay, and a family, which the page sets. Some matplotlibs write them as one.
_FONT = re.compile(r'style="font: (?:(\d+) )?([\d.]+px) [^;"]*')
_FAMILY = re.compile(r'(style="[^"]*?)font-family: [^;"]*;? ?')
_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,  # a name with two dollars in it is no formula
    "font.size": 12,
    "axes.titlesize": 12,
    "axes.labelsize": 12,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
    "legend.fontsize": 11,
    "legend.frameon": False,
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": GRID,
    "axes.facecolor": "none",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "xtick.color": GRID,
    "ytick.color": GRID,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
    "axes.unicode_minus": True,
    "lines.linewidth": 1.6,
    "figure.facecolor": "none",
}


class Chart:
    """A figure under way. :func:`drawing` makes it.

    Parameters
    ----------
    name : str
        Unique in the page; its ids begin with it.
    width, height : int
        Its natural size in CSS pixels; on a narrow screen it shrinks.
    """

    def __init__(self, name: str, width: int, height: int) -> None:
        self.name, self.width, self.height = name, width, height
        # One inch is 72 units of the SVG; a unit is shown as a pixel.
        self.figure = Figure(figsize=(width / 72, height / 72), layout="constrained")
        self._tips: list[str] = []

    def axes(self, rows: int = 1, columns: int = 1, **how: Any) -> list[Axes]:
        """Divide the figure; rows first."""
        return [*self.figure.subplots(rows, columns, squeeze=False, **how).flat]

    def tip(self, artist: Artist, text: str) -> None:
        """Say something about a mark: shown beside the pointer, with and without a script."""
        artist.set_gid(f"tip-{len(self._tips)}")
        self._tips.append(text)

    def svg(self, label: str) -> Markup:
        """Write it as an inline <svg>.

        Parameters
        ----------
        label : str
            What it shows and says, for those who do not see it.
        """
        stream = io.StringIO()
        with warnings.catch_warnings():
            # The page's own letters are used; that matplotlib's lack Hangul only makes its measures rough.
            warnings.filterwarnings("ignore", message=r"Glyph .* missing from")
            self.figure.savefig(stream, format="svg", metadata={"Date": None}, transparent=True)
        text = stream.getvalue()
        body = text[text.index("<defs>", text.index("</metadata>") if "</metadata>" in text else 0) :]
        body = re.sub(r"<style.*?</style>", "", body, flags=re.DOTALL)  # it would rule the whole page
        body = _GEOMETRY.sub(lambda found: _LONG.sub(r"\1", found[0]), body)
        for colour, variable in _VARIABLES.items():
            body = body.replace(colour, f"var(--{variable})")
        body = body.replace("xlink:href", "href")
        body = _FAMILY.sub(r"\1", _FONT.sub(_size_and_weight, body))
        body = re.sub(r'( id="|url\(#| href="#)', rf"\g<1>{self.name}-", body)
        for place, tip in enumerate(self._tips):
            opening = f'<g id="{self.name}-tip-{place}">'
            body = body.replace(opening, f'<g class="mark"><title>{escape(tip)}</title>')
        head = (
            f'<svg viewBox="0 0 {self.width} {self.height}" width="{self.width}" height="{self.height}" '
            f'role="img" aria-label="{escape(label)}">'
        )
        return Markup(head + body)  # noqa: S704 (matplotlib escapes texts, and label and tips are escaped above)


def _size_and_weight(font: re.Match[str]) -> str:
    return f'style="font-size: {font[2]}; font-weight: {font[1] or 400}'


@contextmanager
def drawing(name: str, width: int = 430, height: int = 260) -> Iterator[Chart]:
    """Hand out a figure to draw in, in the report's style."""
    # A salt of its own makes ids that are the same in every run.
    style: Any = _STYLE | {"svg.hashsalt": name}
    with rc_context(style):
        yield Chart(name, width, height)

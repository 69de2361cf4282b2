"""Outlines that annotation programs draw, brought to pixels."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageDraw

_LINE = 10
_POINT = 5
"""Width of a line and radius of a point in pixels, as LabelMe's own ``shape_to_mask`` draws them."""


@dataclass(frozen=True)
class Outline:
    """A shape that is given by points.

    Parameters
    ----------
    form : {"polygon", "rectangle", "circle", "line", "point"}
        A rectangle is given by two opposite corners, a circle by its centre and a point of its rim, a line by two
        points or more, ``point`` by one or more, of which each becomes a small disc.
    points : tuple of (float, float)
        x and y in pixels, from the upper left corner. The outline itself belongs to the shape.
    """

    form: str
    points: tuple[tuple[float, float], ...]

    def draw(self, canvas: Image.Image) -> None:
        """Draw it; what lies outside the canvas is cut off.

        Raises
        ------
        ValueError
            If it has too few points, or a form that is not known.
        """
        needed = {"polygon": 3, "rectangle": 2, "circle": 2, "line": 2, "point": 1}.get(self.form)
        if needed is None:
            raise ValueError(f"a shape of the type {self.form!r} cannot be drawn")
        if len(self.points) < needed:
            raise ValueError(f"a {self.form} has {len(self.points)} points, but needs {needed}")
        pen = ImageDraw.Draw(canvas)
        points = list(self.points)
        if self.form == "polygon":
            pen.polygon(points, fill=255, outline=255)
        elif self.form == "rectangle":
            columns, rows = zip(*points, strict=True)
            pen.rectangle((min(columns), min(rows), max(columns), max(rows)), fill=255, outline=255)
        elif self.form == "line":
            pen.line(points, fill=255, width=_LINE)
        else:
            discs = [(x, y, _POINT) for x, y in points]
            if self.form == "circle":
                (x, y), (rim_x, rim_y) = points[:2]
                discs = [(x, y, ((x - rim_x) ** 2 + (y - rim_y) ** 2) ** 0.5)]
            for x, y, radius in discs:
                pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255, outline=255)


@dataclass(frozen=True)
class Box:
    """The pixels of a box whose right and lower sides are exclusive, as COCO's ``bbox`` is.

    Parameters
    ----------
    left, top, width, height : float
        In pixels.
    """

    left: float
    top: float
    width: float
    height: float

    def draw(self, canvas: Image.Image) -> None:
        """Fill every pixel that the box touches by half or more."""
        right, bottom = round(self.left + self.width), round(self.top + self.height)
        canvas.paste(255, (max(0, round(self.left)), max(0, round(self.top)), max(0, right), max(0, bottom)))

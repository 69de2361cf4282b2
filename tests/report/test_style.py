"""The page's colours can be read, in light and in dark."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest


def palettes() -> dict[str, dict[str, str]]:
    style = files("gyeol.report").joinpath("templates/style.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    found = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part)) for part in (light, dark)]
    return {"light": found[0], "dark": found[0] | found[1]}


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.2."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str) -> float:
    high, low = sorted((luminance(one), luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_have_the_contrast_of_wcag_aa(theme: str) -> None:
    colours = palettes()[theme]
    for text in ("ink", "muted", "link"):
        assert contrast(colours[text], colours["paper"]) >= 4.5, text
    for ground in ("right", "wrong", "panel"):
        assert contrast(colours["ink"], colours[ground]) >= 4.5, ground


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_marks_stand_out_from_the_paper(theme: str) -> None:
    colours = palettes()[theme]
    for mark in ("normal", "defect", "test", "inside"):
        assert contrast(colours[mark], colours["paper"]) >= 3, mark


def test_dark_has_every_colour_of_light() -> None:
    style = files("gyeol.report").joinpath("templates/style.css").read_text(encoding="utf-8")
    light, dark = (
        set(re.findall(r"--([\w-]+): #", part)) for part in re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    )
    assert light == dark

"""Which texture gets which defect: a random one-to-one pairing among the pairs in which it can be seen."""

from __future__ import annotations

from numpy.random import Generator

COMPATIBLE: dict[str, tuple[str, ...]] = {
    # A thin line is lost among strokes, rings, furrows and grout.
    "scratch": ("grain", "cloudy", "woven", "lattice", "coral"),
    "crease": ("grain", "cloudy", "cellular", "woven", "leather", "lattice"),
    # Fine lines are lost among what is as fine.
    "hatching": ("cloudy", "cellular", "leather", "coral"),
    # Needs something fine to lose, everywhere.
    "blur": ("grain", "woven", "lattice"),
    # Needs one direction. A weave turned by any angle still looks much like a weave.
    "rotation": ("brushed", "wood"),
    # Needs lines or a lattice that can be bent.
    "swirl": ("wood", "lattice", "woven", "brushed"),
    # Needs a contrast that is the same everywhere: strokes and fibres have weak places of their own.
    "fading": ("grain", "woven", "wood", "leather", "lattice", "coral"),
    # Dots are lost among dots, pebbles and grout.
    "specks": ("grain", "brushed", "cloudy", "fibrous", "wood", "coral"),
    "ring": ("grain", "brushed", "cloudy", "fibrous", "woven", "wood"),
    # A cloud is lost among clouds.
    "stain": ("grain", "brushed", "cellular", "woven", "fibrous", "wood", "leather", "lattice", "coral"),
}
"""The textures on which each defect is plain to see."""


def draw_pairs(rng: Generator, textures: list[str]) -> list[tuple[str, str]]:
    """Draw a pairing of all textures with all defects.

    Parameters
    ----------
    rng : Generator
        The only source of chance.
    textures : list of str
        As many as there are defects.

    Returns
    -------
    list of (texture, defect)
        In the order of ``textures``.
    """
    choices = {
        texture: [str(name) for name in rng.permutation(sorted(COMPATIBLE)) if texture in COMPATIBLE[name]]
        for texture in textures
    }
    found = _extend(textures, choices, {})
    if found is None:  # the table always has a pairing; a test holds it to that
        raise AssertionError("no pairing of textures and defects")
    return [(texture, found[texture]) for texture in textures]


def _extend(left: list[str], choices: dict[str, list[str]], taken: dict[str, str]) -> dict[str, str] | None:
    """Give the next texture its first free defect from which the rest can be served."""
    if not left:
        return taken
    for defect in choices[left[0]]:
        if defect not in taken.values():
            found = _extend(left[1:], choices, {**taken, left[0]: defect})
            if found is not None:
                return found
    return None

"""Kinds of texture: describing an image's surface, and finding the kinds among unlabelled images."""

from gyeol.kinds.describe import LENGTH, describe
from gyeol.kinds.fit import fit_kinds
from gyeol.kinds.kinds import UNFAMILIAR, Kinds

__all__ = ["LENGTH", "UNFAMILIAR", "Kinds", "describe", "fit_kinds"]

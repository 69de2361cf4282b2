"""A generator of competition data: textured surfaces, each kind with a defect of its own, and the answers."""

from gyeol.data.sample.generate import generate
from gyeol.data.sample.plan import SCALES, Scale

__all__ = ["SCALES", "Scale", "generate"]

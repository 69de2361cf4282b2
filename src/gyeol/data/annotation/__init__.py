"""Masks that a person drew as shapes: COCO and LabelMe files, read as masks."""

from gyeol.data.annotation.drawn import Drawn, Mask, mask_file, read_marked

__all__ = ["Drawn", "Mask", "mask_file", "read_marked"]

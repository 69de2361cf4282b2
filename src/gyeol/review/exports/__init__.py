"""Verdicts in the forms that other programs read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gyeol.review.database import Database
from gyeol.review.exports.coco import export_coco
from gyeol.review.exports.competition import export_competition
from gyeol.review.exports.labelme import export_labelme
from gyeol.review.exports.table import export_table

EXPORTS: dict[str, tuple[Callable[[Database, Path], int], str]] = {
    "competition": (export_competition, "zip"),
    "csv": (export_table, "csv"),
    "coco": (export_coco, "json"),
    "labelme": (export_labelme, "zip"),
}
"""Name of the form: the function that writes it and says how many images went in, and the file's extension."""

__all__ = ["EXPORTS", "export_coco", "export_competition", "export_labelme", "export_table"]

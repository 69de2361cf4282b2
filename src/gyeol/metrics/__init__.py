"""Macro F1 and the other figures by which answers, scores and heat maps are judged."""

from gyeol.metrics.bootstrap import bootstrap_interval
from gyeol.metrics.classification import (
    ClassScores,
    accuracy,
    auroc,
    average_precision,
    best_threshold,
    confusion,
    macro_f1,
    per_class,
)
from gyeol.metrics.localisation import Aupro

__all__ = [
    "Aupro",
    "ClassScores",
    "accuracy",
    "auroc",
    "average_precision",
    "best_threshold",
    "bootstrap_interval",
    "confusion",
    "macro_f1",
    "per_class",
]

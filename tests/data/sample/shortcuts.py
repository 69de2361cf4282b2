"""What must not work: statistics of the whole image, and the most unusual window."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

_RADIUS = np.hypot(np.fft.fftfreq(512)[:, None], np.fft.rfftfreq(512)[None, :])
_BANDS = np.digitize(_RADIUS, np.geomspace(1 / 256, 0.7, 25)).ravel()
_PERCENT = (0.1, 1, 5, 10, 25, 50, 75, 90, 95, 99, 99.9)


def image_statistics(pixels: np.ndarray) -> np.ndarray:
    """Give mean, deviation, skewness, kurtosis, percentiles and 24 logarithmic band energies."""
    x = pixels.astype(np.float64)
    z = (x - x.mean()) / x.std()
    power = np.abs(np.fft.rfft2(x - x.mean())) ** 2
    bands = np.log(np.bincount(_BANDS, power.ravel(), 26)[1:25] + 1.0)
    return np.r_[x.mean(), x.std(), (z**3).mean(), (z**4).mean(), np.percentile(x, _PERCENT), bands]


def window_scores(pixels: np.ndarray) -> np.ndarray:
    """Give how unusual the most unusual 32x32 window is: by mean, by deviation, by either."""
    x = pixels.astype(np.float64).reshape(32, 16, 32, 16)
    total, squares = (
        t[:-1, :-1] + t[1:, :-1] + t[:-1, 1:] + t[1:, 1:] for t in (x.sum((1, 3)), (x * x).sum((1, 3)))
    )
    mean = total / 1024
    deviation = np.sqrt(np.maximum(squares / 1024 - mean**2, 0))
    found = []
    for value in (mean, deviation):
        off = np.abs(value - np.median(value))
        found.append((off / np.median(off)).max())
    return np.array([*found, max(found)])


def best_f1(truth: np.ndarray, score: np.ndarray) -> float:
    """Give the Macro F1 at the threshold that suits these very images best."""
    levels = np.quantile(score, np.linspace(0, 1, 201))
    return max(float(f1_score(truth, score >= level, average="macro", zero_division=0)) for level in levels)


def statistics_f1(features: np.ndarray, truth: np.ndarray, rng: np.random.Generator) -> float:
    """Learn from one half with all its labels, score the other half: mean over 4 halvings."""
    reached = []
    for _ in range(4):
        order = rng.permutation(len(truth))
        learn, test = order[: len(order) // 2], order[len(order) // 2 :]
        model = make_pipeline(
            StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=5000)
        ).fit(features[learn], truth[learn])
        reached.append(best_f1(truth[test], model.decision_function(features[test])))
    return float(np.mean(reached))

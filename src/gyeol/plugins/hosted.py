"""A plugin with what gyeol's own detector has around it: verdicts, a threshold, a record, a directory."""

from __future__ import annotations

import math
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gyeol import __version__
from gyeol.data.dataset import Dataset
from gyeol.detect import directory
from gyeol.detect.record import data_fingerprint, estimate
from gyeol.detect.threshold import choose_threshold, expect
from gyeol.detect.verdict import Verdict
from gyeol.errors import GyeolError, ModelError
from gyeol.files import printable
from gyeol.plugins.contract import DetectorPlugin, HeldOut
from gyeol.plugins.registry import load, names, package_of

REACH = 0.95
"""Quantile of the normals' scores that the scale is measured at, as for gyeol's own detector."""


class HostedDetector:
    """A detector that a plugin brings, used like :class:`gyeol.detect.detector.Detector`.

    The plugin's scores are shifted and scaled, all alike, so that 0 is the median and 1.645 the 95 % quantile of
    held-out normals. That changes no answer and no order; it makes threshold, charts and heat maps read as usual.

    Parameters
    ----------
    name : str
        Of the entry point.
    seed : int
    minutes : float
        Training time.
    prevalence : float or None
        Share of defective images to expect. Moves the threshold, unless the plugin has its own.

    Attributes
    ----------
    threshold_ : float
        Calibrated score above which an image is called defective.
    record_ : dict
        As of gyeol's own detector, with ``detector``: which plugin it was.

    Raises
    ------
    ModelError
        If there is no such plugin, it is broken, or a setting is out of range.
    """

    threshold_: float
    record_: dict[str, Any]

    def __init__(
        self, name: str, *, seed: int = 0, minutes: float = 5.0, prevalence: float | None = None
    ) -> None:
        if not (0 < minutes < math.inf) or not 0 <= seed < 2**32:
            raise ModelError(f"minutes={minutes}, seed={seed}: more than 0, and 0 to 4294967295 are needed")
        if prevalence is not None and not 0 < prevalence < 1:
            raise ModelError(f"prevalence is {prevalence}; it must be between 0 and 1")
        self.name, self.seed, self.minutes, self.prevalence = name, seed, minutes, prevalence
        self._class = load(name)
        self._told = f"the detector {name!r} of {package_of(name)}"

    def fit(self, dataset: Dataset, *, say: Callable[[str], None] = lambda _: None) -> HostedDetector:
        """Learn from a dataset.

        Raises
        ------
        DataError
            If the plugin cannot learn from the data.
        ModelError
            If the plugin fails.
        """
        began = time.monotonic()
        with self._blamed("fit"):
            self._plugin: DetectorPlugin = self._class(seed=self.seed, minutes=self.minutes)
            held_out = self._plugin.fit(dataset, say=say)
            self._check(held_out)
        self._centre = float(np.median(held_out.normals))
        reach = float(np.quantile(held_out.normals, REACH)) - self._centre
        # Where nearly all normals score the same, the defects tell what is far.
        spread = float(np.ptp(np.concatenate([held_out.normals, held_out.defects])))
        self._scale = max(reach / 1.645, 1e-3 * spread) or 1.0
        normals, defects = (self._calibrated(scores) for scores in (held_out.normals, held_out.defects))
        choice = choose_threshold(normals, defects, self.prevalence, seed=self.seed)
        if held_out.threshold is not None:
            own = float(self._calibrated(held_out.threshold))
            choice = expect(normals, defects, own, choice.prevalence, seed=self.seed)
        self.threshold_ = choice.threshold
        self.record_ = {
            "detector": {
                "name": self.name,
                "title": str(self._class.title),
                "package": package_of(self.name),
                "own_threshold": held_out.threshold is not None,
            },
            "gyeol": __version__,
            "python": platform.python_version(),
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "data": data_fingerprint(dataset),
            "external_data": bool(self._class.external_data),
            "device": platform.machine(),
            "seconds": round(time.monotonic() - began, 1),
            "defects": len(dataset.defects),
            "normals_learnt": len(dataset.normals) - len(normals),
            "normals_held_out": len(normals),
            "kinds": [len(dataset.train)],
            "estimate": estimate(choice),
            "defect_scores": [{"defect": n, "score": float(score)} for n, score in enumerate(defects)],
            "normal_scores": [round(float(score), 4) for score in np.sort(normals)],
            "history": [],
        }
        return self

    def judge(self, pixels: NDArray[np.uint8]) -> Verdict:
        """Judge one grey image (H, W) uint8; all images are of kind 0, and none is unfamiliar.

        Raises
        ------
        ModelError
            If the detector has not learnt anything, or the plugin fails.
        """
        self._check_fitted()
        with self._blamed("score"):
            found = self._plugin.score(pixels)
            score = float(self._calibrated(float(found.score)))
            cells = None if found.heat is None else np.asarray(found.heat, np.float32)
        if not math.isfinite(score) or (
            cells is not None and (cells.ndim != 2 or not np.isfinite(cells).all())
        ):
            raise ModelError(
                f"{self._told} gave a score or a heat map that is no number; it has to be mended"
            )
        heat = np.full(pixels.shape, score, np.float32)
        if cells is not None:
            wide = cv2.resize(cells, pixels.shape[::-1], interpolation=cv2.INTER_LINEAR)
            heat = self._calibrated(wide).astype(np.float32)
        return Verdict(score, int(score > self.threshold_), 0, 0.0, heat)

    def save(self, path: Path | str) -> None:
        """Keep the detector in a directory, as gyeol's own.

        Raises
        ------
        OutputError
            If the place is taken by something else or cannot be written.
        ModelError
            If the plugin fails.
        """
        self._check_fitted()
        with self._blamed("to_arrays"):
            arrays = {f"plugin.{name}": np.asarray(value) for name, value in self._plugin.to_arrays().items()}
        if odd := [name for name, value in arrays.items() if value.dtype.kind not in "biuf"]:
            raise ModelError(
                f"{self._told} gave {odd[0]} for storage, which holds no numbers; it has to be mended"
            )
        arrays["calibration"] = np.array([self._centre, self._scale])
        config = {"seed": self.seed, "minutes": self.minutes, "prevalence": self.prevalence}
        directory.write(Path(path), directory.Model(self.name, arrays, config, self.threshold_, self.record_))

    @classmethod
    def load(cls, path: Path | str) -> HostedDetector:
        """Read a detector from its directory; the code that runs is the installed plugin's.

        Raises
        ------
        ModelError
            If a file is missing or damaged, or the plugin is not installed or fails.
        """
        model = directory.read(Path(path))
        if model.detector not in names():
            package = model.record.get("detector", {}).get("package", "a package")
            raise ModelError(
                f"{path} was made by the detector {model.detector!r} of {package}, which is not installed; install it"
            )
        try:
            detector = cls(model.detector, **model.config)
            detector._centre, detector._scale = map(float, model.arrays.pop("calibration"))
        except (LookupError, TypeError, ValueError) as error:
            raise directory.not_whole(Path(path), error) from error
        detector.threshold_, detector.record_ = model.threshold, model.record
        with detector._blamed("from_arrays"):
            arrays = {name.removeprefix("plugin."): value for name, value in model.arrays.items()}
            detector._plugin = detector._class.from_arrays(arrays)
        return detector

    def _calibrated(self, scores: Any) -> NDArray[np.float64]:
        return np.asarray((np.asarray(scores, np.float64) - self._centre) / self._scale)

    def _check(self, held_out: HeldOut) -> None:
        for what, scores in (("normals", held_out.normals), ("defects", held_out.defects)):
            array = np.asarray(scores, np.float64)
            if array.ndim != 1 or not len(array) or not np.isfinite(array).all():
                raise ModelError(
                    f"{self._told} gave no finite scores of held-out {what}; it has to be mended, see docs/plugins.md"
                )

    def _check_fitted(self) -> None:
        if not hasattr(self, "_plugin"):
            raise ModelError("this detector has not learnt anything yet; call fit, or load")

    @contextmanager
    def _blamed(self, what: str) -> Iterator[None]:
        """Turn whatever goes wrong in the plugin's code into one line that names it."""
        try:
            yield
        except (GyeolError, MemoryError):
            raise
        except Exception as error:
            raise ModelError(
                f"{self._told} failed in {what} ({type(error).__name__}: {printable(error)}); it has to be mended"
            ) from error

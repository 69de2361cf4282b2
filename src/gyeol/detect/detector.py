"""The detector: learn from a dataset, judge images, be kept in a directory."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gyeol.data.dataset import Dataset
from gyeol.data.layouts import read_training_data
from gyeol.detect import storage
from gyeol.detect.answers import Answers, gather
from gyeol.detect.calibration import Calibration
from gyeol.detect.config import Config
from gyeol.detect.directory import weights_id
from gyeol.detect.fit import Course, Fitted
from gyeol.detect.further import Continuation
from gyeol.detect.images import load_training_images
from gyeol.detect.network import CellNet, fused
from gyeol.detect.record import data_fingerprint, describe_answers, training_record
from gyeol.detect.reference import Reference
from gyeol.detect.scoring import cell_scores, heat_map, raw_score
from gyeol.detect.show import detector_html
from gyeol.detect.together import Group, joined
from gyeol.detect.trainer import Progress
from gyeol.detect.verdict import Verdict
from gyeol.errors import ModelError
from gyeol.files import printable
from gyeol.kinds import Kinds, describe

Quiet = Callable[..., None]


def _nothing(*_: object) -> None:
    """Report to nobody."""


class Detector:
    """Find defects on textured surfaces.

    Parameters
    ----------
    config : Config, optional
        All settings at once.
    **settings
        Single settings by name, as in :class:`Config`; they take precedence.

    Attributes
    ----------
    threshold_ : float
        Calibrated score above which an image is called defective.
    record_ : dict
        What it was trained on, how, and the leak-free estimate of its accuracy. After :meth:`fit`.
    model_ : str
        Of one that was loaded: the name of its weights, as in :func:`gyeol.detect.directory.weights_id`. Else empty.

    Examples
    --------
    >>> detector = Detector(minutes=20).fit("data")             # doctest: +SKIP
    >>> detector.save("model")                                  # doctest: +SKIP
    >>> Detector.load("model").predict([image])                 # doctest: +SKIP
    array([1])
    """

    margin_ = 0.0
    """By how much its scores differ from its own; of an exported model, it is measured."""
    net_: CellNet
    kinds_: Kinds
    calibration_: Calibration
    reference_: Reference
    threshold_: float
    record_: dict[str, Any]
    model_: str = ""

    def __init__(self, config: Config | None = None, **settings: Any) -> None:
        self.config = dataclasses.replace(config or Config(), **settings)

    def fit(
        self,
        dataset: Dataset | Path | str,
        *,
        state: Path | None = None,
        resume: bool = False,
        report: Callable[[Progress], None] = _nothing,
        loading: Callable[[int, int], None] = _nothing,
        say: Callable[[str], None] = _nothing,
    ) -> Detector:
        """Learn from a dataset; in several processes, where torchrun started them, all of which get the same detector.

        Parameters
        ----------
        dataset : Dataset, Path or str
            A dataset, or a folder in any layout that gyeol knows.
        state : Path, optional
            File that the run is kept in while it is under way, for `resume`.
        resume : bool
            Go on from `state` where it exists.
        report, loading, say : callable
            Told of each step, of images read and of what is being done.

        Returns
        -------
        Detector
            Itself.

        Raises
        ------
        DataError
            If the data cannot be used.
        ModelError
            If `state` is of another run.
        """
        if not isinstance(dataset, Dataset):
            dataset = read_training_data(dataset)
        learnt_from = data_fingerprint(dataset)  # now: files may be gone or changed when the training ends
        with joined() as group:
            if not group.first:
                report, loading, say = _nothing, _nothing, _nothing
            course = group.attempt(lambda: self._prepare(dataset, group, state, report, loading, say))
            fitted = course.run(resume)
        self._take(learnt_from, fitted)
        self.model_ = ""
        return self

    def partial_fit(
        self,
        dataset: Dataset | Path | str,
        answers: Answers,
        *,
        state: Path | None = None,
        resume: bool = False,
        report: Callable[[Progress], None] = _nothing,
        loading: Callable[[int, int], None] = _nothing,
        say: Callable[[str], None] = _nothing,
        **settings: Any,
    ) -> Detector:
        """Go on learning, with what people have said of images since.

        It starts from the weights there are and takes a part of the first training's time. The kinds of texture stay.
        The threshold and the estimate are made anew.

        Parameters
        ----------
        dataset : Dataset, Path or str
            What it was fitted on: which normals it had kept out must stay out.
        answers : Answers
            The new images; :func:`gyeol.review.answers.read_answers` reads them from a review file.
        state, resume, report, loading, say
            As in :meth:`fit`.
        **settings
            Of :class:`Config`, but for the seed: ``minutes`` or ``steps`` (neither: half as long fine-tunings as the
            first ones), ``folds``, ``prevalence``.

        Returns
        -------
        Detector
            Itself.

        Raises
        ------
        DataError
            If the data cannot be used, or the answers say nothing new.
        ModelError
            If it has not learnt anything yet, or from other data; if `state` is of another run.
        """
        self._check_fitted()
        if not isinstance(dataset, Dataset):
            dataset = read_training_data(dataset)
        if settings.get("seed", self.config.seed) != self.config.seed:
            raise ModelError("the seed is the model's, for it says which normals were kept out; leave it out")
        learnt_from = data_fingerprint(dataset)
        config = dataclasses.replace(self.config, **{"minutes": None, "steps": None, **settings})
        gathered = gather(dataset, answers, self.kinds_, config, self.record_, loading)
        steps = int(self.record_.get("from", self.record_)["steps"])
        told = {"model": self.model_, "steps": steps, **gathered.told}
        say(describe_answers(told))
        self._take(
            learnt_from, Continuation(gathered, self.net_, steps, config, report, say, state).run(resume)
        )
        self.config, self.model_ = config, ""
        self.record_["from"] = told
        return self

    def _take(self, learnt_from: str, fitted: Fitted) -> None:
        self.net_, self.kinds_, self.calibration_ = fitted.net, fitted.kinds, fitted.calibration
        self.reference_ = fitted.reference
        self.threshold_ = fitted.choice.threshold
        self._judge = fused(self.net_)
        self.record_ = training_record(learnt_from, fitted)

    def _prepare(
        self,
        dataset: Dataset,
        group: Group,
        state: Path | None,
        report: Callable[[Progress], None],
        loading: Callable[[int, int], None],
        say: Callable[[str], None],
    ) -> Course:
        """Read the images, and make ready to learn from them."""
        images = load_training_images(dataset, self.config.memory_gib, self.config.seed, loading)
        say(f"{images.kinds.count} kinds of texture")
        if left := len(dataset.normals) - len(images.normals):
            say(
                f"{len(images.normals):,} normals, drawn at random, fill {self.config.memory_gib:g} GiB; "
                f"{left:,} are left out (memory_gib makes more room)"
            )
        return Course(images, self.config, report, say, state, group)

    def judge(self, pixels: NDArray[np.uint8]) -> Verdict:
        """Judge one grey image (H, W) uint8.

        Raises
        ------
        ModelError
            If the detector has not learnt anything, or the array is not a grey image.
        """
        self._check_fitted()
        if pixels.ndim != 2 or pixels.dtype != np.uint8:
            raise ModelError(
                f"an image must be a (H, W) uint8 array, not {pixels.shape} {pixels.dtype}; "
                "gyeol.read_image gives one"
            )
        descriptor = describe(pixels)[None]
        kind = int(self.kinds_.assign(descriptor)[0])
        cells = cell_scores(self._judge, pixels, self.config.precision)
        which = np.array([kind])
        score = float(self.calibration_(np.array([raw_score(cells)]), which)[0])
        centre, scale = self.calibration_.centre[kind], self.calibration_.scale[kind]
        heat = heat_map(((cells - centre) / scale).astype(np.float32), pixels.shape)
        distance = float(self.kinds_.distance(descriptor)[0])
        return Verdict(score, int(score > self.threshold_), kind, distance, heat)

    def score_samples(self, images: Iterable[NDArray[np.uint8]]) -> NDArray[np.float64]:
        """Calibrated scores (N,) of grey images, higher is more defective."""
        return np.array([self.judge(image).score for image in images], np.float64)

    def predict(self, images: Iterable[NDArray[np.uint8]]) -> NDArray[np.int64]:
        """Answers (N,) for grey images: 1 defect, 0 normal."""
        return np.array([self.judge(image).answer for image in images], np.int64)

    def save(self, path: Path | str) -> None:
        """Keep the detector in a directory, which is replaced whole if it is a detector already.

        Raises
        ------
        OutputError
            If the place is taken by something else or cannot be written.
        """
        self._check_fitted()
        parts = storage.Parts(
            self.config,
            self.net_,
            self.kinds_,
            self.calibration_,
            self.reference_,
            self.threshold_,
            self.record_,
        )
        storage.write(Path(path), parts)

    @classmethod
    def load(cls, path: Path | str) -> Detector:
        """Read a detector from its directory; no code in it is run.

        Raises
        ------
        ModelError
            If a file is missing, damaged, or of a version that this gyeol does not know.
        """
        parts = storage.read(Path(path))
        detector = cls(parts.config)
        detector.net_, detector.kinds_, detector.calibration_ = parts.net, parts.kinds, parts.calibration
        detector.reference_ = parts.reference
        detector.threshold_, detector.record_ = parts.threshold, parts.record
        detector._judge = fused(parts.net)
        detector.model_ = weights_id(Path(path))
        detector._try_out(path)
        return detector

    def _try_out(self, path: Path | str) -> None:
        """Refuse parts that are each sound and do not go together, or overflow, before the first image comes."""
        try:
            fine = np.isfinite(self.judge(np.arange(4096, dtype=np.uint8).reshape(64, 64)).score)
        except (ValueError, TypeError, RuntimeError, IndexError) as error:
            raise ModelError(
                f"{path} cannot judge an image ({printable(error)[:120]}); train it again"
            ) from error
        if not fine:
            raise ModelError(f"{path} gives a score that is no number; train it again")

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        return detector_html(self)

    def _check_fitted(self) -> None:
        if not hasattr(self, "net_"):
            raise ModelError("this detector has not learnt anything yet; call fit, or Detector.load")

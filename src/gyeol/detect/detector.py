"""The detector: learn from a dataset, judge images, be kept in a directory."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gyeol.data.dataset import Dataset
from gyeol.data.layouts import read_training_data
from gyeol.detect import storage
from gyeol.detect.answers import Answers, gather
from gyeol.detect.arrays import check_image, labelled_arrays
from gyeol.detect.background import Backgrounds
from gyeol.detect.calibration import Calibration
from gyeol.detect.config import Config
from gyeol.detect.directory import weights_id
from gyeol.detect.fit import Course
from gyeol.detect.fitted import Fitted
from gyeol.detect.further import Continuation
from gyeol.detect.images import TrainingImages, load_training_images, training_images
from gyeol.detect.module import DetectorModule
from gyeol.detect.network import CellNet, fused
from gyeol.detect.record import data_fingerprint, describe_answers, training_record
from gyeol.detect.reference import Reference
from gyeol.detect.scoring import cell_scores, heat_map, raw_score
from gyeol.detect.show import detector_html
from gyeol.detect.together import Group, joined
from gyeol.detect.trainer import Progress
from gyeol.detect.verdict import Verdict
from gyeol.errors import ModelError, SettingError
from gyeol.files import printable
from gyeol.kinds import Kinds, describe
from gyeol.metrics.classification import macro_f1

if TYPE_CHECKING:
    from sklearn.utils import Tags


def _nothing(*_: object) -> None:
    """Report to nobody."""


class Detector:
    """Find defects on textured surfaces.

    It works as scikit-learn's classifiers do (`clone`, `GridSearchCV`, `Pipeline`, scorers), but for its samples, which
    are images.

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
    classes_ : (2,) int64
        0 normal, 1 defect.

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
    backgrounds_: Backgrounds
    calibration_: Calibration
    reference_: Reference
    threshold_: float
    record_: dict[str, Any]
    model_: str = ""

    def __init__(self, config: Config | None = None, **settings: Any) -> None:
        self.config = dataclasses.replace(config or Config(), **settings)

    def fit(
        self,
        dataset: Dataset | Path | str | Iterable[NDArray[np.uint8]],
        y: ArrayLike | None = None,
        *,
        masks: Sequence[NDArray[Any] | None] | None = None,
        state: Path | None = None,
        resume: bool = False,
        report: Callable[[Progress], None] = _nothing,
        loading: Callable[[int, int], None] = _nothing,
        say: Callable[[str], None] = _nothing,
    ) -> Self:
        """Learn from a dataset, or from images and their labels.

        In several processes, where torchrun started them, all of which get the same detector.

        Parameters
        ----------
        dataset : Dataset, Path, str, or iterable of (H, W) uint8
            A dataset, a folder in any layout that gyeol knows, or grey images.
        y : (N,) int, optional
            With images, their labels: 1 defect, 0 normal.
        masks : sequence of (H, W) or None, optional
            With images, where the defects are, roughly (above 0); None for an image where that is not known.
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
            If `state` is of another run, or an image is no grey image.
        """
        if isinstance(dataset, Dataset | Path | str):
            if y is not None or masks is not None:
                raise SettingError(
                    "a dataset has labels and masks of its own; give y and masks with images only"
                )
            folder = dataset if isinstance(dataset, Dataset) else read_training_data(dataset)
            source = data_fingerprint(folder)  # now: files may be gone or changed when the training ends

            def read() -> TrainingImages:
                return load_training_images(folder, self.config.memory_gib, self.config.seed, loading)
        elif y is None:
            # In scikit-learn's words, for its tools look for them.
            raise SettingError("requires y to be passed, but the target y is None: the label of each image")
        else:
            arrays = labelled_arrays(dataset, y, masks)
            source = arrays.fingerprint()

            def read() -> TrainingImages:
                return training_images(arrays.images, arrays.defective, arrays.masks, self.config.seed)

        with joined() as group:
            if not group.first:
                report, loading, say = _nothing, _nothing, _nothing
            course = group.attempt(lambda: self._prepare(read, group, state, report, say))
            fitted = course.run(resume)
        self._learnt(source, fitted)
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
    ) -> Self:
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
        kept = {"minutes": None, "steps": None, "enlarge": self.net_.enlarge}
        config = dataclasses.replace(self.config, **{**kept, **settings})
        gathered = gather(dataset, answers, self.kinds_, config, self.record_, loading)
        steps = int(self.record_.get("from", self.record_)["steps"])
        told = {"model": self.model_, "steps": steps, **gathered.told}
        say(describe_answers(told))
        fitted = Continuation(gathered, self.net_, self.backgrounds_, steps, config, report, say, state).run(
            resume
        )
        self._learnt(self.record_["data"], fitted)  # gather has made sure that it is the same
        self.config = config
        self.record_["from"] = told
        return self

    def _learnt(self, source: str, fitted: Fitted) -> None:
        """Take over what was learnt from what has the fingerprint `source`."""
        self._take(
            fitted.net,
            fitted.kinds,
            fitted.backgrounds,
            fitted.calibration,
            fitted.reference,
            fitted.choice.threshold,
        )
        self.record_, self.model_ = training_record(source, fitted), ""

    def _prepare(
        self,
        read: Callable[[], TrainingImages],
        group: Group,
        state: Path | None,
        report: Callable[[Progress], None],
        say: Callable[[str], None],
    ) -> Course:
        """Read the images, and make ready to learn from them."""
        images = read()
        say(f"{images.kinds.count} kinds of texture")
        if images.left_out:
            say(
                f"{len(images.normals):,} normals, drawn at random, fill {self.config.memory_gib:g} GiB; "
                f"{images.left_out:,} are left out (memory_gib makes more room)"
            )
        return Course(images, self.config, report, say, state, group)

    def _take(
        self,
        net: CellNet,
        kinds: Kinds,
        backgrounds: Backgrounds,
        calibration: Calibration,
        reference: Reference,
        threshold: float,
    ) -> None:
        """Take over what judges."""
        self.net_, self.kinds_, self.calibration_, self.threshold_ = net, kinds, calibration, threshold
        self.backgrounds_, self.reference_ = backgrounds, reference
        self._judge = fused(net)

    def judge(self, pixels: NDArray[np.uint8]) -> Verdict:
        """Judge one grey image (H, W) uint8.

        Raises
        ------
        ModelError
            If the detector has not learnt anything, or the array is not a grey image.
        """
        self._check_fitted()
        descriptor = describe(check_image(pixels))[None]
        kind = int(self.kinds_.assign(descriptor)[0])
        backdrop = self.backgrounds_.of(kind, pixels.shape)
        background = math.nan if backdrop is None else backdrop.share(pixels)
        grey = pixels if backdrop is None else backdrop.taken_off(pixels, background)
        cells = cell_scores(self._judge, grey, self.config.precision)
        which = np.array([kind])
        score = float(self.calibration_(np.array([raw_score(cells)]), which)[0])
        centre, scale = self.calibration_.centre[kind], self.calibration_.scale[kind]
        heat = heat_map(((cells - centre) / scale).astype(np.float32), pixels.shape, self._judge.enlarge)
        distance = float(self.kinds_.distance(descriptor)[0])
        return Verdict(score, int(score > self.threshold_), kind, distance, heat, background)

    def score_samples(self, images: Iterable[NDArray[np.uint8]]) -> NDArray[np.float64]:
        """Calibrated scores (N,) of grey images, higher is more defective."""
        self._check_fitted()
        return np.array([self.judge(image).score for image in images], np.float64)

    def predict(self, images: Iterable[NDArray[np.uint8]]) -> NDArray[np.int64]:
        """Answers (N,) for grey images: 1 defect, 0 normal."""
        self._check_fitted()
        return np.array([self.judge(image).answer for image in images], np.int64)

    def decision_function(self, images: Iterable[NDArray[np.uint8]]) -> NDArray[np.float64]:
        """Scores (N,) of grey images less the threshold: defective above 0."""
        return self.score_samples(images) - self.threshold_

    def score(self, images: Iterable[NDArray[np.uint8]], y: ArrayLike) -> float:
        """Macro F1 of the answers for grey images with the labels `y` (N,)."""
        return macro_f1(np.asarray(y).astype(np.int64), self.predict(images))

    def to_module(self) -> DetectorModule:
        """Make a torch module of what was learnt, which needs torch alone: see :class:`DetectorModule`.

        It computes in float32 on the CPU until it is moved, shares nothing with the detector, and can be exported with
        `torch.export` for one size of image.
        """
        self._check_fitted()
        return DetectorModule(self.net_, self.kinds_, self.backgrounds_, self.calibration_, self.threshold_)

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
            self.backgrounds_,
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
        detector._take(
            parts.net,
            parts.kinds,
            parts.backgrounds,
            parts.calibration,
            parts.reference,
            parts.threshold,
        )
        detector.record_, detector.model_ = parts.record, weights_id(Path(path))
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

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return all settings by name; `deep` is of no account, for none of them has settings of its own."""
        return {field.name: getattr(self.config, field.name) for field in dataclasses.fields(Config)}

    def set_params(self, **settings: Any) -> Self:
        """Change single settings; what was learnt stays until the next :meth:`fit`.

        Raises
        ------
        SettingError
            If a name is not known or a value is out of range. No setting is changed then.
        """
        self.config = Config.from_dict({**self.get_params(), **settings})
        return self

    @property
    def classes_(self) -> NDArray[np.int64]:
        """The answers there are. After :meth:`fit`, as scikit-learn's scorers expect it."""
        if not hasattr(self, "net_"):
            raise AttributeError("classes_ is there after fit")
        return np.array([0, 1], np.int64)

    def __repr__(self) -> str:
        usual = Config()
        own = [
            f"{name}={value!r}" for name, value in self.get_params().items() if value != getattr(usual, name)
        ]
        return f"Detector({', '.join(own)})"

    def __sklearn_is_fitted__(self) -> bool:
        """Tell scikit-learn whether it has learnt anything."""
        return hasattr(self, "net_")

    def __sklearn_tags__(self) -> Tags:
        """Tell scikit-learn what kind of estimator it is: a classifier of images into two classes."""
        from sklearn.utils import ClassifierTags, InputTags, Tags, TargetTags

        return Tags(
            estimator_type="classifier",
            target_tags=TargetTags(required=True),
            classifier_tags=ClassifierTags(multi_class=False),
            input_tags=InputTags(two_d_array=False, three_d_array=True),
        )

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        return detector_html(self)

    def _check_fitted(self) -> None:
        if not hasattr(self, "net_"):
            raise ModelError("this detector has not learnt anything yet; call fit, or Detector.load")

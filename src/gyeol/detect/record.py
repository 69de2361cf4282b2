"""What is written down about a training: for the machine (a dict) and for a person (the model card)."""

from __future__ import annotations

import hashlib
import platform
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gyeol import __version__
from gyeol.data.annotation import Drawn
from gyeol.data.dataset import Dataset
from gyeol.errors import DataError
from gyeol.files import printable

if TYPE_CHECKING:
    from gyeol.detect.fitted import Fitted
    from gyeol.detect.threshold import Choice


def data_fingerprint(dataset: Dataset) -> str:
    """Name a dataset by its training files: 16 hex digits of a hash over names and sizes in bytes.

    Of a mask that was drawn as shapes, the shapes count, not the file: it may hold other images' shapes too.

    Raises
    ------
    DataError
        If a file is gone.
    """
    digest = hashlib.sha256()
    for image in sorted(dataset.train, key=lambda each: each.path.as_posix()):
        for file in (image.path, image.mask):
            if isinstance(file, Drawn):
                digest.update(f"{file.fingerprint()}\n".encode())
            elif file is not None:
                name = file.relative_to(dataset.root) if file.is_relative_to(dataset.root) else file.name
                try:
                    size = file.stat().st_size
                except OSError as error:
                    raise DataError(
                        f"{printable(file)}: {error.strerror}; was it moved while being read?"
                    ) from error
                digest.update(f"{name}\0{size}\0{image.defective}\n".encode())
    return digest.hexdigest()[:16]


def training_record(data: str, fitted: Fitted) -> dict[str, Any]:
    """Gather what a model was made of, and what is to be expected of it. Plain values, for JSON.

    Parameters
    ----------
    data : str
        The fingerprint of what was learnt from, when it was read.
    """
    choice = fitted.choice
    normals = fitted.normal_scores
    return {
        "gyeol": __version__,
        "python": platform.python_version(),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "data": data,
        "content": fitted.content,
        "external_data": False,
        **fitted.record,
        "kinds": [int(size) for size in fitted.kinds.sizes],
        "estimate": estimate(choice),
        "defect_scores": fitted.fold_scores,
        "normal_scores": [round(float(score), 4) for score in sorted(normals)],
        "history": fitted.history.rows,
    }


def estimate(choice: Choice) -> dict[str, Any]:
    """Write down what is to be expected at a threshold. Plain values, for JSON."""
    return {
        "macro_f1": choice.macro_f1,
        "interval": list(choice.interval),
        "missed": choice.missed,
        "alarms": choice.alarms,
        "prevalence": choice.prevalence,
    }


def explain_threshold(threshold: float, record: dict[str, Any]) -> str:
    """Say in words why the threshold is where it is."""
    scores = sorted(float(row["score"]) for row in record["defect_scores"])
    normals = record["normal_scores"]
    below = sum(score <= threshold for score in scores)
    above = sum(score > threshold for score in normals)
    held_out = min(record["normals_held_out"], len(normals))
    told = record["estimate"]
    if "versions" in record:
        why = "It was set by a person (see Versions)"
    elif record.get("detector", {}).get("own_threshold"):
        why = "It is the detector's own"
    else:
        why = "It is where the expected Macro F1 is highest"
    return (
        f"Threshold {threshold:.2f}. Of {len(scores)} defects, each scored by a model that never saw it, {below} lie "
        f"below it (the lowest scores {scores[0]:.2f}); of {len(normals)} normals, {held_out} of them kept out of "
        f"training, {above} lie above it (the highest scores {normals[-1]:.2f}). {why}: "
        f"{told['missed']:.2%} of defects missed, {told['alarms']:.3%} of normals called defective."
    )


def describe_answers(told: dict[str, Any]) -> str:
    """Say in words what people's answers a model went on with; `told` is a record's ``from``."""
    parts = [
        f"{told['defects']:,} defects ({told['masks']:,} with a drawn mask) and {told['normals']:,} normals"
    ]
    if told["overruled"]:
        parts.append(f"{told['overruled']:,} of the folder's own images overruled")
    if told["unsure"]:
        parts.append(f"{told['unsure']:,} unsure or in dispute, not learnt from")
    if told["copies"]:
        parts.append(f"{told['copies']:,} known already or copies of what was kept out")
    return f"from review: {'; '.join(parts)}"


def _origin(record: dict[str, Any]) -> str:
    """Write the card's part on the model that this one went on from."""
    if "from" not in record:
        return ""
    told = record["from"]
    model = f"the model with weights `{told['model']}`" if told["model"] else "a model that was never saved"
    return f"""
## Went on from
{model[0].upper()}{model[1:]}, which had learnt from the same folder, with what people said of images since (answers
`{told["answers"]}`): {describe_answers(told)}. The former model's defects keep the scores that they had from models
which had not seen them; each new defect was scored by a model that went on without it. Reviewed normals were learnt
from and neither calibrated nor moved the threshold.
"""


def _versions(record: dict[str, Any]) -> str:
    """Write the card's part on who has changed the threshold since the training."""
    lines = [
        f"- {each['version']}: {each['before']:.2f} to {each['threshold']:.2f} by {each['who']}, {each['when']}"
        + (f". {each['why']}" if each["why"] else "")
        for each in record.get("versions", [])
    ]
    return (
        "\n".join(["", "## Versions", "Changes of the threshold since the training.", "", *lines, ""])
        if lines
        else ""
    )


def model_card(threshold: float, record: dict[str, Any]) -> str:
    """Write the model card, in Markdown; of gyeol's own detector or, where the record names one, of a plugin's."""
    return _plugin_card(threshold, record) if "detector" in record else _own_card(threshold, record)


def explain_gain(gain: float) -> str:
    """Say in words what the gain (:mod:`gyeol.detect.gain`) is; nothing where it is 1."""
    if gain == 1:
        return ""
    return (
        f"The defects' scores are those of the folds' models, times {gain:.2f}: so much higher (lower, below 1) does "
        "this model, which has learnt from all of them, score the defects that both have learnt."
    )


def explain_levels(levels: list[float]) -> str:
    """Say in words what the kinds' levels (:mod:`gyeol.detect.levels`) are; nothing where all are 1."""
    if all(level == 1 for level in levels):
        return ""
    return (
        "Each kind of texture has a level, chosen from all defects of which its own count for more, that its scores "
        f"are divided by, so that one threshold suits all kinds: {min(levels):.2f} to {max(levels):.2f} here."
    )


def explain_backgrounds(kinds: list[int], count: int) -> str:
    """Say in words of how many kinds a background (:mod:`gyeol.detect.background`) is taken off; nothing for none."""
    if not kinds:
        return ""
    return (
        f"The pictures of {len(kinds)} of the {count} kinds have a background in common: light or a pattern that lies "
        "at the same place in all of them. It is taken off before they are judged; the camera must stay where it was."
    )


def explain_not_learnt(record: dict[str, Any]) -> str:
    """Say that some defects score as normal although they were learnt from; nothing where there are none.

    A network that is large enough for the training's defects finds all of them once it was trained for long enough.
    """
    if not record.get("not_learnt"):
        return ""
    return (
        f"{record['not_learnt']} of the {record['defects']} defects scored as normal in the end although they were "
        "learnt from: the training was too short (--minutes or --steps), or their masks show another place."
    )


def _own_card(threshold: float, record: dict[str, Any]) -> str:
    told = record["estimate"]
    low, high = told["interval"]
    return f"""# A gyeol detector

Made {record["made"]} by gyeol {record["gyeol"]} (torch {record["torch"]}, Python {record["python"]}) on
{record["device"]}, in {record["seconds"]:.0f} s and {record["steps"]} steps.

## Learnt from
{record["defects"]} defects and {record["normals_learnt"]} normals of the folder with fingerprint `{record["data"]}`;
{record["normals_held_out"]} more normals were kept out, for calibration. {len(record["kinds"])} kinds of texture
were found among them. No external data and no pre-trained weights.
{_origin(record)}
## What to expect
Macro F1 **{told["macro_f1"]:.4f}** (95 % interval {low:.4f} to {high:.4f}) where {told["prevalence"]:.0%} of
the images are defective, estimated without a leak: no model scored a defect that it, or a copy of it, was trained on.
The interval is of this estimate, from {record["defects"]} defects; rare kinds of failure that none of them shows are
not in it.
{_paragraph(explain_not_learnt(record))}
{explain_threshold(threshold, record)}
{_explained(record)}{_versions(record)}
## Limits
Kinds of texture that are not in the training folder get no meaningful score. Defects unlike all of the training
defects and unlike the synthetic anomalies may be missed. Scores depend on the image's resolution: use the one
that the detector was trained on.
"""


def _explained(record: dict[str, Any]) -> str:
    """Write the card's paragraphs on what was found out about the kinds and the folds."""
    texts = (
        explain_backgrounds(record["backgrounds"], len(record["kinds"])),
        explain_gain(record["gain"]),
        explain_levels(record["levels"]),
    )
    return "".join(_paragraph(text) for text in texts)


def _paragraph(text: str) -> str:
    """Set a sentence apart, where there is one."""
    return f"\n{text}\n" if text else ""


def _plugin_card(threshold: float, record: dict[str, Any]) -> str:
    told, detector = record["estimate"], record["detector"]
    low, high = told["interval"]
    outside = (
        "The detector brings something that was learnt from images outside this folder."
        if record["external_data"]
        else "No external data, says the detector."
    )
    return f"""# {detector["title"]}

Made {record["made"]} by the detector `{detector["name"]}` of the package {detector["package"]}, in gyeol
{record["gyeol"]} (Python {record["python"]}), in {record["seconds"]:.0f} s. It is not gyeol's own detector.

## Learnt from
{record["defects"]} defects and {record["normals_learnt"]} normals of the folder with fingerprint `{record["data"]}`;
{record["normals_held_out"]} more normals were kept out, for calibration. {outside}

## What to expect
Macro F1 **{told["macro_f1"]:.4f}** (95 % interval {low:.4f} to {high:.4f}) where {told["prevalence"]:.0%} of
the images are defective. This rests on {len(record["defect_scores"])} scores of defects, and on those of the normals
kept out, of which the detector says that it had not learnt from them; gyeol does not check that.

{explain_threshold(threshold, record)}
{_versions(record)}
## Limits
Nothing tells whether a kind of texture is new to this detector. Scores depend on the image's resolution: use the one
that the detector was trained on.
"""

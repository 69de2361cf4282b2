"""Writing the competition's layout, with a key where the labels of the test are known."""

from __future__ import annotations

from pathlib import Path

from gyeol.data.convert.place import Placer, named_test, named_training, sample_ids
from gyeol.data.dataset import Dataset
from gyeol.data.key import as_csv, write_answers

_ALWAYS = ("train/defect_images", "train/defect_masks", "train/normal_images")


def write(dataset: Dataset, folder: Path, placer: Placer) -> None:
    """Write ``train``, ``test`` and ``key`` as `gyeol sample` does.

    Parameters
    ----------
    dataset : Dataset
    folder : Path
        Empty.
    placer : Placer

    Raises
    ------
    DataError
        If a file cannot be read, or two images would have one name.
    OSError
        If something cannot be written.
    """
    for place in _ALWAYS:
        (folder / place).mkdir(parents=True)
    for image in named_training(dataset):
        label = image.label
        defective = label is not None and label.defective
        part = "defect" if defective else "normal"
        placer.image(image.path, folder / f"train/{part}_images" / image.file)
        if label is not None and label.mask is not None:
            placer.mask(label.mask, image.path, folder / "train/defect_masks", image.name)
    test = named_test(dataset)
    if not test:
        return
    for image in test:
        placer.image(image.path, folder / "test/images" / image.file)
    sample = as_csv(("ImageId", "answer"), [(name, 0) for name in sample_ids(dataset)])
    (folder / "test/sample_submission.csv").write_text(sample, encoding="utf-8", newline="")
    if dataset.key:
        write_key(dataset, folder / "key", placer)


def write_key(dataset: Dataset, folder: Path, placer: Placer) -> None:
    """Write ``answers.csv`` and ``masks`` of the test images, whose labels are known.

    Raises
    ------
    DataError
        If a mask cannot be read.
    OSError, OutputError
        If something cannot be written.
    """
    test = named_test(dataset)
    for image in test:
        if image.label is not None and image.label.mask is not None:
            placer.mask(image.label.mask, image.path, folder / "masks", image.name)
    answers = [image.label for image in test if image.label is not None]
    write_answers(folder / "answers.csv", sample_ids(dataset), answers)

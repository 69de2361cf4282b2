"""Finding the files of a data folder, whatever state it is in."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from gyeol.data.annotation import Mask
from gyeol.data.competition import find_root, read_competition
from gyeol.data.dataset import Dataset
from gyeol.data.layouts import find_layout, fitting_layouts, read_dataset, read_training_data
from gyeol.data.listing import EXTENSIONS, key, list_images
from gyeol.errors import DataError
from gyeol.files import printable


@dataclass
class Scan:
    """The files of a data folder.

    Parameters
    ----------
    root : Path
        The folder that holds ``train`` and ``test``, or the images themselves.
    defects, normals, masks, test : list of Path
        The image files of each part, sorted by name. Any may be empty. The masks may be drawn, too.
    findings : list of str
        What is wrong with the folder, in plain words.
    layout : str
        The name of the folder's layout; empty if it has none.
    by_image : dict of Path to Path or Drawn, optional
        The mask of each defect, where it is known otherwise than by its name.
    """

    root: Path
    defects: list[Path] = field(default_factory=list)
    normals: list[Path] = field(default_factory=list)
    masks: list[Mask] = field(default_factory=list)
    test: list[Path] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    layout: str = ""
    by_image: dict[Path, Mask] | None = None

    @property
    def images(self) -> list[Path]:
        """All images but the masks."""
        return [*self.defects, *self.normals, *self.test]

    def mask_of(self, image: Path) -> Mask | None:
        """Find an image's mask: the one with its name, where nothing else is known; the extension may differ."""
        if self.by_image is not None:
            return self.by_image.get(image)
        return self._by_stem.get(key(image.stem))

    @property
    def orphans(self) -> list[Path]:
        """The masks whose image is missing."""
        stems = {key(path.stem) for path in self.defects}
        return [path for stem, path in self._by_stem.items() if stem not in stems]

    def name(self, path: Path) -> str:
        """Write a path relative to the root, on one line."""
        return printable((path.relative_to(self.root) if path.is_relative_to(self.root) else path).as_posix())

    def __post_init__(self) -> None:
        files = [] if self.by_image is not None else [path for path in self.masks if isinstance(path, Path)]
        self._by_stem = {key(path.stem): path for path in files}


def scan(folder: Path, layout: str | None = None) -> Scan:
    """List what there is, and note what keeps it from being used.

    Unlike :func:`gyeol.data.competition.read_competition` it goes on where something is missing or wrong in the
    competition's layout. A folder in no layout that holds images itself is taken as unlabelled images.

    Parameters
    ----------
    folder : Path
        The data folder.
    layout : str, optional
        The layout's name, if it is not to be found by look.

    Returns
    -------
    Scan

    Raises
    ------
    DataError
        If there is no such folder, not one image in it, several layouts fit, or another layout than the
        competition's has a fault.
    """
    findings: list[str] = []
    if layout is not None or fitting_layouts(folder):
        name = find_layout(folder, layout).name
        if name != "competition":
            return _in_other_layout(folder, name)
    try:
        root = find_root(folder)
    except DataError as error:
        if not folder.is_dir():
            raise
        bare = _list(folder, findings)
        if not bare:
            find_layout(folder)  # says what is there, and which layouts there are
        return Scan(folder, test=bare, findings=[f"It cannot be learnt from as it is: {error}.", *findings])
    by_image: dict[Path, Mask] | None = None
    try:
        by_image = _masks_of(read_competition(folder))
    except DataError as error:
        findings.append(f"It cannot be learnt from as it is: {error}.")
    found = Scan(
        root,
        defects=_list(root / "train" / "defect_images", findings),
        normals=_list(root / "train" / "normal_images", findings),
        masks=[*_list(root / "train" / "defect_masks", findings)]
        if by_image is None
        else [*by_image.values()],
        test=_list(root / "test" / "images", findings),
        findings=findings,
        layout="competition",
        by_image=by_image,
    )
    if not found.images:
        raise DataError(f"{printable(folder)}: not one image in its train or test; {findings[0]}")
    return found


def _in_other_layout(folder: Path, name: str) -> Scan:
    """List what a layout other than the competition's holds; labels of test images are left alone."""
    dataset = read_dataset(folder, name)
    findings = [*dataset.notes]
    try:
        read_training_data(folder, name)
    except DataError as error:
        findings.insert(0, f"It cannot be learnt from as it is: {error}.")
    masks = _masks_of(dataset)
    return Scan(
        dataset.root,
        defects=[image.path for image in dataset.defects],
        normals=[image.path for image in dataset.normals],
        masks=list(masks.values()),
        test=list(dataset.test),
        findings=findings,
        layout=name,
        by_image=masks,
    )


def _masks_of(dataset: Dataset) -> dict[Path, Mask]:
    return {image.path: image.mask for image in dataset.defects if image.mask is not None}


def _list(folder: Path, findings: list[str]) -> list[Path]:
    """List a folder's images; what keeps it from being listed is noted."""
    if not folder.is_dir():
        return []
    try:
        return list_images(folder)
    except DataError as error:
        findings.append(f"{error}.")
    try:
        return sorted(path for path in folder.iterdir() if path.suffix.lower() in EXTENSIONS)
    except OSError:
        return []

"""Finding the files of a data folder, whatever state it is in."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from gyeol.data.competition import find_root, read_competition
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
        The image files of each part, sorted by name. Any may be empty.
    findings : list of str
        What is wrong with the folder, in plain words.
    """

    root: Path
    defects: list[Path] = field(default_factory=list)
    normals: list[Path] = field(default_factory=list)
    masks: list[Path] = field(default_factory=list)
    test: list[Path] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    @property
    def images(self) -> list[Path]:
        """All images but the masks."""
        return [*self.defects, *self.normals, *self.test]

    def mask_of(self, image: Path) -> Path | None:
        """Find the mask with an image's name; the extension may differ."""
        return self._by_stem.get(key(image.stem))

    @property
    def orphans(self) -> list[Path]:
        """The masks whose image is missing."""
        stems = {key(path.stem) for path in self.defects}
        return [path for path in self.masks if key(path.stem) not in stems]

    def name(self, path: Path) -> str:
        """Write a path relative to the root, on one line."""
        return printable(path.relative_to(self.root).as_posix())

    def __post_init__(self) -> None:
        self._by_stem = {key(path.stem): path for path in self.masks}


def scan(folder: Path) -> Scan:
    """List what there is, and note what keeps it from being used.

    Unlike :func:`gyeol.data.competition.read_competition` it goes on where something is missing or wrong. A
    folder without ``train`` that holds images itself is taken as unlabelled images.

    Parameters
    ----------
    folder : Path
        The data folder.

    Returns
    -------
    Scan

    Raises
    ------
    DataError
        If there is no such folder, or not one image in it.
    """
    findings: list[str] = []
    try:
        root = find_root(folder)
    except DataError as error:
        if not folder.is_dir():
            raise
        bare = _list(folder, findings)
        if not bare:
            raise
        return Scan(folder, test=bare, findings=[f"It cannot be learnt from as it is: {error}.", *findings])
    try:
        read_competition(folder)
    except DataError as error:
        findings.append(f"It cannot be learnt from as it is: {error}.")
    found = Scan(
        root,
        defects=_list(root / "train" / "defect_images", findings),
        normals=_list(root / "train" / "normal_images", findings),
        masks=_list(root / "train" / "defect_masks", findings),
        test=_list(root / "test" / "images", findings),
        findings=findings,
    )
    if not found.images:
        raise DataError(f"{printable(folder)}: not one image in its train or test; {findings[0]}")
    return found


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

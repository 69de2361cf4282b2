"""The texture descriptors of the training images in two directions, by the kind that was found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.decomposition import PCA

from gyeol import read_dataset, read_image
from gyeol.kinds import describe, fit_kinds
from style import BLUE, GREEN, GREY, ORANGE, chart

COLOURS = (BLUE, ORANGE, GREEN, GREY)


def draw(data: Path, path: Path) -> None:
    dataset = read_dataset(data)
    normals = np.stack([describe(read_image(each.path)) for each in dataset.normals])
    defects = np.stack([describe(read_image(each.path)) for each in dataset.defects])
    found = fit_kinds(normals)
    plane = PCA(2, random_state=0).fit(normals)
    with chart(path, 8, 3.6) as figure:
        axes = figure.subplots()
        for rows, marker, size, words in ((normals, "o", 22, "normals"), (defects, "x", 70, "defects")):
            kinds, places = found.assign(rows), plane.transform(rows)
            for kind in range(found.count):
                here = places[kinds == kind]
                colour = COLOURS[kind % len(COLOURS)]
                axes.scatter(
                    here[:, 0], here[:, 1], size, colour, marker, label=f"kind {kind}, {len(here)} {words}"
                )
        axes.set_xlabel("first direction of the descriptors")
        axes.set_ylabel("second")
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=10)

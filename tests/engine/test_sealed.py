"""An exported file that was damaged, cut, exchanged or made larger is refused by name, in both runtimes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import openvino as ov
import pytest

from gyeol.engine import sealed
from gyeol.engine.judge import open_judge
from gyeol.engine.sealed import read_sealed, seal, seal_pair
from gyeol.errors import ModelError

RUNTIMES = ("openvino", "onnxruntime")


@pytest.fixture(scope="module")
def pair(exact: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the detector in OpenVINO's form, as `gyeol export` does."""
    path = tmp_path_factory.mktemp("pair") / "model.xml"
    ov.serialize(ov.Core().read_model(exact), path)
    path.write_bytes(seal_pair(path.read_bytes(), path.with_suffix(".bin").read_bytes()))
    return path


def test_what_is_sealed_is_read_and_judges(
    exact: Path, pair: Path, surface: Callable[..., np.ndarray]
) -> None:
    pixels = surface(3, (96, 96))
    scores = [open_judge(exact, engine).judge(pixels).score for engine in RUNTIMES]
    scores.append(open_judge(pair).judge(pixels).score)
    assert scores == pytest.approx([scores[0]] * 3, abs=1e-3)


@pytest.mark.parametrize("engine", RUNTIMES)
def test_one_changed_bit_anywhere_is_refused(exact: Path, tmp_path: Path, engine: str) -> None:
    content = exact.read_bytes()
    path = tmp_path / "m.onnx"
    for place in np.linspace(0, len(content) - 1, 40).astype(int):
        changed = bytearray(content)
        changed[place] ^= 4
        path.write_bytes(changed)
        with pytest.raises(ModelError, match=r"m\.onnx is damaged"):
            open_judge(path, engine)


@pytest.mark.parametrize("engine", RUNTIMES)
def test_a_file_cut_short_is_refused(exact: Path, tmp_path: Path, engine: str) -> None:
    content = exact.read_bytes()
    path = tmp_path / "m.onnx"
    for length in (0, 1, 100, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises(ModelError, match=r"m\.onnx is damaged"):
            open_judge(path, engine)


def test_both_files_of_a_pair_are_checked(pair: Path, tmp_path: Path) -> None:
    for name, match in (("model.xml", "its checksum is wrong"), ("model.bin", "another export")):
        folder = tmp_path / name
        shutil.copytree(pair.parent, folder)
        content = bytearray((folder / name).read_bytes())
        content[len(content) // 2] ^= 1
        (folder / name).write_bytes(content)
        with pytest.raises(ModelError, match=rf"{name}.*{match}"):
            open_judge(folder / "model.xml")
    (folder / "model.bin").unlink()
    with pytest.raises(ModelError, match=r"cannot read .*model\.bin"):
        open_judge(folder / "model.xml")


@pytest.mark.parametrize("engine", RUNTIMES)
@pytest.mark.parametrize(
    ("output", "value", "match"),
    [
        ("threshold", np.float32("nan"), "no threshold that is a number"),
        ("reference_counts", np.array([1, 5]), "contradict"),
        ("reference_spread", None, "contradict"),
        ("score", None, "damaged"),
    ],
)
def test_impossible_numbers_are_refused_even_with_their_checksum(
    exact: Path, tmp_path: Path, engine: str, output: str, value: np.ndarray | None, match: str
) -> None:
    model = onnx.load(exact)
    node = next(each for each in model.graph.node if each.output[0] == output)
    if output == "score":
        model.graph.node.remove(node)
        model.graph.output.remove(next(each for each in model.graph.output if each.name == output))
    else:
        kept = next(each for each in model.graph.initializer if each.name == node.input[0])
        new = -onnx.numpy_helper.to_array(kept) if value is None else value
        changed = onnx.numpy_helper.from_array(
            np.asarray(new, onnx.numpy_helper.to_array(kept).dtype), "changed"
        )
        model.graph.initializer.append(changed)
        node.input[0] = "changed"
    model.doc_string = sealed.PLACE
    path = tmp_path / "m.onnx"
    path.write_bytes(seal(model.SerializeToString()))
    with pytest.raises(ModelError, match=match) as caught:
        open_judge(path, engine)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_too_large_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    with path.open("wb") as stream:
        stream.truncate(sealed.LARGEST + 1)  # a hole: it takes no room
    with pytest.raises(ModelError, match="has 512 MiB"):
        read_sealed(path)


def test_another_mark_in_the_file_is_no_way_round(exact: Path, tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(exact.read_bytes() + sealed.PLACE.encode())
    with pytest.raises(ModelError, match="no checksum"):
        read_sealed(path)

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save, save_file

from gyeol.detect import directory
from gyeol.detect.detector import Detector
from gyeol.detect.directory import SCHEMA, check_place, own_sum
from gyeol.errors import ModelError, OutputError

FILES = {"weights.safetensors", "detector.json", "card.md"}


@pytest.fixture
def model(fitted: Detector, tmp_path: Path) -> Path:
    path = tmp_path / "model"
    fitted.save(path)
    return path


def describe_anew(model: Path, change: Callable[[dict[str, Any]], object], seal: bool = True) -> None:
    """Change the description, and with `seal` its checksum, as somebody would who knows the form."""
    description = json.loads((model / "detector.json").read_text())
    change(description)
    if seal and isinstance(description.get("sha256"), dict):
        description["sha256"]["detector.json"] = own_sum(description)
    (model / "detector.json").write_text(json.dumps(description))


def test_a_detector_read_back_says_the_same(
    fitted: Detector, model: Path, texture: Callable[..., np.ndarray]
) -> None:
    loaded = Detector.load(model)
    for shape in ((80, 72), (64, 64), (101, 99)):
        pixels = texture(55, shape=shape)
        one, other = fitted.judge(pixels), loaded.judge(pixels)
        assert (one.score, one.answer, one.kind, one.distance) == (
            other.score,
            other.answer,
            other.kind,
            other.distance,
        )
        np.testing.assert_array_equal(one.heat, other.heat)
    assert loaded.config == fitted.config
    assert loaded.threshold_ == fitted.threshold_
    assert loaded.record_["estimate"] == fitted.record_["estimate"]


def test_a_detector_read_back_is_written_the_same(model: Path, tmp_path: Path) -> None:
    Detector.load(model).save(tmp_path / "again")
    for name in FILES:
        assert (tmp_path / "again" / name).read_bytes() == (model / name).read_bytes()


def test_the_directory_holds_three_files_and_a_card_for_a_person(model: Path) -> None:
    assert {path.name for path in model.iterdir()} == FILES
    card = (model / "card.md").read_text()
    assert "Macro F1" in card
    assert "4 defects" in card
    json.loads((model / "detector.json").read_text())


def test_saving_replaces_the_model_that_is_there(fitted: Detector, model: Path) -> None:
    (model / "weights.safetensors").write_bytes(b"old")
    fitted.save(model)
    Detector.load(model)
    assert {path.name for path in model.parent.iterdir()} == {"model"}, "nothing is left beside it"


def test_saving_into_a_new_folder_makes_it(fitted: Detector, tmp_path: Path) -> None:
    fitted.save(tmp_path / "a" / "b")
    (tmp_path / "empty").mkdir()
    fitted.save(tmp_path / "empty")
    Detector.load(tmp_path / "empty")
    Detector.load(tmp_path / "a" / "b")


def test_what_is_no_model_is_not_replaced(
    fitted: Detector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "thesis"
    folder.mkdir()
    (folder / "chapter.tex").write_text("years of work")
    file = tmp_path / "file"
    file.write_text("x")
    for place, match in (
        (folder, "not a gyeol model"),
        (file, "is a file"),
        (file / "below", "cannot write"),
    ):
        with pytest.raises(OutputError, match=match):
            fitted.save(place)
    assert (folder / "chapter.tex").read_text() == "years of work"
    assert file.read_text() == "x"
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for place in (Path(), Path("..")):
        with pytest.raises(OutputError, match="current folder"):
            check_place(place)


def test_an_unlearnt_detector_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not learnt"):
        Detector().save(tmp_path / "model")
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_missing_file_is_named(model: Path, name: str) -> None:
    (model / name).unlink()
    with pytest.raises(ModelError, match=name):
        Detector.load(model)


@pytest.mark.parametrize("keep", [0, 7, 100, -1])
def test_truncated_weights_are_refused(model: Path, keep: int) -> None:
    path = model / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ModelError, match="damaged"):
        Detector.load(model)


def test_one_changed_bit_is_refused(model: Path) -> None:
    path = model / "weights.safetensors"
    blob = bytearray(path.read_bytes())
    blob[-5] ^= 1
    path.write_bytes(blob)
    with pytest.raises(ModelError, match="checksum"):
        Detector.load(model)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda d: d.update(schema=SCHEMA + 1), id="form of the future"),
        pytest.param(lambda d: d.pop("schema"), id="no form"),
        pytest.param(lambda d: d.pop("threshold"), id="no threshold"),
        pytest.param(lambda d: d.update(threshold=None), id="empty threshold"),
        pytest.param(lambda d: d.update(threshold=float("nan")), id="threshold that is no number"),
        pytest.param(lambda d: d["record"].pop("estimate"), id="no estimate"),
        pytest.param(lambda d: d["record"].update(crop_size=10**9), id="network for huge crops"),
        pytest.param(lambda d: d["config"].update(widths=[8, 8, 10**7]), id="network that fills the memory"),
        pytest.param(lambda d: d.pop("record"), id="no record"),
        pytest.param(lambda d: d.pop("config"), id="no settings"),
        pytest.param(lambda d: d["config"].update(colour="red"), id="unknown setting"),
        pytest.param(lambda d: d["config"].update(folds="many"), id="setting of the wrong type"),
        pytest.param(lambda d: d["config"].update(widths=[8, 8, 24]), id="another network"),
        pytest.param(lambda d: d["config"].update(widths=[8]), id="no network at all"),
        pytest.param(lambda d: d["config"].update(widths=[10**6, 10**6, 10**6]), id="a network of terabytes"),
        pytest.param(lambda d: d["config"].update(blocks=[10**9, 1]), id="a network without end"),
        pytest.param(lambda d: d["record"].update(crop_size=10**400), id="an endless number"),
        pytest.param(lambda d: d["record"].update(crop_size=0), id="no surroundings"),
        pytest.param(lambda d: d["record"].update(enlarge=3), id="cells of no whole pixels"),
        pytest.param(lambda d: d["record"].pop("estimate"), id="a record that makes no card"),
        pytest.param(lambda d: d.update(threshold=float("nan")), id="a threshold that is no number"),
        pytest.param(lambda d: d.update(threshold=10**400), id="an endless threshold"),
        pytest.param(lambda d: d.pop("sha256"), id="no checksums"),
        pytest.param(lambda d: d.update(sha256=["x"]), id="odd checksums"),
    ],
)
def test_a_description_that_does_not_fit_is_refused_in_one_line(
    model: Path, change: Callable[[dict[str, object]], object]
) -> None:
    describe_anew(model, change)
    with pytest.raises(ModelError) as caught:
        Detector.load(model)
    assert "\n" not in str(caught.value)
    assert model.name in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("net.logit.weight", np.nan),
        ("net.logit.weight", 1e38),  # each a number; what comes out is none
        ("kinds.mean", np.inf),
        ("kinds.scale", 0.0),
        ("calibration.scale", -1.0),
    ],
)
def test_weights_with_which_everything_would_be_normal_are_refused(
    model: Path, name: str, value: float
) -> None:
    tensors = load_file(model / "weights.safetensors")
    tensors[name] = torch.full_like(tensors[name], value)
    save_file(tensors, model / "weights.safetensors")
    content = (model / "weights.safetensors").read_bytes()
    describe_anew(
        model, lambda d: d.update(sha256={"weights.safetensors": hashlib.sha256(content).hexdigest()})
    )
    with pytest.raises(ModelError) as caught:
        Detector.load(model)
    assert model.name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_files_too_large_for_a_model_are_not_read(model: Path) -> None:
    for name in ("detector.json", "weights.safetensors"):
        with (model / name).open("r+b") as stream:
            stream.truncate(2**30)  # takes no room on the disk
        with pytest.raises(ModelError, match=rf"{name} has [\d,]+ bytes, a gyeol model's has at most"):
            Detector.load(model)
        with (model / name).open("r+b") as stream:
            stream.truncate(2)
        description: dict[str, Any] = {"schema": SCHEMA, "sha256": {}}
        description["sha256"]["detector.json"] = own_sum(description)
        (model / "detector.json").write_text(json.dumps(description))


@pytest.mark.parametrize("content", ["", "{", "[1]", "null", "\udcff", "[" * 100_000])
def test_a_description_that_is_not_one_is_refused(model: Path, content: str) -> None:
    (model / "detector.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(ModelError):
        Detector.load(model)


def test_other_places_are_no_models(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    for place, match in (
        ("none", "gyeol train"),
        ("file", "not a gyeol model"),
        ("folder", "not a gyeol model"),
    ):
        with pytest.raises(ModelError, match=match):
            Detector.load(tmp_path / place)


def test_reading_a_model_unpickles_nothing(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("pickle was used")

    for module, name in ((pickle, "load"), (pickle, "loads"), (pickle, "Unpickler"), (torch, "load")):
        monkeypatch.setattr(module, name, refuse)
    Detector.load(model)


def test_pickled_weights_are_refused_even_with_their_checksum(model: Path) -> None:
    blob = pickle.dumps({"net.logit.bias": 1})
    (model / "weights.safetensors").write_bytes(blob)
    describe_anew(
        model, lambda d: d["sha256"].update({"weights.safetensors": hashlib.sha256(blob).hexdigest()})
    )
    with pytest.raises(ModelError, match="not a whole gyeol model"):
        Detector.load(model)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the places of all single values in a description; of a list, the first few."""
    if isinstance(value, dict):
        return [place for name, each in value.items() for place in leaves(each, (*path, name))]
    if isinstance(value, list):
        return [place for n, each in enumerate(value[:3]) for place in leaves(each, (*path, n))]
    return [path]


def test_every_changed_value_of_a_description_is_refused(model: Path) -> None:
    original = (model / "detector.json").read_text()
    places = leaves(json.loads(original))
    assert len(places) > 60
    for place in places:
        description = json.loads(original)
        inner = description
        for name in place[:-1]:
            inner = inner[name]
        old = inner[place[-1]]
        inner[place[-1]] = old + 1 if isinstance(old, int | float) and not isinstance(old, bool) else "other"
        (model / "detector.json").write_text(json.dumps(description))
        with pytest.raises(ModelError, match=r"damaged|is of form"):
            Detector.load(model)
    (model / "detector.json").write_text(json.dumps(json.loads(original)))
    Detector.load(model)  # how it is laid out does not matter


def test_a_changed_card_is_refused(model: Path) -> None:
    card = model / "card.md"
    card.write_text(card.read_text().replace("Macro F1 **0", "Macro F1 **1"))
    with pytest.raises(ModelError, match=r"card\.md is damaged or was changed"):
        Detector.load(model)


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_that_is_too_large_is_not_even_read(model: Path, name: str) -> None:
    with (model / name).open("r+b") as stream:
        stream.truncate(directory.LARGEST[name] + 1)  # a hole: it takes no room
    with pytest.raises(ModelError, match=f"{name} has .* bytes"):
        Detector.load(model)


def change_tensors(model: Path, change: Callable[[dict[str, torch.Tensor]], object]) -> None:
    """Change the arrays, and all checksums with them."""
    tensors = load_file(model / "weights.safetensors")
    change(tensors)
    blob = save(tensors)
    (model / "weights.safetensors").write_bytes(blob)
    described = hashlib.sha256(blob).hexdigest()
    describe_anew(model, lambda d: d["sha256"].update({"weights.safetensors": described}))


@pytest.mark.parametrize("change", ["missing", "of another shape", "no number"])
def test_every_array_is_checked_even_with_its_checksum(model: Path, tmp_path: Path, change: str) -> None:
    names = list(load_file(model / "weights.safetensors"))
    assert {name.partition(".")[0] for name in names} == {
        "net",
        "kinds",
        "backgrounds",
        "calibration",
        "reference",
    }
    for number, name in enumerate(names):
        changed = tmp_path / f"{number}"
        shutil.copytree(model, changed)

        def spoil(tensors: dict[str, torch.Tensor], name: str = name) -> None:
            if change == "missing":
                del tensors[name]
            elif change == "of another shape":
                tensors[name] = tensors[name].new_ones(7, 3)
            elif tensors[name].dtype.is_floating_point and tensors[name].numel():
                tensors[name].view(-1)[0] = float("nan")
            else:
                tensors[name] = tensors[name].new_ones(7, 3)

        change_tensors(changed, spoil)
        with pytest.raises(ModelError, match="not a whole gyeol model"):
            Detector.load(changed)


def test_a_calibration_that_would_turn_the_scores_is_refused(model: Path) -> None:
    change_tensors(model, lambda tensors: tensors["calibration.scale"].neg_())
    with pytest.raises(ModelError, match=r"calibration\.scale must be above 0"):
        Detector.load(model)


def test_json_that_is_nested_too_deep_is_refused(model: Path) -> None:
    (model / "detector.json").write_text("[" * 200_000)
    with pytest.raises(ModelError, match="not JSON"):
        Detector.load(model)

"""Helpers that make tiny folders."""

from __future__ import annotations

import importlib.util
import signal
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from PIL import Image

if TYPE_CHECKING:
    from gyeol.detect.detector import Detector  # torch only where a test asks for a detector

# How long one example takes says nothing on a machine that is busy with other work.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


@pytest.fixture(autouse=True)
def _signals_that_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a signal that a test raises be taken by whoever waits for it, and fail where nobody does.

    A real one then ends the process, which here is the worker that runs the tests: it happened once, and said nothing.
    Real signals are sent to processes of their own, in tests/cli.
    """

    def deliver(number: int) -> None:
        handler = signal.getsignal(number)
        assert callable(handler), f"nobody waits for {signal.Signals(number).name}: {handler}"
        handler(number, None)

    monkeypatch.setattr(signal, "raise_signal", deliver)


def write_png(path: Path, pixels: np.ndarray | None = None, seed: int = 0) -> Path:
    """Save grey pixels, or 64x64 pixels of noise, and make the folders for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if pixels is None:
        pixels = np.random.default_rng(seed).integers(60, 200, (64, 64), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def png() -> Callable[..., Path]:
    """Give the function that writes a small PNG."""
    return write_png


@pytest.fixture
def competition(tmp_path: Path) -> Path:
    """Make a valid competition folder: 3 defects (2 with masks), 4 normals, 3 test images, a sample."""
    root = tmp_path / "comp"
    mask = np.zeros((64, 64), np.uint8)
    mask[20:30, 20:40] = 255
    for i in range(3):
        write_png(root / f"train/defect_images/defect_{i}.png", seed=i)
    for i in range(2):
        write_png(root / f"train/defect_masks/defect_{i}.png", mask)
    for i in range(4):
        write_png(root / f"train/normal_images/normal_{i}.png", seed=10 + i)
    for i in range(3):
        write_png(root / f"test/images/test_{i}.png", seed=20 + i)
    (root / "test/sample_submission.csv").write_text("ImageId,answer\ntest_0,0\ntest_1,0\ntest_2,0\n")
    return root


def make_surface(seed: int, shape: tuple[int, int], grain: float = 1.0) -> np.ndarray:
    """Draw a grey surface of one of two kinds: fine grain or coarse."""
    import cv2

    noise = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), grain)
    return np.clip(120 + 35 * noise / noise.std(), 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def detector() -> Detector:
    """Give a detector whose every weight matters; its threshold lies amid the scores of its surfaces."""
    import torch

    from gyeol.detect.background import Backgrounds
    from gyeol.detect.calibration import Calibration
    from gyeol.detect.config import Config
    from gyeol.detect.detector import Detector
    from gyeol.detect.network import CellNet
    from gyeol.detect.reference import make_reference
    from gyeol.detect.surfaces import Surface
    from gyeol.kinds import describe, fit_kinds

    torch.manual_seed(0)
    net = CellNet((8, 8, 16), (2, 1), window=16).train()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(torch.rand_like(parameter) * 0.4)
        for _ in range(20):  # the normalisations see what they will have to do with
            net(torch.randn(4, 1, 128, 128))
    made = Detector(Config(widths=(8, 8, 16), blocks=(2, 1), precision="fp32", size=128))
    made.net_ = net.eval().requires_grad_(False)
    with torch.no_grad():  # logits of a usual size
        net.logit.weight /= net(torch.randn(1, 1, 256, 256)).std() / 2
    surfaces = [make_surface(n, (96, 96), 0.8 + 2.5 * (n % 2)) for n in range(40)]
    made.kinds_ = fit_kinds(np.stack([describe(each) for each in surfaces]))
    count = made.kinds_.count
    made.backgrounds_ = Backgrounds.none(count)
    described = np.stack([describe(each) for each in surfaces])
    places = zip(surfaces, made.kinds_.assign(described), made.kinds_.distance(described), strict=True)
    made.reference_ = make_reference(
        [Surface(p, kind=int(k), distance=float(d)) for p, k, d in places], count
    )
    made.calibration_ = Calibration(np.linspace(0.5, 1, count), np.linspace(1, 1.5, count))
    made.threshold_, made.record_ = 0.0, {}
    made._judge = made.net_
    made.calibration_.scale[:] *= made.score_samples(surfaces).std()
    made.calibration_.centre[:] += np.median(made.score_samples(surfaces))
    made.threshold_ = float(np.median(made.score_samples(surfaces)))
    return made


@pytest.fixture(scope="session")
def lit(detector: Detector) -> Detector:
    """Give one that takes a background off images of 98x131 of its second kind."""
    import copy

    import cv2

    from gyeol.detect.background import Backgrounds

    made = copy.deepcopy(detector)
    fields = np.random.default_rng(7).standard_normal((2, 25, 33)).astype(np.float32)
    fields = np.stack([cv2.GaussianBlur(field, (0, 0), 3) * 200 for field in fields]).astype(np.float16)
    fields[0] = 0
    energy = np.float32([1.0, 16 * (fields[1].astype(np.float64) ** 2).sum()])
    made.backgrounds_ = Backgrounds(np.array([98, 131]), fields, energy)
    return made


@pytest.fixture(scope="session")
def enlarging(detector: Detector) -> Detector:
    """Give one that makes images twice as large before its network sees them."""
    import copy

    made = copy.deepcopy(detector)
    made.net_.enlarge = made._judge.enlarge = 2
    return made


@pytest.fixture(scope="session")
def trained_on(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the folder that the detector was, as it were, trained on."""
    root = tmp_path_factory.mktemp("data")
    for part, numbers in (("defect_images", range(6)), ("normal_images", range(6, 30))):
        (root / "train" / part).mkdir(parents=True)
        for n in numbers:
            surface = make_surface(n, (96, 96), 0.8 + 2.5 * (n % 2))
            Image.fromarray(surface).save(root / "train" / part / f"{part[0]}{n}.png")
    return root


@pytest.fixture(scope="session")
def exact(detector: Detector, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the detector as a float32 graph."""
    from gyeol.engine.sealed import seal
    from gyeol.export.model import build
    from gyeol.export.network import Precision

    path = tmp_path_factory.mktemp("exported") / "exact.onnx"
    path.write_bytes(seal(build(detector, Precision(), usual=(96, 96)).SerializeToString()))
    return path


@pytest.fixture(scope="session")
def surface() -> Callable[..., np.ndarray]:
    """Give the function that draws surfaces."""
    return make_surface


# Below: small folders in exactly the form in which the data sets are published.

MASK = np.zeros((64, 64), np.uint8)
MASK[20:30, 20:40] = 255
BLACK = np.zeros((64, 64), np.uint8)


def save(path: Path, pixels: np.ndarray | None = None, seed: int = 0) -> Path:
    """Save grey pixels, or noise, under any extension, and make the folders for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if pixels is None:
        pixels = np.random.default_rng(seed).integers(60, 200, (64, 64), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def clutter(*folders: Path) -> None:
    """Leave what operating systems leave."""
    for folder in folders:
        (folder / "Thumbs.db").write_bytes(b"\xd0\xcf\x11\xe0")
        (folder / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
        (folder / "._0001.PNG").write_bytes(b"\0\5\x16\7")
        (folder / "__MACOSX").mkdir()
        (folder / "__MACOSX" / "._0001.PNG").write_bytes(b"\0\5\x16\7")


@pytest.fixture
def dagm(tmp_path: Path) -> Path:
    """DAGM 2007: two classes; images 1 and 2 of each part normal, 3 and 4 defects."""
    root = tmp_path / "DAGM 2007"
    for number, part in enumerate(("Train", "Test")):
        for kind in (1, 2):
            folder = root / f"Class{kind}" / part
            lines = ["1"]
            for image in (1, 2, 3, 4):
                save(folder / f"000{image}.PNG", seed=100 * number + 10 * kind + image)
                mask = f"000{image}_label.PNG" if image > 2 else "0"
                if image > 2:
                    save(folder / "Label" / mask, MASK)
                lines.append(f"{image}\t{int(image > 2)}\t000{image}.PNG\t{int(image > 2)}\t{mask}")
            (folder / "Label" / "Labels.txt").parent.mkdir(exist_ok=True)
            (folder / "Label" / "Labels.txt").write_text("\r\n".join(lines) + "\r\n")
            clutter(folder, folder / "Label")
    return root


@pytest.fixture
def mvtec(tmp_path: Path) -> Path:
    """MVTec AD: a category with two types of three defects each; file names are numbers in every folder."""
    root = tmp_path / "mvtec" / "carpet"
    for number in range(4):
        save(root / f"train/good/00{number}.png", seed=number)
    for number in range(3):
        save(root / f"test/good/00{number}.png", seed=10 + number)
        for place, kind in enumerate(("color", "metal_contamination")):
            save(root / f"test/{kind}/00{number}.png", seed=20 + 10 * place + number)
            save(root / f"ground_truth/{kind}/00{number}_mask.png", MASK)
    (root / "readme.txt").write_text("x")
    (root / "license.txt").write_text("x")
    clutter(root, root / "train/good", root / "test/color", root / "ground_truth/color")
    return root


@pytest.fixture
def kolektor(tmp_path: Path) -> Path:
    """KolektorSDD2: in either part two normals with a black mask and one defect."""
    root = tmp_path / "KolektorSDD2"
    for part, first in (("train", 10000), ("test", 20000)):
        for number in range(3):
            save(root / part / f"{first + number}.png", seed=first + number)
            save(root / part / f"{first + number}_GT.png", MASK if number == 1 else BLACK)
        clutter(root / part)
    return root


@pytest.fixture
def tiles(tmp_path: Path) -> Path:
    """Magnetic tile: two types with three defects, of which one has a black mask, and five normals."""
    root = tmp_path / "Magnetic-tile-defect-datasets"
    for place, kind in enumerate(("MT_Blowhole", "MT_Crack", "MT_Free")):
        for number in range(5 if kind == "MT_Free" else 3):
            name = f"{kind}/Imgs/exp{number + 1}_num_{place}{number}"
            black = kind == "MT_Free" or (kind == "MT_Crack" and number == 2)
            save(root / f"{name}.jpg", seed=10 * place + number)
            save(root / f"{name}.png", BLACK if black else MASK)
        clutter(root / kind / "Imgs")
    (root / "README.md").write_text("x")
    (root / "Saliency.py").write_text("x")
    return root


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a model that has learnt nothing."""
    path = tmp_path_factory.mktemp("models") / "model"
    noise = np.random.default_rng(0).integers(60, 200, (8, 64, 64), dtype=np.uint8)
    # Loaded here, for the tests of reading and measuring go without torch.
    _load("untaught").write_untaught(path, noise, (8, 8, 16), (1, 1), centre=-3.0, scale=0.001)
    return path


@pytest.fixture(scope="session")
def odd_images() -> dict[str, tuple[bytes, str]]:
    """Make the damaged, hostile and unusual images: by name, the file's bytes and what is to become of it."""
    made: dict[str, tuple[bytes, str]] = _load("odd_images").odd_images()
    return made


def _load(name: str) -> ModuleType:
    """Import a module that lies beside this file; tests are no package."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

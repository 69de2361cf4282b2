"""What is given away: built twice, compared to the byte, and put to work where nothing else is installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
EPOCH = "1700000000"

pytestmark = pytest.mark.package


def run(*words: str | Path, code: int = 0, **options: object) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, timeout=1500, **options
    )  # type: ignore[call-overload]
    assert done.returncode == code, done.stdout[-3000:] + done.stderr[-3000:]
    return done


def tracked() -> list[str]:
    listed = run("git", "-C", ROOT, "ls-files", "-z").stdout.split("\0")
    return [name for name in listed if name and (ROOT / name).is_file()]


def build(copy: Path, umask: int, zone: str) -> dict[str, bytes]:
    """Build from a copy of what git has, at another place, time zone, mask and age; return the files' bytes."""
    for name in tracked():
        target = copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
        os.utime(target, (1.1e9 + umask, 1.1e9 + umask))
    environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "TZ": zone, "PYTHONHASHSEED": str(umask)}
    words = [sys.executable, "-m", "build", "--no-isolation", "--outdir", "out"]
    run(*words, cwd=copy, env=environment, preexec_fn=lambda: os.umask(umask) and None)
    return {path.name: path.read_bytes() for path in (copy / "out").iterdir()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build wheel (from the sdist) and sdist; return their folder."""
    pytest.importorskip("build", reason="make test-package installs what builds")
    copy = tmp_path_factory.mktemp("first")
    build(copy, 0o022, "UTC")
    return copy / "out"


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    return next(built.glob("*.whl"))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Path:
    """Make an environment with the wheel and what it says that it needs; return its bin."""
    place = tmp_path_factory.mktemp("empty") / "venv"
    run(sys.executable, "-m", "venv", place)
    pip_install(place / "bin", wheel)
    return place / "bin"


def pip_install(where: Path, *what: str | Path) -> None:
    words = [where / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run(
        [str(word) for word in (*words, "--constraint", ROOT / "constraints.txt", *what)],
        capture_output=True,
        text=True,
        timeout=1500,
    )
    if done.returncode and any(word in done.stderr for word in ("ConnectionError", "NewConnectionError")):
        pytest.skip("no package index within reach")
    assert done.returncode == 0, done.stderr[-3000:]


def plain(**more: str) -> dict[str, str]:
    """Give an environment in which nothing of this checkout can be imported."""
    return {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")} | more


def test_a_second_build_elsewhere_gives_the_same_bytes(built: Path, tmp_path: Path) -> None:
    again = build(tmp_path, 0o077, "Asia/Seoul")
    assert sorted(again) == sorted(path.name for path in built.iterdir())
    assert len(again) == 2
    for path in built.iterdir():
        assert path.read_bytes() == again[path.name], path.name


def test_the_wheel_holds_the_package_whole_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    package = {name.removeprefix("src/") for name in tracked() if name.startswith("src/")}
    assert {name for name in inside if ".dist-info/" not in name} == package
    assert any(name.endswith("licenses/LICENSE") for name in inside)


def test_the_sdist_holds_what_its_tests_need(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {name for name in tracked() if name.startswith(("src/", "tests/", "docs/", "locks/"))}
    wanted |= {"pyproject.toml", "README.md", "LICENSE", "constraints.txt", "Makefile"}
    assert wanted <= inside
    assert not [
        name for name in inside if "__pycache__" in name or name.startswith((".venv", "work", "demo"))
    ]


def test_help_and_checking_work_in_an_empty_environment(empty: Path, tmp_path: Path) -> None:
    assert "predict" in run(empty / "gyeol", "--help", env=plain()).stdout
    answers = tmp_path / "a.csv"
    answers.write_text("ImageId,answer\na,0\n")
    run(empty / "gyeol", "check", answers, answers, env=plain())
    lacking = "import importlib.util as u; print([m for m in ('torch', 'scipy', 'cv2') if u.find_spec(m)])"
    assert run(empty / "python", "-c", lacking, env=plain()).stdout.strip() == "[]"


def test_an_exported_model_judges_there_as_here(
    empty: Path, exact: Path, detector: object, trained_on: Path, tmp_path: Path
) -> None:
    images = trained_on / "train/normal_images"
    submission, scores = tmp_path / "submission.csv", tmp_path / "scores.csv"
    run(empty / "gyeol", "predict", exact, images, "-o", submission, "--scores", scores, env=plain())
    table = [line.split(",") for line in scores.read_text().splitlines()]
    column = table[0].index("score")
    told = {row[0]: float(row[column]) for row in table[1:]}
    paths = sorted(images.glob("*.png"))
    assert len(told) == len(paths) == len(submission.read_text().splitlines()) - 1
    here = detector.score_samples([np.asarray(Image.open(path)) for path in paths])  # type: ignore[attr-defined]
    for path, score in zip(paths, here, strict=True):
        name = path.name if path.name in told else path.stem
        assert told[name] == pytest.approx(score, abs=1e-3)


def test_what_needs_more_says_in_one_line_how_to_get_it(empty: Path, tmp_path: Path) -> None:
    for words in (["train", tmp_path, "-o", tmp_path / "m"], ["serve", tmp_path], ["sample", tmp_path / "s"]):
        done = subprocess.run(
            [empty / "gyeol", *words], capture_output=True, text=True, env=plain(), timeout=300
        )
        assert done.returncode != 0
        assert len(done.stderr.splitlines()) == 1
        assert "pip install 'gyeol[" in done.stderr
    assert not (tmp_path / "s").exists()


def test_the_sample_is_made_without_torch(empty: Path, tmp_path: Path) -> None:
    pip_install(empty, "scipy")  # of the extra `train`, all that it needs
    run(empty / "gyeol", "sample", tmp_path / "data", "--scale", "tiny", env=plain())
    assert json.loads(run(empty / "python", "-m", "pip", "list", "--format=json").stdout)
    assert len(list((tmp_path / "data/train/normal_images").glob("*.png"))) > 50
    assert (
        run(empty / "python", "-c", "import importlib.util as u; print(u.find_spec('torch'))").stdout
        == "None\n"
    )

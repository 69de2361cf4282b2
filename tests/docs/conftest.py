"""A folder for every page, with what a reader would have by then: a sample, a model, scores."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image


def load(name: str) -> ModuleType:
    """Import a helper that lies beside this file; tests are no package."""
    spec = importlib.util.spec_from_file_location(f"docs_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


server = load("server")


class World:
    """Things that pages speak of, made once and copied where they are named.

    Parameters
    ----------
    root : Path
        Gets `bin`, with the programs, and `given`, with the things.
    """

    def __init__(self, root: Path) -> None:
        self.programs, self.given = root / "bin", root / "given"
        self.programs.mkdir()
        self.given.mkdir()
        self.environment = {
            **os.environ,
            "PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}",
            "OMP_NUM_THREADS": "1",
            "NO_COLOR": "1",
            "COLUMNS": "100",
        }
        self.END = server.END
        for name in ("gyeol", "python"):
            server.write_client(self.programs / name, name, root / "server")

    def run(self, script: str, folder: Path) -> str:
        """Run a shell script as it is; give what it printed, and fail with it."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=1200,
            check=False,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}"
        return done.stdout

    def make(self) -> None:
        """Make the things."""
        commands = (
            "gyeol sample data --scale tiny",
            "gyeol train data -o model",
            "gyeol predict model data -o submission.csv --scores scores.csv",
            "gyeol export model data -o model.onnx --precision fp32",
            "gyeol sample other --scale tiny --seed 1",
        )
        self.run("\n".join(commands), self.given)
        shutil.copytree(self.given / "data/key", self.given / "key")
        shutil.copytree(self.given / "data/test/images", self.given / "images")
        for name in ("image.png", "a.png", "b.png"):
            shutil.copy(self.given / "images/test_00001.png", self.given / name)
        self._layouts()

    def _layouts(self) -> None:
        """Write the pictures of the samples once more as magnetic tiles and as a category of MVTec AD."""
        tiles, carpet = self.given / "tiles", self.given / "carpet"
        for number, path in enumerate(sorted(self.given.glob("other/train/normal_images/*"))):
            picture, part = Image.open(path), "train" if number < 12 else "test"
            save(picture, tiles / f"MT_Free/Imgs/{path.stem}.jpg")
            save(Image.new("L", picture.size), tiles / f"MT_Free/Imgs/{path.stem}.png")
            save(picture, carpet / part / "good" / path.name)
        masks = (*self.given.glob("*/train/defect_masks/*"), *self.given.glob("*/key/masks/*"))
        for number, path in enumerate(sorted(masks)):
            beside = "train/defect_images" if path.parent.name == "defect_masks" else "test/images"
            picture, mask = Image.open(path.parents[2] / beside / path.name), Image.open(path)
            kind = ("Crack", "Break")[number % 2]
            save(picture, tiles / f"MT_{kind}/Imgs/{number:03}.jpg")
            save(mask, tiles / f"MT_{kind}/Imgs/{number:03}.png")
            save(picture, carpet / f"test/{kind}/{number:03}.png")
            save(mask, carpet / f"ground_truth/{kind}/{number:03}_mask.png")

    def give(self, names: set[str], folder: Path) -> None:
        """Put things into a folder where it lacks them; the key is that of the folder's own data."""
        for name in names:
            source, target = self.given / name, folder / name
            if name == "key" and (folder / "data/key").is_dir():
                source = folder / "data/key"
            if target.exists() or not source.exists():
                continue
            if source.is_dir():
                shutil.copytree(source, target, copy_function=os.link)
            else:
                shutil.copy(source, target)


def save(picture: Image.Image, path: Path) -> None:
    """Write a picture, and the folders for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Start the server and make the things."""
    root = tmp_path_factory.mktemp("docs")
    command = [sys.executable, str(Path(__file__).with_name("server.py")), str(root / "server")]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        made = World(root)
        made.make()
        yield made
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture
def port() -> int:
    """Give a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="session")
def helper() -> Callable[[str], ModuleType]:
    """Give the function that imports a helper."""
    return load

"""More than two hundred images that nobody should be able to hurt gyeol with: see tests/odd_images.py."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from gyeol.data.bounds import MAX_BYTES
from gyeol.data.image import is_black, read_image, read_mask
from gyeol.errors import DataError

Odd = dict[str, tuple[bytes, str]]
SECONDS, MIB = 5, 512
pytestmark = pytest.mark.filterwarnings("ignore")  # pytest turns on again what gyeol has turned off


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def test_each_is_read_sensibly_or_refused_in_one_line_that_names_it(
    odd_images: Odd, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert len(odd_images) >= 200
    outcomes: dict[str, str] = {}
    for name, (content, _) in odd_images.items():
        path = tmp_path / name
        path.write_bytes(content)
        peak, began = _peak_mib(), time.process_time()
        pixels, said = None, ""
        try:
            pixels = read_image(path)
        except DataError as error:
            said = str(error)
        outcomes[name] = "refused" if pixels is None else "read"
        if pixels is None:
            assert len(said.splitlines()) == 1
            assert len(said) < 400
            assert name in said
            assert ";" in said  # what is wrong; what to do
        else:
            assert pixels.dtype == np.uint8
            assert pixels.ndim == 2
            assert 64 <= min(pixels.shape) <= max(pixels.shape) <= 4096
        assert time.process_time() - began < SECONDS, name
        assert _peak_mib() - peak < MIB, name
    wanted = {name: want for name, (_, want) in odd_images.items() if want != "either"}
    assert {name: outcomes[name] for name in wanted} == wanted
    assert min(list(outcomes.values()).count(each) for each in ("read", "refused")) > 80
    assert capfd.readouterr().err == ""  # neither a warning of Pillow nor a line of libtiff


def test_other_readers_of_images_refuse_as_well(odd_images: Odd, tmp_path: Path) -> None:
    for name, (content, want) in odd_images.items():
        if want != "refused" or len(content) > 2**20:
            continue
        path = tmp_path / name
        path.write_bytes(content)
        for reader in (read_mask, is_black):
            if name.startswith(("mode-", "other-LAB")):
                continue  # a mask has no scale of greys
            with pytest.raises(DataError) as caught:
                reader(path)
            assert len(str(caught.value).splitlines()) == 1
            assert name in str(caught.value)


@pytest.mark.parametrize("extension", ["png", "jpg", "tif"])
def test_a_turned_image_is_turned_once_and_for_all(odd_images: Odd, tmp_path: Path, extension: str) -> None:
    shapes = {}
    for orientation in range(1, 9):
        path = tmp_path / f"{orientation}.{extension}"
        path.write_bytes(odd_images[f"turned-{orientation}.{extension}"][0])
        shapes[orientation] = read_image(path).shape
    assert shapes == {n: (80, 96) if n < 5 else (96, 80) for n in range(1, 9)}


def test_a_file_larger_than_any_image_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    with path.open("wb") as stream:
        stream.write(b"\x89PNG\r\n\x1a\n")
        stream.truncate(2 * MAX_BYTES)  # takes no room on the disk
    with pytest.raises(DataError, match="288 MiB is too large") as caught:
        read_image(path)
    assert "a.png" in str(caught.value)

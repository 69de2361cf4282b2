from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from gyeol.data.competition import read_competition


@pytest.fixture
def exports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have temporary files made in a folder that can be looked into."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


def answer_all(client: TestClient) -> None:
    for number, answer in enumerate(["defect", "normal", "unsure", "normal"], start=1):
        body = {"reviewer": "lee", "version": 0, "answer": answer}
        assert client.put(f"/api/images/{number}/verdict", json=body).status_code == 200


def test_the_competitions_layout_comes_as_a_file(client: TestClient, exports: Path, tmp_path: Path) -> None:
    answer_all(client)
    answer = client.get("/api/export/competition")
    assert answer.headers["content-type"] == "application/zip"
    assert "attachment" in answer.headers["content-disposition"]
    zipfile.ZipFile(io.BytesIO(answer.content)).extractall(tmp_path / "out")
    dataset = read_competition(tmp_path / "out")
    assert (len(dataset.defects), len(dataset.normals)) == (1, 2)
    assert list(exports.iterdir()) == []  # nothing is left behind


@pytest.mark.parametrize(
    ("form", "kind"), [("csv", "text/csv"), ("coco", "application/json"), ("labelme", "application/zip")]
)
def test_the_other_forms(client: TestClient, exports: Path, form: str, kind: str) -> None:
    answer_all(client)
    answer = client.get(f"/api/export/{form}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(kind)
    assert list(exports.iterdir()) == []


def test_what_cannot_be_exported_is_said(client: TestClient, exports: Path) -> None:
    answer = client.get("/api/export/competition")
    assert answer.status_code == 422
    assert "needs both" in answer.json()["detail"]
    assert client.get("/api/export/xml").status_code == 422
    assert list(exports.iterdir()) == []

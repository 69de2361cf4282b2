"""Fuzz the reading of tables: submission, sample, scores, key, manifest. Run by benchmarks/fuzz.py.

An input is the table, and behind a byte 0xFF, if there is one, the key that it is compared with.
"""

from __future__ import annotations

import atheris

with atheris.instrument_imports(include=["gyeol", "csv"]):
    from gyeol.data.key import read_key
    from gyeol.data.layouts.manifest import LAYOUT
    from gyeol.data.submission import inspect_submission, read_sample_ids, read_submission, write_submission
    from gyeol.errors import DataError
    from gyeol.metrics.answers import read_compared
    from gyeol.review.images import add_images, read_scores

from pathlib import Path

from shared import fuzz, place, refused

from gyeol.review.database import Database

ROOT = place()
TABLE, KEY, AGAIN, MANIFEST = (
    ROOT / name for name in ("table.csv", "answers.csv", "again.csv", "manifest.csv")
)
for name in ("a.png", "b.png", "c.png"):
    (ROOT / name).write_bytes(b"\x89PNG")
DATABASE = Database(ROOT / "review.db")
add_images(DATABASE, ROOT, [ROOT / "a.png", ROOT / "b.png"])
DATABASE._connection.execute("PRAGMA synchronous = OFF")


def one(data: bytes) -> None:
    table, _, key = data.partition(b"\xff")
    for file, content in ((TABLE, table), (MANIFEST, table), (KEY, key or table)):
        file.write_bytes(content)
    if not refused(lambda: read_submission(TABLE), TABLE.name):
        ids, answers = read_submission(TABLE)
        try:
            write_submission(AGAIN, ids, answers)
        except DataError:
            pass
        else:
            assert read_submission(AGAIN)[0] == ids
    refused(lambda: read_sample_ids(TABLE), TABLE.name)
    for sentence in inspect_submission(TABLE).problems:
        assert len(sentence.splitlines()) == 1
    refused(lambda: read_compared(TABLE, KEY), ".csv")
    refused(lambda: read_key(ROOT, [("a", ROOT / "a.png"), ("b", ROOT / "b.png")]), KEY.name)
    refused(lambda: read_scores(DATABASE, ROOT, TABLE, "model"), TABLE.name)
    refused(lambda: LAYOUT.read(MANIFEST), MANIFEST.name)


def seeds() -> dict[str, bytes]:
    """Write one good table of each form."""
    return {
        "submission": b"ImageId,answer\na,0\nb,1\n",
        "bom": b'\xef\xbb\xbfImageId,answer\r\na,0\r\n"b""",1\r\n',
        "scores": b"ImageId,score,answer,kind,note\na,0.5,0,1,\nb,nan,1,2,unreadable\n",
        "key": b"ImageId,answer,score\na.png,0,1e3\nb.png,1,-2\n\xffImageId,answer,kind\na,0,fine\nb,1,coarse\n",
        "manifest": b"path,label,mask,split,kind\na.png,0,,train,\nb.png,1,c.png,train,dent\n",
        "nul": b"ImageId,answer\na\0,0\n",
        "utf16": "ImageId,answer\na,0\n".encode("utf-16"),
    }


if __name__ == "__main__":
    assert Path(ROOT).is_dir()
    fuzz(one, seeds())

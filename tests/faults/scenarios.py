"""Five kinds of work that are killed at random moments, and what must hold after every kill.

`python scenarios.py --points 3` runs a few points of each and prints what it saw as JSON; benchmarks/faults.py runs
many.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import sqlite3
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # no threads before the forks
sys.path.insert(0, str(Path(__file__).parent))

import cv2
import numpy as np
import torch
from killing import PAUSE, Child, FaultError, content, hidden, require
from PIL import Image

from gyeol.cli import judging, serving, work
from gyeol.data.sample.generate import generate
from gyeol.data.sample.plan import Scale
from gyeol.detect import trainer
from gyeol.detect.detector import Detector
from gyeol.detect.state import load_state
from gyeol.review.database import Database
from gyeol.review.exports import EXPORTS
from gyeol.review.images import add_images
from gyeol.review.verdicts import last_event, say, undo, verdict_of
from gyeol.web.settings import Settings

SMALL = {
    "steps": 20, "folds": 2, "crops": 4, "size": 64, "widths": (8, 8, 16), "blocks": (1, 1), "precision": "fp32",
    "prevalence": 0.2, "seed": 5,
}  # fmt: skip


def draw_folder(root: Path) -> Path:
    """Write four defects, fourteen normals and ten test images of one smooth texture."""
    for part in ("train/defect_images", "train/defect_masks", "train/normal_images", "test/images"):
        (root / part).mkdir(parents=True)
    for number in range(28):
        noise = np.random.default_rng(number).standard_normal((80, 72)).astype(np.float32)
        noise = cv2.GaussianBlur(noise, (0, 0), 1.5)
        pixels = np.clip(128 + 30 * noise / noise.std(), 0, 255).astype(np.uint8)
        mask = np.zeros_like(pixels)
        mask[20:36, 10 + number : 26 + number] = 255
        if number < 4:
            pixels = np.where(mask > 0, np.minimum(pixels, 165) + np.uint8(90), pixels)
            Image.fromarray(mask).save(root / f"train/defect_masks/d{number}.png")
        part = (
            "train/defect_images/d"
            if number < 4
            else "train/normal_images/n"
            if number < 18
            else "test/images/t"
        )
        Image.fromarray(pixels.astype(np.uint8)).save(root / f"{part}{number}.png")
    return root


class Killing:
    """Something that is killed again and again.

    Parameters
    ----------
    folder : Path
        Of its own, empty.
    data : Path
        From :func:`draw_folder`.
    seed : int
        Chooses the moments.
    """

    name = ""
    whole = 0.3
    """Processor seconds of it all, where it is not killed."""

    def __init__(self, folder: Path, data: Path, seed: int) -> None:
        self.folder, self.data, self.log = folder, data, folder / "log"
        self.place = folder / "place"
        self.place.mkdir(parents=True)
        self.random = random.Random(f"{seed} {self.name}")
        self.seen = {"kills": 0, "nothing_yet": 0, "whole": 0, "ended_before": 0, "finished_after": 0}

    def run(self, points: int) -> dict[str, int]:
        """Kill it at `points` moments; give counts of what was found after them."""
        self.prepare()
        try:
            while self.seen["kills"] < points:
                self.once(points)
                if self.seen["kills"] % 10 == 0:
                    print(f"{self.name}: {self.seen}, {self.whole:.2f} s", file=sys.stderr, flush=True)
            self.finish()
        except FaultError as error:
            raise FaultError(f"{self.name}, after {self.seen['kills']} kills: {error}") from error
        return self.seen

    def prepare(self) -> None:
        """Do the work once without a kill, to know what it gives and how long it takes."""

    def once(self, points: int) -> None:
        """Kill it once, and look at what is there."""

    def _trained(self) -> Path:
        """Give a model; the first that wants one trains it."""
        model = self.data.parent / "model"
        if not model.exists():
            Child(lambda: work.train(self.data, model, SMALL, resume=False), self.log).wait()
        return model

    def finish(self) -> None:
        """Let it come to its end after the last kill, and compare."""

    def moment(self, points: int, whole: float) -> float:
        """Choose the next moment: random within its share of the whole, so that every part has its kills."""
        return whole * (self.seen["kills"] % points + self.random.random()) / points

    def count(self, found: str, killed: bool) -> None:
        """Note what was there after a run."""
        self.seen["kills"] += killed
        self.seen["ended_before"] += not killed
        self.seen["whole" if found else "nothing_yet"] += killed


class Sample(Killing):
    """`gyeol sample`: a folder of images, whole or not there; the next run clears away what was left."""

    name = "sample"
    scale = Scale(kinds=2, normals=3, defects=2, test=3, test_defects=1)

    def make(self) -> None:
        generate(self.place / "data", self.scale, 1, workers=1)

    def prepare(self) -> None:
        self.whole = Child(self.make, self.log).wait()
        self.wanted = content(self.place / "data")
        self._remove()

    def _remove(self) -> None:
        for path in sorted((self.place / "data").rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        (self.place / "data").rmdir()

    def once(self, points: int) -> None:
        killed = Child(self.make, self.log).killed_after(self.moment(points, self.whole))
        found = content(self.place / "data")
        require(found in ("", self.wanted), "half of a folder was there")
        self.count(found, killed)
        require(len(hidden(self.place)) <= 1, f"what earlier runs left stays: {hidden(self.place)}")
        if found:
            self._remove()

    def finish(self) -> None:
        Child(self.make, self.log).wait()
        require(content(self.place / "data") == self.wanted, "after the kills it gives something else")
        require(not hidden(self.place), f"something is left: {hidden(self.place)}")
        self.seen["finished_after"] += 1


class Train(Killing):
    """`gyeol train --resume`, its state kept after every step: killed over and over, it gives the same bits."""

    name = "train"

    def train(self, output: Path, every: float) -> None:
        trainer.SAVE_EVERY = every
        torch.set_num_threads(1)
        work.train(self.data, output, SMALL, resume=True)

    def prepare(self) -> None:
        self.whole = Child(lambda: self.train(self.folder / "unkilled", 1e9), self.log).wait()
        self.wanted = self._model(self.folder / "unkilled")

    @staticmethod
    def _model(path: Path) -> dict[str, Any]:
        Detector.load(path)
        description = json.loads((path / "detector.json").read_text())
        record = {k: v for k, v in description["record"].items() if k not in ("made", "seconds")}
        weights = content(path / "weights.safetensors")
        return {"weights": weights, "threshold": description["threshold"], "record": record}

    def once(self, points: int) -> None:
        model, state = self.place / "model", self.place / ".model.training"
        child = Child(lambda: self.train(model, 0.0), self.log)
        # A resumed run has less before it than a whole one, but reads the images again.
        killed = child.killed_after(self.whole * self.random.uniform(0.05, 1.3))
        if state.exists():
            load_state(state)
        found = content(model)
        self.count(found or content(state), killed)
        if found:
            self._compare(model)

    def _compare(self, model: Path) -> None:
        made = self._model(model)
        for part in ("weights", "threshold", "record"):
            require(made[part] == self.wanted[part], f"the {part} of a killed and resumed training differ")
        self.seen["finished_after"] += 1
        for path in model.iterdir():
            path.unlink()
        model.rmdir()
        (self.place / ".model.training").unlink(missing_ok=True)  # killed between the model and the end

    def finish(self) -> None:
        Child(lambda: self.train(self.place / "model", 0.0), self.log).wait()
        require(not hidden(self.place), f"something is left: {hidden(self.place)}")
        self._compare(self.place / "model")


class Predict(Killing):
    """`gyeol predict` with a table of scores and heat maps: each output is whole or not there."""

    name = "predict"
    outputs = ("submission.csv", "scores.csv", "heatmaps")

    def predict(self) -> None:
        torch.set_num_threads(1)
        places = [self.place / name for name in self.outputs]
        judging.predict(Detector.load(self.model), self.data, *places, None, "stop")

    def prepare(self) -> None:
        self.model = self._trained()
        self.whole = Child(self.predict, self.log).wait()
        self.wanted = {name: content(self.place / name) for name in self.outputs}
        self._clear()

    def _clear(self) -> None:
        for name in self.outputs:
            path = self.place / name
            for each in path.iterdir() if path.is_dir() else ():
                each.unlink()
            path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)

    def once(self, points: int) -> None:
        killed = Child(self.predict, self.log).killed_after(self.moment(points, 0.9 * self.whole))
        found = {name: content(self.place / name) for name in self.outputs}
        for name, what in found.items():
            require(what in ("", self.wanted[name]), f"half of {name} was there")
        self.count("".join(found.values()), killed)
        self._clear()

    def finish(self) -> None:
        Child(self.predict, self.log).wait()
        for name in self.outputs:
            require(content(self.place / name) == self.wanted[name], f"{name} differs after the kills")
        require(not hidden(self.place), f"something is left: {hidden(self.place)}")
        self.seen["finished_after"] += 1


class Reviewed(Killing):
    """What serving and reviewing have in common: a database in which every confirmed verdict must be."""

    def prepare(self) -> None:
        self.database = self.place / "review.db"
        self.images = sorted((self.data / "test/images").iterdir())
        self.confirmed: dict[int, tuple[int, str | None]] = {}

    def check(self) -> None:
        """Look whether the database is sound, and holds all that was confirmed."""
        if not self.database.exists():
            require(not self.confirmed, "the database is gone")
            return
        with sqlite3.connect(self.database) as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchall()
        connection.close()
        require(sound == [("ok",)], f"the database is damaged: {sound}")
        database = Database(self.database)
        try:
            for image, (version, answer) in self.confirmed.items():
                now = verdict_of(database, image)
                require(now.version >= version, f"a confirmed verdict is lost: {image}, version {version}")
                require(
                    now.version > version or now.answer == answer, f"a confirmed verdict changed: {image}"
                )
                self.confirmed[image] = now.version, now.answer
            versions = database.rows("SELECT count(*) AS n, max(version) AS v FROM events GROUP BY image")
            require(all(row["n"] == row["v"] for row in versions), "an event is missing")
        finally:
            database.close()


class Serve(Reviewed):
    """`gyeol serve`, while somebody sends verdicts over HTTP: what was answered with 200 is there for ever."""

    name = "serve"

    def prepare(self) -> None:
        super().prepare()
        self.model = self._trained()
        child = Child(self.serve, self.log)
        try:
            port = self._port(child)
            require(port, f"it does not start: {child.said()}")
            self._speak(port, child, time.monotonic() + 2)
            require(self.confirmed, "nothing was confirmed")
            self.whole = child.seconds()
        finally:
            child.kill()

    def serve(self) -> None:
        settings = Settings(self.model, self.database, (self.data / "test/images",))
        serving.serve(settings, (self.data / "test/images",), None, "127.0.0.1", 0)

    def _port(self, child: Child) -> int:
        give_up = time.monotonic() + 300
        while not child.ended() and time.monotonic() < give_up:
            _, found, rest = child.said().partition("http://127.0.0.1:")
            if found and "/" in rest:
                return int(rest.partition("/")[0])
            time.sleep(PAUSE)
        return 0

    def _speak(self, port: int, child: Child, until: float, limit: float = 1e9) -> None:
        """Send verdicts until the server has spent so much processor time, is gone, or the time is over."""
        try:
            connection = self._connect(port, child, limit)
            while time.monotonic() < until and not child.ended() and child.seconds() < limit:
                image = self.random.randrange(1, len(self.images) + 1)
                version, answer = (
                    self.confirmed.get(image, (0, ""))[0],
                    self.random.choice(["defect", "normal"]),
                )
                body = json.dumps({"reviewer": "ann", "version": version, "answer": answer})
                head = {"Content-Type": "application/json", "Origin": f"http://127.0.0.1:{port}"}
                connection.request("PUT", f"/api/images/{image}/verdict", body, head)
                reply = connection.getresponse()
                told = json.loads(reply.read())
                require(reply.status == 200, f"status {reply.status}: {told}")
                self.confirmed[image] = told["version"], told["answer"]
        except (OSError, http.client.HTTPException) as error:
            raise FaultError(f"it does not answer ({error!r}): {child.said()}") from error

    def _connect(self, port: int, child: Child, limit: float) -> http.client.HTTPConnection:
        """Connect, as soon as it listens; where it reaches its limit before, whoever speaks does not begin."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        give_up = time.monotonic() + 300
        while not child.ended() and child.seconds() < limit:
            try:
                connection.connect()
                break
            except ConnectionRefusedError:
                require(time.monotonic() < give_up, f"nobody listens on port {port}: {child.said()}")
                time.sleep(PAUSE)
        return connection

    def once(self, points: int) -> None:
        child = Child(self.serve, self.log)
        limit = max(0.02, self.moment(points, self.whole))
        while not child.ended() and child.seconds() < limit and "http://" not in child.said():
            time.sleep(PAUSE)
        before = dict(self.confirmed)
        if child.seconds() < limit and (port := self._port(child)):
            self._speak(port, child, time.monotonic() + 300, limit)
        killed = child.kill()
        require(killed, f"it had ended: {child.said()}")
        self.check()
        self.count("" if self.confirmed == before else "verdicts of this run", killed)

    def finish(self) -> None:
        child = Child(self.serve, self.log)
        try:
            port = self._port(child)
            require(port, f"it does not start after the kills: {child.said()}")
            before = sum(version for version, _ in self.confirmed.values())
            self._speak(port, child, time.monotonic() + 2)
            after = sum(version for version, _ in self.confirmed.values())
            require(after > before, "after the kills it confirms nothing")
        finally:
            child.kill()
        self.check()
        self.seen["finished_after"] += 1


class Review(Reviewed):
    """Verdicts, undoing and exports in the review file: confirmed ones stay, exports are whole."""

    name = "review"

    def once(self, points: int) -> None:
        heard, told = os.pipe()
        seed = self.random.random()
        child = Child(lambda: self._review(told, seed), self.log)
        os.close(told)
        killed = child.killed_after(self.moment(points, self.whole))
        with os.fdopen(heard) as stream:
            for line in stream.read().split("\n")[:-1]:
                image, version, answer = line.split(" ")
                self.confirmed[int(image)] = int(version), answer or None
        self.check()
        found = [path for path in self.place.iterdir() if path.suffix in (".zip", ".csv", ".json")]
        for path in found:
            self._whole(path)
            path.unlink()
        self.count("x" if self.confirmed else "", killed)

    def _review(self, told: int, seed: float) -> None:
        chance = random.Random(seed)
        database = Database(self.database)
        numbers = add_images(database, self.data / "test/images", self.images)
        for image, answer in zip(numbers[:2], ("defect", "normal"), strict=True):
            self._tell(told, say(database, image, verdict_of(database, image).version, "bob", answer, None))
        while True:
            image, answer = chance.choice(numbers[2:]), chance.choice(["defect", "normal", "unsure", None])
            now = verdict_of(database, image)
            self._tell(told, say(database, image, now.version, "ann", answer, os.urandom(3000)))
            if chance.random() < 0.2 and (back := undo(database, "ann")) is not None:
                self._tell(told, back)
            if chance.random() < 0.1:
                name = chance.choice(list(EXPORTS))
                if name in ("competition", "csv"):  # the others draw the masks, which are noise here
                    EXPORTS[name][0](database, self.place / f"{name}.{EXPORTS[name][1]}")

    @staticmethod
    def _tell(told: int, now: Any) -> None:
        os.write(told, f"{now.image} {now.version} {now.answer or ''}\n".encode())

    def _whole(self, path: Path) -> None:
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                require(archive.testzip() is None, f"{path.name} is damaged")
        else:
            require(path.read_bytes().endswith(b"\n"), f"{path.name} is cut")

    def finish(self) -> None:
        database = Database(self.database)
        events = last_event(database)
        database.close()
        require(events > len(self.confirmed), "little was ever said")
        self.seen["finished_after"] += 1


SCENARIOS: dict[str, Callable[[Path, Path, int], Killing]] = {
    each.name: each for each in (Sample, Train, Predict, Serve, Review)
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=list(SCENARIOS))
    parser.add_argument("--points", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    # In memory where there is such a place: a kill spares what is written either way, and syncing a disk takes long.
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        data = draw_folder(Path(folder) / "data")
        for name in options.names:
            began = time.monotonic()
            killing = SCENARIOS[name](Path(folder) / name, data, options.seed)
            seen = {**killing.run(options.points), "whole_cpu_s": round(killing.whole, 2)}
            row = {"what": name, **seen, "wall_s": round(time.monotonic() - began, 1)}
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gyeol.detect.detector import Detector
from gyeol.detect.directory import CARD
from gyeol.detect.trainer import Progress
from gyeol.track.tracking import EVERY, Tracking

RECORD = {"steps": 60, "estimate": {"macro_f1": 0.9, "interval": [0.8, 0.95]}}


class Memory:
    """Remembers what it is told; fails at a name that is given."""

    def __init__(self, fails_at: str = "") -> None:
        self.seen: list[tuple[Any, ...]] = []
        self.fails_at = fails_at

    def settings(self, values: Mapping[str, Any]) -> None:
        self.seen.append(("settings", dict(values)))

    def number(self, name: str, value: float, step: int) -> None:
        if name == self.fails_at:
            raise ConnectionError("no route\nto host")
        self.seen.append((name, value, step))

    def model(self, folder: Path) -> None:
        self.seen.append(("model", folder))

    def close(self, how: str) -> None:
        self.seen.append(("close", how))


def train(log: Tracking) -> None:
    for step in range(1, 51):
        log.step(Progress("trunk", step, 50, 1 / step, 16, 99.0, 100 + step, 0.25 if step == 30 else None))


def test_losses_validations_and_the_estimate_are_told() -> None:
    memory = Memory()
    with Tracking({"memory": memory}, print) as log:
        log.settings({"seed": 1})
        train(log)
        log.model(Path("m"), 3.0, RECORD)
    losses = [each for each in memory.seen if each[0] == "loss/trunk"]
    assert losses == [("loss/trunk", 1 / step, 100 + step) for step in (EVERY, 2 * EVERY, 50)]
    assert ("validation/trunk", 0.25, 130) in memory.seen
    assert ("estimate/macro_f1_low", 0.8, 60) in memory.seen
    assert ("estimate/threshold", 3.0, 60) in memory.seen
    assert memory.seen[0] == ("settings", {"seed": 1})
    assert memory.seen[-2:] == [("model", Path("m")), ("close", "finished")]


def test_one_that_fails_is_left_out_and_the_training_goes_on() -> None:
    bad, good, said = Memory("loss/trunk"), Memory(), []
    with Tracking({"mlflow:x": bad, "good": good}, said.append) as log:
        train(log)
    assert said == ["no more is logged to mlflow:x: no route"]
    assert bad.seen == []
    assert len([each for each in good.seen if each[0] == "loss/trunk"]) == 3


@pytest.mark.parametrize(("error", "how"), [(KeyboardInterrupt, "stopped"), (ValueError, "failed")])
def test_how_it_ended_is_told(error: type[BaseException], how: str) -> None:
    memory = Memory()
    with pytest.raises(error), Tracking({"memory": memory}, print):
        raise error
    assert memory.seen == [("close", how)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make what stands for a model's folder."""
    path = tmp_path / "model"
    path.mkdir()
    (path / CARD).write_text("# A gyeol detector")
    return path


def test_tensorboard_can_read_it(tmp_path: Path, folder: Path) -> None:
    reading = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator", reason="gyeol[tensorboard] is not installed"
    )
    from gyeol.track.tensorboard import TensorBoardLogger

    with Tracking({"tensorboard": TensorBoardLogger(tmp_path / "runs")}, pytest.fail) as log:
        log.settings(Detector(seed=3).get_params())
        train(log)
        log.model(folder, 3.0, RECORD)
    events = reading.EventAccumulator(str(tmp_path / "runs"))
    events.Reload()
    assert [(each.step, each.value) for each in events.Scalars("validation/trunk")] == [(130, 0.25)]
    assert [each.step for each in events.Scalars("loss/trunk")] == [120, 140, 150]
    assert events.Scalars("estimate/macro_f1")[0].value == pytest.approx(0.9)
    texts = [
        events.Tensors(f"{name}/text_summary")[0].tensor_proto.string_val[0] for name in ("settings", "card")
    ]
    assert b"| seed | 3 |" in texts[0]
    assert texts[1] == b"# A gyeol detector"


def test_mlflow_can_read_it(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("mlflow", reason="gyeol[mlflow] is not installed")
    from gyeol.track.mlflow import MlflowClient, MlflowLogger

    monkeypatch.setenv(
        "MLFLOW_ALLOW_FILE_STORE", "true"
    )  # the one store that needs neither server nor database
    monkeypatch.delenv("MLFLOW_EXPERIMENT_NAME", raising=False)
    place = (tmp_path / "runs").as_uri()
    for error in (None, KeyboardInterrupt):
        try:
            with Tracking({"mlflow": MlflowLogger(place, "model")}, pytest.fail) as log:
                log.settings(Detector(seed=3).get_params())
                train(log)
                if error:
                    raise error
                log.model(folder, 3.0, RECORD)
        except KeyboardInterrupt:
            pass
    client = MlflowClient(tracking_uri=place)
    experiment = client.get_experiment_by_name("gyeol")
    assert experiment is not None
    stopped, run = sorted(
        client.search_runs([experiment.experiment_id]), key=lambda each: len(each.data.metrics)
    )
    assert (run.info.status, stopped.info.status) == ("FINISHED", "KILLED")
    assert run.info.run_name == "model"
    assert run.data.params["seed"] == "3"
    assert run.data.params["widths"] == "(24, 48, 64)"
    history = client.get_metric_history(run.info.run_id, "loss/trunk")
    assert [(each.step, each.value) for each in history] == [(120, 1 / 20), (140, 1 / 40), (150, 1 / 50)]
    assert run.data.metrics["estimate/macro_f1"] == 0.9
    assert [each.path for each in client.list_artifacts(run.info.run_id, "model")] == [f"model/{CARD}"]

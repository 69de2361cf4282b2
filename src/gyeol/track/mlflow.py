"""A run of MLflow."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

EXPERIMENT = "gyeol"
"""Where runs go if MLFLOW_EXPERIMENT_NAME does not say otherwise."""
# A server that is not there is then known within seconds, not after minutes; set by the user, they stay.
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "20")

from mlflow.entities import Metric, Param  # noqa: E402 (after what it reads)
from mlflow.tracking import MlflowClient  # noqa: E402

STATUS = {"finished": "FINISHED", "stopped": "KILLED", "failed": "FAILED"}


class MlflowLogger:
    """Keep a training as one run: settings as parameters, curves as metrics, the model's folder as an artifact.

    Parameters
    ----------
    place : str
        URI of the server or database; empty for what MLFLOW_TRACKING_URI says.
    name : str
        Of the run.
    """

    def __init__(self, place: str, name: str) -> None:
        self._client = MlflowClient(tracking_uri=place or None)
        title = os.environ.get("MLFLOW_EXPERIMENT_NAME", EXPERIMENT)
        known = self._client.get_experiment_by_name(title)
        experiment = known.experiment_id if known else self._client.create_experiment(title)
        self._run = self._client.create_run(experiment, run_name=name).info.run_id

    def settings(self, values: Mapping[str, Any]) -> None:
        """Keep settings as parameters."""
        self._client.log_batch(self._run, params=[Param(name, str(value)) for name, value in values.items()])

    def number(self, name: str, value: float, step: int) -> None:
        """Keep one value of a curve."""
        self._client.log_batch(self._run, metrics=[Metric(name, value, int(time.time() * 1000), step)])

    def model(self, folder: Path) -> None:
        """Keep the model's folder."""
        self._client.log_artifacts(self._run, str(folder), "model")

    def close(self, how: str) -> None:
        """End the run."""
        self._client.set_terminated(self._run, STATUS[how])

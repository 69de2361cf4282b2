"""`gyeol export`: a detector as one file for fast runtimes."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from gyeol.cli import layout as layouts
from gyeol.cli import result
from gyeol.cli.extras import need

PATH = click.Path(path_type=Path)
SUFFIX = {"onnx": ".onnx", "openvino": ".xml"}


@click.command(name="export", short_help="Write a detector as one file for fast runtimes.")
@click.argument("model", type=PATH)
@click.argument("data", type=PATH)
@click.option(
    "-o", "--output", required=True, type=PATH, help="The file to write: .onnx, or .xml of OpenVINO."
)
@click.option(
    "--format", "form", type=click.Choice(["onnx", "openvino"]), help="By default what the file's name says."
)
@click.option(
    "--precision",
    type=click.Choice(["fp32", "bf16", "int8"]),
    default="int8",
    show_default=True,
    help="Arithmetic of the network's convolutions; bf16 is for OpenVINO on processors that compute it.",
)
@layouts.option
@result.option
def command(
    model: Path,
    data: Path,
    output: Path,
    form: str | None,
    precision: str,
    layout: str | None,
    as_json: bool,
) -> None:
    """Write the detector at MODEL as one graph from raw grey pixels to score, answer and heat map.

    DATA is the folder that it was trained on: 8-bit ranges are chosen from some of its images, and all of them are
    judged by both before anything is written. If more than one answer in 5,000 differs, nothing is.
    """
    need("train", "torch", "cv2", "safetensors", "onnx", "openvino")
    from gyeol.cli.display import counting, say
    from gyeol.data.layouts import read_training_data
    from gyeol.detect.detector import Detector
    from gyeol.export.write import export
    from gyeol.files import lock_beside, locked, require_writable

    suffix = output.suffix.lower()
    if suffix not in SUFFIX.values() or (form and SUFFIX[form] != suffix):
        wanted = SUFFIX[form] if form else " or ".join(SUFFIX.values())
        raise click.UsageError(f"the name of the file must end in {wanted}, not {suffix or 'nothing'}")
    require_writable(output)
    detector, dataset = Detector.load(model), read_training_data(data, layout)
    with locked(lock_beside(output)):
        found = export(detector, dataset, output, precision, counting)
    say(
        f"{found.different} of {found.images:,} training images are answered otherwise than by the detector; "
        f"largest difference of a score near the threshold: {found.largest:.3f} (of {found.near:,} images)"
    )
    if found.left:
        say(
            f"layers {', '.join(found.left)} stay in float32: in 8 bits throughout, an answer would have differed"
        )
    size = output.stat().st_size
    say(f"{output}: {size / 2**20:.1f} MiB, {precision}")
    made = {"file": output, "bytes": size, "precision": precision, **dataclasses.asdict(found)}
    result.as_json(made, None, as_json)

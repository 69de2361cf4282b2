"""The limit of any prediction: how many test images a second can only be read, with two threads.

python benchmarks/decode.py DATA
"""

from __future__ import annotations

import argparse
import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gyeol.data.image import read_image
from gyeol.data.prediction import images_for_prediction


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    paths, _ = images_for_prediction(parser.parse_args().data)
    began = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        for begin in range(0, len(paths), 64):  # never the whole folder in memory
            list(pool.map(read_image, paths[begin : begin + 64]))
    seconds = time.monotonic() - began
    print(json.dumps({"images": len(paths), "images_s": len(paths) / seconds}))


if __name__ == "__main__":
    main()

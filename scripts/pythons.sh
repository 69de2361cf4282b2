#!/usr/bin/env bash
# The tests that need no PyTorch, in fresh environments of the Pythons named: scripts/pythons.sh python3.12 python3.13
# (PyTorch itself is left out because its build for CPUs is at hand for one Python only: docs/supply.md.)
set -euo pipefail
cd "$(dirname "$0")/.."
rooms=(tests/data tests/explore tests/kinds tests/metrics tests/test_files.py)
for python in "${@:-python3.11}"; do
    place=work/pythons/${python##*/}
    uv venv --quiet --clear --python "$python" "$place"
    uv pip install --quiet --python "$place/bin/python" --constraint constraints.txt \
        '.[report]' opencv-python-headless scikit-learn hypothesis pytest
    "$place/bin/python" --version
    "$place/bin/python" -m pytest -q -p no:cacheprovider "${rooms[@]}"
done

# Two commands do everything on a machine that has Python 3.11 and make: `make demo` and `make test`.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
DEMO := demo
MINUTES ?= 5

.PHONY: demo test test-web lint setup clean bench-demo bench-full bench-tiles bench-sample bench-hard bench-few bench-compare bench-table

# The environment is made again when what it is made of changes.
$(VENV)/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

setup: $(VENV)/ready

# The main job, end to end, on the built-in sample: a folder in, a scored submission out.
demo: setup
	test -d $(DEMO)/data || $(BIN)/gyeol sample $(DEMO)/data --scale demo
	$(BIN)/gyeol run $(DEMO)/data -o $(DEMO)/out --key $(DEMO)/data/key --minutes $(MINUTES) --heatmaps
	@echo "Open $(DEMO)/out: report.html, submission.csv, scores.csv, heatmaps/, evaluation.json, model/card.md"

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	$(BIN)/python -m pytest

# The review page in a real Chromium. Screenshots are left for a person to look at.
test-web: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,browser]'
	command -v chromium chromium-browser google-chrome >/dev/null || $(BIN)/playwright install --with-deps chromium
	GYEOL_SCREENSHOTS=work/screenshots $(BIN)/python -m pytest tests/web tests/review tests/cli/test_serve.py
	@echo "Look at work/screenshots/*.png"

bench-sample: setup
	$(BIN)/python benchmarks/sample.py
bench-demo: setup
	$(BIN)/python benchmarks/demo.py
bench-full: setup
	$(BIN)/python benchmarks/full.py
bench-tiles: setup
	$(BIN)/python benchmarks/tiles.py
bench-hard: setup
	$(BIN)/python benchmarks/hard.py
bench-few: setup
	$(BIN)/python benchmarks/few.py
bench-compare: setup
	$(BIN)/python benchmarks/compare.py
bench-table: setup
	$(BIN)/python benchmarks/table.py

clean:
	rm -rf $(VENV) $(DEMO) .mypy_cache .ruff_cache .pytest_cache .hypothesis

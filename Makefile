# Two commands do everything on a machine that has Python 3.11 and make: `make demo` and `make test`.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
DEMO := demo
MINUTES ?= 4

# Where `make lock` finds PyTorch's build for CPUs; elsewhere https://download.pytorch.org/whl/cpu/torch
TORCH_WHEELS ?= /opt/wheels
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 1577836800)

.PHONY: demo test test-web test-api test-package fuzz coverage mutation lint setup docs lock dist sbom licences audit clean
.PHONY: bench-demo bench-full bench-tiles bench-strangers bench-sample bench-hard bench-few bench-compare bench-ablation bench-faults bench-drift bench-table

# The environment is made again when what it is made of changes. Every file is checked against its hash first; the
# second step then has only gyeol itself and PyTorch to install. Why not that by its hash: docs/supply.md
$(VENV)/ready: pyproject.toml constraints.txt locks/ci.lock
	$(PYTHON) -m venv $(VENV)
	$(PIP) --no-deps --require-hashes --requirement locks/ci.lock
	$(PIP) --no-build-isolation --editable '.[dev]'
	touch $@

# What releasing needs beyond it: to build, lock, audit and list.
$(VENV)/release: $(VENV)/ready
	$(PIP) --no-build-isolation --editable '.[dev,release]'
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

# Files go to the workers whole, so that what a file's tests share is made once.
test: lint
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --max-worker-restart 2 --dist loadfile

# The review page in a real Chromium. Screenshots are left for a person to look at.
test-web: setup
	$(PIP) --no-build-isolation --editable '.[dev,browser]'
	command -v chromium chromium-browser google-chrome >/dev/null || $(BIN)/playwright install --with-deps chromium
	GYEOL_SCREENSHOTS=work/screenshots $(BIN)/python -m pytest tests/web/browser
	@echo "Look at work/screenshots/*.png"

# The documentation as a site, in site/; a broken link or a page that is not there is an error.
docs: setup
	$(PIP) --no-build-isolation --editable '.[dev,docs]'
	PYTHONPATH=docs/theme $(BIN)/zensical build --strict
	@echo "Open site/index.html, or: PYTHONPATH=docs/theme $(BIN)/zensical serve"

# Wheel and sdist built twice and compared, and installed into empty environments. docs/testing.md
test-package: $(VENV)/release
	$(BIN)/python -m pytest -m package tests/package

# Branch coverage of the whole suite, which takes a quarter longer.
coverage: setup
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --cov --cov-report=term:skip-covered --cov-report=json:work/coverage.json

# Changes the code that decides our figures, line by line, and looks whether a test notices. docs/testing.md
# Hours; MUTATION="--share 0.3 --minutes 30" takes a random part.
mutation: $(VENV)/release
	$(BIN)/python benchmarks/mutation.py $(MUTATION)

# The pins of constraints.txt with the hash of every file that the registry has of them. docs/supply.md
LOCK := $(BIN)/uv pip compile --quiet --generate-hashes --python-version 3.11 --constraint constraints.txt \
	--custom-compile-command 'make lock' --no-annotate
FIND_TORCH := --find-links $(TORCH_WHEELS) --no-emit-package torch
lock: $(VENV)/release
	echo hatchling | $(LOCK) --output-file locks/build.lock -
	$(LOCK) --output-file locks/predict.lock pyproject.toml
	$(LOCK) $(FIND_TORCH) --output-file locks/serve.lock --extra train --extra web pyproject.toml
	$(LOCK) $(FIND_TORCH) --output-file locks/ci.lock --extra dev --extra browser pyproject.toml
	echo torch | $(LOCK) --no-deps --output-file locks/torch.lock -

dist: $(VENV)/release
	rm -rf dist
	$(BIN)/python -m build --no-isolation

# What is in the server's image, as a bill of materials in CycloneDX's form.
sbom: $(VENV)/release
	mkdir -p dist
	cat locks/serve.lock locks/torch.lock | $(BIN)/cyclonedx-py requirements --pyproject pyproject.toml \
		--output-reproducible --output-file dist/gyeol.cdx.json -

licences: $(VENV)/release
	$(BIN)/python scripts/licences.py

# --strict: a package that no database knows of fails, instead of passing unseen.
audit: $(VENV)/release
	$(BIN)/pip-audit --strict --disable-pip --require-hashes --requirement locks/ci.lock --requirement locks/torch.lock

# Requests drawn from the API's description.
test-api: setup
	$(PIP) --no-build-isolation --editable '.[dev,api]'
	$(BIN)/python -m pytest tests/web/test_schema.py

# Coverage-guided fuzzing, ten minutes for each of four readers; SECONDS=60 for a short one. See docs/input.md.
SECONDS ?= 600
fuzz: setup
	$(PIP) --no-build-isolation --editable '.[dev,fuzz]'
	nice -n 10 $(BIN)/python benchmarks/fuzz.py --seconds $(SECONDS)

bench-sample: setup
	$(BIN)/python benchmarks/sample.py
bench-demo: setup
	$(BIN)/python benchmarks/demo.py
bench-full: setup
	$(BIN)/python benchmarks/full.py
bench-tiles: setup
	$(BIN)/python benchmarks/tiles.py
bench-strangers: setup
	$(BIN)/python benchmarks/strangers.py
bench-hard: setup
	$(BIN)/python benchmarks/hard.py
bench-ablation: setup
	$(BIN)/python benchmarks/ablation/run.py
bench-few: setup
	$(BIN)/python benchmarks/few.py
bench-compare: setup
	$(BIN)/python benchmarks/compare.py
bench-faults: setup
	$(BIN)/python benchmarks/faults.py
bench-drift: setup
	$(BIN)/python benchmarks/drift.py
bench-table: setup
	$(BIN)/python benchmarks/table.py

clean:
	rm -rf $(VENV) $(DEMO) .mypy_cache .ruff_cache .pytest_cache .hypothesis

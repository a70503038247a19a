# `make demo` and `make test` are all a new user needs; each sets up what it uses.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export MLFLOW_DISABLE_TELEMETRY := true
export MLFLOW_ALLOW_PICKLE_DESERIALIZATION := false
# The matrices are small: threads of the linear algebra only wait for each other.
export OPENBLAS_NUM_THREADS := 1

.PHONY: help setup demo test search bench lint types contracts check clean

help:            ## list the targets
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/'

setup: $(READY)  ## virtual environment with the pinned, hashed dependencies

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Shian needs Python 3.11 or newer, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing. On Debian or Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: $(READY)   ## build, load, train and score the demo district
	$(BIN)/shian demo --out var/demo

test: $(READY)   ## every test, with branch coverage
	$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term:skip-covered

search: $(READY) ## the same tests on new examples; what fails becomes an example
	$(BIN)/python -m pytest -n 2 --dist loadfile --hypothesis-profile=search

bench: $(READY)  ## whole public data sets and timings; not part of the tests
	$(BIN)/python -m pytest -m bench -o addopts="--import-mode=importlib" tests/benchmarks -s

lint: $(READY)   ## formatting and lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY)  ## mypy, strict
	$(BIN)/mypy

contracts: $(READY)  ## imports run one way
	$(BIN)/lint-imports

check: lint types contracts test  ## what CI runs

clean:           ## remove the environment, caches and the demo; var/ otherwise stays
	rm -rf $(VENV) var/demo .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage*

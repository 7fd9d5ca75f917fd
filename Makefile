# Each target sets up what it needs from nothing but Python 3.11+, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test test-data check fuzz mutants bench golden docs clean

demo: $(VENV)/.core
	$(BIN)/archive-pkg demo --out demo

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2

# The official schemas and suites that tests check against: see tests/test-data.toml.
# MAY_MISS="NAME NAME" does not fail without those.
MAY_MISS ?=
test-data: $(VENV)/.dev
	$(BIN)/python tests/official.py --may-miss $(MAY_MISS)

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Mutated inputs for every reader, the same for the same seed: make fuzz FUZZ="--seconds 60 bag".
FUZZ ?= --count 32000
fuzz: $(VENV)/.dev
	$(BIN)/python tests/fuzz/run.py $(FUZZ)

# Small changes to the modules that promises rest on: which do their tests let pass?
# make mutants MODULE=bags/manifests.py SAMPLE=40 SECONDS=600; all modules and all changes without.
MODULE ?=
SAMPLE ?= 0
SECONDS ?= 7200
mutants: $(VENV)/.dev
	$(BIN)/python tests/mutants/run.py $(MODULE) --sample $(SAMPLE) --seconds $(SECONDS)

bench: $(VENV)/.dev
	for b in benchmarks/[a-z]*.py; do $(BIN)/python $$b || exit 1; done

# The committed package of the first letter, built anew; git then shows what a new version changed.
golden: $(VENV)/.core
	$(BIN)/archive-pkg build records/1960-07-18-cpsu-to-sed --out packages --date 2026-11-24 --replace
	git --no-pager diff --stat -- packages

# The pages that are written from the code: commands, finding codes.
docs: $(VENV)/.dev
	$(BIN)/python docs/generate.py

clean:
	rm -rf $(VENV) demo build dist

$(VENV)/.python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "archive-pkg needs Python 3.11 or later: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.core: $(VENV)/.python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[all,dev]'
	touch $@

# Each target sets up what it needs from nothing but Python 3.11+, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# With this set, each worker of the tests and every program that a test starts compiles all modules.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-slow test-data coverage check fuzz mutants bench bench-short golden docs dist site-docs pictures lock clean

demo: $(VENV)/.core
	$(BIN)/archive-pkg demo --out demo

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2

# Those that take seconds each: programs that are stopped, servers that answer oddly.
test-slow: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 -m slow

# The official schemas and suites that tests check against: see tests/test-data.toml.
# MAY_MISS="NAME NAME" does not fail without those.
MAY_MISS ?=
test-data: $(VENV)/.dev
	$(BIN)/python tests/official.py --may-miss $(MAY_MISS)

# How much of records/ and bags/ their tests run. Measuring doubles the time, so make test does not
# measure, and only quick rooms are measured here. It fails below the floor in pyproject.toml.
coverage: $(VENV)/.dev
	$(BIN)/coverage run -m pytest -q -p no:xdist tests/records tests/dates tests/bags
	$(BIN)/coverage report

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --platform win32 src
	$(BIN)/mypy --platform darwin src
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
	$(BIN)/python tests/mutants/mutate.py $(MODULE) --sample $(SAMPLE) --seconds $(SECONDS)

bench: $(VENV)/.dev
	for b in benchmarks/[a-z]*.py; do $(BIN)/python $$b || exit 1; done

# Those that take seconds, for their ratios.
bench-short: $(VENV)/.dev
	$(BIN)/python benchmarks/records.py
	$(BIN)/python benchmarks/startup.py --rounds 1
	$(BIN)/python benchmarks/bags.py --rounds 1 --only verify

# The committed package of the first letter, built again; git then shows what a new version changed.
golden: $(VENV)/.core
	$(BIN)/archive-pkg build records/1960-07-18-cpsu-to-sed --out packages --date 2026-11-24 --replace --no-project
	git --no-pager diff --stat -- packages

# The pages that are written from the code: commands, finding codes.
docs: $(VENV)/.dev
	$(BIN)/python docs/generate.py

# The documentation as a site in build/site-docs. A broken link or a page without a place fails.
site-docs: $(VENV)/.docs
	$(BIN)/sphinx-build -q -W --keep-going -c docs . build/site-docs

# The pictures of the documentation; needs Chromium.
pictures: $(VENV)/.dev
	$(BIN)/python docs/pictures.py

# The wheel and the source distribution; the wheel is made from the latter.
dist: $(VENV)/.dev $(VENV)/.release
	rm -rf dist
	$(BIN)/python -m build --no-isolation
	$(BIN)/twine check --strict dist/*
	$(BIN)/check-wheel-contents dist/*.whl

# Write constraints.txt again, with the newest releases that pyproject.toml allows.
lock:
	rm -rf build/lock
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[all,dev,docs,release]'
	{ echo '# The versions that make installs. Written by make lock.'; \
	  build/lock/bin/python -m pip freeze --exclude-editable; } > constraints.txt

clean:
	rm -rf $(VENV) demo build dist

$(VENV)/.python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "archive-pkg needs Python 3.11 or later: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.core: $(VENV)/.python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[all,dev]'
	touch $@

$(VENV)/.release: $(VENV)/.core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[release]'
	touch $@

$(VENV)/.docs: $(VENV)/.core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[docs]'
	touch $@

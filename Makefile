# Everything runs in .venv, made by itself at the first target and again when a lock changes.
#   make demo PYTHON=python3.13     another Python for it (3.11 or newer)

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
QUIET := --quiet --quiet --disable-pip-version-check

.PHONY: help demo test lint format lock taxonomy schema words bench drill gauntlet clean

help:
	@echo "make demo     the whole job on an invented newsroom, no network needed"
	@echo "make test     the test suite"
	@echo "make lint     style, types and the import contract"
	@echo "make format   let ruff put the style right"
	@echo "make lock     choose the newest allowed dependencies anew"
	@echo "make taxonomy  write the shipped taxonomy from its files of issues"
	@echo "make schema   write config/feeds.schema.json from the configuration models"
	@echo "make words    bring the catalogues of the mails' languages up to date"
	@echo "make bench    measurements"
	@echo "make drill    tests that are too long for CI"
	@echo "make gauntlet hostile feeds and a faulty mail server against the daemon, where they are"
	@echo "make clean    remove .venv and everything built"

demo: $(READY)
	@$(BIN)/hrwatch demo

test: $(READY)
	@$(BIN)/python -m pytest --numprocesses=auto --dist=worksteal

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: $(READY)
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# uv is the one tool here that resolves for every platform and Python at once; it is no
# dependency of the project, so it comes into the environment only for this.
lock: $(READY)
	@$(BIN)/pip install $(QUIET) "uv>=0.9,<1"
	@$(BIN)/uv pip compile $(COMPILE) pyproject.toml --output-file requirements/runtime.lock
	@$(BIN)/uv pip compile $(COMPILE) pyproject.toml --extra postgresql \
		--constraints requirements/runtime.lock --output-file requirements/postgresql.lock
	@$(BIN)/uv pip compile $(COMPILE) pyproject.toml --extra pgp \
		--constraints requirements/runtime.lock --output-file requirements/pgp.lock
	@$(BIN)/uv pip compile $(COMPILE) pyproject.toml --group dev \
		--constraints requirements/runtime.lock --output-file requirements/dev.lock
COMPILE := --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header

schema: $(READY)
	@$(BIN)/python -m hrwatch.config.schema > .venv/feeds.schema.json
	@mv .venv/feeds.schema.json config/feeds.schema.json

words: $(READY)
	@$(BIN)/python tools/catalogues.py

taxonomy: $(READY)
	@$(BIN)/python -m hrwatch.config.issues > .venv/taxonomy.json
	@mv .venv/taxonomy.json src/hrwatch/stages/tag/data/taxonomy.json

bench: $(READY)
	@$(BIN)/python -m pytest -m bench

drill: $(READY)
	@$(BIN)/python -m pytest -m drill

# RUNS="whole kills" chooses (whole alone, else); KILLS=20 makes that one shorter.
gauntlet: $(READY)
	@PYTHONPATH=tests $(BIN)/python -m gauntlet $(GAUNTLET)
GAUNTLET = $(if $(KILLS),--kills $(KILLS)) $(RUNS)

clean:
	rm -rf .venv build dist src/*.egg-info .pytest_cache .mypy_cache .ruff_cache \
		.import_linter_cache .hypothesis

# The wheels are kept in .venv/wheels: from there tests/integration/test_wheel.py fills an empty
# environment without asking any index again.
$(READY): requirements/dev.lock pyproject.toml
	@command -v $(PYTHON) > /dev/null || { \
		echo "hrwatch needs Python 3.11 or newer, and '$(PYTHON)' is not here;" \
		"name yours: make PYTHON=/path/to/python3.x"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "hrwatch needs Python 3.11 or newer, and '$(PYTHON)' is" \
		"$$($(PYTHON) --version 2>&1); name another: make PYTHON=python3.x"; exit 1; }
	@echo "Installing into .venv (once; about half a minute) ..."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/pip download $(QUIET) --require-hashes --only-binary :all: \
		--dest .venv/wheels --requirement requirements/dev.lock
	@PIP_NO_INDEX=1 PIP_FIND_LINKS=.venv/wheels $(BIN)/pip install $(QUIET) \
		--require-hashes --requirement requirements/dev.lock
	@$(BIN)/pip install $(QUIET) --no-index --no-deps --no-build-isolation --editable .
	@touch $(READY)

# Needs Python 3.11 or newer, make and pip; everything else is installed into .venv, from the lock files.
#
#   make run [PORT=8081]          the demonstration: sample lists, API, console, opt-out pages on 127.0.0.1
#   make test [ARGS='-k intake']  the tests
#   make check                    lint, format, types, floors
#   make bench [PEOPLE=1000000]   the performance table
#   make holidays                 writes policies/holidays.yaml anew
#   make clean                    removes .venv and caches; the data folder stays

PYTHON ?= python3
PORT ?= 8080
PEOPLE ?= 100000
ARGS ?=

BIN := .venv/bin
# A Python without ensurepip (Debian splits it off) makes a bare environment; its own pip then installs into that one.
PIP = $(shell test -x $(BIN)/pip && echo $(BIN)/python -m pip || echo $(PYTHON) -m pip --python $(BIN)/python)
INSTALL = $(PIP) install --quiet --disable-pip-version-check --no-input
PROJECT = $(INSTALL) --no-deps --no-build-isolation --editable .

.PHONY: run test check bench holidays clean

run: .venv/run.stamp
	@$(BIN)/ostiary demo --port $(PORT)

test: .venv/dev.stamp
	$(BIN)/pytest $(ARGS)

check: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config .importlinter

bench: .venv/dev.stamp
	$(BIN)/python -m bench --people $(PEOPLE)

holidays: .venv/dev.stamp
	$(BIN)/python -m policies.holidays

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find gateway policies audit migrations tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed. Name one: make run PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -m venv .venv 2>/dev/null || { rm -rf .venv; $(PYTHON) -m venv --without-pip .venv; }

.venv/run.stamp: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing into .venv from requirements.lock (once; about a minute) ..."
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(PROJECT)
	@touch $@

# Holds everything that `make run` needs too.
.venv/dev.stamp: requirements-dev.lock pyproject.toml | .venv/bin/python
	@echo "Installing into .venv from requirements-dev.lock (once; about a minute) ..."
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@$(PROJECT)
	@touch $@ .venv/run.stamp

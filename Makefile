# Targets for people. CI runs the same ones (.ci/run).
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help setup demo test check lint types full lock clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: $(STAMP) ## create .venv with everything that development needs

$(STAMP): requirements/dev.txt layers/sdk/requirements.txt pyproject.toml scripts/setup
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh scripts/setup

demo: setup ## run a signed webhook and an official REST task on this machine
	@$(BIN)/connectors demo

test: setup ## run the tests
	$(BIN)/python -m pytest

check: setup lint types ## everything that is checked without running the code

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: setup
	$(BIN)/mypy

full: setup ## the tests and the wide sweeps over every recorded case
	$(BIN)/python -m pytest -m "wide or not wide"

lock: setup ## pin every dependency again, with hashes
	sh scripts/lock

clean: ## remove everything that was made
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

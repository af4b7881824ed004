# `make` alone lists what there is; every target is one command a person would type.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.kiosk-setup
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format gallery bench soak docs requirements clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP) ## make the environment in .venv (again only when what it needs has changed)

$(STAMP): pyproject.toml requirements/dev.txt
	@command -v $(PYTHON) >/dev/null || { echo "setup: no $(PYTHON) here; name another: make setup PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "setup: $$($(PYTHON) --version) is too old; the kiosk needs Python 3.11 or newer: make setup PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "setup: $(PYTHON) cannot make environments; on Debian: sudo apt-get install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { rm -rf $(VENV) && $(PYTHON) -m venv $(VENV); }
	@echo "setup: installing what requirements/dev.txt names (about half a minute)"
	@$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@
	@echo "setup: done; the command is $(BIN)/kiosk"

demo: $(STAMP) ## run the whole virtual kiosk with a page on 127.0.0.1 (PORT=8080)
	@exec $(BIN)/kiosk demo $(if $(PORT),--port $(PORT))

test: lint ## check everything: style, types, import contracts, tests
	@$(BIN)/python -m pytest

lint: $(STAMP) ## check style, types and import contracts only
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --output-format concise .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m tests.tidy_report

format: $(STAMP) ## let ruff put the files in order
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

gallery: $(STAMP) ## render every screen to a page in build/gallery
	@$(BIN)/python -m ui.gallery

bench: $(STAMP) ## measure start, memory and the way from a stable weight to the screen
	@$(BIN)/python -m tests.bench

soak: $(STAMP) ## long runs: damaged frames, simulated years (YEARS=10), a careless crowd
	@$(BIN)/python -m tests.soak
	@$(BIN)/python -m tests.soak years $(or $(YEARS),1)
	@KIOSK_SOAK=1 $(BIN)/python -m pytest tests/demo/test_demo_monkey.py

docs: $(STAMP) ## write the generated parts of docs/ again
	@$(BIN)/python -m tests.docs

requirements: ## pin requirements/*.txt again from requirements/*.in (needs uv)
	@cd requirements && for name in dev pi runtime; do uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate $$name.in -o $$name.txt; done

clean: ## remove the environment, caches and what a demo left behind
	@rm -rf $(VENV) build *.egg-info .coverage htmlcov .demo .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find kiosk drivers ui sync tests -name __pycache__ -type d -prune -exec rm -rf {} +

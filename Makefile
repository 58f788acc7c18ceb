# What a person types here; `make` alone prints the list. Needs Python 3.11 or newer, make, and a package registry.

UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
PYTHONS := python3 python3.13 python3.12 python3.11

export UV_PYTHON_DOWNLOADS := never
# Every process of a run would compile what it imports again where Python may not write bytecode: a second of CPU each.
export UV_COMPILE_BYTECODE := 1
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# A checkout that was copied or moved, or whose Python is gone, begins with a new environment: the old one names the old places.
$(shell [ ! -d $(VENV) ] || { [ -x $(BIN)/python ] && grep -qsF '$(CURDIR)/$(VENV)' $(BIN)/activate; } || rm -rf $(VENV))

MAKEFLAGS += --no-print-directory
.SILENT:
.DEFAULT_GOAL := help
.PHONY: help run test test-browser check fmt bench soak sbom audit

help:  ## print this list
	grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

run: $(VENV)/installed-run  ## start a trial copy, with data, until Ctrl-C (options: make run ARGS="--port 9000")
	exec $(BIN)/ejia run $(ARGS)

test: $(VENV)/installed-dev  ## run all tests; one folder: make test T=tests/trial
ifdef T
	exec $(BIN)/pytest -q $(T) $(ARGS)
else
	exec $(BIN)/pytest -q -n 3 --dist worksteal --durations=10 $(ARGS)
endif

test-browser: $(VENV)/installed-browser  ## use the console in a browser: each page, whole days, accessibility (options: make test-browser ARGS="--pictures var/pictures")
	$(BIN)/python -m tests.browser.chromium
	exec $(BIN)/pytest -q --durations=10 $(or $(T),tests/browser) $(ARGS)

check: $(VENV)/installed-dev  ## style, types, layers, rules of the house, and migrations against the models
	echo "ruff";         $(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check .
	echo "mypy";         $(BIN)/mypy --no-error-summary
	echo "lint-imports"; $(BIN)/lint-imports > $(VENV)/lint-imports.txt 2>&1 || { cat $(VENV)/lint-imports.txt; exit 1; }
	echo "house rules, migrations"; $(BIN)/pytest -q --no-header -n 2 tests/foundation/test_house_rules.py tests/foundation/test_migrations.py
	echo "lock and SBOM"; $(BIN)/uv lock --quiet --check --offline && $(MAKE) sbom > /dev/null

sbom: $(VENV)/installed-dev  ## write what production installs, with its hashes: var/sbom.cdx.json (CycloneDX); needs no network
	mkdir -p var && $(BIN)/uv export --quiet --frozen --offline --no-dev --no-emit-project --format cyclonedx1.5 --output-file var/sbom.cdx.json > /dev/null
	echo "var/sbom.cdx.json"

audit: $(VENV)/installed-dev  ## look for known vulnerabilities in what is installed; asks osv.dev
	exec $(BIN)/uv audit --frozen --no-dev $(ARGS)

bench: $(VENV)/installed-dev  ## measure speed against floors in the same run (options: make bench ARGS="claims --rounds 9"; ARGS=--help lists all)
	$(BIN)/python -m bench $(ARGS)

soak: $(VENV)/installed-dev  ## live the loop while processes are killed at random, then check (options: make soak ARGS="--minutes 10")
	$(BIN)/python -m tests.faults.soak $(ARGS)

fmt: $(VENV)/installed-dev  ## put the code into its form
	$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

# The product without what only developers need; --inexact, so that nothing that is there goes.
$(VENV)/installed-run: pyproject.toml uv.lock $(VENV)/uv-$(UV_VERSION)
	echo "Installing …"
	$(BIN)/uv sync --quiet --frozen --inexact --no-dev --extra trial
	touch $@

$(VENV)/installed-dev: pyproject.toml uv.lock $(VENV)/uv-$(UV_VERSION)
	echo "Installing, with the tools for development …"
	$(BIN)/uv sync --quiet --frozen --inexact --extra trial
	touch $@ $(VENV)/installed-run

$(VENV)/installed-browser: $(VENV)/installed-dev
	echo "Installing, with what steers a browser …"
	$(BIN)/uv sync --quiet --frozen --inexact --extra trial --group browser
	touch $@

$(VENV)/uv-$(UV_VERSION):
	python=; \
	for candidate in $(PYTHONS); do \
	    if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	    echo "Ejia needs Python 3.11 or newer; none of these is: $(PYTHONS)." >&2; exit 1; \
	fi; \
	if ! $$python -c 'import venv, ensurepip' 2>/dev/null; then \
	    echo "$$python comes without venv and ensurepip; on Debian install the package python3-venv." >&2; exit 1; \
	fi; \
	$$python -m venv --clear $(VENV) && $(BIN)/python -m pip install -qq uv==$(UV_VERSION) && touch $@

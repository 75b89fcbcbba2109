# `make run` is all a newcomer needs; `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The first Python >= 3.11 that really runs (a shim of a version manager may be there and not run).
ifndef PYTHON
PYTHON := $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
endif
BIN := .venv/bin
# How many test processes; the server tests are heavy, so no more than the cores of a small machine.
WORKERS ?= 2
PYTEST_ARGS ?=
# Compiled modules are kept, wherever we run: each server of a test would compile all of them anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run setup build test lint types imports unit web browser mailserver bench soak lock dist contracts pictures compare clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup build ## Start everything with the demo organisations (Ctrl-C stops it)
	@exec $(BIN)/ascolto up --demo

setup: ## Make .venv with .venv/bin/ascolto from the hashed locks
	@[ -n "$(PYTHON)" ] || { echo "Ascolto needs Python 3.11 or newer; none was found."; exit 1; }
	@$(PYTHON) tooling/environment.py

build: setup ## Build desk and widget if their sources changed
	@$(BIN)/python tooling/frontend.py

test: setup ## Run every check and test, with a summary of the stages
	@$(BIN)/python tooling/check.py

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

imports: setup
	$(BIN)/lint-imports --no-logo

unit: build
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

web: build
	@$(BIN)/python tooling/frontend.py check

browser: # a Chromium for the browser tests, from Debian's packages where that may be done
	@if command -v chromium chromium-browser google-chrome >/dev/null \
		|| [ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing chromium for the browser tests (once, a minute or two)"; \
		log=$$(mktemp); \
		{ apt-get update -q && apt-get install -q -y --no-install-recommends chromium; } >$$log 2>&1 \
			|| { tail -n 20 $$log; exit 1; }; rm $$log; \
	else \
		echo "LEFT OUT: tests/browser, because there is no Chromium here."; \
		echo "To run them: sudo apt-get install chromium (Debian), or install Google Chrome; then make test."; \
	fi

mailserver: # a Dovecot for the mail tests, from Debian's packages where that may be done
	@if command -v dovecot >/dev/null || [ -x /usr/sbin/dovecot ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing dovecot-imapd for the mail tests (once, a minute)"; \
		log=$$(mktemp); \
		{ apt-get update -q && DEBIAN_FRONTEND=noninteractive \
			apt-get install -q -y --no-install-recommends dovecot-imapd; } >$$log 2>&1 \
			|| { tail -n 20 $$log; exit 1; }; rm $$log; \
	else \
		echo "LEFT OUT: the tests that fetch mail, because there is no Dovecot here."; \
		echo "To run them: sudo apt-get install dovecot-imapd (Debian), then make test as root."; \
	fi

bench: build ## Measure; one table and one JSON for each bench in bench/results
	@if compgen -G 'bench/bench_*.py' >/dev/null; then mkdir -p bench/results; missed=0; \
		for bench in bench/bench_*.py; do echo "== $$bench"; $(BIN)/python "$$bench" || missed=1; done; \
		exit $$missed; \
	else echo "There is no bench/bench_*.py yet."; fi

soak: build ## Many more kills, a thousand bad lines, spoilt mails, then a long simulated day
	@$(BIN)/python bench/soak.py

lock: setup ## Resolve requirements/*.lock anew (names, versions, hashes; no hosts)
	@$(BIN)/python tooling/lock.py

dist: setup ## Build the sdist and the wheel (with desk and widget inside) into dist/
	@$(BIN)/python -m hatchling build

contracts: setup ## Write contracts/openapi.json from the code, and the desk's types from it
	@$(BIN)/ascolto openapi > contracts/openapi.json
	@$(BIN)/python tooling/frontend.py types

pictures: build ## Take the pictures of the screens anew, into docs/pictures; then look at them
	@ASCOLTO_PICTURES=take $(BIN)/pytest -q tests/browser/test_pictures.py

compare: build ## Compare the screens with their pictures
	@ASCOLTO_PICTURES=compare $(BIN)/pytest -q tests/browser/test_pictures.py

clean: ## Remove what was built (never the data in .ascolto)
	rm -rf .venv dist web/node_modules src/ascolto/web/static .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

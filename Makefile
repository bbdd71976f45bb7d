# Sets up, runs and checks the hotline. `make help` lists what there is.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
ROOT = $(or $(HOTLINE_ASTERISK_ROOT),$(or $(HOTLINE_HOME),.hotline)/asterisk-root)

# program:Debian package. redis-tools has the whole server; redis-server would start one of the system's on our port.
PROGRAMS := mmdebstrap:mmdebstrap redis-cli:redis-tools sox:sox espeak-ng:espeak-ng sipp:sip-tester \
            baresip:baresip-core docker-compose:docker-compose dot:graphviz unshare:util-linux mount:mount
# what tests need beside: a browser for the wallboard
TEST_PROGRAMS := chromium:chromium

# tests of these need Asterisk, Redis, SIP phones, a browser
REAL_PARTS := tests/adapters tests/phones tests/system

# how often `make search` looks for courses that break a rule
ROUNDS ?= 20

PIP_QUIETLY := -q --progress-bar off --disable-pip-version-check --use-pep517

.PHONY: help setup packages run demo test check search bench pins clean clean-all

help: ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

setup: packages .venv/.installed ## install everything this needs; again is instant
	@if [ "$${HOTLINE_ASTERISK:-own}" = own ] && [ ! -x "$(ROOT)/usr/sbin/asterisk" ]; then $(BIN)/python -m router.line; fi

packages:
	@missing=""
	for pair in $(PROGRAMS); do
	    command -v "$${pair%%:*}" >/dev/null || missing+=" $${pair##*:}"
	done
	# for reports in Chinese on paper; without fc-list there is no such font either. Nothing else needs it
	[ "$$(id -u)" != 0 ] || [ -n "$$(fc-list :lang=zh family 2>/dev/null)" ] || missing+=" fontconfig fonts-noto-cjk"
	if [ ! -e .venv/.made ] && [ ! -x $(BIN)/python ] && [ -n "$(PYTHON)" ]; then
	    "$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || missing+=" python3.11-venv"
	fi
	[ -n "$$missing" ] || exit 0
	if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
	    echo "setup: these Debian packages are missing:$$missing" >&2
	    echo "  try: as root, apt-get install$$missing" >&2
	    exit 1
	fi
	echo "== installing Debian packages:$$missing"
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq || echo "setup: not all package lists could be fetched; going on with what there is" >&2
	log=$$(mktemp)
	apt-get install -q -y --no-install-recommends $$missing >"$$log" 2>&1 || {
	    tail -n 20 "$$log" >&2
	    echo "setup: apt-get could not install$$missing (the whole log is $$log)" >&2
	    echo "  try: apt-get install$$missing, and see what it says" >&2
	    exit 1
	}
	rm -f "$$log"

.ONESHELL:

.venv/.made:
	@if [ ! -x $(BIN)/python ]; then
	    if [ -z "$(PYTHON)" ] || ! "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
	        echo "setup: Python 3.11 is needed, and '$(PYTHON)' is not it" >&2
	        echo "  try: put python3.11 on PATH, or: make setup PYTHON=/path/to/python3.11" >&2
	        exit 1
	    fi
	    echo "== making .venv with $$("$(PYTHON)" --version)"
	    # what a set-up that was broken off has left is no use
	    rm -rf .venv
	    "$(PYTHON)" -m venv .venv || {
	        echo "setup: $(PYTHON) cannot make a virtual environment" >&2
	        echo "  try: apt-get install python3.11-venv" >&2
	        exit 1
	    }
	fi
	touch $@

.venv/.installed: .venv/.made pyproject.toml constraints.txt
	@echo "== installing Python packages into .venv (a minute)"
	if ! $(BIN)/python -m pip install $(PIP_QUIETLY) -c constraints.txt -e '.[dev]'; then
	    echo "setup: the pinned versions of constraints.txt could not all be had; trying the newest that fit" >&2
	    $(BIN)/python -m pip install $(PIP_QUIETLY) -e '.[dev]' || {
	        echo "setup: pip could not install what pyproject.toml names" >&2
	        echo "  try: check the network and pip's configuration (pip config list), then make setup again" >&2
	        exit 1
	    }
	fi
	touch $@

run: setup ## start the line: Redis, Asterisk, router; Ctrl-C stops it (ARGS=--json for scripts)
	@exec $(BIN)/hotline up $(ARGS)

demo: setup ## start the line with simulated callers and agents
	@exec $(BIN)/hotline demo $(ARGS)

check: .venv/.installed ## the quick gate: format, lint, types, imports, fast tests
	@echo "== ruff"; $(BIN)/ruff format --check -q router tests bench; $(BIN)/ruff check -q router tests bench
	echo "== mypy"; $(BIN)/mypy
	echo "== import contracts"; $(BIN)/lint-imports | tail -n 12
	echo "== fast tests"; $(BIN)/pytest -q -n auto -m "not slow" tests/unit tests/properties tests/scenarios

# what only tests need is set up for them only; `make run` does without
test: PROGRAMS += $(TEST_PROGRAMS)
test: setup check ## everything: set-up, the gate, and all tests with a real Asterisk, Redis and phones
	@echo "== slow tests"; $(BIN)/pytest -q -n auto -m slow tests/unit tests/properties
	# they wait most of the time; whole files go to a process, for the tests of a file share a line
	echo "== tests with real parts, three files at a time"
	$(BIN)/pytest -n 3 --dist loadfile -m "not alone" $(REAL_PARTS)
	echo "== tests that want the machine for themselves"; $(BIN)/pytest -m alone $(REAL_PARTS)

search: .venv/.installed ## look for courses of events that break a rule: others every time, ROUNDS times (20)
	@for round in $$(seq $(ROUNDS)); do
	    echo "== round $$round of $(ROUNDS)"
	    $(BIN)/pytest -q -n auto --hypothesis-profile search tests/properties
	done

bench: setup ## measure arrival to bridge, side by side with app_queue
	@$(BIN)/python -m bench $(ARGS)

pins: .venv/.installed ## write the installed versions into constraints.txt
	@{ echo '# Exact versions of everything `make setup` installs into .venv. To renew: make pins'
	   $(BIN)/python -m pip freeze --exclude-editable | grep -v '^async-timeout' | sort -f
	   # redis needs it on the first patch releases of 3.11, as Debian 12 has
	   echo 'async-timeout==5.0.1; python_full_version < "3.11.3"'; } > constraints.new
	mv constraints.new constraints.txt

clean: ## remove what checks and builds left
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build *.egg-info
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

clean-all: clean ## remove the set-up too: .venv and .hotline with its secrets and journal
	@if [ -x $(BIN)/hotline ]; then $(BIN)/hotline down; fi
	rm -rf .venv .hotline

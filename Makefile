# Under Load. `make book` and `make test` need Python 3.11 to 3.13, make and gcc, and nothing else.
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help book test lint unit notebooks-check site-check notebooks verify record bench lab lock clean

# The first Python that starts, is of a supported version and can make an environment.
FITS   := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
            $$python -c '$(FITS)' 2>/dev/null && echo $$python && break; done)
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
JOBS   ?= $(shell getconf _NPROCESSORS_ONLN)
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
PYTEST := $(BIN)/python -m pytest -q

help:             ## list what make can do
	@grep -hE '^[a-z-]+: .*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

$(READY): requirements.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Under Load needs Python 3.11, 3.12 or 3.13 with venv (on Debian: python3-venv). If it has another name: make PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(PIP) install --require-hashes -r requirements.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

_build/html/index.html: $(READY) $(shell git ls-files -co --exclude-standard -- '*.md' '*.yml' '*.bib' chapters _static _ext _templates data live kernels 2>/dev/null)
	$(BIN)/jupyter-book build . -W -n --keep-going --all -q
	@touch $@

book: _build/html/index.html   ## build the site
	@echo "The book: file://$(CURDIR)/_build/html/index.html"

test: lint unit notebooks-check site-check   ## everything: lint, tests, every stored output, the site in a browser

lint: $(READY)    ## style of the code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

unit: $(READY)    ## unit, contract, oracle and book tests
	$(PYTEST) -n $(JOBS) --dist loadfile tests

notebooks-check: $(READY)   ## nbval compares every stored output with a fresh run; a re-execution compares the pictures
	$(PYTEST) -p no:randomly -n $(JOBS) --dist loadfile --nbval --nbval-current-env --nbval-cell-timeout=300 chapters
	$(BIN)/python tools/notebooks.py --check --jobs $(JOBS)

site-check: book  ## every page in headless Chromium
	$(PYTEST) -m site tests/site

notebooks: $(READY)   ## re-execute every chapter and store its outputs
	$(BIN)/python tools/notebooks.py --jobs $(JOBS)
	$(BIN)/python tools/cover.py

verify: $(READY)  ## the long statistical studies
	$(PYTEST) -m verify -n $(JOBS) tests

record: $(READY)  ## record the data of real systems again (needs Debian's postgresql-15 and haproxy)
	$(BIN)/python data/fan_out/record.py
	$(BIN)/python data/haproxy_balance/record.py
	$(BIN)/python data/pg_bytes/record.py
	$(BIN)/python data/pg_closed_loop/record.py
	$(BIN)/python data/sqlite_lookup/record.py

bench: $(READY)   ## time kernels beside a C twin and the peer one would pick, as ratios
	$(BIN)/python tools/bench.py

lab: $(READY)     ## open the chapters in JupyterLab
	cd chapters && ../$(BIN)/jupyter lab

lock: $(READY)    ## compile requirements.txt from pyproject.toml
	$(PIP) install uv
	$(BIN)/uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 \
	    --generate-hashes --all-extras --no-header pyproject.toml -o requirements.txt

clean:            ## remove the environment and everything built
	rm -rf _build $(VENV)

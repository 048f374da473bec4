# `make` alone lists what there is. Every target sets up what it needs by itself.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

PYTHON ?= python3
BIN := .venv/bin
# Where nobody looks at the terminal, nothing but trouble is worth a line.
# Python compiles what it imports; to compile everything that is installed would take 10 s more.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --no-compile

.PHONY: help lab try test test-all test-rest coverage lint bench wheels record doctor down lock clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

lab: .venv/run  ## open the labs in JupyterLab, with a cluster of your own (Ctrl-C stops it, and the cluster that it started)
	@$(BIN)/driftlab lab

try: .venv/run  ## do the first lab headless, by its reference solutions, and print the grades
	@$(BIN)/driftlab try 02-self-healing

# Most tests wait for a cluster: some files at a time, each with a cluster of its own. Files come in the order of their
# names: those with few tests, which xdist would take last, are the slow ones.
# Hundreds of short Python processes are started: without bytecode, each would compile all modules once more.
# A cluster's programs may take more memory, and look for garbage less often.
PYTEST = unset PYTHONDONTWRITEBYTECODE; export GOGC=300; $(BIN)/python -m pytest --dist loadfile --no-loadscope-reorder

test: .venv/dev  ## run the tests that a person waits for, and the Go code's; say what is left to test-all
	@$(BIN)/python -m driftlab.clusters.programs.workbench test; go=$$?; \
	  export DRIFTLAB_TESTS=quick; $(PYTEST) --numprocesses 4 && exit $$go

test-all: test test-rest  ## run every test: the rest, too

# Two runs, so that no embedded cluster takes time from the kind ones on a small machine. Both are always made.
test-rest: .venv/dev  ## run what test leaves: every case live, and all that takes long; on kind where it can run
	@export DRIFTLAB_TESTS=rest; $(PYTEST) -m "not kind" --numprocesses 3; without=$$?; \
	  $(PYTEST) -m kind --numprocesses 2; with=$$?; \
	  [ $$without -eq 0 ] && { [ $$with -eq 0 ] || [ $$with -eq 5 ]; }

coverage: .venv/dev  ## measure which branches the unit tests take: of what judges, at least 95 %
	@$(BIN)/coverage run -m pytest tests/unit --quiet
	@$(BIN)/python -m tests.branches --least 95 checker/evidence checker/exercises

lint: .venv/dev  ## check style, types, layers and spelling, of the Go code, too
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m tests.lab_types
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/codespell labs checker clusters docs *.md
	@$(BIN)/python -m driftlab.clusters.programs.workbench lint

bench: .venv/dev  ## measure what the README's figures say (BUILD=1: the build from source, too)
	@$(BIN)/python tests/bench.py $(if $(BUILD),--build)

record: .venv/dev  ## do what is new of all cases for real, and keep its evidence (LAB=, EXERCISE=, ENGINE=, ALL=1, TEXTS=1)
	@$(BIN)/python -m tests.replay.record $(if $(LAB),--lab $(LAB)) $(if $(EXERCISE),--exercise $(EXERCISE)) \
	  $(if $(ENGINE),--engine $(ENGINE)) $(if $(ALL),--all) $(if $(TEXTS),--texts)

wheels: .venv/run  ## make wheels of the kit and of the embedded engine's programs for this machine, in dist/
	@$(BIN)/python -m hatchling build --target wheel --directory dist
	@$(BIN)/python -m driftlab.clusters.programs.packaging dist
	@ls -l dist

doctor: .venv/run  ## say what on this machine is in the way of a lab, and how to mend it
	@$(BIN)/driftlab doctor

down: .venv/run  ## delete the labs' cluster
	@$(BIN)/driftlab down

lock:  ## choose newer versions of all packages (needs uv; KEEP=1: only of what is not locked yet)
	uv pip compile pyproject.toml --extra kind --group dev $(LOCK) --output-file .locks/dev.txt $(if $(KEEP),,--upgrade)
	uv pip compile pyproject.toml --extra kind --group build $(LOCK) --output-file .locks/run.txt --constraint .locks/dev.txt
LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet

clean: down  ## delete the cluster and everything that make has made here (not your workspace)
	rm -rf .venv dist

# The packages that a learner needs; and, for .venv/dev, what developers need beside them.
.venv/run: .locks/run.txt pyproject.toml | .venv/bin/python
	@echo "Installing the Python packages (about a minute) …"
	@$(PIP) --require-hashes --requirement .locks/run.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: .locks/dev.txt .venv/run
	@echo "Installing the developers' tools …"
	@$(PIP) --require-hashes --requirement .locks/dev.txt
	@touch $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "driftlab needs Python 3.11 or later; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || \
	  { rm -rf .venv; echo "This Python cannot make a venv. On Debian or Ubuntu: sudo apt-get install python3-venv" >&2; exit 1; }

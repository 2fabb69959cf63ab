# Every target sets up what it needs. Nothing but Python 3.11 has to be there.

# The system's own first: distributions compile theirs with all optimizations, and without them everything takes a seventh more processor.
PYTHON := $(shell for python in /usr/bin/python3.11 python3.11 python3 python; do \
	$$python -c 'import ensurepip, sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)
BIN := .venv/bin
READY := .venv/ready
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --retries 10

.DEFAULT_GOAL := help
.PHONY: help setup demo up test test-long check bench lock clean

help:  ## what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY)  ## the virtual environment and Kafka's jars, in .venv

demo: $(READY)  ## one day of the programme, from a roster to paid claims
	@$(BIN)/tameng demo

up: $(READY)  ## everything running, until interrupted
	@$(BIN)/tameng up

test: check  ## all checks and tests
	$(BIN)/pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

test-long: $(READY)  ## what takes minutes: two services swapped under load, everything destroyed and restored
	$(BIN)/pytest --long

check: $(READY)  ## format, lint, types, import contracts, generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/tameng contracts check

bench: $(READY)  ## all benchmarks
	$(BIN)/python -m benchmarks

LOCK := $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11

lock: $(READY)  ## the locked packages, after a change in pyproject.toml: the project's, then each image's
	echo uv | $(LOCK) - --upgrade --output-file installer.lock
	$(LOCK) pyproject.toml --group development --output-file requirements.lock
	for service in enrollment banking claims audit; do \
		$(LOCK) pyproject.toml --group $$service --constraints requirements.lock --output-file services/$$service/requirements.lock || exit 1; done
	$(LOCK) pyproject.toml --group command-line --constraints requirements.lock --output-file tameng/requirements.lock

clean:  ## remove what setup made (the state folder .tameng stays)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(READY): installer.lock requirements.lock pyproject.toml tameng/stack/kafka-jars.lock
ifeq ($(PYTHON),)
	@echo "No Python 3.11 with its venv package was found: install both (on Debian or Ubuntu: python3.11 and python3.11-venv), then run make again" >&2; exit 1
endif
	@echo "Setting up in .venv (once, a minute with downloads)"
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }
	$(PIP) install --require-hashes -r installer.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.lock \
		|| { echo "uv reads no settings of pip: pip tries, in four times as long"; $(PIP) install --require-hashes -r requirements.lock; }
	$(PIP) install --no-deps --no-build-isolation --editable .
	$(BIN)/python -m tameng.stack.fetch
	@touch $(READY)

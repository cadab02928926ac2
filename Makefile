# FleetPrompt. `make demo` and `make test` do all the set-up; the environment is .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: demo test crash check lint types laws contracts bench screenshots pictures lock system clean

demo: $(VENV)/.ready
	$(BIN)/python -m fleetprompt demo $(ARGS)

# Three processes for two cores: much of a suite's time is waiting for a server, a browser or a clock.
test: check
	$(BIN)/pytest --numprocesses 3 --no-loadscope-reorder --quiet $(ARGS)

# Kills server and database at many more seeded instants than `make test` does.
crash: $(VENV)/.ready-test
	CRASH_INSTANTS=50 $(BIN)/pytest --quiet tests/faults/test_crashes.py $(ARGS)

# Everything but the test suite.
check: lint types laws

lint: $(VENV)/.ready-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.ready-test
	$(BIN)/mypy --num-workers 2

laws: $(VENV)/.ready-test
	$(BIN)/lint-imports

# Writes what is generated and committed; the tests compare it.
contracts: $(VENV)/.ready-test
	$(BIN)/python -m tests.contracts.generate

bench: $(VENV)/.ready-test
	$(BIN)/python -m tests.bench $(ARGS)

# Every page in every state, both themes, and one sheet of all of them.
screenshots: $(VENV)/.ready-test
	$(BIN)/python -m tests.pages.screenshots screenshots $(ARGS)

# The four pictures that README shows, into docs/screenshots, which is committed.
pictures: $(VENV)/.ready-test
	$(BIN)/python -m tests.pages.readme_pictures

# Resolves the newest versions within pyproject.toml's bounds and pins them with hashes, without any index's address.
lock: $(VENV)/.ready-test
	$(BIN)/python -m uv lock --quiet --upgrade
	$(BIN)/python -m uv export --quiet --frozen --no-emit-index-url --no-emit-project --no-default-groups \
	  --format requirements-txt --output-file requirements.txt
	$(BIN)/python -m uv export --quiet --frozen --no-emit-index-url --no-emit-project --group test \
	  --format requirements-txt --output-file requirements-test.txt
	rm -f uv.lock

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

# A python3 without ensurepip cannot make an environment: Debian keeps that in python3-venv.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "FleetPrompt needs Python 3.11 or newer; name one with make PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || .ci/system-packages python3-venv
	$(PYTHON) -m venv $(VENV)

# uv installs in seconds, with the machine's own certificates; where it cannot, pip does the same in a minute or two.
define install
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv 2>/dev/null || true
	@$(BIN)/python -m uv pip install --quiet --system-certs --compile-bytecode --python $(BIN)/python \
	    --require-hashes -r $(1) 2>/dev/null \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check --compile --require-hashes -r $(1)
	@$(BIN)/python -m uv pip install --quiet --system-certs --python $(BIN)/python --no-deps --editable . 2>/dev/null \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@$(BIN)/python -m compileall -q fleetprompt migrations
endef

$(VENV)/.ready: requirements.txt | $(BIN)/python
	$(call install,requirements.txt)
	@touch $@

$(VENV)/.ready-test: requirements-test.txt | $(BIN)/python
	@.ci/system-packages nodejs curl openssl redis-server prometheus nginx chromium
	$(call install,requirements-test.txt)
	@touch $@ $(VENV)/.ready

# FleetPrompt: `make demo` and `make test` do all the set-up; the environment is .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: demo test check lint types laws contracts bench lock clean

demo: $(VENV)/.ready
	$(BIN)/python -m fleetprompt demo $(ARGS)

$(VENV)/.ready: requirements.txt pyproject.toml
	$(PYTHON) tools/environment.py $(VENV) requirements.txt
	@touch $@

$(VENV)/.ready-test: requirements-test.txt pyproject.toml
	$(PYTHON) tools/environment.py $(VENV) requirements-test.txt
	@touch $@ $(VENV)/.ready

lock:
	$(BIN)/uv lock --quiet --upgrade
	$(BIN)/uv export --quiet --frozen  --no-emit-index-url --no-emit-project --no-default-groups --format requirements-txt -o requirements.txt
	$(BIN)/uv export --quiet --frozen  --no-emit-index-url --no-emit-project --group test --format requirements-txt -o requirements-test.txt
	rm -f uv.lock

# One list of commands; continuous integration runs the same ones. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help
help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "make %-9s %s\n", $$1, $$2}'

.PHONY: demo
demo: .venv/installed ## sync a made-up business, build the reports, show them (WORLD=DIR plays another)
	@$(BIN)/leadline demo $(if $(WORLD),--world "$(WORLD)")

.PHONY: sync
sync: .venv/installed ## the same for the accounts named in .env
	@$(BIN)/leadline sync

.PHONY: dev
dev: .venv/installed ## open the Dagster UI on http://127.0.0.1:3000
	@$(BIN)/leadline dev

.PHONY: test
test: .venv/installed ## run every test
	@$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

.PHONY: test-bi
test-bi: .venv/installed ## import the starter dashboards into a real Superset, hold every chart against the marts (minutes)
	@$(BIN)/python -m pytest tests/bi/against_superset.py $(ARGS)

.PHONY: check
check: .venv/installed ## lint, formatting, types, import walls, SQL style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint --disable-progress-bar --processes 2 dbt_project

.PHONY: bench
bench: .venv/installed ## measure speed, as ratios in one run
	@$(BIN)/python -m tests.bench

.PHONY: mutations
mutations: .venv/installed ## plant known faults in a copy of the dbt project: every one must turn a test red (minutes)
	@$(BIN)/python -m tests.mutations $(ARGS)

.PHONY: soak
soak: .venv/installed ## play ten simulated days against the real daemon, with troubles (minutes)
	@$(BIN)/python -m tests.soak $(ARGS)

.PHONY: lock
lock: .venv/installed ## compile requirements.lock anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-strip-extras --no-emit-index-url --extra dev \
		--python-version 3.11 pyproject.toml -o requirements.lock

.PHONY: stop
stop: ## stop the embedded Postgres
	@$(BIN)/leadline stop

.PHONY: clean
clean: ## stop what was started and remove .venv, .leadline and every cache
	@if [ -x $(BIN)/leadline ]; then $(BIN)/leadline stop; fi
	rm -rf .venv .leadline dbt_project/target dbt_project/logs .pytest_cache .mypy_cache .ruff_cache .hypothesis \
		.import_linter_cache *.egg-info build

# uv installs the lock in seconds where pip takes a minute, so pip fetches the locked uv first; pip alone will do.
.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try make PYTHON=python3.12"; exit 2; }
	@echo "Installing into .venv from requirements.lock ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@sed -n '/^uv==/,/^[^ ]*==/{/^uv==/p;/^  /p;}' requirements.lock > .venv/uv.lock
	@if $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock; then \
		$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --compile-bytecode -r requirements.lock; \
	else \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock; fi
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

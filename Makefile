# `make help` lists what there is. Everything runs from .venv; nothing has to be activated.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
PYTHON := $(BIN)/python
# The checks load the settings, which want these; no server is contacted.
CHECK_ENV := DATABASE_URL=postgresql://nobody@/none?host=/nonexistent REDIS_URL=unix:///nonexistent \
	SECRET_KEY=for-the-checks-only-and-nothing-else-at-all-0123456789 PIN_PEPPER=for-the-checks-only
UV_COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links \
	--universal --no-header --python-version 3.11

# There is no wheel of it but for Linux on x86-64.
BIOME = @if [ -x $(BIN)/biome ]; then echo "biome $(1)"; $(BIN)/biome $(1) --colors=off; \
	else echo "No biome on this machine: CI looks at scripts and styles."; fi

# A worker for each core; more than four would wait for the longest file.
WORKERS := logical
RUN_TESTS = -m pytest -n $(WORKERS) --maxprocesses=4 --durations=20 $(ARGS)
PYTEST = $(PYTHON) $(RUN_TESTS)
SLOW := browser or faults or fuzz or slow or stack
# No line and no branch of these may go untested; pyproject.toml has the limit for all together.
COVERED_WHOLLY := ledger/*,qr/*,pos/charges.py,pos/refunds.py,merchants/settlement.py

.PHONY: help environment demo-environment demo demo-reset test test-fast coverage coverage-report check \
	bench bench-checkout bench-ledger bench-peak format fuzz docs pictures messages requirements

help: ## this list
	@echo "Tessera: QR cashless checkout. Start with: make demo"
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

environment: ## make .venv ready for tests and checks (BASE_PYTHON=python3.12 chooses one)
	@BASE_PYTHON="$(BASE_PYTHON)" requirements/install.sh development
	$(if $(filter environment,$(MAKECMDGOALS)),@echo "The environment is ready. Next: make demo or make test")

demo-environment:
	@BASE_PYTHON="$(BASE_PYTHON)" requirements/install.sh demo

demo: demo-environment ## run the whole system (HOST=localhost PORT=9000); Ctrl-C stops it
	@exec $(PYTHON) -m demo.run --stop-with-parent

demo-reset: demo-environment ## forget everything the demo stored
	@exec $(PYTHON) -m demo.run --reset

test: environment ## all tests, on a real PostgreSQL and Valkey (ARGS="-k pay" narrows them)
	@exec $(PYTEST)

test-fast: environment ## the tests without browser, whole stacks, storms and fuzzing
	@exec $(PYTEST) -m "not ($(SLOW))"

coverage: environment ## all tests, and whether they reach enough of the code
	@# pytest-cov begins when tests/servers.py has been imported, and with it some of our modules.
	@$(BIN)/coverage run --data-file=.coverage.start $(RUN_TESTS) --cov --cov-report= --cov-fail-under=0
	@$(BIN)/coverage combine --quiet --append .coverage.start
	@$(MAKE) coverage-report

coverage-report: environment ## what the last make coverage did not reach
	@missed=0; \
	echo "What no test reaches, of everything:"; \
	$(BIN)/coverage report || missed=$$?; \
	echo "And of what has to be covered wholly:"; \
	$(BIN)/coverage report --include='$(COVERED_WHOLLY)' --fail-under=99 || missed=$$?; \
	exit $$missed

check: environment ## formatting, lint, types, layers, templates, scripts, styles, spelling, migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(CHECK_ENV) $(BIN)/mypy .
	$(BIN)/lint-imports
	find templates \( -name '*.html' -o -name '*.txt' \) -print0 \
	  | xargs -0 -r $(BIN)/djade --check --target-version 5.2
	$(BIN)/djlint --lint --quiet templates
	$(call BIOME,ci --error-on-warnings)
	$(BIN)/codespell
	$(CHECK_ENV) $(PYTHON) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(CHECK_ENV) $(PYTHON) manage.py check

format: environment ## put code, templates, scripts and styles into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	find templates \( -name '*.html' -o -name '*.txt' \) -print0 \
	  | xargs -0 -r $(BIN)/djade --target-version 5.2
	$(call BIOME,check --write)

bench: environment ## measure everything on this machine (ARGS="--json" for figures)
	@$(MAKE) bench-checkout
	@$(MAKE) bench-ledger

bench-checkout: environment ## measure whole checkouts over HTTP
	@exec $(PYTHON) bench/checkout.py $(ARGS)

bench-peak: environment ## measure a sale day: up to four times as many checkouts as it can make
	@exec $(PYTHON) bench/peak.py $(ARGS)

bench-ledger: environment ## measure how fast transfers are posted
	@exec $(PYTHON) bench/ledger.py $(ARGS)

fuzz: environment ## look for texts that break the payment codes' library (SECONDS=600)
	@exec $(PYTHON) -m tests.fuzz.fuzz_qr --seconds $(or $(SECONDS),600) $(ARGS)

docs: environment ## write the OpenAPI description to docs/openapi.yaml
	$(CHECK_ENV) $(PYTHON) manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

pictures: environment ## take the pictures of the docs, of a demo that runs (ARGS="money_in run" for some)
	$(PYTHON) docs/take_screenshot.py $(ARGS)

messages: environment ## write what there is to translate to locale/*.pot
	$(CHECK_ENV) DJANGO_SETTINGS_MODULE=config.settings $(PYTHON) -m config.messages

requirements: environment ## compile requirements/*.in again (UPGRADE=--upgrade for newer versions)
	$(UV_COMPILE) $(UPGRADE) requirements/production.in --output-file requirements/production.txt
	$(UV_COMPILE) $(UPGRADE) requirements/demo.in --constraints requirements/production.txt \
	  --output-file requirements/demo.txt
	$(UV_COMPILE) $(UPGRADE) requirements/development.in --constraints requirements/demo.txt \
	  --output-file requirements/development.txt

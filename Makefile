# Everything a developer or an operator needs, by name. `make` lists it.
# Needs python3 (3.11 or newer), pip and make; nothing else.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
RUN := $(PY) -m portal
# tests of the data engine that touch the database; the others would only do the same again
KEEPING := tests/datasets/test_versions.py tests/datasets/test_usage.py tests/datasets/test_ingest_intakes.py

# tests that ask nothing of the database that its kind could answer differently: they run in the SQLite leg alone
SAME := $(addprefix --ignore=tests/portal/test_, public_rows.py api_rows.py rows_hostile.py faults_leaks.py faults_stores.py faults_data.py \
	public_browser.py public_tokens.py mail.py calling.py serving.py settings.py \
	filenames.py links.py robots.py cli.py cli_data.py docs.py edge.py security.py sheet_messages.py hostile_forms.py \
	desk_sheet.py) \
	$(addprefix --ignore=tests/catalog/test_, sheet_reading.py sheet_template.py workdays.py obligations.py vocabularies.py cycles.py \
	obligations_properties.py icalendar.py passwords.py permissions.py search_question.py adopting_labels.py feeds_dcat.py act_limits.py)

.DEFAULT_GOAL := help
.PHONY: help demo run test test-sqlite test-postgresql check fix migration bench simulation lock wheel wheel-check wheelhouse clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/core.stamp ## Load the demonstration district and serve it (HOST and PORT respected)
	@$(RUN) demo

run: $(VENV)/core.stamp ## Bring the database up to date and serve the portal
	@$(RUN) db upgrade
	@$(RUN) serve

test: test-sqlite test-postgresql ## Run all tests: on SQLite, and on PostgreSQL where one is reachable

test-sqlite: $(VENV)/dev.stamp
	@env -u TEST_DATABASE_URL $(PY) -m pytest -n 2 --dist worksteal -q $(ARGS)

test-postgresql: $(VENV)/dev.stamp
	@url=$$($(PY) tests/find_postgresql.py); \
	if [ -n "$$url" ]; then \
		echo "PostgreSQL leg"; \
		TEST_DATABASE_URL="$$url" $(PY) -m pytest -n 2 --dist worksteal -q tests/catalog tests/portal $(KEEPING) $(SAME) $(ARGS); \
	else \
		echo "PostgreSQL leg left out: no server at TEST_DATABASE_URL or 127.0.0.1:5432"; \
	fi

check: $(VENV)/dev.stamp ## Lint, types, layers
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy -p catalog -p datasets
	@$(VENV)/bin/lint-imports --no-cache

fix: $(VENV)/dev.stamp ## Mend what the linter can mend
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

migration: $(VENV)/dev.stamp ## Write the next migration from the models: make migration NAME="add something"
	@test -n "$(NAME)" || { echo 'say what it does: make migration NAME="add something"'; exit 2; }
	@$(PY) migrations/new.py "$(NAME)"

bench: $(VENV)/dev.stamp .venv-bench/made.stamp ## Measure on this machine, beside others: BENCH_ROWS="100000 1000000"
	@for script in benchmarks/bench_*.py; do $(PY) $$script || exit 1; done

simulation: $(VENV)/dev.stamp ## Live two years of 21 departments x 400 entries beside the oracle of the tests (an hour)
	@env -u TEST_DATABASE_URL SIMULATION=$${SIMULATION:-20260701,21,400,2} $(PY) -m pytest -q -s tests/simulation $(ARGS)

lock: $(VENV)/dev.stamp ## Resolve the dependencies anew into requirements/*.txt
	@$(PY) -m pip install --quiet uv
	@flags="--universal --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet"; \
	$(PY) -m uv pip compile $$flags pyproject.toml -o requirements/core.txt; \
	$(PY) -m uv pip compile $$flags --all-extras pyproject.toml -o requirements/dev.txt; \
	$(PY) -m uv pip compile $$flags requirements/build.in -o requirements/build.txt; \
	$(PY) -m uv pip compile $$flags requirements/bench.in -o requirements/bench.txt

wheel: $(VENV)/build.stamp ## Build the wheel into dist/
	@rm -rf dist
	@$(PY) -m hatchling build -t wheel

wheel-check: wheel ## Install the wheel into an empty environment and start the demo from it
	@$(PYTHON) .ci/check_wheel.py

wheelhouse: wheel ## Gather all wheels for networks without an index
	@rm -rf wheelhouse && mkdir wheelhouse
	@$(PY) -m pip download --quiet --require-hashes -r requirements/core.txt -d wheelhouse
	@cp dist/*.whl requirements/core.txt deploy/install-offline.sh wheelhouse/
	@echo "wheelhouse/: copy it, then run: sh install-offline.sh /opt/kaifang"

clean: ## Remove the environment and what was built
	@rm -rf $(VENV) .venv-bench dist wheelhouse build

# ---- environments: made once, brought up to date when a lock file changes; modules are compiled when first used,
# ---- which halves the time of the installation and leaves a fifth of its size out

$(VENV)/made.stamp:
	@command -v $(PYTHON) >/dev/null || { echo "python3 is missing: install Python 3.11 or newer"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
		|| { echo "Python's venv module is missing: install it (Debian, Ubuntu: apt install python3-venv)"; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@echo "$(CURDIR)" > "$$($(PY) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/kaifang.pth"
	@touch $@

$(VENV)/core.stamp: $(VENV)/made.stamp requirements/core.txt
	@echo "installing the dependencies (once)"
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements/core.txt
	@touch $@

$(VENV)/dev.stamp: $(VENV)/made.stamp requirements/dev.txt
	@echo "installing the dependencies and the test tools (once)"
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements/dev.txt
	@touch $@ $(VENV)/core.stamp

$(VENV)/build.stamp: $(VENV)/made.stamp requirements/build.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt
	@touch $@

# contestants of the benchmarks alone: nothing of them is imported here
.venv-bench/made.stamp: requirements/bench.txt
	@test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@touch $@

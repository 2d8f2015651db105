# Everything that Parley's developers do, by name. Set-up happens by itself and only when something it depends on changed:
# the files under .make/ note what was installed last.

PYTHON := .venv/bin/python
PIP_INSTALL := PIP_DISABLE_PIP_VERSION_CHECK=1 $(PYTHON) -m pip install --quiet --require-hashes
FORWARDER := sfu_container/forwarder
FORWARDER_SOURCES := $(shell find $(addprefix $(FORWARDER)/,core/src io/src py/src py/python Cargo.* core/*.toml io/*.toml py/*.toml) 2>/dev/null)
# How many processes share the Python tests. Those with a browser are done by one of them.
PROCESSES ?= 2
# How long `make fuzz` looks, for each parser.
SECONDS ?= 3600
LOADGEN := bench/loadgen
LOADGEN_SOURCES := $(shell find $(LOADGEN)/src $(LOADGEN)/Cargo.* 2>/dev/null) $(FORWARDER_SOURCES)
CLIENT_SOURCES := $(shell find client/src sdk/typescript/src/generated client/public client/scripts client/index.html client/*.json client/*.ts 2>/dev/null)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test fuzz check check-infra bench bench-full bench-api bench-congestion cost lock generate clean test-programs loadgen-programs bench-programs infra-programs

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo '  PORT (8080) and PARLEY_HOME (.run) choose the ports and the state folder of `make run`.'

run: .make/python-run .make/forwarder client/dist/index.html ## run Parley on this machine; Ctrl-C stops it
	@exec $(PYTHON) -m command_line run

test: test-programs loadgen-programs check check-infra client/dist/index.html ## run every check and every test
	@echo 'running the forwarder tests …'
	@cd $(FORWARDER) && cargo test --quiet --locked --workspace
	@echo 'fuzzing the forwarder (one to three minutes) …'
	@$(PYTHON) scripts/fuzz.py --seconds 10
	@echo 'running the load generator tests …'
	@cd $(LOADGEN) && cargo clippy --quiet --locked --all-targets -- -D warnings && cargo test --quiet --locked
	@echo 'running the client tests …'
	@cd client && npm run --silent test
	@echo 'running the Python and browser tests …'
	@$(PYTHON) -m pytest --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder

fuzz: .venv/bin/python ## look for input that breaks the forwarder: an hour for each parser, or SECONDS
	@scripts/setup/rust.sh
	@scripts/setup/programs.sh tests
	@$(PYTHON) scripts/fuzz.py --seconds $(SECONDS) --keep

check: .make/python-infra .make/forwarder .make/client ## lint, check types, borders, lock files and generated code
	@echo 'checking …'
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports
	@$(PYTHON) scripts/check_tenant_scope.py
	@$(PYTHON) scripts/lock.py --check
	@$(PYTHON) -m mypy.stubtest parley_forwarder
	@cd $(FORWARDER) && cargo fmt --all --check && cargo clippy --quiet --locked --workspace --all-targets -- -D warnings
	@cd $(LOADGEN) && cargo fmt --all --check
	@cd client && npm run --silent check
	@scripts/check_generated.sh

check-infra: .make/python-infra .make/checkov infra-programs ## look at bicep/, k8s/, .github/ and the alerts (under three minutes)
	@echo 'checking the infrastructure …'
	@$(PYTHON) -m scripts.infra

bench: .make/python-bench .make/forwarder .make/loadgen client/dist/index.html bench-programs ## measure the node beside Janus and the limit (under ten minutes, as root)
	@$(PYTHON) -m bench.side_by_side

bench-full: .make/python-bench .make/forwarder .make/loadgen client/dist/index.html bench-programs ## the same with every load, and up to saturation (an hour)
	@$(PYTHON) -m bench.side_by_side --full

bench-api: .make/python-run .make/forwarder client/dist/index.html ## measure what the control plane's requests cost (two minutes)
	@scripts/setup/programs.sh api-benchmark
	@$(PYTHON) -m bench.api

bench-congestion: .make/python-bench ## draw how congestion control follows a simulated path
	@scripts/setup/rust.sh
	@$(PYTHON) -m bench.congestion.plot

cost: .make/python-bench ## work out what meetings cost on Azure; `./parley cost --help` says what else can be asked
	@$(PYTHON) -m command_line cost

lock: .make/python-test ## pin the Python dependencies anew from pyproject.toml
	@$(PYTHON) scripts/lock.py

generate: .make/python-test .make/client ## generate the client's types and parts of the SDKs from the Python models
	@$(PYTHON) -m sdk.generator
	@cd client && npm run --silent generate

clean: ## remove what was installed and built; meetings are kept
	rm -rf .make .venv .venv-checkov client/node_modules client/dist $(FORWARDER)/target $(LOADGEN)/target .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

bench-programs:
	@scripts/setup/programs.sh benchmarks

infra-programs:
	@scripts/setup/programs.sh infrastructure

loadgen-programs:
	@scripts/setup/programs.sh load-generator

test-programs:
	@scripts/setup/programs.sh tests

.venv/bin/python:
	@scripts/setup/python.sh

.make/python-run: requirements/local.txt .venv/bin/python
	@echo 'installing Python packages (about a minute) …'
	@$(PIP_INSTALL) -r requirements/local.txt
	@mkdir -p .make && touch $@

# The packages of a run are among those of the tests, with the same pins. Microsoft's worker library declares a newer
# Python than it needs, and brings nothing along that the lock file does not name.
.make/python-test: requirements/dev.txt requirements/functions-runtime.txt .venv/bin/python
	@echo 'installing Python packages for the tests (a minute or two) …'
	@$(PIP_INSTALL) -r requirements/dev.txt
	@$(PIP_INSTALL) --no-deps --ignore-requires-python -r requirements/functions-runtime.txt
	@mkdir -p .make && touch $@ .make/python-run

.make/python-bench: requirements/bench.txt .make/python-run
	@echo 'installing Python packages for the benchmarks …'
	@$(PIP_INSTALL) -r requirements/bench.txt
	@touch $@

.make/python-infra: requirements/infra.txt .make/python-test
	@echo 'installing Python packages for the infrastructure …'
	@$(PIP_INSTALL) -r requirements/infra.txt
	@touch $@

.make/checkov: requirements/checkov.txt .venv/bin/python
	@echo 'installing checkov (about a minute) …'
	@rm -rf .venv-checkov && $(PYTHON) -m venv .venv-checkov
	@PIP_DISABLE_PIP_VERSION_CHECK=1 .venv-checkov/bin/python -m pip install --quiet --require-hashes -r requirements/checkov.txt
	@mkdir -p .make && touch $@

# The native engine, as the wheel that a node installs.
.make/forwarder: .make/python-run $(FORWARDER_SOURCES)
	@scripts/setup/rust.sh
	@echo 'building the packet engine (a minute or two) …'
	@rm -rf .make/wheels
	@cd $(FORWARDER)/py && ../../../$(PYTHON) -m maturin build --quiet --release --locked --out ../../../.make/wheels
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --no-index --force-reinstall .make/wheels/*.whl
	@touch $@

.make/loadgen: $(LOADGEN_SOURCES) | loadgen-programs
	@scripts/setup/rust.sh
	@echo 'building the load generator (about a minute) …'
	@cd $(LOADGEN) && cargo build --quiet --release --locked
	@mkdir -p .make && touch $@

.make/client: client/package.json client/package-lock.json client/.npmrc
	@scripts/setup/node.sh
	@echo 'installing npm packages (about a minute) …'
	@cd client && npm ci --loglevel=error
	@mkdir -p .make && touch $@

client/dist/index.html: .make/client $(CLIENT_SOURCES)
	@echo 'building the client …'
	@cd client && npm run --silent build -- --logLevel warn
	@touch $@

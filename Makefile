# Everything a person runs. One profile (release), one target directory.
export CARGO_TARGET_DIR ?= $(HOME)/.cache/millrace/target
NODE := $(CARGO_TARGET_DIR)/release/millrace-node
CLIENT := clients/js
PACKAGE := clients/ts
PAGE := explorer
# Crates that are workspaces of their own are built apart.
PURE := $(abspath $(CARGO_TARGET_DIR)/../pure)

.PHONY: help setup build client package page dev demo test test-node test-package test-python test-page test-text test-ledger format check harness bench-weights simulation fuzz zombienet test-zombienet test-compat

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: ## Install what building and running need
	@scripts/setup.sh

# With the whole workspace's features, as the tests have them: `-p` would choose others and compile hundreds of crates twice.
build: setup ## Build the node
	cargo build --release --workspace --bin millrace-node

client: setup ## Install the client's packages
	@cd $(CLIENT) && npm ci --no-fund --no-audit --silent

package: setup ## Install and build the TypeScript package
	@cd $(PACKAGE) && npm ci --ignore-scripts --no-fund --no-audit --silent && npm run --silent build

page: package ## Build the explorer's page into explorer/dist
	@cd $(PAGE) && npm ci --ignore-scripts --no-fund --no-audit --silent && npm run --silent build

dev: build ## Run a development node that mines, until Ctrl-C
	$(NODE) --dev --tmp --dev-block-time 2000 --no-hardware-benchmarks

demo: build client page ## Post the demo task, show who was paid, and serve the explorer; ONCE=1 ends the node afterwards
	@scripts/demo.sh "$(NODE)" "$(ONCE)"

test: build client page ## All tests on one machine: crates, runtime, clients, page; the README lists what they leave out
	cargo test --release --workspace
	node --test scripts/test/*.test.mjs
	cargo test --release --manifest-path inference/bench/Cargo.toml --target-dir $(PURE)
	$(MAKE) --jobs 4 --output-sync=target -o client -o package -o page test-node test-package test-python test-page

# Each of these starts nodes of its own, and waits for their blocks most of the time. All four run at once.
test-node: client ## The real node and engine from outside, and its RPC, which `make test` runs too
	node --test --test-reporter=spec $(CLIENT)/test/*.test.js

test-package: package ## The package for TypeScript on a real node, which `make test` runs too
	@# Without its pretest, which would build once more what `test-page` reads at the same time.
	cd $(PACKAGE) && MILLRACE_NODE="$(NODE)" npm test --ignore-scripts

test-python: ## The package for Python on a real node, which `make test` runs too
	MILLRACE_NODE="$(NODE)" clients/python/test.sh

test-page: page ## The page in a headless browser on a real node, which `make test` runs too
	scripts/setup.sh --browser
	cd $(PAGE) && MILLRACE_NODE="$(NODE)" npm test

test-text: ## Text encoders of the importer, whose crates are built apart (some 10 minutes at first)
	cargo test --release -p millrace-importer --features text --target-dir $(PURE)

test-ledger: build client ## Signing as a hardware wallet does, on a runtime built apart (tens of minutes at first)
	MILLRACE_NODE="$(NODE)" scripts/ledger.sh

format: client ## Format all Rust and JavaScript
	cargo fmt --all
	@cd $(CLIENT) && npm run --silent format

check: client ## What CI checks without compiling: formats, layers, errors, scripts, JavaScript, licences
	cargo fmt --all -- --check
	node scripts/layers.mjs
	node scripts/errors.mjs --quiet
	shellcheck $(shell git ls-files '*.sh') .ci/run
	@cd $(CLIENT) && npm run --silent check
	scripts/deny.sh

harness: ## Largest submissions of many models in the real blob: time and memory against what was declared
	HARNESS_MS=490 HARNESS_MODELS=150 HARNESS_PERCENT=120 cargo test --release --workspace --test wasm -- --nocapture

bench-weights: build ## Measure the weights of our pallets and write them
	scripts/benchmark.sh

simulation: ## What attacks on the market cost and bring, on the real pallets; writes docs/economics/
	cargo build --release --workspace --bin millrace-simulation
	$(CARGO_TARGET_DIR)/release/millrace-simulation

fuzz: ## Fuzz the decoder, registration, the verifier and files to import, ten minutes each
	scripts/fuzz.sh

zombienet: build ## Start a relay chain, collators and miners, until Ctrl-C
	@zombienet/network.sh

test-zombienet: build client ## Run the scenarios on test networks (some 35 minutes), or those that ONLY=… names
	@zombienet/network.sh --build
	zombienet/scenarios/run.sh "$(ONLY)"

test-compat: client ## Run the runtime on the stock omni-node, chopsticks and polkadot-api
	cargo build --release --workspace --bins
	cd zombienet/compat && npm ci --no-fund --no-audit --silent && node --test --test-reporter=spec

# mcu-eval. `make` lists the targets; a step that is done is skipped.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup build data firmware images run check test-firmware test-kernels test-kernels-share test bench bench-peers bench-kernels bench-kernels-share doctor model clean

BOARD ?= qemu-m7
BOARDS := native qemu-m7 qemu-m4 qemu-m55
MCU_EVAL := node dist/cli/main.js

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what is missing: Debian packages, npm packages, the tensor engine, TFLM and nanopb
	@scripts/setup-system.sh
	@scripts/setup-node.sh
	@node scripts/setup-engine.mjs
	@$(MAKE) --no-print-directory -C firmware deps

build: setup dist/.built ## compile the host program
dist/.built: $(shell find host proto -name '*.ts' -not -path '*/generated/*' -o -name '*.proto') package-lock.json tsconfig.json scripts/proto.mjs
	@npm run --silent build
	@chmod +x dist/cli/main.js
	@touch $@

firmware: setup ## build one firmware image: make firmware BOARD=qemu-m7
	@$(MAKE) --no-print-directory -C firmware BOARD=$(BOARD)

run: build ## the main job: PGD on CIFAR-10 ResNet-8, judged on an emulated Cortex-M7
	@$(MAKE) --no-print-directory -C firmware BOARD=native
	@$(MAKE) --no-print-directory -C firmware BOARD=qemu-m7
	@$(MCU_EVAL) run

data: build ## fetch CIFAR-10 (139 MB, once)
	@node scripts/fetch-data.mjs

check: ## format, lint, types, import rules, host tests: a few minutes, no hardware
	@npm run --silent proto
	npx biome ci --colors=off --error-on-warnings .
	npx tsc -p tsconfig.check.json
	npx depcruise --config .dependency-cruiser.mjs host
	$(MAKE) --no-print-directory -C firmware format-check
	npx vitest run test/host

images: setup
	@for board in $(BOARDS); do $(MAKE) --no-print-directory -C firmware BOARD=$$board || exit 1; done

test: data images check test-firmware test-kernels-share bench-kernels-share ## every check: host, firmware with sanitizers, boards native and emulated, end to end
	npx vitest run test/contract test/e2e

test-firmware: setup ## the firmware's own tests, built natively with ASan and UBSan
	$(MAKE) --no-print-directory -C firmware test

test-kernels: images data ## the exactness of every kernel on every board, at length (see test/kernels/README.md)
	$(MAKE) --no-print-directory -C firmware BOARD=native test-kernels KERNELS="all 10000"
	@for board in $(filter-out native,$(BOARDS)); do \
	  $(MAKE) --no-print-directory -C firmware BOARD=$$board test-kernels KERNELS="all 500" || exit 1; done
	node test/oracle/operators.mjs --count 100 --board native $(addprefix --board ,$(addsuffix :5,$(filter-out native,$(BOARDS))))
	node test/kernels/whole-nets.mjs

# What of it belongs to every check.
test-kernels-share: images data
	$(MAKE) --no-print-directory -C firmware BOARD=native test-kernels KERNELS="all 300"
	$(MAKE) --no-print-directory -C firmware BOARD=qemu-m7 test-kernels KERNELS="all 20"
	$(MAKE) --no-print-directory -C firmware BOARD=qemu-m55 test-kernels KERNELS="all 20"
	node test/oracle/operators.mjs --count 3 --board native --board qemu-m7:1
	node test/kernels/whole-nets.mjs --inputs 8 --board native --board qemu-m55:2

bench-kernels-share: build images
	@node test/kernels/nets.mjs >/dev/null
	node test/kernels/bench.mjs --share

bench: build ## speed and success of FGSM and PGD against other libraries, within one run: some minutes
	@node test/bench/bench-peers.mjs --only fgsm,pgd

bench-peers: build ## every attack against other libraries: success, norms, passes, CPU time (hours; resumable)
	@node test/bench/bench-peers.mjs

bench-kernels: build images ## instructions, time and images a second of the kernels, beside baseline, bars and LiteRT
	@$(MAKE) --no-print-directory -C firmware BOARD=native invoke-bench
	@node test/kernels/nets.mjs >/dev/null
	@node test/kernels/bench.mjs $(ARGS)

doctor: build ## what is installed, with versions, and what to do about what is not
	@$(MCU_EVAL) doctor

model: build ## adopt a training checkpoint as models/cifar10-resnet8, with its goldens: make model CHECKPOINT=file
	@$(MAKE) --no-print-directory -C firmware BOARD=native
	@node scripts/adopt-model.mjs $(CHECKPOINT) $(RECIPE)

clean: ## remove what was built here (caches outside the repository stay)
	rm -rf dist build host/link/generated

# The scripts in .ci do the work; each says in its head what it does.
PY := .venv/bin/python
ARGS ?=
FLAVOURS ?= amd64
.PHONY: help demo counter test test-kernel deep image test-image bench deb lint lock clean
.SILENT:
MAKEFLAGS += --no-print-directory

help: ## these lines
	sed -n 's/^\([a-z-]*\):.*## /    make \1\t/p' Makefile

demo: ## watch a bakery's morning being sold; sets up all it needs
	.ci/setup demo
	$(PY) -m pos_terminal demo $(ARGS)

counter: ## touch the till: a whole shop in the browser; sets up all it needs
	.ci/setup counter
	$(PY) -m pos_terminal counter $(ARGS)

test: ## style, types and all tests; sets up all they need (ARGS='-k journal' picks)
	.ci/setup test
	.ci/test $(ARGS)

test-kernel: ## the drivers and the units on real kernels and a real systemd; a part of CI's `test`
	.ci/setup test
	.ci/debian-tree
	.ci/package-trees
	.ci/test tests/qemu tests/systemd $(ARGS)

deep: ## what is long by nature: 100,000 steps, mutants, fuzzing; an hour or more
	.ci/setup test
	.venv/bin/pip install -q -r tests/fuzz.lock
	WORKERS=2 .ci/test -m deep $(ARGS)
	$(PY) -m tests.deep.mutants

image: ## an image to flash, in build/image: for PCs with UEFI, or ARGS=arm64 for a Raspberry Pi 4 (as root)
	.ci/debian mmdebstrap $(if $(filter arm64,$(ARGS)),arch-test qemu-user-static)
	$(MAKE) deb ARGS=trixie/$(or $(ARGS),amd64)
	$(PY) -m image --flavour $(or $(ARGS),amd64) \
	    --package $$(ls -t dist/pos-terminal_*deb13_$(or $(ARGS),amd64).deb | head -n 1)

test-image: ## the image, flashed and booted: built twice, sells, loses power or a slot, is updated (as root)
	.ci/setup test
	.ci/debian mmdebstrap ovmf mtools fdisk rauc squashfs-tools openssl
	for flavour in $(FLAVOURS); do tests/image/build $$flavour || exit; done
	.ci/test tests/image -m deep $(ARGS)

bench: ## measure, beside limits taken in the same run
	.ci/setup test
	$(PY) -m bench $(ARGS)

deb: ## Debian packages in dist/, for Debian 12 and 13, amd64 and arm64 (ARGS=trixie/arm64: one)
	.ci/setup demo
	.ci/debian dpkg-dev gcc gcc-aarch64-linux-gnu libc6-dev lintian mmdebstrap
	image/deb/build $(ARGS)

lint: ## style and types only
	.ci/setup test
	.ci/lint

lock: ## pin the newest versions of all Python packages, with hashes
	.ci/setup test
	.ci/lock

clean: ## remove what the targets above made, the virtual environment too
	rm -rf .venv .venv-* .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
	find pos_terminal drivers plugins tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

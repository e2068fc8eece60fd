# elman's tasks; `make help` lists them.

.NOTPARALLEL:
.DEFAULT_GOAL := help
SHELL := /bin/sh

SWIFT ?= swift
PYTHON ?= python3
CC ?= cc
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DATADIR ?= $(PREFIX)/share
DESTDIR ?=
# Debugging symbols stay in .build; STRIP=: installs them too.
STRIP ?= strip

version_part = $(shell sed -n 's/^\#define ELMAN_VERSION_$(1) //p' include/elman.h)
VERSION := $(call version_part,MAJOR).$(call version_part,MINOR).$(call version_part,PATCH)
# The number of the ABI, in the soname; it changes only when programs must be compiled again.
ABI := 1

RELEASE := .build/release
STAGE := .build/install
SANITIZED := .build-asan
VENV := .venv
# One build serves the library and the tests, since both are made with the same flags.
SWIFT_BUILD := ELMAN_STATIC_STDLIB=1 $(SWIFT) build -c release

.PHONY: help
help: ## Say what each target does
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do \
	  printf '  make %-14s %s\n' "$$name" "$$text"; done
	@echo "  Variables: PREFIX=$(PREFIX) DESTDIR=$(DESTDIR) PYTHON=$(PYTHON) SWIFT=$(SWIFT)"

# ---- what the targets need ----

.PHONY: need-swift need-c need-python need-consumers
need-swift:
	@scripts/need-swift "$(SWIFT)"
need-c:
	@scripts/need "$(firstword $(CC)) ld" gcc libc6-dev libstdc++-12-dev
need-python:
	@scripts/need "$(PYTHON)" python3
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || scripts/need --always python3-venv
need-consumers: need-c
	@scripts/need pkg-config pkg-config
	@scripts/need cmake cmake
	@scripts/need "g++" g++
	@scripts/need valgrind valgrind

# ---- the library ----

.PHONY: lib
lib: need-swift need-c ## Build the library, .build/release/libelman.so, with Swift's runtime in it
	$(SWIFT_BUILD) --product elman
	@ln -sf libelman.so $(RELEASE)/libelman.so.$(ABI)

# It builds nothing, since root may have no Swift and should leave nothing of its own in .build.
.PHONY: install
install: ## Install library, header, pkg-config and CMake files after make lib: PREFIX=/usr/local DESTDIR=
	@[ -e $(RELEASE)/libelman.so ] || { echo "There is no $(RELEASE)/libelman.so to install: run make lib first." >&2; exit 1; }
	install -d "$(DESTDIR)$(LIBDIR)/pkgconfig" "$(DESTDIR)$(LIBDIR)/cmake/elman" "$(DESTDIR)$(INCLUDEDIR)"
	install -m 755 $(RELEASE)/libelman.so "$(DESTDIR)$(LIBDIR)/libelman.so.$(VERSION)"
	$(STRIP) --strip-unneeded "$(DESTDIR)$(LIBDIR)/libelman.so.$(VERSION)"
	ln -sf libelman.so.$(VERSION) "$(DESTDIR)$(LIBDIR)/libelman.so.$(ABI)"
	ln -sf libelman.so.$(ABI) "$(DESTDIR)$(LIBDIR)/libelman.so"
	install -m 644 include/elman.h include/elman_experimental.h "$(DESTDIR)$(INCLUDEDIR)"
	install -d "$(DESTDIR)$(DATADIR)/elman"
	install -m 644 packaging/elman.supp packaging/elman.tsan "$(DESTDIR)$(DATADIR)/elman"
	scripts/package-file packaging/elman.pc.in "$(LIBDIR)/pkgconfig" "$(PREFIX)" "$(LIBDIR)" \
	  "$(INCLUDEDIR)" $(VERSION) \
	  > "$(DESTDIR)$(LIBDIR)/pkgconfig/elman.pc"
	for file in elmanConfig.cmake elmanConfigVersion.cmake; do \
	  scripts/package-file packaging/$$file.in "$(LIBDIR)/cmake/elman" "$(PREFIX)" "$(LIBDIR)" \
	    "$(INCLUDEDIR)" $(VERSION) \
	    > "$(DESTDIR)$(LIBDIR)/cmake/elman/$$file" || exit 1; done

.PHONY: uninstall
uninstall: ## Remove what install put under PREFIX
	rm -f "$(DESTDIR)$(LIBDIR)/libelman.so" "$(DESTDIR)$(LIBDIR)/libelman.so.$(ABI)" \
	  "$(DESTDIR)$(LIBDIR)/libelman.so.$(VERSION)" "$(DESTDIR)$(INCLUDEDIR)/elman.h" \
	  "$(DESTDIR)$(INCLUDEDIR)/elman_experimental.h" "$(DESTDIR)$(LIBDIR)/pkgconfig/elman.pc"
	rm -rf "$(DESTDIR)$(LIBDIR)/cmake/elman" "$(DESTDIR)$(DATADIR)/elman"

# The library as a user has it, for the C program of `make demo` and the consumer tests.
.PHONY: stage
stage: lib
	@rm -rf $(STAGE)
	@$(MAKE) --no-print-directory install PREFIX="$(CURDIR)/$(STAGE)" DESTDIR= > $(RELEASE)/install.log 2>&1 \
	  || { cat $(RELEASE)/install.log; exit 1; }

# ---- Python ----

.PHONY: venv
venv: lib fast $(VENV)/.ready ## Make .venv, with numpy and elman importable in it

$(VENV)/.ready: pyproject.toml | need-python
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

.PHONY: wheel
wheel: venv ## Make dist/: a wheel with the library in it, for pip install dist/*.whl, and its sources
	rm -rf dist
	$(VENV)/bin/python -m build --sdist --wheel --outdir dist

# What makes calls faster; without it they go through ctypes.
.PHONY: fast
fast: need-c need-python
	@scripts/make-fast "$(PYTHON)" "$(CC)"

# ---- the main job ----

.PHONY: demo
demo: need-consumers venv stage ## Run the RNN notes: the notebook from Python, then the same from C
	$(VENV)/bin/python scripts/run_notebook.py examples/notebooks/rnn_notes.ipynb
	@$(MAKE) --no-print-directory demo-c

.PHONY: demo-c
demo-c:
	export PKG_CONFIG_PATH="$(CURDIR)/$(STAGE)/lib/pkgconfig"; \
	$(CC) -std=c99 -O2 examples/c/rnn_notes.c $$(pkg-config --cflags --libs elman) -o .build/rnn_notes
	LD_LIBRARY_PATH="$(CURDIR)/$(STAGE)/lib" .build/rnn_notes

# ---- tests ----

.PHONY: test
test: test-swift test-c test-python test-wheel ## Run every test: Swift, C, Python, the wheel

# The short loop: an edited line of the engine is tested in some ten seconds. FILTER is a test's or a suite's name.
.PHONY: debug
debug: need-swift ## Build the engine and its tests for debugging: a few seconds after an edit
	$(SWIFT) build --build-tests

.PHONY: test-engine
test-engine: debug ## Run the engine's Swift tests of FILTER on the debug build
	$(SWIFT) test --skip-build --filter "$(or $(FILTER),ElmanTests)"

.PHONY: test-quick
test-quick: need-consumers venv stage ## Run the C and Python tests once, without sanitizers and random calls: two minutes
	CC="$(CC)" Tests/c/run-quick "$(CURDIR)/$(STAGE)"
	$(VENV)/bin/python -m pytest Tests/python

.PHONY: test-long
test-long: test test-sdist check-arm64 ## Run every test, ten million random calls, the sources, arm64
	FUZZ_CALLS=10000000 CC="$(CC)" SWIFT="$(SWIFT)" Tests/c/run "$(CURDIR)/$(STAGE)" "$(CURDIR)/$(SANITIZED)/release"

.PHONY: test-swift
test-swift: lib ## Run the Swift tests
	$(SWIFT_BUILD) --build-tests
	ELMAN_STATIC_STDLIB=1 $(SWIFT) test -c release --skip-build
	@$(MAKE) --no-print-directory test-example

.PHONY: test-example
test-example:
	$(SWIFT_BUILD) --product rnn-notes
	$(RELEASE)/rnn-notes > .build/rnn-notes.txt

.PHONY: test-c
test-c: need-consumers stage lib-sanitized ## Run the C tests: the ABI, its consumers, a million random calls
	CC="$(CC)" SWIFT="$(SWIFT)" Tests/c/run "$(CURDIR)/$(STAGE)" "$(CURDIR)/$(SANITIZED)/release"

# The library with AddressSanitizer in its own code, kernels included.
.PHONY: lib-sanitized
lib-sanitized: need-swift need-c
	ELMAN_SANITIZE=1 $(SWIFT_BUILD) --product elman --sanitize address --scratch-path $(SANITIZED)
	@ln -sf libelman.so $(SANITIZED)/release/libelman.so.$(ABI)

.PHONY: test-python
test-python: venv ## Run the Python tests
	$(VENV)/bin/python -m pytest Tests/python
	@# The same without the compiled module.
	ELMAN_CTYPES=1 $(VENV)/bin/python -m pytest Tests/python

.PHONY: test-wheel
test-wheel: wheel ## Install the wheel into fresh environments and test it there
	$(VENV)/bin/python -m pytest Tests/packaging

.PHONY: test-sdist
test-sdist: wheel ## Build a wheel from the sources in dist/, which takes minutes, and test it
	@rm -rf .build/from-sdist
	@# pip's cache knows an archive by its path, and would give the wheel of an earlier one.
	$(VENV)/bin/python -m pip wheel --no-cache-dir --no-deps --wheel-dir .build/from-sdist dist/elman-*.tar.gz
	$(VENV)/bin/python -m pytest Tests/packaging --dist .build/from-sdist

# The kernels alone, by Embedded Swift: the library would take Swift's runtime for arm64.
.PHONY: check-arm64
check-arm64: need-swift need-python ## Compile the kernels for arm64, read their machine code, run them in an emulator
	@scripts/need "aarch64-linux-gnu-gcc aarch64-linux-gnu-objdump" gcc-aarch64-linux-gnu binutils-aarch64-linux-gnu
	@[ "$$(uname -m)" = aarch64 ] || [ -e /usr/aarch64-linux-gnu/lib/libc.a ] || scripts/need --always libc6-dev-arm64-cross
	@[ "$$(uname -m)" = aarch64 ] || scripts/need qemu-aarch64 qemu-user
	SWIFTC="$(SWIFT)c" PYTHON="$(PYTHON)" Tests/arm64/run .build/arm64

# ---- upkeep ----

.PHONY: ruff
ruff: $(VENV)/.ready
	@$(VENV)/bin/python -m ruff --version > /dev/null 2>&1 \
	  || $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check ruff

PYTHON_SOURCES := python Tests/packaging Tests/python benchmarks packaging scripts
.PHONY: format
format: need-swift ruff ## Format Swift (swift-format) and Python (ruff)
	$(SWIFT) format --in-place --recursive --parallel Package.swift Sources Tests examples
	$(VENV)/bin/python -m ruff format $(PYTHON_SOURCES)
	$(VENV)/bin/python -m ruff check --fix $(PYTHON_SOURCES)

.PHONY: lint
lint: need-c lib ruff ## Check the formatting, the header with every warning on, and the kernels' machine code
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests examples
	$(VENV)/bin/python -m ruff format --check $(PYTHON_SOURCES)
	$(VENV)/bin/python -m ruff check $(PYTHON_SOURCES)
	Tests/c/check-header include
	@scripts/need objdump binutils
	$(VENV)/bin/python benchmarks/check_kernels.py

# A page for each layer, and one for each other module.
LAYER_PAGES = $(shell ls python/elman/layers | sed -n 's/^\([a-z].*\)\.py$$/elman.layers.\1/p')
.PHONY: docs
docs: venv ## Make the reference pages, in .build/docs, from the docstrings
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check pdoc
	$(VENV)/bin/python -m pdoc --docformat numpy --no-show-source --output-directory .build/docs elman $(LAYER_PAGES)
	@echo "$$(ls .build/docs/elman/layers | wc -l) pages of layers in .build/docs"

.PHONY: bench-peers
bench-peers: venv bench-programs
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --requirement benchmarks/requirements.txt

# The benchmark's C programs: elman's are linked as a user's would be.
.PHONY: bench-programs
bench-programs: need-consumers stage
	@[ -e /usr/include/dnnl.h ] || scripts/need --always libdnnl-dev
	export PKG_CONFIG_PATH="$(CURDIR)/$(STAGE)/lib/pkgconfig"; for program in steps products; do \
	  $(CC) -std=c99 -O2 benchmarks/c/$$program.c $$(pkg-config --cflags --libs elman) -o .build/$$program || exit 1; done
	$(CC) -std=gnu11 -O3 -march=native benchmarks/c/roofline.c -o .build/roofline
	$(CC) -std=c99 -O2 -shared -fPIC benchmarks/c/onednn.c -ldnnl -o .build/libonednn_peer.so

RECURRENT = $(VENV)/bin/python benchmarks/recurrent.py
.PHONY: bench
bench: bench-peers bench-steps bench-roofline ## Measure the speed beside other libraries (see benchmarks/)
	for threads in 1 2; do $(RECURRENT) --threads $$threads --runs 3 \
	  --json .build/recurrent_$$threads.json --picture .build/recurrent_$$threads.svg || exit 1; done
	$(VENV)/bin/python benchmarks/small.py

# The peers that are quick to start.
.PHONY: bench-quick
bench-quick: bench-peers bench-steps ## The same in five minutes: one round on one thread
	$(RECURRENT) --rounds 1 --peers torch onnxruntime onnxruntime_binding openvino onednn --json .build/recurrent_quick.json

.PHONY: bench-steps
bench-steps: bench-programs
	LD_LIBRARY_PATH="$(CURDIR)/$(STAGE)/lib" .build/steps

.PHONY: bench-roofline
bench-roofline: venv bench-programs ## Measure the machine's limits and how near products come
	$(SWIFT_BUILD) --product kernel-rates
	$(VENV)/bin/python benchmarks/roofline.py

.PHONY: clean
clean: ## Remove what was built
	rm -rf .build .build-* dist $(VENV) python/elman/_fast*.so

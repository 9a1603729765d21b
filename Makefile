# SPDX-License-Identifier: Apache-2.0
# The short way to everything; the presets are in CMakePresets.json.
PREFIX ?= /usr/local
SECONDS ?= 60
# $(call BUILD,configure preset,build preset): only messages that matter
BUILD = cmake --preset $(1) >/dev/null && cmake --build --preset $(2)

.PHONY: help run test asan tsan bench fuzz valgrind coverage mutants docs install clean
help:
	@echo "make run                  build, then the demonstration: train on a bundled table, predict, show the result"
	@echo "make test                 build, then all tests; ends by 'N passed, N failed, N skipped'"
	@echo "make asan                 the same under the address and undefined-behaviour sanitizers (clang)"
	@echo "make tsan                 tests that use several threads under the thread sanitizer (clang)"
	@echo "make bench                speed beside other libraries, into bench/RESULTS.md (BENCH='--only gemm' ...)"
	@echo "make fuzz SECONDS=60      feeds mutated files to each reader for so many seconds (clang)"
	@echo "make valgrind             chosen tests and examples under valgrind's memcheck"
	@echo "make coverage             the tests with counters; the share of lines that ran, folder by folder"
	@echo "make mutants              breaks one thing at a time and looks whether a test turns red (MUTANTS='Adam' ...: some rows)"
	@echo "make docs                 the reference of the public headers, into build/reference/html"
	@echo "make install PREFIX=...   library, headers, command, man pages, data (default $(PREFIX); DESTDIR is honoured)"
	@echo "make clean                removes what was built"

run:
	@tools/install-deps build
	@$(call BUILD,release,product)
	@tools/demo build

test:
	@tools/install-deps build test
	@$(call BUILD,release,release)
	@tools/test-python build/python
	@tools/run-tests build

asan:
	@tools/install-deps build test asan
	@$(call BUILD,asan,asan)
	@tools/test-python build/python
	@tools/run-tests build-asan

tsan:
	@tools/install-deps build test asan
	@cmake --preset tsan >/dev/null
	@tools/tsan build-tsan

bench:
	@tools/install-deps build bench
	@tools/install-deps peers || echo "measuring without those"
	@$(call BUILD,release,bench)
	@bench/run $(BENCH)

fuzz:
	@tools/install-deps build test asan
	@$(call BUILD,fuzz,fuzz)
	@tools/fuzz build-fuzz $(SECONDS)

valgrind:
	@tools/install-deps build test valgrind
	@$(call BUILD,release,release)
	@tools/valgrind build

coverage:
	@tools/install-deps build test
	@$(call BUILD,coverage,coverage)
	@tools/coverage build-coverage

mutants:
	@tools/install-deps build test
	@tools/mutants $(MUTANTS)

docs:
	@tools/install-deps docs
	@mkdir -p build/reference
	@doxygen docs/Doxyfile
	@echo "build/reference/html/index.html"

install:
	@tools/install-deps build
	@$(call BUILD,release,product)
	@cmake --install build --prefix "$(PREFIX)"
	@if [ -z "$(DESTDIR)" ] && [ "$$(id -u)" = 0 ]; then ldconfig || true; fi # so that programs find the new library

clean:
	rm -rf build build-asan build-coverage build-fuzz build-tsan

# The development tasks; `make help` lists them. Requires make, git and Python 3.11 or newer, and installs the rest.

VENV := .venv
BIN := $(VENV)/bin
LOCKS := tooling/locks
PIP := -P -m pip --disable-pip-version-check --no-input --quiet
INSTALL := $(PIP) install --require-hashes -r
INSTALL_THIS := $(PIP) install --no-deps --no-build-isolation --editable .
UV ?= uv
COMPILE = UV_CUSTOM_COMPILE_COMMAND="make lock" $(UV) pip compile --quiet --no-config --universal \
	--python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links $(UPGRADE) pyproject.toml
# The Debian packages that WeasyPrint (including a font) and the Node.js in Playwright require, two servers, the languages
# of the programs in docs/ledger/recipes.md, and a library of Go that verifies a published log independently.
LIBRARIES := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core libatomic1 nginx-light postgresql \
	curl golang-go golang-golang-x-mod-dev php-cli php-curl ruby systemd
LIBRARIES_ARE_HERE := { $(BIN)/python -P -c 'import weasyprint' && $(BIN)/python -P -m playwright --version && \
	PATH="$$PATH:/usr/sbin" command -v nginx && $(BIN)/python -P tests/ledger/postgres.py && \
	curl --version && go version && php -r 'curl_version();' && ruby --version && systemd-analyze --version && \
	test -d /usr/share/gocode/src/golang.org/x/mod/sumdb; } >/dev/null

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help site serve test dist lint bench fuzz catalogues mutants pictures properdocs lock clean libraries

help: ## list the tasks
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' $(MAKEFILE_LIST) | \
	  while IFS='|' read -r name does; do printf '  make %-11s %s\n' "$$name" "$$does"; done

site: $(VENV)/.site ## build the book of this repository into site/
	@$(BIN)/inforce build
	@echo "In this repository, “make serve” does so too."

serve: $(VENV)/.site ## serve the site, and rebuild it when a text changes
	@$(BIN)/inforce serve

test: $(VENV)/.test $(VENV)/.frameworks libraries ## run all tests; TESTS="tests/test_text.py -n 0" selects some
	@INFORCE_CHROMIUM="$$($(BIN)/python tests/browser/chromium.py)" && export INFORCE_CHROMIUM && \
	  env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest $(TESTS)  # so that the next run need not compile the tests again

dist: $(VENV)/.site ## build the wheel, the source archive, two locks and the browser package into dist/
	@rm -rf dist
	@$(BIN)/python -P -m hatchling build -d dist >/dev/null
	@cp $(LOCKS)/client.txt $(LOCKS)/ledger.txt dist/
	@if command -v npm >/dev/null; then cd tooling/browser && npm pack --silent --pack-destination ../../dist >/dev/null; \
	  else echo "npm is not installed, so the browser package is omitted." >&2; fi
	@ls dist

lint: $(VENV)/.test ## check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(VENV)/.test ## run the benchmarks; BENCH=tooling/benchmarks/redline.py selects one
	@set -e; for question in $(or $(BENCH),tooling/benchmarks/[a-z]*.py); do $(BIN)/python $$question; done

frameworks: $(VENV)/.test $(VENV)/.frameworks libraries ## test the components in an app of Next and in templates of Vue
	@.ci/packages $(LOCKS)/next $(VENV)/next "$(CURDIR)/$(BIN)/deno"
	@INFORCE_CHROMIUM="$$($(BIN)/python tests/browser/chromium.py)" && export INFORCE_CHROMIUM && \
	  $(BIN)/pytest -n 0 tests/browser/framework_builds.py $(TESTS)

fuzz: $(VENV)/.test ## run the property tests with new random inputs; EXAMPLES=100000 sets the number for each
	@EXAMPLES=$(or $(EXAMPLES),10000) $(BIN)/pytest tests/property $(TESTS)

catalogues: $(VENV)/.test ## update the catalogues of interface words; LANGUAGE=pt adds a language
	@$(BIN)/python -P tooling/catalogues.py $(LANGUAGE)

mutants: $(VENV)/.test ## change the decision in small ways, in a copy, and list the changes that no test detects
	@$(BIN)/python -P -m venv --clear .cache/mutants
	@.cache/mutants/bin/python $(INSTALL) $(LOCKS)/mutants.txt
	@rm -rf .cache/mutated && mkdir .cache/mutated && git archive HEAD | tar -x -C .cache/mutated
	@export PATH="$(CURDIR)/$(BIN):$$PATH" PYTHONPATH=tooling && cd .cache/mutated && \
	  python -P -m compileall -q tooling/inforce/*.py tooling/inforce/manifest tests/conformance && \
	  ../mutants/bin/cosmic-ray init tooling/mutants.toml mutants.sqlite && \
	  ../mutants/bin/python tooling/mutants.py filter mutants.sqlite tooling/mutants.toml && \
	  ../mutants/bin/cosmic-ray exec tooling/mutants.toml mutants.sqlite && \
	  ../mutants/bin/cr-rate --fail-over 0 mutants.sqlite || { ../mutants/bin/cr-report --surviving-only mutants.sqlite; exit 1; }

pictures: $(VENV)/.test libraries ## create the pictures of README and docs again, as of a fixed date
	@$(BIN)/inforce build --at 2026-11-20 --site-dir .cache/pictures
	@INFORCE_CHROMIUM="$$($(BIN)/python tests/browser/chromium.py)" && export INFORCE_CHROMIUM && \
	  $(BIN)/python tests/browser/pictures.py .cache/pictures docs/pictures

properdocs: $(BIN)/python ## build the site with ProperDocs, the maintained fork of MkDocs
	@$(BIN)/python -P -m venv --clear .cache/properdocs
	@.cache/properdocs/bin/python $(INSTALL) $(LOCKS)/properdocs.txt
	@.cache/properdocs/bin/python $(PIP) uninstall --yes mkdocs
	@.cache/properdocs/bin/python $(INSTALL_THIS)
	@.cache/properdocs/bin/inforce build --site-dir .cache/properdocs-site

lock: ## resolve the dependencies with uv; UPGRADE=--upgrade selects the newest versions
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/" >&2; exit 4; }
	@$(COMPILE) --all-extras --group dev --output-file $(LOCKS)/test.txt
	@$(COMPILE) --extra site --group build --constraints $(LOCKS)/test.txt --output-file $(LOCKS)/site.txt
	@$(COMPILE) --extra site --extra docx --constraints $(LOCKS)/test.txt --output-file $(LOCKS)/policies.txt
	@$(COMPILE) --constraints $(LOCKS)/test.txt --output-file $(LOCKS)/client.txt
	@$(COMPILE) --extra ledger --constraints $(LOCKS)/test.txt --output-file $(LOCKS)/ledger.txt
	@$(COMPILE) --extra site --group build --group properdocs --constraints $(LOCKS)/test.txt \
	  --output-file $(LOCKS)/properdocs.txt
	@$(COMPILE) --group mutants --constraints $(LOCKS)/test.txt --output-file $(LOCKS)/mutants.txt

clean: ## remove all generated files, including the environment
	@rm -rf site dist .cache $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Packages are installed again if the lock or the project file is newer than the stamp.
$(VENV)/.site $(VENV)/.test: $(VENV)/.%: $(LOCKS)/%.txt pyproject.toml | $(BIN)/python
	@echo "Installing the packages of $(LOCKS)/$*.txt into $(VENV)/ …"
	@$(BIN)/python $(INSTALL) $<
	@$(BIN)/python $(INSTALL_THIS)
	@touch $@

# React, Vue and Vite, for the tests of the components.
$(VENV)/.frameworks: $(wildcard $(LOCKS)/frameworks/*) .ci/packages | $(VENV)/.test
	@echo "Installing the npm packages of $(LOCKS)/frameworks into $(VENV)/frameworks/ …"
	@.ci/packages $(LOCKS)/frameworks $(VENV)/frameworks "$(CURDIR)/$(BIN)/deno"
	@touch $@

# The first suitable Python that can create an environment; PYTHON=/path/to/python selects another.
$(BIN)/python:
	@for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python); do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue; \
	  new_enough=$$python; \
	  "$$python" -P -c 'import ensurepip' >/dev/null 2>&1 || continue; \
	  exec "$$python" -P -m venv --clear $(VENV); \
	done; \
	if [ -n "$$new_enough" ]; then \
	  echo "$$new_enough cannot create an environment: it lacks ensurepip." \
	    "On Debian and Ubuntu: apt-get install python3-venv" >&2; \
	else \
	  echo "No Python 3.11 or newer was found. Install one, or set its path: make site PYTHON=/path/to/python3.12" >&2; \
	fi; \
	exit 4

libraries: $(VENV)/.test
	@$(LIBRARIES_ARE_HERE) 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    .ci/libraries $(LIBRARIES); \
	  fi; \
	  $(LIBRARIES_ARE_HERE) 2>/dev/null || { \
	    echo "The tests require more libraries. On Debian and Ubuntu: apt-get install $(LIBRARIES)" >&2; exit 4; }; }

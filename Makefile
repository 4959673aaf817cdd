# Bridgehead's house rules: every target makes the virtual environment it needs, from nothing but Python and make.

VENV := .venv
BIN := $(VENV)/bin
# The first Python of 3.11 or later that really runs (a version manager's shim may exist and not run).
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; break; fi; done)
PYTEST := $(BIN)/python -m pytest

.PHONY: run proposals app test machine-code lint slow fuzz bench docs chromium clean
.DEFAULT_GOAL := run

run: $(VENV)/run.stamp  ## the baseline: its table here, its report in out/baseline.html
	@mkdir -p out
	@$(BIN)/bridgehead run --report out/baseline.html

proposals: $(VENV)/run.stamp  ## one proposal a measure against the base year: ranking here, report in out/policy.html
	$(BIN)/bridgehead batch policy --out out/policy --workers 2
	$(BIN)/bridgehead compare out/policy --report out/policy.html

app: $(VENV)/run.stamp  ## the web page, in the browser; Ctrl-C stops it
	@$(BIN)/bridgehead app

# Four workers for two cores, as those with browsers and processes wait half of their time. Each would make the same
# machine code and compile the same tests, so that is done before, while mypy takes the other core.
test: $(VENV)/test.stamp chromium  ## style, types and every test but the long ones
	@$(MAKE) --no-print-directory -j 2 lint machine-code
	$(PYTEST) -n 4 -m "not slow"

machine-code: $(VENV)/test.stamp
	@$(BIN)/python -m sim run --days 1 --warmup-days 0 > /dev/null
	@$(PYTEST) --collect-only -q > /dev/null

lint: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python tools/lint_words.py

slow: $(VENV)/test.stamp  ## the tests that take minutes
	$(PYTEST) -m slow -o faulthandler_timeout=7200

fuzz: $(VENV)/test.stamp  ## random plans on both engines, many more than in `make test`
	HYPOTHESIS_PROFILE=fuzz $(PYTEST) -n 2 -o faulthandler_timeout=7200 tests/engines/test_identity.py tests/engines/test_identity_reroutes.py tests/engines/test_engine_properties.py

ifneq ($(wildcard benchmarks/__main__.py),)
bench: $(VENV)/bench.stamp  ## ours beside peers, in one run
	$(BIN)/python -m benchmarks
endif

docs: $(VENV)/docs.stamp  ## the pages of docs/ and the API as a site in out/site; needs no network once installed
	@PYTHONPATH=. $(BIN)/zensical build
	@echo "Open out/site/index.html; its search needs a server: python3 -m http.server -d out/site"

chromium:  # for the tests that drive a real browser
	@for c in chromium chromium-browser google-chrome "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do \
		command -v "$$c" >/dev/null 2>&1 && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
		apt-get update -q && apt-get install -q -y --no-install-recommends chromium; \
	else \
		echo "No Chromium here: install chromium or Google Chrome, or the tests that need a browser are skipped."; \
	fi

clean:
	rm -rf $(VENV) out dist build

$(VENV)/bin/python:
	@if [ -z "$(PYTHON)" ]; then echo "Bridgehead needs Python 3.11 or later; none was found. Or say: make PYTHON=/path/to/python3"; exit 1; fi
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Python cannot make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

$(VENV)/run.stamp: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing into $(VENV) (once, a minute or two) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/test.stamp: pyproject.toml constraints.txt | $(VENV)/run.stamp
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test,dask]"
	@touch $@

$(VENV)/bench.stamp: pyproject.toml constraints.txt | $(VENV)/run.stamp
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[bench]"
	@touch $@

$(VENV)/docs.stamp: pyproject.toml constraints.txt | $(VENV)/run.stamp
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[docs]"
	@touch $@

# make run    install into .venv and open the dashboard
# make test   install what tests need and run them all
# make check  lint, format, types, import contract
# make soak   long kill and load rounds

PYTHON ?= python3
PORT ?= 8501
BIN := .venv/bin

.PHONY: run test check soak install install-tests

run: install
	@$(BIN)/python -m dashboard --port $(PORT)

test: install-tests
	$(BIN)/pytest -m "not soak" --numprocesses logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: install-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

soak: install-tests
	$(BIN)/pytest -m soak

install: .venv/installed

install-tests: .venv/installed-tests

.venv/installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info[:2] <= (3, 13) else f"SaltScope needs Python 3.11 to 3.13, and {sys.executable} is {sys.version.split()[0]}: try make PYTHON=python3.12 $(MAKECMDGOALS)")'
	@echo "Installing into .venv (PyTorch is large; this happens once)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -r requirements.txt
	@$(BIN)/python -m compileall -q -j 0 .venv >/dev/null || true # on all cores, which pip does on one; templates do not parse
	@touch $@

.venv/installed-tests: .venv/installed tests/requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || $(BIN)/playwright install --with-deps chromium
	@touch $@

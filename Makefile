# Everything a person types: make record, make test. Windows without make: README, section "Windows".
PYTHON ?= python3
BIN := .venv/bin

.PHONY: record test lab wheelhouse clean

record: .venv/installed
	$(BIN)/popanalysis demo

test: .venv/installed-for-tests
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/pytest

lab: .venv/installed
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[lab]'
	$(BIN)/jupyter lab

# a folder that installs the package on a machine without a network
wheelhouse: .venv/installed
	$(BIN)/pip wheel --quiet --constraint constraints.txt --wheel-dir wheelhouse '.[lab]' pip
	@echo "wheelhouse/ is ready. There: python3 -m venv .venv && .venv/bin/pip install --no-index --find-links wheelhouse popanalysis"

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	touch $@

.venv/installed-for-tests: .venv/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	touch $@

clean:
	rm -rf .venv wheelhouse build dist

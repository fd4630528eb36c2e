# Two commands do everything on a fresh machine with Python 3.11 to 3.14 and a package index within reach:
#   make report   the annual report of the synthetic city, ending with the path of its cover page
#   make years    fiscal 2021 and 2022 of it first, for the comparison in the summary
#   make test     lint, types, architecture and tests; test-quick for the edit loop, test-full for the long ones
# Set SITE and YEAR for another place or year:  make report SITE=uki YEAR=2024

PYTHON ?= python3
SITE ?= sample
YEAR ?= 2023
VENV := .venv
BIN := $(VENV)/bin
# Workers share the processors among them; threads of their own would wait for one another.
PYTEST := OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -q -n auto --dist loadfile --no-loadscope-reorder

# Bytecode is kept even where the machine says not to: hundreds of short processes would compile the library anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: report years test architecture tests test-quick test-full mutants lab bench sample clean

report: $(VENV)/.runtime
	@$(if $(filter sample,$(SITE)),$(BIN)/ujo sample --quiet)
	@$(BIN)/ujo run $(SITE) $(YEAR)

years: $(VENV)/.runtime
	@$(BIN)/ujo sample --quiet
	@for year in 2021 2022 2023; do $(BIN)/ujo run sample $$year || exit; done

sample: $(VENV)/.runtime
	@$(BIN)/ujo sample

test: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@# Types and architecture are checked in the pauses of the tests, which wait for kernels.
	@$(MAKE) --no-print-directory -j2 architecture tests

architecture:
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry src

tests:
	$(PYTEST)

test-quick: $(VENV)/.dev
	$(BIN)/ruff check .
	$(PYTEST) -m "not (slow or full)"

test-full: $(VENV)/.dev
	$(PYTEST) -m full

mutants: $(VENV)/.dev
	@$(BIN)/ujo sample --quiet
	OPENBLAS_NUM_THREADS=1 $(BIN)/python benchmarks/mutants.py

lab: .venv-lab/.lab
	@.venv-lab/bin/ujo sample --quiet
	@.venv-lab/bin/jupyter lab workspaces import docs/jupyterlab/ujo.jupyterlab-workspace
	.venv-lab/bin/jupyter lab --notebook-dir=. --LabApp.default_url=/lab/workspaces/ujo

bench: .venv-bench/.bench
	@echo "Now: .venv-bench/bin/python benchmarks/<name>.py --quick"

clean:
	rm -rf outputs data/sample

# --- environments: made once, remade when their lock changes -------------------------------------------------

define environment
	@$(PYTHON) -c 'import sys; (3, 11) <= sys.version_info < (3, 15) or sys.exit("Python 3.11 to 3.14 is needed (make PYTHON=python3.14 ...); this is " + sys.version)'
	@test -x $(1)/bin/python || $(PYTHON) -m venv $(1)
	$(1)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(2)
	$(1)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(3)
endef

$(VENV)/.runtime: requirements.lock pyproject.toml
	$(call environment,$(VENV),requirements.lock,$@)

$(VENV)/.dev: requirements-dev.lock pyproject.toml
	$(call environment,$(VENV),requirements-dev.lock,$@)
	@touch $(VENV)/.runtime

.venv-lab/.lab: requirements-lab.lock pyproject.toml
	$(call environment,.venv-lab,requirements-lab.lock,$@)
	@.venv-lab/bin/python -m ipykernel install --sys-prefix --name python3 --display-name "Python 3 (ujo)"
	@# nobody is asked for news: there is no network where this runs
	@.venv-lab/bin/jupyter labextension disable --level sys_prefix @jupyterlab/apputils-extension:announcements

.venv-bench/.bench: requirements-bench.lock pyproject.toml
	$(call environment,.venv-bench,requirements-bench.lock,$@)

requirements%.lock:
	@test -f $@ || { echo "$@ is missing: take it from the repository, or see CONTRIBUTING.md"; exit 1; }

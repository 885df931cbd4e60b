# Every command a person needs. `make help` lists them.
PYTHON ?= $(if $(wildcard .venv/bin/python),.venv/bin/python,python3)
PORT ?= 8000
# The copy of Pyodide inside the book: a folder, `yes` for one that is downloaded, or none. `make book` remembers what
# it was asked for; tests look at the book as it is published, without, and the next command puts it back.
ifneq (,$(filter test% links lighthouse,$(MAKECMDGOALS)))
override PYODIDE :=
endif
PYODIDE ?= $(shell cat _build/pyodide-wanted 2> /dev/null)

PY := .venv/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check
READY := .venv/ready
HTML := _build/html/index.html
PAGES := $(shell find book/es book/en -not -path '*/.ipynb_checkpoints*')
MACHINERY := _config.yml pyproject.toml book/references.bib book/glossary.yml book/texts.yml \
	book/build.py book/launch.py book/lite.py book/live_kit.py \
	$(shell find book/_ext book/_static book/_templates book/live -type f -not -name '*.pyc') \
	$(shell find cnnlib -type f -not -name '*.pyc')
PYTEST := $(PY) -m pytest -n 2 --dist loadfile
# The chapters that run in a page are one file, and half of the time.
PYTEST_BROWSER := $(PY) -m pytest -n 2 --dist worksteal

# Commands here are many processes: without bytecode each of them compiles scikit-learn and Sphinx from text.
unexport PYTHONDONTWRITEBYTECODE

# Nothing but what was downloaded is kept outside this folder, so that a HOME nobody may write to is no obstacle.
CACHE := $(CURDIR)/.cache
export MPLCONFIGDIR := $(CACHE)/matplotlib
export IPYTHONDIR := $(CACHE)/ipython
export JUPYTER_CONFIG_DIR := $(CACHE)/jupyter/config
export JUPYTER_DATA_DIR := $(CACHE)/jupyter/data
export JUPYTER_RUNTIME_DIR := $(CACHE)/jupyter/runtime
export JUPYTER_PLATFORM_DIRS := 1
export ZIG_GLOBAL_CACHE_DIR := $(CACHE)/zig
export ZIG_LOCAL_CACHE_DIR := $(CACHE)/zig

.DEFAULT_GOAL := help
.PHONY: help book offline test tests test-browser test-pages screens pdf lighthouse test-portable test-wheel mutants lint execute twins playground gemm links lab serve \
	bench bench-check clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

book: $(HTML) ## build the book in both languages
	@echo "$(PYODIDE)" > _build/pyodide-wanted
	@echo "The book is built$(if $(PYODIDE), with Python inside. To see it: make serve,. Open: $(CURDIR)/$(HTML))"

offline: ## build it with Python for browsers inside (110 MB): its cells then need no internet
	$(MAKE) book PYODIDE=yes

# Two processes work at once: one thread each is the fastest, and the same on every machine.
# Not one run, because coverage would count what the notebooks call, and slow down the book's own tests.
test: export OPENBLAS_NUM_THREADS = 1
test: export OMP_NUM_THREADS = 1
# CORE=Nehalem: the English notebooks, whose code is that of the Spanish ones, run as that processor would, on two threads.
test: $(READY) .venv/torch $(HTML) lint ## run every check: lint, package, notebooks, pages
	$(PYTEST) --cov=cnnlib tests cnnlib --ignore tests/book --ignore tests/browser
	$(PYTEST) --nbval --nbval-current-env tests/book book/es
	$(if $(CORE),OPENBLAS_CORETYPE=$(CORE) OPENBLAS_NUM_THREADS=2) $(PYTEST) --nbval --nbval-current-env book/en

tests: test  # there is a folder of that name: make would have nothing to do

test-browser: .venv/browser $(HTML) ## open the book in the system's Chromium: the pages, and what runs in them
	$(PYTEST_BROWSER) tests/browser

test-pages: .venv/browser $(HTML) ## of test-browser, what every page must be: quiet, light, open to all
	$(PYTEST_BROWSER) tests/browser/test_pages*.py

screens: .venv/browser $(HTML) ## take pictures of every page, light and dark, wide and narrow: _build/screens
	$(PY) scripts/screens.py $(PAGE)

pdf: .venv/browser $(HTML) ## print the book in both languages: _build/pdf
	$(PY) scripts/pdf.py

lighthouse: $(HTML) ## measure the pages with Lighthouse (needs node; npm downloads it)
	$(PY) scripts/lighthouse.py

CORES ?= Nehalem Sandybridge Haswell
THREADS ?= 1 2
BOOKS ?= book/es book/en
test-portable: $(READY) ## run the notebooks as other processors would (CORES=Nehalem THREADS=2 for one of the six ways)
	set -e; for core in $(CORES); do for threads in $(THREADS); do \
		echo "OPENBLAS_CORETYPE=$$core, $$threads thread(s)"; \
		OPENBLAS_CORETYPE=$$core OPENBLAS_NUM_THREADS=$$threads $(PYTEST) --nbval --nbval-current-env -q $(BOOKS); \
	done; done

test-wheel: $(READY) ## install the wheel into empty environments, with the oldest and newest libraries, and use it
	$(PY) scripts/test_wheel.py

# Counted by mutmut, with the tests of tests/ alone; the survivors are told of in tests/MUTANTS.md.
mutants: export OPENBLAS_NUM_THREADS = 1
mutants: export OMP_NUM_THREADS = 1
mutants: .venv/mutmut ## change the mathematics in 3,300 small ways: the tests must see 95 %
	$(PY) -m mutmut run --max-children 2
	$(PY) -m mutmut results
	$(PY) -m mutmut export-cicd-stats
	@$(PY) -c 'import json; n = json.load(open("mutants/mutmut-cicd-stats.json")); \
		seen = (n["killed"] + n["timeout"] + n["segfault"]) / n["total"]; \
		print("The tests see {:.1%} of {} changes; 95 % is the least".format(seen, n["total"])); exit(seen < 0.95)'

lint: $(READY) ## check the style of code and notebooks, and the types of cnnlib
	$(PY) -m ruff check .
	$(PY) -m mypy

execute: $(READY) ## run the notebooks again and store their outputs (NB=book/en/01-convolution.ipynb for one)
	$(PY) book/execute.py $(NB)

twins: $(READY) ## record texts changed in both languages (CELL=04-pooling/ties for one read and right)
	$(PY) book/twins.py $(CELL)

playground: $(READY) ## train the LeNet that answers to drawings again, and store its weights (about a minute)
	$(PY) scripts/digit_weights.py

gemm: .venv/zig ## compile cnnlib/gemm.c, the products of the browser, to WebAssembly
	$(PY) scripts/compile_gemm.py

links: $(HTML) ## ask for every external address of the book, and record the answers in scripts/links.txt
	$(PY) scripts/check_links.py

lab: .venv/lab ## open the chapters in JupyterLab (installs it the first time)
	$(PY) -m jupyterlab $(if $(filter 0,$(shell id -u)),--allow-root) book

serve: $(HTML) ## show the book at http://localhost:8000 (PORT=... for another)
	$(PY) scripts/serve.py $(PORT)

bench: .venv/torch ## measure speed and memory beside PyTorch, and write benchmarks/results (about 10 minutes)
	$(PY) benchmarks/compare.py

bench-check: .venv/torch ## measure again: no ratio may be 25 % worse than in benchmarks/results
	$(PY) benchmarks/compare.py --check

clean: ## remove what the other commands made
	rm -rf .venv .cache _build mutants .hypothesis .pytest_cache .ruff_cache .mypy_cache cnnlib.egg-info build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# .venv/ready holds the path of this folder: an environment that was moved or copied is set up again, and one that has
# another Python than is asked for (PYTHON=...) is made anew.
WHICH := import sys; print(sys.base_prefix, sys.hexversion)
ifneq ($(CURDIR),$(shell cat $(READY) 2> /dev/null))
.PHONY: $(READY)
else ifneq ($(shell $(PY) -c '$(WHICH)' 2>&1),$(shell $(PYTHON) -c '$(WHICH)' 2>&1))
.PHONY: $(READY)
endif
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit( \
		"cnnlib needs Python 3.11 or later; $(PYTHON) is %d.%d. Try: make PYTHON=python3.12" % v[:2])'
	@[ "$$($(PY) -c '$(WHICH)' 2> /dev/null)" = "$$($(PYTHON) -c '$(WHICH)')" ] || rm -rf .venv
	$(PYTHON) -m venv .venv
	$(PIP) --no-deps --no-compile --requirement constraints.txt
	$(PIP) --no-deps --no-build-isolation --no-index --editable .
	@pwd > $@

# Not part of READY: the book needs neither. On other Pythons than 3.11 nothing is installed.
.venv/torch: $(READY) constraints-torch.txt
	$(PIP) --no-compile --constraint constraints.txt --requirement constraints-torch.txt
	@touch $@

.venv/browser: $(READY) constraints-browser.txt
	$(PIP) --no-compile --constraint constraints.txt --requirement constraints-browser.txt
	@touch $@

.venv/mutmut: $(READY)
	$(PIP) --constraint constraints.txt mutmut==3.8.1
	@touch $@

.venv/zig: $(READY)
	$(PIP) --constraint constraints.txt ziglang==0.17.1
	@touch $@

.venv/lab: $(READY)
	$(PIP) --constraint constraints.txt jupyterlab
	@touch $@

# The book is built anew when it is to hold another copy of Pyodide than it does.
ifneq ($(PYODIDE),$(shell cat _build/pyodide-inside 2> /dev/null))
.PHONY: $(HTML)
endif
$(HTML): $(READY) $(PAGES) $(MACHINERY)
	PYODIDE="$(PYODIDE)" $(PY) book/build.py
	@echo "$(PYODIDE)" > _build/pyodide-inside

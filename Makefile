# Firstlight. `make` alone explains what there is.
#
# Everything is installed into .venv, the first time and whenever requirements.txt changes. An
# interrupted installation is taken up again. `uv` is used where it is there, and never needed.

VENV = .venv
PY = $(VENV)/bin/python
PYTHONS = python3.13 python3.12 python3.11 python3 python

help:
	@echo "make run         set everything up and serve Firstlight   (PORT=8000, FIRSTLIGHT_HOME=var)"
	@echo "make test        set everything up and run the tests      (ARGS='-k story' for some)"
	@echo "make check       the linters, the types, the migrations, the deployment check, the tests"
	@echo "make bench       measure the speed and the quality of the ranking (QUALITY='--citeulike FOLDER --days FOLDER')"
	@echo "make load        measure pages under load and how soon they are painted (PAPERS='DAYS/*.jsonl.gz')"
	@echo "make screenshots every page in both themes and two widths, into var/screenshots"
	@echo "make messages    gather what can be translated into webapp/locale (LOCALE=de)"
	@echo "make demo-reset  put the demo's papers and readers back as they were"

run: $(VENV)/.runtime
	@exec $(PY) manage.py up

test: $(VENV)/.all
	$(PY) -m pytest -n auto --maxprocesses 4 $(ARGS)

check: lint test

lint: $(VENV)/.all
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -W ignore manage.py makemigrations --check --dry-run
	PUBLIC_URL=https://papers.example.org SECRET_KEY=read-by-this-check-alone-0123456789-abcdefghijklmnop \
	  $(PY) manage.py check --deploy --fail-level WARNING

bench: $(VENV)/.runtime
	$(PY) -m benchmarks.speed
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) -m benchmarks.quality $(QUALITY)

load: $(VENV)/.all
	$(PY) -m benchmarks.load $(PAPERS)
	$(PY) -m benchmarks.paint

screenshots: $(VENV)/.all
	$(PY) -m benchmarks.screenshots

# GNU gettext reads the sources; what stands in the catalog already is kept.
messages: $(VENV)/.all
	@command -v xgettext >/dev/null || { echo "GNU gettext is missing (Debian: apt install gettext)."; exit 1; }
	cd webapp && mkdir -p locale && ../$(PY) ../manage.py makemessages --locale $(or $(LOCALE),en) --no-wrap --no-obsolete
	cd webapp && ../$(PY) ../manage.py compilemessages --locale $(or $(LOCALE),en)

demo-reset: $(VENV)/.runtime
	$(PY) manage.py demo_reset

# What serving needs stands first in requirements.txt, so that a first start does not wait
# for a browser driver and the linters.
$(VENV)/.runtime: requirements.txt
	@$(FIND_PYTHON); $(MAKE_VENV)
	@sed '/^# --- tests/,$$d' requirements.txt > $(VENV)/wanted.txt
	@rm -f $(VENV)/trial; echo "Installing what Firstlight needs (a minute or two, the first time) ..."
	@$(INSTALL) $(VENV)/wanted.txt
	@touch $@

$(VENV)/.all: $(VENV)/.runtime
	@echo "Installing what the tests need ..."
	@$(INSTALL) requirements.txt
	@touch $@

# The shell's part. A name on PATH proves nothing (shims answer and refuse): each Python is run.
FITS = import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
HAS_VENV = import venv, ensurepip
HAS_HEADER = import os, sys, sysconfig; sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))

FIND_PYTHON = set -e; have_uv=$$(command -v uv || true); python=; bare=; \
	for name in $(PYTHON) $(PYTHONS); do \
	  "$$name" -c '$(FITS)' >/dev/null 2>&1 || continue; \
	  bare=$$name; \
	  [ -z "$$have_uv" ] || { python=$$name; break; }; \
	  if "$$name" -c '$(HAS_VENV)' >/dev/null 2>&1; then python=$$name; break; fi; \
	done; \
	if [ -z "$$bare" ]; then \
	  echo "Firstlight needs Python 3.11, 3.12 or 3.13, and none was found: install one, or name it with PYTHON=/path/to/python3.12." >&2; exit 1; \
	elif [ -z "$$python" ]; then \
	  echo "$$bare cannot make virtual environments: install its venv module (Debian and Ubuntu: apt-get install python3-venv)." >&2; exit 1; \
	fi

MAKE_VENV = if ! $(PY) -c '$(FITS)' >/dev/null 2>&1 || { [ -z "$$have_uv" ] && ! $(PY) -m pip --version >/dev/null 2>&1; }; then \
	  rm -rf $(VENV); \
	  if [ -n "$$have_uv" ]; then uv venv -q --python "$$python" $(VENV); else "$$python" -m venv $(VENV); fi; \
	fi; \
	if ! $(PY) -c 'import lightfm' >/dev/null 2>&1; then \
	  if ! printf '\043include <stdlib.h>\nint main(void) { return 0; }\n' | $${CC:-cc} -x c -o $(VENV)/trial - >/dev/null 2>&1; then \
	    echo "Firstlight needs a C compiler to build LightFM: install one (Debian and Ubuntu: apt-get install build-essential; macOS: xcode-select --install)." >&2; exit 1; \
	  elif ! $(PY) -c '$(HAS_HEADER)'; then \
	    echo "Firstlight needs Python's header files to build LightFM: install them (Debian and Ubuntu: apt-get install python3-dev)." >&2; exit 1; \
	  fi; \
	fi

INSTALL = if command -v uv >/dev/null; then set -- uv pip install -q --compile-bytecode --python $(PY); \
	else set -- $(PY) -m pip install -q --no-input --disable-pip-version-check; fi; "$$@" -r

.PHONY: help run test check lint bench load screenshots messages demo-reset

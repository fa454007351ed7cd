.DEFAULT_GOAL := help
SHELL := /bin/sh

VENV := .venv
PYTHON := $(VENV)/bin/python
# The Python that creates the virtual environment, 3.11 or newer.
PYTHON3 ?= python3
STAMP := $(VENV)/.installed
# More than the cores, because many tests wait for processes.
WORKERS ?= 3
# Python writes its bytecode even where that is switched off: every process of the tests reads the same modules.
PYTEST := PYTHONDONTWRITEBYTECODE= $(PYTHON) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

.PHONY: help setup run backup test test-quick test-stress coverage check notices audit bench bench-voice bench-decode bench-ingest bench-moderation bench-reading bench-retrieval evaluate-host bench-planner bench-commands bench-ledger bench-console bench-kill bench-attack bench-takeover bench-lives bench-pages bench-overlay bench-encoder bench-soak bench-sound bench-compare fake-stripe fake-tiktok fake-voice test-old-browser browser screenshots guide-pictures lock messages clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | sort | expand -t 16

setup: $(STAMP) ## Create the virtual environment and install the pinned packages

$(STAMP): requirements/dev.txt requirements/uv.txt
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Vivavoce needs Python 3.11 or newer. Name one: make $(MAKECMDGOALS) PYTHON3=python3.12" >&2; exit 1; }
	@$(PYTHON3) -m config.installer $(VENV)
	@touch $@

run: setup ## Run the web app, the workers and a demo live (PORT=8000; STRIPE=local sells plans without money)
	@# Python writes its bytecode even where that is switched off: four processes read the same modules.
	@# With `exec` no shell stays between make and the program, which would report the signal as an error.
	@PYTHONDONTWRITEBYTECODE= exec $(PYTHON) -m config.run

backup: setup ## Save the database and the stored files, encrypted with BACKUP_KEYS, and delete old backups
	@$(PYTHON) manage.py backup

test: setup browser ## Run all tests
	@$(PYTHON) -m config.translations compile
	@$(PYTHON) -m tests.fakes.nginx_rtmp || true
	$(PYTEST) --ignore tests/browser
	$(PYTEST) tests/browser
	@sh tests/scripts/run.sh test

test-quick: setup ## Run the tests that need no browser, kill no process and are fast
	@$(PYTHON) -m config.translations compile
	$(PYTEST) --ignore tests/browser -m "not browser and not processes and not slow"

test-stress: setup browser ## Run all tests ten times while another process burns one core (RUNS=10)
	$(PYTHON) -m tests.stress --runs $(or $(RUNS),10) -- make --no-print-directory test

coverage: setup ## Measure the lines that the tests without a browser run; stage/ and pipeline/ need 95 %
	@$(PYTHON) -m config.translations compile
	$(PYTEST) --ignore tests/browser --cov --cov-report=
	$(PYTHON) -m coverage report --skip-covered
	$(PYTHON) -m coverage report --include='*/stage/*,*/pipeline/*' --fail-under 95 --format total

check: setup ## Check style, types, layers, sizes, translations, licences, migrations and settings
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy .
	$(VENV)/bin/lint-imports
	$(PYTHON) -m pytest -q tests/architecture/test_size.py tests/architecture/test_templates.py
	$(PYTHON) -m config.translations check
	$(PYTHON) -m config.notices check
	$(PYTHON) manage.py makemigrations --check --dry-run
	$(PYTHON) -m config.deploy_check
	@sh tests/scripts/run.sh check

notices: setup ## Write THIRD-PARTY-NOTICES.md from the pinned packages' metadata (needs the package index)
	$(PYTHON) -m config.notices write

audit: setup ## Look the pinned packages up in the database of known vulnerabilities (needs the network)
	@$(VENV)/bin/uv venv --quiet --allow-existing --python $(PYTHON) .local/audit
	@$(VENV)/bin/uv pip install --quiet --python .local/audit/bin/python --require-hashes -r requirements/audit.txt
	.local/audit/bin/pip-audit --disable-pip --require-hashes -r requirements/prod.txt
	.local/audit/bin/pip-audit --disable-pip --require-hashes -r requirements/dev.txt

browser: ## Install Chromium for the browser tests where it is missing
	@sh tests/browser/install_chromium.sh

bench: setup ## Measure comment to first audio (p50, p95)
	@$(PYTHON) manage.py migrate --verbosity 0
	$(PYTHON) -m bench.reply

bench-voice: setup ## Measure a reply's text to its first audio, by voice and for a kept line (LINES=40)
	@$(PYTHON) manage.py migrate --verbosity 0
	$(PYTHON) -m bench.voice --lines $(or $(LINES),40)

bench-decode: setup ## Measure µs per TikTok message by kind (CAPTURE=file.jsonl)
	$(PYTHON) -m bench.decode $(CAPTURE)

bench-ingest: setup ## Measure one worker's messages a second, from the socket to the database (EVENTS=500000)
	@$(PYTHON) manage.py migrate --verbosity 0
	$(PYTHON) -m bench.ingest --events $(or $(EVENTS),500000)

bench-moderation: setup ## Measure the gate: microseconds a chat line (p50, p95)
	$(PYTHON) -m bench.moderation

bench-reading: setup ## Measure how numbers and signs are read, against a reference (DATA=folder)
	$(PYTHON) -m bench.reading $(if $(DATA),--data $(DATA))

bench-retrieval: setup ## Measure retrieval and refusals on question sets, beside ts_rank and BM25 (DATA=folder MOST=questions)
	@$(PYTHON) manage.py migrate --verbosity 0
	$(PYTHON) -m bench.retrieval $(if $(DATA),--data $(DATA)) $(if $(MOST),--most $(MOST))

evaluate-host: setup ## Grade the host on labelled text: gate, attacks, distress, languages, names, reading, answers
	$(PYTHON) -m bench.evaluate_host

bench-commands: setup ## Measure a command from a page's service to the host (p50, p95)
	@$(PYTHON) manage.py migrate --verbosity 0
	$(PYTHON) -m bench.commands

bench-ledger: setup ## Measure the usage ledger: a reply's reports, a worker's queries, the usage page (ROWS=10000000)
	@$(PYTHON) manage.py migrate --verbosity 0
	$(PYTHON) -m bench.ledger --rows $(or $(ROWS),10000000)

bench-kill: setup ## Measure the kill switch from its press to a silent overlay (LIVES=50)
	@$(PYTHON) manage.py migrate --verbosity 0
	$(PYTHON) -m bench.kill --lives $(or $(LIVES),50)

bench-takeover: setup ## Measure the silence when a worker is killed or stopped (LIVES=20)
	@$(PYTHON) manage.py migrate --verbosity 0
	$(PYTHON) -m bench.takeover --lives $(or $(LIVES),20)

bench-lives: setup ## Measure how many lives this machine carries (STEPS=1,20,60,120,200 SECONDS=15 WORKERS= CAPACITY=)
	@$(PYTHON) manage.py migrate --verbosity 0
	$(PYTHON) -m bench.lives --steps $(or $(STEPS),1,20,60,120,200) --seconds $(or $(SECONDS),15) $(if $(WORKERS),--workers $(WORKERS)) $(if $(CAPACITY),--capacity $(CAPACITY))

bench-attack: setup ## Measure an overlay and the pages while large requests attack (frames late, ms, MB)
	@$(PYTHON) manage.py migrate --verbosity 0
	$(PYTHON) -m bench.attack

bench-pages: setup browser ## Measure each page of a full workspace: server time (ms) and weight (EVENTS=1000000 SESSIONS=200)
	@$(PYTHON) manage.py migrate --verbosity 0
	$(PYTHON) -m bench.pages.server_time --events $(or $(EVENTS),1000000) --sessions $(or $(SESSIONS),200)

bench-console: setup browser ## Measure the live console under 600 and 3,000 messages a minute (SECONDS=20)
	@$(PYTHON) manage.py migrate --verbosity 0
	$(PYTHON) -m bench.pages.console --seconds $(or $(SECONDS),20)

bench-planner: setup ## Measure the host without a model: repetitions, scores, its own replies (ms)
	$(PYTHON) -m bench.planner

fake-tiktok: setup ## Play TikTok on this machine, with its faults (ARGS="--fault stall")
	$(PYTHON) -m tests.fakes.tiktok_server $(ARGS)

fake-stripe: setup ## Play Stripe on this machine, without money (ARGS="--port 12111")
	$(PYTHON) -m tests.fakes.stripe_server $(ARGS)

fake-voice: setup ## Play a speech service on this machine (ARGS="--first-byte 0.3")
	$(PYTHON) -m tests.fakes.voice_server $(ARGS)

test-old-browser: setup ## Run the overlay's browser tests on Chromium 106, as in older OBS (needs npm)
	@$(PYTHON) -m config.translations compile
	@sh tests/browser/install_old_chromium.sh "$(CURDIR)/.local/old-chromium"
	PATH="$(CURDIR)/.local/old-chromium:$$PATH" $(PYTHON) -m pytest -q tests/browser/test_overlay_*.py \
	  --deselect tests/browser/test_overlay_editor.py

screenshots: setup browser ## Take a picture of every page in both sizes and schemes (SCREENSHOTS=folder)
	@$(PYTHON) -m config.translations compile
	$(PYTHON) -m pytest -q tests/browser/screenshots.py

guide-pictures: setup browser ## Take the set-up guide's pictures from the running app
	@$(PYTHON) -m config.translations compile
	$(PYTHON) -m pytest -q tests/browser/guide_pictures.py

bench-sound: setup browser ## Measure each provider's voice, mutes and faults at the page's loudspeaker
	@$(PYTHON) manage.py migrate --verbosity 0
	$(PYTHON) -m bench.sound

bench-encoder: setup ## Measure loop, captions and full mode beside the plain ffmpeg command (cores, MB, bit-exactness); needs nginx with RTMP
	@$(PYTHON) -m tests.fakes.nginx_rtmp
	$(PYTHON) -m bench.encoder

bench-overlay: setup browser ## Measure what the overlay's page does for each picture (frames, ms, long tasks)
	@$(PYTHON) manage.py migrate --verbosity 0
	$(PYTHON) -m bench.overlay

bench-compare: setup ## Run a bench on two commits in turn, print the ratios (BASE=commit BENCH=ingest ROUNDS=3 ARGS=)
	@test -n "$(BASE)" || { echo 'Say which commit to compare with: make bench-compare BASE=<commit> BENCH=ingest'; exit 1; }
	$(PYTHON) -m bench.compare --base $(BASE) --rounds $(or $(ROUNDS),3) $(or $(BENCH),ingest) $(ARGS)

bench-soak: setup browser ## Let a host talk to a browser for long: drift, underruns, memory (MINUTES=10)
	@$(PYTHON) manage.py migrate --verbosity 0
	$(PYTHON) -m bench.soak --minutes $(or $(MINUTES),10)

lock: setup ## Compile requirements/*.in to pinned, hashed *.txt
	for name in uv base prod dev audit; do \
	  $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-emit-index-url --no-annotate --output-file requirements/$$name.txt requirements/$$name.in || exit 1; \
	done

messages: setup ## Bring the translation catalogues up to date with the code
	$(PYTHON) -m config.translations extract

clean: ## Delete the virtual environment and the local servers' data
	rm -rf $(VENV) .local

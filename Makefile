# Targets for people. CI runs the same ones (.ci/run).
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
include deploy.mk
include engine.mk

.PHONY: help setup demo test check lint types full compatibility lock clean build deploy delete rehearse validate pictures

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

setup: $(STAMP) ## create .venv with everything that development needs

$(STAMP): requirements/dev.txt layers/sdk/requirements.txt pyproject.toml scripts/setup
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh scripts/setup

demo: setup ## run a signed webhook and an official REST task on this machine
	@$(BIN)/connectors demo

test: setup ## run the tests, or those of TESTS="tests/feel tests/http"
	$(BIN)/python -m pytest $(TESTS)

check: setup lint types ## everything that is checked without running the code

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: setup
	$(BIN)/mypy

full: setup ## the tests and the wide sweeps over every recorded case
	$(BIN)/python -m pytest -m "wide or not wide"

.PHONY: known-config known-region
known-config:
	@test -n "$(STACK)" || { echo "samconfig.toml has no stack called CONFIG=$(CONFIG); choose from: $(STACKS)" >&2; exit 2; }

known-region: setup
	@sh scripts/tool sam >/dev/null
	@grep -q '^region' samconfig.toml || .venv-sam/bin/python -c 'import sys, boto3; sys.exit(not boto3.Session().region_name)' || \
	  { echo "there is no AWS region; say where the stack is, or shall be: export AWS_REGION=eu-central-1" >&2; exit 2; }

build: known-config setup ## build the layer and the functions, and check them
	@sh scripts/python3.13 >/dev/null
	@sh scripts/tool sam >/dev/null
	$(BIN)/connectors generate --check
	@rm -rf .aws-sam/build
	$(SAM) build --config-env $(CONFIG)
	$(BIN)/python -m devkit.package .aws-sam/build --architecture $(ARCH)

build-%: # called by sam: OutboundHttpJson is functions/outbound/http_json, copied under the same path
	@set -e; set -- $$(printf '%s' '$*' | sed 's/[A-Z]/ &/g' | tr 'A-Z' 'a-z'); group=$$1; shift; \
	name=$$(printf '%s' "$$*" | tr ' ' '_'); form="functions/$$group/$$name/function.yaml"; \
	test -f "$$form" || { echo "no $$form for $*" >&2; exit 1; }; \
	code=$$(sed -n 's/^Code: *//p' "$$form" | tr - _); \
	folder="functions/$$group/$${code:-$$name}"; built="$(ARTIFACTS_DIR)/$$folder"; \
	mkdir -p "$$built"; cp -R "$$folder/." "$$built"; \
	find "$$built" -name __pycache__ -prune -exec rm -rf {} +; \
	rm -f "$$built/function.yaml" "$$built/icon.svg" "$$built/element-template.json" "$$built/README.md" "$$built/requirements.txt"; \
	if [ -f "$$folder/requirements.txt" ]; then \
	  $(INSTALL) --target "$(ARTIFACTS_DIR)" --require-hashes -r "$$folder/requirements.txt"; \
	  rm -rf "$(ARTIFACTS_DIR)/bin" "$(ARTIFACTS_DIR)/.lock"; fi; \
	$(COMPILE) -p /var/task "$(ARTIFACTS_DIR)"

validate: known-config setup ## lint the template
	@sh scripts/tool sam >/dev/null
	$(SAM) validate --lint --config-env $(CONFIG)
	.venv-sam/bin/cfn-lint template.yaml

deploy: known-config known-region build ## build, check and deploy the stack (CONFIG=default, dev or prod)
	$(SAM) deploy --template-file .aws-sam/build/template.yaml --config-file $(CURDIR)/samconfig.toml --config-env $(CONFIG)

delete: known-config known-region ## delete the stack, its deliveries and their payloads
	@printf 'Webhook deliveries that have not reached the engine yet are lost. Delete the stack? [y/N] '; \
	  read -r answer; test "$$answer" = y
	@sh scripts/tool sam >/dev/null
	.venv-sam/bin/python scripts/empty_payloads.py $(STACK)
	$(SAM) delete --config-env $(CONFIG) --no-prompts

rehearse: build ## deploy into an AWS emulator on this machine, use the stack, delete it
	@sh scripts/tool emulator >/dev/null
	$(BIN)/python -m pytest tests/stack/rehearsal.py tests/stack/rehearsal_of_subscriptions.py

compatibility: setup ## try every official element template, and write docs/compatibility.md (needs Node.js)
	$(BIN)/python -m devkit.conformance.compatibility_page $(CHECK)

pictures: setup ## our element templates in Camunda's properties panel, for docs/images (needs node and chromium)
	$(BIN)/python -m devkit.modeler.pictures

lock: setup ## pin every dependency again, with hashes
	sh scripts/lock

clean: ## remove everything that was made
	rm -rf $(VENV) .venv-sam .venv-emulator .venv-lambda .venv-vendors .aws-sam build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

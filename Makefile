# Everything installs into .venv; a stamp file makes the second run instant.
PYTHON ?= python3
BIN := .venv/bin
export PYTHON

.PHONY: help demo test e2e lint lock published pin clean
help: ## say what there is to make
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

demo: .venv/.runtime .venv/.torch-cpu ## the main job on a small example repository, on this machine only
	@$(BIN)/python examples/demo/run.py

test: .venv/.dev .venv/.torch ## every test (the container end-to-end only with CI=true or LOADGUARD_E2E=1)
	$(BIN)/python -m pytest -q $(ARGS)

e2e: .venv/.dev ## build the image and run workflows on it (needs root, podman, debootstrap)
	LOADGUARD_E2E=1 $(BIN)/python -m pytest -q tests/e2e $(ARGS)

lint: .venv/.dev ## what CI holds the source and the workflow files to
	scripts/lint

lock: .venv/.dev ## renew requirements.lock from pyproject.toml
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet \
		--upgrade pyproject.toml -o requirements.lock

published: .venv/.dev ## fetch from npm what lets more tests run: GitHub's own descriptions, and what drives a browser
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm install --silent --no-save --no-audit --no-fund --no-package-lock \
		@octokit/openapi@23.0.2 @octokit/graphql-schema@15.26.1 @octokit/webhooks-examples@7.6.1 \
		playwright-core@1.65.1

pin: ## point examples and README at the commit that is checked out
	scripts/pin-examples

clean: ## remove what make made
	rm -rf .venv build dist

.venv/.runtime: requirements.lock pyproject.toml scripts/make-venv
	@scripts/make-venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable . 2>.venv/install.log \
		|| { cat .venv/install.log; exit 1; }
	@$(BIN)/python -m compileall -q bot
	@touch $@

.venv/.dev: .venv/.runtime
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev
	@touch $@

.venv/.torch: scripts/install-torch | .venv/.runtime
	@scripts/install-torch
	@touch $@ .venv/.torch-cpu

.venv/.torch-cpu: scripts/install-torch | .venv/.runtime
	@scripts/install-torch --cpu-only
	@touch $@

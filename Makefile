# Two commands for a new machine with Python 3.11 or later, git and make:
#   make profiles   the sample workspace, from extracts to a published site
#   make test       every test
# Everything that they need is installed into .tools and .venv here, from the committed lock.

PYTHON ?= python3
UV := .tools/bin/uv
RUN := .venv/bin
SAMPLE := workspaces/sample
# Without compiled bytecode, every start of Great Expectations costs ten seconds more.
export UV_COMPILE_BYTECODE := 1
export UV_PYTHON_DOWNLOADS := never
export GX_ANALYTICS_ENABLED := false
export DO_NOT_TRACK := 1
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup profiles test check audit fix docs docs-site bench pictures faults clean

help: ## Say what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

setup: .venv/.ready ## Install everything into .venv

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; name it with make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .tools || { echo "Python's venv module is needed (on Debian: apt install python3-venv)"; exit 1; }
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .ci/uv.txt

.venv/.ready: pyproject.toml uv.lock | $(UV)
	@echo "Installing (about a minute the first time) ..."
	@$(UV) sync --quiet --frozen --python .tools/bin/python || \
	  { echo "Trying again with this machine's own certificates (an office network may need them) ..."; \
	    UV_SYSTEM_CERTS=1 $(UV) sync --quiet --frozen --python .tools/bin/python; }
	@touch $@

profiles: .venv/.ready ## Build and publish the synthetic sample
	@test -f $(SAMPLE)/profiles.toml || $(RUN)/locality-profiles init $(SAMPLE) --sample
	@$(RUN)/locality-profiles build --workspace $(SAMPLE)
	@echo
	@$(RUN)/locality-profiles show --workspace $(SAMPLE)
	@echo
	@echo "The pages of every area: open $(SAMPLE)/data/published/current/site/index.html"

test: .venv/.ready ## Run every test
	@$(RUN)/pytest -q -n 2 --dist loadfile

check: .venv/.ready ## Format, lint, types, import rules, generated docs
	@$(RUN)/ruff format --check .
	@$(RUN)/ruff check .
	@$(RUN)/mypy
	@$(RUN)/lint-imports
	@$(RUN)/python -m locality_profiles.reference --check
	@$(RUN)/python .ci/licences --check
	@$(UV) lock --check --quiet --python .tools/bin/python || UV_SYSTEM_CERTS=1 $(UV) lock --check --quiet --python .tools/bin/python

audit: .venv/.ready ## Ask whether any locked package has a known flaw
	@$(RUN)/python .ci/audit $(UV)

fix: .venv/.ready ## Format, and mend what the linter can
	@$(RUN)/ruff check --fix .
	@$(RUN)/ruff format .

docs: .venv/.ready ## Write the generated pages of docs/reference anew
	@$(RUN)/python -m locality_profiles.reference
	@$(RUN)/python .ci/licences

docs-site: .venv/.ready ## The documents as a site, with their links checked (DOCS=folder)
	@$(RUN)/python -m locality_profiles.docs_site $(or $(DOCS),workspaces/docs)

bench: .venv/.ready ## Time builds, areas and statistics; prints tables
	@$(RUN)/python -m benchmarks.builds
	@$(RUN)/python -m benchmarks.areas
	@$(RUN)/python -m benchmarks.statistics
	@$(RUN)/python -m benchmarks.charts

pictures: .venv/.ready ## Pictures of a site's pages to look at (WORKSPACE=... PICTURES=folder), and what they weigh
	@$(RUN)/python -m benchmarks.pictures $(or $(WORKSPACE),$(SAMPLE)) $(or $(PICTURES),workspaces/pictures)
	@$(RUN)/python -m benchmarks.pages $(or $(WORKSPACE),$(SAMPLE))

faults: .venv/.ready ## Kill builds, break extracts, attack what is hidden; prints a score (FAULTS="--quick" for a few)
	@$(RUN)/python -m benchmarks.faults $(FAULTS)

clean: ## Take away what builds left (not .venv)
	@rm -rf workspaces .pytest_cache .mypy_cache .ruff_cache .hypothesis

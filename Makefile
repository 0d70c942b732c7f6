.PHONY: help deps generate test lint

help: ## show the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort

npm := runtime/ts internal/gen/asyncapi/schematest/testdata examples/e2e examples/dashboard/web

deps: $(npm:%=%/node_modules/.installed) chromium ## install what the checks need

# npm ci removes node_modules, so the stamp is as old as what it stands for.
%/node_modules/.installed: %/package-lock.json
	npm --prefix $* ci --no-audit --no-fund
	@touch $@

# Tests in a browser run the Chromium that CHROMIUM names, or the distribution's.
.PHONY: chromium
chromium:
	@command -v $${CHROMIUM:-chromium} >/dev/null || \
		{ apt-get update -q && apt-get install -qy --no-install-recommends chromium; } || \
		echo 'no chromium: install one, or name it in CHROMIUM, for the tests in a browser'

generate: ## regenerate every example
	@git ls-files 'examples/**/eventgen.yaml' | xargs -n1 dirname | while read -r dir; do \
		(cd $$dir && go run github.com/eventgen/eventgen/cmd/eventgen) || exit 1; done

test: deps ## run every check
	@.ci/checks

lint: ## every linter of .golangci.yml, which takes minutes to build the first time
	go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run ./...

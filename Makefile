.PHONY: help announce deps generate test test-go test-ts lint

help: ## show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort

npm := runtime/ts internal/gen/asyncapi/schematest/testdata examples/e2e examples/dashboard/web

webkit := gcc libc6-dev pkg-config libgtk-3-dev libwebkit2gtk-4.1-dev xvfb xdotool imagemagick

announce:
	@.ci/announce $(npm)

deps: $(npm:%=%/node_modules/.installed) chromium proxies promtool webkit ## install what the checks need

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

# Configurations in examples/deploy are tried with the real programs. RUNLEVEL=1: none of them is started as a service.
.PHONY: proxies
proxies:
	@for program in nginx caddy openssl redis-server; do command -v $$program >/dev/null || missing="$$missing $$program"; done; \
		[ -z "$$missing" ] || { apt-get update -q && RUNLEVEL=1 apt-get install -qy --no-install-recommends $$missing; }

# Tests in a real window run under Xvfb with WebKitGTK, and say that they did not where it cannot be installed.
.PHONY: webkit
webkit:
	@{ pkg-config --exists gtk+-3.0 webkit2gtk-4.1 && command -v cc Xvfb xdotool import >/dev/null; } 2>/dev/null || \
		{ apt-get update -q && apt-get install -qy --no-install-recommends $(webkit); } || \
		echo 'no WebKitGTK: the tests in a real window will not run'

# The alerts of examples/dashboard are checked by promtool, which comes with Prometheus. RUNLEVEL=1: it is not started.
.PHONY: promtool
promtool:
	@command -v promtool >/dev/null || { apt-get update -q && RUNLEVEL=1 apt-get install -qy --no-install-recommends prometheus; }

generate: ## regenerate every example
	@git ls-files 'examples/**/eventgen.yaml' | xargs -n1 dirname | while read -r dir; do \
		(cd $$dir && go run github.com/eventgen/eventgen/cmd/eventgen) || exit 1; done

test: announce ## run every check; what it installs is said first
	@$(MAKE) --no-print-directory deps
	@.ci/checks

test-go: runtime/ts/node_modules/.installed internal/gen/asyncapi/schematest/testdata/node_modules/.installed ## the Go tests of every module, without the race detector
	@git ls-files go.mod '*/go.mod' | xargs -n1 dirname | while read -r dir; do \
		(cd $$dir && go vet ./... && go test ./...) || exit 1; done

test-ts: runtime/ts/node_modules/.installed ## types, lint, tests and size of the TypeScript client
	@for script in typecheck lint test size; do npm --prefix runtime/ts run --silent $$script || exit 1; done

lint: ## every linter of .golangci.yml, which takes minutes to build the first time
	go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run ./...

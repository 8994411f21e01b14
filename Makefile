# "make" alone lists what there is to make.

SHELL := bash
.DEFAULT_GOAL := help
.NOTPARALLEL:

version = $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
lint = $(shell go env GOPATH | cut -d: -f1)/bin/golangci-lint
# Without cgo, as the program is built: gorm brings a SQLite in C that nobody calls.
export CGO_ENABLED = 0
# Where goroutines meet, the race detector watches, if there is a C compiler; but
# not SQLite: it is C translated to Go, not ours, and five times slower when watched.
race = $(if $(filter 1,$(shell env -u CGO_ENABLED go env CGO_ENABLED)),-race -gcflags=modernc.org/libc/...=-race=false -gcflags=modernc.org/sqlite/lib/...=-race=false)
raced = ./api ./api/issuer ./metrics ./models/ingest
FUZZTIME ?= 10s

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build data/admin-key ## Build and start with a sample company; all of it is kept in ./data
	MITTARI_ADMIN_KEY_FILE=data/admin-key ./mittari serve --sample

data/admin-key:
	@mkdir -p data && umask 077 && head -c 32 /dev/urandom | base64 | tr -d '=\n' | tr '+/' '-_' > $@

.PHONY: build
build: ## Build the program, ./mittari
	go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$(version)" -o mittari .

.PHONY: test
test: setup check-format vet lint check-generated contract ## Run every check and every test, as CI does
	$(if $(race),CGO_ENABLED=1 CGO_CFLAGS=-O0) go test $(race) $(raced)
	go test $$(go list ./... | grep -vxF "$$(go list $(raced))")

.PHONY: setup
setup: ## Install, or name, what the tests need on this machine
	@.ci/setup

.PHONY: check-format
check-format: ## Fail when a Go file is not gofmt-ed
	@files=$$(gofmt -l .); [ -z "$$files" ] || { printf 'Not gofmt-ed (run "make fmt"):\n%s\n' "$$files"; exit 1; }

.PHONY: fmt
fmt: ## Format the Go files
	gofmt -w .

.PHONY: vet
vet: ## Run go vet
	go vet ./...

.PHONY: lint
lint: ## Run golangci-lint: import directions, style, common mistakes
	@.ci/setup lint
	$(lint) run ./...

.PHONY: vulncheck
vulncheck: ## Fail when the program calls what is known to be vulnerable (govulncheck); 2 minutes
	@.ci/vulncheck

.PHONY: generate
generate: ## Write the OpenAPI document, the dashboards and the SQL views anew
	go generate ./...

.PHONY: check-generated
check-generated: ## Fail when a generated file is not what "make generate" writes
	@set -eu; before=$$(mktemp -d); trap 'rm -rf "$$before"' EXIT; \
	cp -R openapi grafana deploy/postgres "$$before"; \
	$(MAKE) --no-print-directory generate; \
	diff -r "$$before/openapi" openapi && diff -r "$$before/grafana" grafana && diff -r "$$before/postgres" deploy/postgres || { \
		echo 'Generated files were out of date, see above; now they are not. Commit them.'; exit 1; }

.PHONY: contract
contract: export REDOCLY_TELEMETRY = off
contract: export REDOCLY_SUPPRESS_UPDATE_NOTICE = true
contract: ## Lint the OpenAPI document, and tell what in it breaks clients of the last release
	@.ci/setup modules
	api/clients/node_modules/.bin/redocly lint --config api/clients/lint.yaml --format stylish openapi/openapi.json
	go run ./openapi/compare

.PHONY: fuzz
fuzz: ## Run every fuzz target for FUZZTIME (10s); what it finds interesting is kept in Go's build cache
	@set -eu; failed=0; built=$$(mktemp -d); trap 'rm -rf "$$built"' EXIT; \
	for folder in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n 1 dirname | sort -u); do \
		go test -c -fuzz Fuzz -o "$$built/test" "$$folder"; \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$$folder"/*_test.go); do \
			echo "$$folder $$target"; \
			(cd "$$folder" && "$$built/test" -test.run '^$$' -test.fuzz "^$$target\$$" -test.fuzztime $(FUZZTIME) -test.fuzzminimizetime 1s -test.fuzzcachedir "$$(go env GOCACHE)/fuzz/$$(go list .)") || failed=1; \
		done; \
	done; \
	exit $$failed

.PHONY: simulate
simulate: ## Play years of answers through the drop detection: false alarms and delays, under 3 minutes
	go run ./models/simulate

.PHONY: bench
bench: ## Measure the server beside baselines of the same run, in 15 minutes; BENCH=-quick in 2, -h lists the flags
	go run ./deploy/bench $(BENCH)

.PHONY: torture
torture: ## Kill, cut off and starve the server under load: nothing acknowledged may be lost; 10 minutes, TORTURE=-h lists the flags
	go run ./deploy/torture $(TORTURE)

.PHONY: clean
clean: ## Remove what was built; ./data stays
	rm -rf mittari bin coverage.out *.prof

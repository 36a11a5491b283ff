# make help lists what there is. Only Go is needed for make run; make test
# installs what else it needs on Debian.
SHELL := /bin/bash
.DEFAULT_GOAL := help
FUZZTIME ?= 2s
TESTFLAGS ?=
PG_DIR ?= $(shell mktemp -u -d /tmp/khaibao-pg.XXXXXX)
# Runs a command beside a throw-away PostgreSQL, which is stopped whatever happens.
WITH_PG = set -euo pipefail; dir=$(PG_DIR); trap '.ci/postgres stop $$dir' EXIT; eval "$$(.ci/postgres start $$dir)"

.PHONY: help
help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.PHONY: run
run: khaibao ## start everything with SQLite and the sandbox, then open http://127.0.0.1:8080/sandbox/
	KHAIBAO_SANDBOX=1 ./khaibao

.PHONY: khaibao
khaibao: ## build the program
	go build -o khaibao .

.PHONY: needs
needs: ## install what the tests need (Debian), or say what to install
	@.ci/needs

# Three packages side by side on two cores: the tests of the whole program often
# wait for a network or for somebody who was killed. The race detector leaves out
# SQLite, which is translated C behind locks of its own: it made it five times
# slower.
.PHONY: test
test: needs ## run everything on both engines, with the race detector and a little fuzzing
	@$(WITH_PG); go vet ./... && go test -race -gcflags='modernc.org/...=-race=false' -p 3 -timeout 18m $(TESTFLAGS) ./... && .ci/fuzz $(FUZZTIME)

.PHONY: lint
lint: ## formatting, vet, tidy modules, and nothing that must not be here
	@test -z "$$(gofmt -l .)" || { gofmt -l .; exit 1; }
	@go vet ./...
	@go mod tidy -diff
	@.ci/tidy

.PHONY: bench
bench: needs ## measure against the named limits (docs/performance.md)
	@$(WITH_PG); go run ./bench

.PHONY: soak
soak: needs ## 50 kills on each engine, ten thousand households at once (over HTTP too: hours), a province of twenty thousand for three weeks, five minutes of fuzzing for each target
	@$(WITH_PG); KHAIBAO_SOAK=1 go test -timeout 6h -run 'TestKill|TestHouseholds|TestProvince' -v . ./flows && .ci/fuzz 5m

.PHONY: pictures
pictures: needs ## take the pictures of the documents anew
	go test -run '^TestBrowser' . -update-pictures

.PHONY: transcripts
transcripts: ## rewrite the transcripts, for review by reading the diff
	go test ./flows -update

# Everything a developer or CI does with the simulator. `make help` lists it.
# Nothing but Go and make is needed; tools are built from tools/go.mod on first use.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

BIN := $(CURDIR)/bin
TOOLS := $(CURDIR)/.build/bin

FUZZTIME ?= 10s

# Systems besides the one at hand for which everything must compile.
SYSTEMS := darwin/arm64 freebsd/amd64 linux/386 windows/amd64

# The race detector needs a C compiler; without one Go turns cgo off, and tests run without it.
RACE := $(if $(filter 1,$(shell go env CGO_ENABLED)),-race)

.PHONY: help build test test-clients test-helpers test-console console-vendor site lint vet-systems fmt fuzz churn kill bench bench-devices cover demo certs dist image image-test release test-release vulncheck clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build bin/apns-sim and bin/device-sim, static
	CGO_ENABLED=0 go build -trimpath -ldflags "$$(tools/ldflags.sh)" -o $(BIN)/ ./cmd/...

test: build $(TOOLS)/h2spec ## Run all tests: packages, real clients against the binaries, HTTP/2 conformance
	$(if $(RACE),,@echo "no C compiler: tests run without the race detector")
	go test $(RACE) ./...
# Anew each time: that the binaries are others is nothing that go test sees.
	cd integration && BIN_DIR=$(BIN) go test -count=1 $(RACE) ./...
	H2SPEC=$(TOOLS)/h2spec go test -v -run H2Spec ./internal/h2 2>&1 | tee .build/h2spec.log
	@! grep -E 'no tests to run|--- SKIP' .build/h2spec.log # a conformance test that did not run is no proof

test-clients: build ## Run other people's libraries in examples/, write docs/clients.md; ONLY=aioapns for one of them
	go run ./examples/matrix -apns-sim $(BIN)/apns-sim $(ONLY)
# Clients generated from the OpenAPI document compile.
	$(if $(ONLY),,./examples/openapi/check.sh $(BIN)/apns-sim)

test-helpers: build ## Pack the helpers and test each package in an empty project
	tools/test-helpers.sh $(BIN)/apns-sim

test-console: build site ## Drive the console and the site with a headless Chromium; screenshots in .build/console (Node 20, Chromium)
	cd internal/console/test && npm ci --no-audit --no-fund --silent
	cd internal/console/test && npm run --silent types
	rm -rf .build/console
	cd internal/console/test && BIN_DIR=$(BIN) npm test --silent

site: ## Build the documentation as a static site in .build/site; a dead link is an error
	cd tools/site && go test -count=1 ./...
	cd tools/site && go run . -root $(CURDIR) -out $(CURDIR)/.build/site

console-vendor: ## Fetch the libraries of the console from npm, and compare them with their sums
	./tools/console-vendor.sh

lint: $(TOOLS)/gofumpt $(TOOLS)/golangci-lint $(TOOLS)/actionlint ## Check format, vet and golangci-lint, in all modules, and the workflows
	@unformatted=$$($(TOOLS)/gofumpt -l .); \
	if [ -n "$$unformatted" ]; then echo "not formatted, run make fmt:"; echo "$$unformatted"; exit 1; fi
	$(TOOLS)/actionlint
	go vet ./...
	cd integration && go vet ./...
	cd tools/release && go vet ./...
	cd tools/site && go vet ./...
	$(TOOLS)/golangci-lint run ./...
	cd integration && $(TOOLS)/golangci-lint run ./...
	cd tools/release && $(TOOLS)/golangci-lint run ./...
	cd tools/site && $(TOOLS)/golangci-lint run ./...

vet-systems: ## Compile and vet for the other operating systems and for 32 bits
	@for system in $(SYSTEMS); do \
		echo "go vet for $$system"; \
		CGO_ENABLED=0 GOOS=$${system%/*} GOARCH=$${system#*/} go vet ./...; \
	done

fmt: $(TOOLS)/gofumpt ## Format all Go files
	$(TOOLS)/gofumpt -w .

fuzz: ## Run every fuzz target for FUZZTIME (10s) each
	@tools/fuzz.sh $(FUZZTIME)

churn: build ## Prove that no push is lost or doubled: 5,000 devices come and go under pushes for two minutes
	cd integration && BIN_DIR=$(BIN) go test -count=1 -timeout 30m -v -run TestEveryPushIsDeliveredOnceOrItsRecordSaysWhyNot . \
		-args -churn.devices=5000 -churn.time=2m -churn.ramp=1m -churn.rate=600 -churn.pace=30 $(CHURN)

kill: build ## Prove that a simulator that is killed a hundred times loses no accepted push
	cd integration && BIN_DIR=$(BIN) go test -count=1 -timeout 30m -v -run TestEveryPushThatWasAnswered200OutlivesAKilledSimulator . \
		-args -kill.count=100 -kill.devices=300 -kill.rate=2000 -kill.pace=5 $(KILL)

bench: build $(TOOLS)/benchstat ## Measure the push path and the codecs
	PATH="$(TOOLS):$$PATH" ./bench/run

bench-devices: build ## Measure memory, logins and delivery with 10,000 devices and more
	./bench/run-devices

cover: ## Write coverage.out and print the sum
	go test -coverprofile=coverage.out ./...
	go tool cover -func=coverage.out | tail -n 1

demo: build ## One push from provider to device, explained as it goes
	./examples/demo.sh

certs: build ## Write the development CA, keys and sample certificates to certs/
	$(BIN)/apns-sim ca init --certs certs

dist: $(TOOLS)/goreleaser ## Build the files of a release in dist/ without publishing them; TARGET=linux/amd64 for one system
	tools/dist.sh $(TARGET)

release: $(TOOLS)/goreleaser ## Publish the tag at HEAD with the notes in NOTES=FILE; CI does it
	. tools/dist-env.sh; $(TOOLS)/goreleaser release --clean --parallelism 1 --release-notes "$(NOTES)"; \
	.build/bin/formula -version "$$DIST_VERSION" -sums dist/SHA256SUMS -output dist/apns-sim.rb

vulncheck: $(TOOLS)/govulncheck ## Look for known vulnerabilities in what is called
	$(TOOLS)/govulncheck ./...

image: ## Build the container image, an OCI layout in .build/image; ARCH=amd64 for one architecture
	tools/image.sh $(ARCH)

image-test: ## Build the image for this machine and push through it: another user, read-only root (needs root)
	tools/image.sh $$(go env GOARCH)
	unshare --mount --net sh -ec 'ip link set lo up; ip address add 192.0.2.10/32 dev lo; echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start; \
		cd tools/release && IMAGE_LAYOUT=$(CURDIR)/.build/image go test -count=1 -v -run Image ./image'

test-release: ## Test the tools of the release and the files in deploy/
	cd tools/release && go test ./...

clean: ## Remove what make has built
	rm -rf bin dist .build coverage.out

# Tools are built once; a changed tools/go.mod builds them anew.
$(TOOLS)/gofumpt: TOOL := mvdan.cc/gofumpt
$(TOOLS)/golangci-lint: TOOL := github.com/golangci/golangci-lint/v2/cmd/golangci-lint
$(TOOLS)/h2spec: TOOL := github.com/summerwind/h2spec/cmd/h2spec
$(TOOLS)/benchstat: TOOL := golang.org/x/perf/cmd/benchstat
$(TOOLS)/goreleaser: tools/goreleaser/go.mod tools/goreleaser/go.sum
	cd tools/goreleaser && CGO_ENABLED=0 go build -trimpath -gcflags=all=-dwarf=false -ldflags="-s -w" -o $@ github.com/goreleaser/goreleaser/v2
	@touch $@
$(TOOLS)/actionlint: tools/actionlint/go.mod tools/actionlint/go.sum
	cd tools/actionlint && CGO_ENABLED=0 go build -trimpath -o $@ github.com/rhysd/actionlint/cmd/actionlint
	@touch $@
$(TOOLS)/govulncheck: tools/release/go.mod tools/release/go.sum
	cd tools/release && CGO_ENABLED=0 go build -trimpath -o $@ golang.org/x/vuln/cmd/govulncheck
	@touch $@
$(TOOLS)/%: tools/go.mod tools/go.sum
	cd tools && CGO_ENABLED=0 go build -trimpath -o $@ $(TOOL)
	@touch $@

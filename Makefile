# tentpole: `make run` builds and opens it, `make test` tests it.

GO       ?= go
ARGS     ?=
BIN      := bin/tentpole
PROGRAMS := ./.ci/report ./.ci/imports ./.ci/ratios ./.ci/words ./.ci/pictures ./.ci/image

# Any Go from 1.21 on fetches the toolchain that go.mod names, unless it is new
# enough itself.
export GOTOOLCHAIN := auto
export CGO_ENABLED := 0

# Where git will not tell the commit (no git, no repository, or one that belongs
# to somebody else), the binary goes without it.
ifneq ($(shell git rev-parse --verify --quiet HEAD >/dev/null 2>&1 && echo yes),yes)
export GOFLAGS := $(strip $(shell $(GO) env GOFLAGS 2>/dev/null) -buildvcs=false)
endif

# Lessons can be read on these; nothing can be raised there.
ELSEWHERE := darwin/arm64 windows/amd64

# Without symbols the binary is a third smaller. An ordinary user's sandbox with
# a root of its own starts from a copy of it in memory.
BUILD := $(GO) build -trimpath -ldflags '-s -w' -tags smallinit

# The small programs that sandboxes start from, that the tiny root's commands are,
# that experiments run inside and that a virtual machine starts from, for each architecture; without them (and the
# tag smallinit) a plain `go build` makes all of the whole binary.
ARCH  := $(shell $(GO) env GOARCH 2>/dev/null)
SMALL  = sandbox/init_$(1).bin
TINY   = sandbox/userland/userland_$(1).bin
ACTS   = sandbox/experiment/inside_$(1).bin
DATA   = sandbox/experiment/database_$(1).bin
GUEST  = sandbox/vm/guest_$(1).bin

# One package after the other: the tests compare the machine before and after.
TESTFLAGS ?=
TESTS     := $(GO) run ./.ci/report -tags smallinit -count=1 -p=1 -timeout=20m $(TESTFLAGS)

# Root gets the modules that are here, and a build cache of its own.
AS_ROOT = sudo -n --preserve-env=TENTPOLE_MUST,TENTPOLE_RUNSC,TENTPOLE_KILLS,TENTPOLE_STARTS,TENTPOLE_WRITES,TMPDIR,GOTOOLCHAIN,CGO_ENABLED,GOFLAGS -- \
	env "PATH=$(PATH)" "GOMODCACHE=$(shell $(GO) env GOMODCACHE)"
BENCHES   := -tags smallinit -run '^$$' -count 5

.DEFAULT_GOAL := help
.PHONY: help build run demo pictures test test-root lint format vet staticcheck imports words cross bench bench-class clean go tmux postgresql

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Made anew each time: Go knows best whether anything has changed.
small-%: go
	@GOOS=linux GOARCH=$* $(GO) build -trimpath -ldflags '-s -w' -o $(call SMALL,$*) ./sandbox/internal/stage/program
	@GOOS=linux GOARCH=$* $(GO) build -trimpath -ldflags '-s -w' -o $(call TINY,$*) ./sandbox/userland/program
	@GOOS=linux GOARCH=$* $(GO) build -trimpath -ldflags '-s -w' -o $(call ACTS,$*) ./sandbox/experiment/inside/program
	@GOOS=linux GOARCH=$* $(GO) build -trimpath -ldflags '-s -w' -o $(call DATA,$*) ./sandbox/experiment/database/program
	@GOOS=linux GOARCH=$* $(GO) build -trimpath -ldflags '-s -w' -o $(call GUEST,$*) ./sandbox/vm/guest/program

build: go small-$(ARCH) ## build bin/tentpole, one static binary
	$(BUILD) -o $(BIN) ./cmd/tentpole

.PHONY: image
image: build ## make an OCI image of it, without Docker: bin/image and bin/image.tar
	@$(GO) run ./.ci/image -program $(BIN) -arch $(ARCH)

run: build ## build and open tentpole; ARGS="doctor" passes arguments
	@$(BIN) $(ARGS)

demo: build ## play the lesson on mounts by itself, as plain lines; keeps no progress
	@state=$$(mktemp -d) && trap 'rm -rf "$$state"' EXIT && \
		XDG_STATE_HOME="$$state" $(BIN) learn mounts --plain < .ci/demo.answers

pictures: build ## make the pictures of the README anew, from the real screens
	@$(GO) run -tags smallinit ./.ci/pictures $(BIN)

test: go tmux postgresql small-$(ARCH) ## run all tests as whoever you are; TENTPOLE_MUST=1 makes a skip a failure
	@$(TESTS) ./... $(PROGRAMS)

test-root: go tmux postgresql small-$(ARCH) ## run all tests as root, built by you and started with sudo
	@if [ "$$(id -u)" = 0 ]; then $(TESTS) ./... $(PROGRAMS); exit; fi; \
	command -v sudo >/dev/null || { echo "sudo is not installed: run \`make test\` as root instead" >&2; exit 1; }; \
	sudo -n true 2>/dev/null || sudo -v || exit; \
	$(TESTS) -exec '$(AS_ROOT)' ./...

# gVisor's runtime, for the tests of containers of it. It is built without cgo: a
# dynamic one cannot execute itself again in the root that it gives itself.
GVISOR := gvisor.dev/gvisor/runsc@v0.0.0-20260905035102-160fafc42237

.PHONY: runsc
runsc: go ## build gVisor's runsc into DIR; tests find it by TENTPOLE_RUNSC=DIR/runsc, or in PATH
	@[ -n "$(DIR)" ] || { echo "make runsc wants a directory: DIR=/usr/local/bin" >&2; exit 1; }
	@GOBIN="$(abspath $(DIR))" $(GO) install $(GVISOR)

.PHONY: test-vm
test-vm: go small-$(ARCH) ## run the engine's tests on cgroup v2, in an emulated machine; ARGS="-shell" opens a shell there
	@$(GO) run ./.ci/vm $(ARGS)

lint: go ## check format, vet (Linux, macOS, Windows), staticcheck, who imports whom, and whose words the course uses
	@$(MAKE) --no-print-directory --keep-going format vet staticcheck imports words

format:
	@echo "gofmt"; found=$$(gofmt -l .); [ -z "$$found" ] || { echo "not formatted, run gofmt -w:"; echo "$$found"; exit 1; }

vet:
	@failed=0; echo "go vet"; $(GO) vet ./... $(PROGRAMS) || failed=1; \
	for system in $(ELSEWHERE); do \
		echo "go vet, $$system"; GOOS=$${system%/*} GOARCH=$${system#*/} $(GO) vet -trimpath ./... || failed=1; \
	done; exit $$failed

staticcheck:
	@echo "staticcheck"; $(GO) tool staticcheck ./... $(PROGRAMS)

imports:
	@echo "imports"; $(GO) run ./.ci/imports

words:
	@echo "words"; $(GO) run ./.ci/words

cross: go small-arm64 ## build for linux/arm64, darwin/arm64 and windows/amd64 into bin
	@for system in linux/arm64 $(ELSEWHERE); do \
		out=$(BIN)-$${system%/*}-$${system#*/}; case $$system in windows/*) out=$$out.exe;; esac; \
		echo "$$out"; GOOS=$${system%/*} GOARCH=$${system#*/} $(BUILD) -o $$out ./cmd/tentpole || exit; \
	done

bench: go small-$(ARCH) ## measure starting and searching against unshare, bwrap, crun, runc, find and fd
	@[ "$$(id -u)" = 0 ] || { echo "make bench wants root: unshare and runc need it for what is compared" >&2; exit 1; }
	@missing=; for peer in unshare:util-linux bwrap:bubblewrap crun:crun runc:runc find:findutils fdfind:fd-find; do \
		command -v "$${peer%%:*}" >/dev/null || missing="$$missing $${peer##*:}"; \
	done; [ -z "$$missing" ] || echo "peers are missing: apt-get install$$missing"
	@{ $(GO) test $(BENCHES) -bench 'Start|Container' ./sandbox; \
	   $(GO) test $(BENCHES) -bench Run ./cmd/tentpole; \
	   $(GO) test $(BENCHES) -benchtime 3x -bench FindHost ./sandbox/search; } 2>&1 | $(GO) run ./.ci/ratios

bench-class: go small-$(ARCH) ## measure a class of TENTPOLE_LEARNERS (200), of whom TENTPOLE_TYPISTS (40) type, and one with TENTPOLE_HOSTILE (40)
	@[ "$$(id -u)" = 0 ] || { echo "make bench-class wants root: every learner has user ids of their own" >&2; exit 1; }
	@$(GO) test -tags smallinit -run '^$$' -bench Class -benchtime 1x ./cmd/tentpole
	@TENTPOLE_HOSTILE=$${TENTPOLE_HOSTILE:-40} TENTPOLE_SIEGE=$${TENTPOLE_SIEGE:-20} $(GO) test -tags smallinit -count 1 -v -run '^TestSiege$$' ./cmd/tentpole

clean: ## remove what make built
	rm -rf bin sandbox/init_*.bin sandbox/userland/userland_*.bin sandbox/experiment/inside_*.bin sandbox/experiment/database_*.bin sandbox/vm/guest_*.bin

go:
	@command -v $(GO) >/dev/null || { \
		echo "tentpole needs Go 1.21 or later: \`apt-get install golang-go\` on Debian 13, elsewhere see https://go.dev/dl/" >&2; exit 1; }
	@case "$$(cd / && $(GO) env GOVERSION)" in go1.?|go1.?.*|go1.1?|go1.1?.*|go1.20|go1.20.*) \
		echo "tentpole needs Go 1.21 or later, this is $$(cd / && $(GO) env GOVERSION): see https://go.dev/dl/" >&2; exit 1;; esac

tmux:
	@command -v tmux >/dev/null || echo "some tests need tmux and will be skipped: apt-get install tmux"

postgresql:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || echo "tests of the store need PostgreSQL, too, and will be skipped: apt-get install postgresql"

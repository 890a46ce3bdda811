# To be sourced in the root of the repository: what .goreleaser.yaml takes from the commit, and
# how everything of a release is compiled.
# goreleaser knows the commit as well, but not in a repository without a remote.
export DIST_LDFLAGS DIST_VERSION DIST_DATE DIST_TIMESTAMP CGO_ENABLED=0 GOFLAGS

# The linker drops debug information (-s -w), so the compiler need not make it: that takes a
# fifth of its time. One set of flags for all builds, so that what one has compiled, such as
# that of the programs that write the manual pages, the others take from the cache.
GOFLAGS="-trimpath -buildvcs=false -gcflags=all=-dwarf=false"

DIST_LDFLAGS=$(tools/ldflags.sh)
mkdir -p .build/host
go build -ldflags "$DIST_LDFLAGS" -o .build/host/apns-sim ./cmd/apns-sim
DIST_VERSION=$(.build/host/apns-sim version --json | sed 's/.*"version":"\([^"]*\)".*/\1/')
DIST_DATE=$(TZ=UTC git log -1 --date=format-local:%Y-%m-%dT%H:%M:%SZ --format=%cd)
DIST_TIMESTAMP=$(git log -1 --format=%ct)

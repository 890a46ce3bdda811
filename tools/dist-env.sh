# To be sourced in the root of the repository: what .goreleaser.yaml takes from the commit.
# goreleaser knows it as well, but not in a repository without a remote.
export DIST_LDFLAGS DIST_VERSION DIST_DATE DIST_TIMESTAMP
DIST_LDFLAGS=$(tools/ldflags.sh)
go build -buildvcs=false -ldflags "$DIST_LDFLAGS" -o .build/host/apns-sim ./cmd/apns-sim
DIST_VERSION=$(.build/host/apns-sim version --json | sed 's/.*"version":"\([^"]*\)".*/\1/')
DIST_DATE=$(TZ=UTC git log -1 --date=format-local:%Y-%m-%dT%H:%M:%SZ --format=%cd)
DIST_TIMESTAMP=$(git log -1 --format=%ct)

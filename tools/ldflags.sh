#!/usr/bin/env bash
# Prints what tells the linker the version of this checkout: see internal/version.
# Outside of a git checkout it prints nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

[ "$(git rev-parse --show-toplevel 2>/dev/null)" -ef . ] || exit 0
package=github.com/apns-sim/apns-sim/internal/version
echo "-X $package.described=$(git describe --tags --always --dirty --match 'v[0-9]*.[0-9]*.[0-9]*')" \
	"-X $package.commit=$(git rev-parse HEAD)" \
	"-X $package.time=$(TZ=UTC git log -1 --date=format-local:%Y-%m-%dT%H:%M:%SZ --format=%cd)"

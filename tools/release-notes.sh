#!/usr/bin/env bash
# Prints the section of a version in CHANGELOG.md; a version without one is an error.
set -euo pipefail
cd "$(dirname "$0")/.."

awk -v version="${1:?the version, such as 0.9.0}" '
	/^## / { inside = index($2, version) == 1 && $2 == version || $2 == "[" version "]"; next }
	inside { print; found = 1 }
	END { exit !found }
' CHANGELOG.md || {
	echo "CHANGELOG.md has no section for $1" >&2
	exit 1
}

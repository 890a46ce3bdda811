#!/usr/bin/env bash
# Usage: tools/fuzz.sh TIME
# Runs every fuzz target of the main module for TIME, one after the other, as
# `go test -fuzz` takes one target at a time. It runs all of them, and fails at the
# end if one has found something.
#
# Inputs that reach new code are shortened by a hundred runs, not for a minute each,
# which is the default: what goroutines reach depends on their timing, so that a target
# with goroutines spends nearly all of its time on shortening, and runs tens of inputs a
# second where it could run thousands.
set -euo pipefail
cd "$(dirname "$0")/.."
fuzztime=${1:?usage: tools/fuzz.sh TIME, for example 10s}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# fuzz runs one target; its whole output is shown only when it found something.
fuzz() {
	local package=$1 target=$2
	echo "== $target in $package"
	if go test -run='^$' -fuzz="^$target\$" -fuzztime="$fuzztime" -fuzzminimizetime=100x "$package" </dev/null >"$log" 2>&1; then
		grep '^fuzz: elapsed' "$log" | tail -n 1
		tail -n 1 "$log"
	elif time_was_up; then
		grep '^fuzz: elapsed' "$log" | tail -n 1
		echo "no finding; the time was up (go.dev/issue/75804)"
	else
		cat "$log"
		return 1
	fi
}

# time_was_up recognizes the failure that is none: before Go 1.27 the end of the
# fuzzing time may be reported as an error. No input is written then.
# https://go.dev/issue/75804
time_was_up() {
	grep -q '^    context deadline exceeded$' "$log" && ! grep -q 'Failing input written' "$log"
}

targets=$(grep -roE --include='*_test.go' --exclude-dir=integration '^func Fuzz[A-Za-z0-9_]+' . | sort)
failed=()
while IFS=: read -r file func; do
	fuzz "$(dirname "$file")" "${func#func }" || failed+=("${func#func } in $(dirname "$file")")
done <<<"$targets"
if [ ${#failed[@]} -gt 0 ]; then
	printf 'failed: %s\n' "${failed[@]}" >&2
	exit 1
fi

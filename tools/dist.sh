#!/usr/bin/env bash
# Builds the files of a release in dist/ without publishing them, and prints their sizes
# and sums: for all systems, or for one as linux/amd64.
set -euo pipefail
cd "$(dirname "$0")/.."

goreleaser=.build/bin/goreleaser
config=.goreleaser.yaml
if [ -n "${1:-}" ]; then # the same configuration for one system
	config=.build/goreleaser-one.yaml
	mkdir -p .build
	awk -v target="${1/\//_}" '/^      - [a-z]+_(amd64|arm64)$/ && $2 != target { next } { print }' .goreleaser.yaml >"$config"
fi

. tools/dist-env.sh
# One build at a time: archives have the programs in the order in which they were built.
"$goreleaser" release --config "$config" --snapshot --clean --parallelism 1

if [ -z "${1:-}" ]; then # it is for several systems
	.build/bin/formula -version "$DIST_VERSION" -sums dist/SHA256SUMS -output dist/apns-sim.rb
fi

# The programs themselves: a download on a slow line, and an image.
limit=$((29 * 1000 * 1000))
for program in dist/apns-sim_*/apns-sim*; do
	size=$(wc -c <"$program")
	printf '%12d  %s\n' "$size" "$program"
	if ((size >= limit)); then
		echo "$program has $size bytes; the limit is $limit" >&2
		exit 1
	fi
done
echo
(cd dist && sha256sum --check --quiet SHA256SUMS)
while read -r sum file; do
	printf '%12d  %s  %s\n' "$(wc -c <"dist/$file")" "$sum" "$file"
done <dist/SHA256SUMS

#!/usr/bin/env bash
# Writes what archives and packages have beside the programs: completions and manual
# pages, by the programs themselves, and the licenses of third parties. goreleaser runs it with
# the variables of tools/dist-env.sh.
set -euo pipefail
cd "$(dirname "$0")/.."

files=.build/dist-files
rm -rf "$files"
mkdir -p "$files/completions" "$files/man" .build/bin
for program in apns-sim device-sim; do
	go build -ldflags "$DIST_LDFLAGS" -o ".build/host/$program" "./cmd/$program"
	".build/host/$program" completion bash >"$files/completions/$program.bash"
	".build/host/$program" completion zsh >"$files/completions/_$program"
	".build/host/$program" completion fish >"$files/completions/$program.fish"
	".build/host/$program" man | gzip -9n >"$files/man/$program.1.gz"
done
(cd tools/release && go build -o ../../.build/bin/ ./formula ./licenses ./sbom)
.build/bin/licenses -output "$files/THIRD_PARTY_LICENSES.txt" {linux,darwin,windows,freebsd}/{amd64,arm64}

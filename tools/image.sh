#!/usr/bin/env bash
# Builds the container image in .build/image, an OCI layout, for amd64 and arm64 or the
# architectures that are named. No container engine is needed.
set -euo pipefail
cd "$(dirname "$0")/.."

. tools/dist-env.sh
targets=()
for arch in "${@:-amd64 arm64}"; do
	for one in $arch; do
		folder=.build/image-programs/$one
		mkdir -p "$folder"
		GOOS=linux GOARCH=$one go build -ldflags "-s -w $DIST_LDFLAGS" -o "$folder/" ./cmd/...
		targets+=("linux/$one=$folder")
	done
done
mkdir -p .build/bin
(cd tools/release && go build -o ../../.build/bin/ ./image)
.build/bin/image build -output .build/image -version "$DIST_VERSION" -revision "$(git rev-parse HEAD)" -created "$DIST_DATE" "${targets[@]}"
du -sh .build/image

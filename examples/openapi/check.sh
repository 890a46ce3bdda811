#!/usr/bin/env bash
# Lints the OpenAPI document of the control API, and generates and compiles clients from
# it in Go, Python and TypeScript:
#
#   examples/openapi/check.sh bin/apns-sim
#
# Without one of the tools it says which is missing, and ends well; with CI=true it fails.
set -euo pipefail
simulator=$(realpath "${1:?the path of apns-sim}")
cd "$(dirname "$0")"

for tool in npm java go python3; do
  if ! command -v "$tool" >/dev/null; then
    echo "openapi: skipped: no $tool"
    [ "${CI:-}" != true ]
    exit
  fi
done

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
npm ci --silent --no-audit --no-fund
"$simulator" exec --log-level error -- \
  sh -c 'curl --silent --show-error --fail --output "$1" "$APNS_SIM_CONTROL/v1/openapi.json"' sh "$out/openapi.json"

npx redocly lint "$out/openapi.json" >"$out/lint.log" 2>&1 || { cat "$out/lint.log"; exit 1; }
echo "openapi: redocly finds no error"

generate() { # generate LANGUAGE GENERATOR [OPTION...]
  npx openapi-generator-cli generate -i "$out/openapi.json" -g "$2" -o "$out/$1" "${@:3}" >"$out/$1.log" 2>&1 || { cat "$out/$1.log"; exit 1; }
}

generate go go
(cd "$out/go" && go build ./... && go vet .)
echo "openapi: the client in Go compiles"

generate python python
python3 -m venv "$out/venv"
"$out/venv/bin/pip" install --quiet --disable-pip-version-check "$out/python"
"$out/venv/bin/python" -W error::SyntaxWarning -c '
import importlib, pkgutil, openapi_client
for module in pkgutil.walk_packages(openapi_client.__path__, "openapi_client."):
    importlib.import_module(module.name)'
echo "openapi: the modules of the client in Python can be imported"

# "do" is a member of a fault; in TypeScript it may be one, and the generator need not rename it.
generate typescript typescript-fetch --reserved-words-mappings do=do
npx tsc --noEmit --strict --target es2022 --module es2022 --moduleResolution bundler --lib es2022,dom "$out/typescript/index.ts"
echo "openapi: the client in TypeScript compiles"

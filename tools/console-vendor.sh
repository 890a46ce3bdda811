#!/usr/bin/env bash
# Fetches the libraries of the console from npm at fixed versions, and compares them with
# the sums in internal/console/web/vendor/SHA256SUMS. With --update, writes them and the sums anew.
set -euo pipefail
cd "$(dirname "$0")/.."
vendor=internal/console/web/vendor
packages=(preact@11.2.0 htm@3.1.1 @preact/signals@2.11.4 @preact/signals-core@1.14.5)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/new"
for package in "${packages[@]}"; do
	name=${package%@*}
	mkdir -p "$work/$name"
	tarball=$(cd "$work" && npm pack --silent "$package")
	tar -xzf "$work/$tarball" -C "$work/$name" --strip-components=1
	{
		echo "== $package"
		cat "$work/$name/LICENSE"
		echo
	} >>"$work/new/LICENSES.txt"
done

# Source maps are not served, so nothing points to them.
take() { sed '/^\/\/# sourceMappingURL=/d; s/\/\/# sourceMappingURL=.*$//' "$work/$1" >"$work/new/$2"; }
take preact/dist/preact.mjs preact.mjs
take preact/hooks/dist/hooks.mjs hooks.mjs
take htm/dist/htm.mjs htm.mjs
take @preact/signals/dist/signals.mjs signals.mjs
take @preact/signals-core/dist/signals-core.mjs signals-core.mjs
(cd "$work/new" && sha256sum -- * >"$work/SHA256SUMS")

if [[ ${1:-} == --update ]]; then
	mkdir -p "$vendor"
	cp "$work"/new/* "$work/SHA256SUMS" "$vendor/"
fi
diff "$work/SHA256SUMS" "$vendor/SHA256SUMS"
(cd "$vendor" && sha256sum --check --quiet SHA256SUMS)
echo "the libraries of the console are those of npm: ${packages[*]}"

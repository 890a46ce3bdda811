#!/usr/bin/env bash
# Starts a simulator for the steps of a job of GitHub Actions, and sets their variables:
# addresses, credentials, a device token and trust. See action.yml.
set -euo pipefail

folder=$RUNNER_TEMP/apns-sim
mkdir -p "$folder/record"
if [[ -n ${INPUT_BINARIES:-} ]]; then
	PATH=$(cd "$INPUT_BINARIES" && pwd):$PATH
	echo "${PATH%%:*}" >>"$GITHUB_PATH"
fi
flags=()
while IFS= read -r flag; do
	if [[ -n $flag ]]; then flags+=("$flag"); fi
done <<<"${INPUT_FLAGS:-}"
trust=()
if [[ ${INPUT_PROXY:-} == true ]]; then
	flags+=(--listen-proxy 127.0.0.1:0)
	trust=(--proxy)
fi

ready=$folder/ready.json
nohup apns-sim serve --any-port --ready-file "$ready" ${flags[@]+"${flags[@]}"} </dev/null >"$folder/record/log.txt" 2>&1 &
echo $! >"$folder/pid"
if ! apns-sim ready --ready-file "$ready" --wait "${READY_TIME:-30s}" >/dev/null; then
	cat "$folder/record/log.txt"
	exit 1
fi
address() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$ready"; }
apns-sim env --for github --device ${trust[@]+"${trust[@]}"} --control "$(address control)"
{
	echo "control=$(address control)"
	echo "provider=$(address provider)"
} >>"$GITHUB_OUTPUT"

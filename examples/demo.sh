#!/usr/bin/env bash
# The three-party flow on this machine, step by step: APNs, a device, a provider.
# Exits 0 only if every step has happened. Needs bin/apns-sim and bin/device-sim
# (make build) and nothing else; listens on free ports of 127.0.0.1.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly work=$(mktemp -d)
simulator= device=

cleanup() {
	for process in $device $simulator; do
		kill "$process" 2>/dev/null || true
		wait "$process" 2>/dev/null || true
	done
	rm -rf "$work"
}
trap cleanup EXIT

bold= plain=
if [[ -t 1 && ${TERM:-dumb} != dumb && -z ${NO_COLOR:-} ]]; then # https://no-color.org
	bold=$'\033[1m' plain=$'\033[0m'
fi
step() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
show() { sed 's/^/    /'; }

fail() {
	printf 'demo: %s\n' "$*" >&2
	for log in "$work"/*.log; do
		printf -- '--- %s\n' "${log##*/}" >&2
		cat "$log" >&2
	done
	exit 1
}

# await FILE TEXT WHAT: wait up to 10 seconds until the text stands in the file.
await() {
	for ((tries = 0; tries < 200; tries++)); do
		if grep -qsF -- "$2" "$1"; then return; fi
		sleep 0.05
	done
	fail "$3 did not happen within 10 seconds"
}

# field NAME: a text field of the ready record.
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$work/ready.json"; }

start_device() {
	bin/device-sim run --server "$(field device)" --control "$(field control)" --state "$work/phone" >"$1" 2>&1 &
	device=$!
}

stop_device() {
	kill "$device"
	wait "$device" || fail "the device did not leave cleanly"
	device=
}

# push TEXT [FLAG...]: send an alert, show the response, keep the exit code.
push() {
	local text=$1 code=0
	shift
	bin/apns-sim send --control "$(field control)" --payload "{\"aps\":{\"alert\":\"$text\"}}" "$@" >"$work/response.log" 2>&1 || code=$?
	show <"$work/response.log"
	return $code
}

step "1. APNs starts: the provider API, the courier for devices, and a certificate authority behind them."
bin/apns-sim --any-port --ready-file "$work/ready.json" >"$work/simulator.log" 2>&1 &
simulator=$!
await "$work/ready.json" '"ready"' "the start of the simulator"
show <"$work/simulator.log"

step "2. A device is activated, connects, proves itself, and gets its tokens."
start_device "$work/device.log"
await "$work/device.log" "Device token of" "the device's handshake"
await "$work/device.log" "/3/device/" "the app's token"
show <"$work/device.log"
token=$(awk '/^Device token/ { app = 1 } app && $1 == "token" { print $2; exit }' "$work/device.log")
[[ $token =~ ^[0-9a-f]{64}$ ]] || fail "the device printed no token"

step "3. A provider pushes with a provider token, a JWT signed with its key."
push "signed with a key" --token "$token" || fail "the push with a provider token was refused"
await "$work/device.log" "signed with a key" "the delivery of the first push"
sed -n '/Notification for/,$p' "$work/device.log" | show

step "4. A provider pushes with a client certificate and no token."
push "by certificate" --token "$token" --certificate "$(field certificateFile)" || fail "the push with a certificate was refused"
await "$work/device.log" "by certificate" "the delivery of the second push"
sed -n '/Notification for/,$p' "$work/device.log" | sed '1,/^$/d' | show

step "5. The device goes away. APNs accepts a push and keeps it."
stop_device
push "kept while you were away" --token "$token" || fail "the push to the absent device was refused"

step "6. The device comes back with its base token, which APNs opens and compares with its certificate."
start_device "$work/again.log"
await "$work/again.log" "kept while you were away" "the delivery from the store"
show <"$work/again.log"

step "7. A token with one digit changed was not made by this APNs."
last=${token: -1}
if push "never" --token "${token%?}$([[ $last == 0 ]] && echo 1 || echo 0)"; then
	fail "a forged token was accepted"
fi
grep -qF "BadDeviceToken" "$work/response.log" || fail "the forged token was refused for another reason"

step "8. APNs says goodbye."
stop_device
kill "$simulator"
wait "$simulator" || fail "the simulator did not stop cleanly"
simulator=
echo "    Every step has happened."

#!/usr/bin/env bash
# Writes the record of all pushes and stops the simulator that start.sh has started. A job
# in which it was not started has nothing to stop.
set -euo pipefail

folder=$RUNNER_TEMP/apns-sim
if [[ ! -f $folder/pid ]]; then
	mkdir -p "$folder/record"
	echo "the simulator was not started" | tee "$folder/record/log.txt"
	exit
fi
pid=$(<"$folder/pid")
if kill -0 "$pid" 2>/dev/null; then
	apns-sim list --json >"$folder/record/pushes.jsonl"
	apns-sim count
	kill -TERM "$pid"
	for ((i = 0; i < 150; i++)); do
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.1
	done
fi
rm -f "$folder/pid"

#!/bin/sh
# Runs a program where Apple's name for production leads to this machine, in a mount and a network
# namespace of its own: no file of the machine is changed, and port 443 of its loopback
# address is free.
#
#   ./within.sh apns-sim exec --listen-443 127.0.0.1:443 -- cargo run
set -eu
if [ "${1:-}" != --inside ]; then
	exec unshare --map-root-user --mount --net "$0" --inside "$@"
fi
shift
ip link set lo up
hosts=$(mktemp)
{ cat /etc/hosts; echo 127.0.0.1 api.push.apple.com; } >"$hosts"
mount --bind "$hosts" /etc/hosts
rm "$hosts" # it is there as long as it is mounted
exec "$@"

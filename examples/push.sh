#!/bin/sh
# A test of a provider in plain sh and curl. Run it beside a simulator of its own:
#
#     apns-sim exec -- sh examples/push.sh
#
# exec has set the variables, and curl trusts the simulator by one of them.
set -eu

fail() { echo "push.sh: $*" >&2; exit 1; }

# A provider token: RFC 7519, signed with ES256.
base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
provider_token() {
	head=$(printf '{"alg":"ES256","kid":"%s"}' "$APNS_SIM_KEY_ID" | base64url)
	claims=$(printf '{"iss":"%s","iat":%s}' "$APNS_SIM_TEAM" "$(date +%s)" | base64url)
	signature=$(printf %s "$head.$claims" | openssl dgst -sha256 -sign "$APNS_SIM_KEY_FILE" | base64url)
	printf %s "$head.$claims.$signature"
}
jwt=$(provider_token)

# push sends one and prints status and body of the response.
push() {
	curl --silent --show-error --http2 --write-out ' %{http_code}' \
		--header "authorization: bearer $jwt" --header "apns-topic: $APNS_SIM_TOPIC" --header "apns-push-type: alert" \
		--data '{"aps":{"alert":"hello from sh"}}' "$APNS_SIM_PROVIDER/3/device/$APNS_SIM_TOKEN"
}
# want pushes and compares the response.
want() {
	got=$(push)
	[ "$got" = "$1" ] || fail "the response is \"$got\", not \"$1\""
	echo "$got"
}
# control asks the control API.
control() {
	path=$1
	shift
	curl --silent --show-error --fail-with-body ${APNS_SIM_CONTROL_TOKEN:+-H "Authorization: Bearer $APNS_SIM_CONTROL_TOKEN"} "$@" "$APNS_SIM_CONTROL$path"
}

# A push reaches the device.
want ' 200'
control "/v1/notifications/wait?state=delivered&token=$APNS_SIM_TOKEN&timeout=5s" >/dev/null || fail "it is not delivered"
control "/v1/devices/$APNS_SIM_DEVICE_ID/inbox" | grep -q 'hello from sh' || fail "it is not in the inbox"

# Apple is busy twice.
control /v1/faults --data '{"name":"busy","when":{"times":2},"what":{"do":"respond","reason":"TooManyRequests"}}' >/dev/null
want '{"reason":"TooManyRequests"} 429'
want '{"reason":"TooManyRequests"} 429'
want ' 200'

# An hour later the provider token is too old.
control /v1/clock/advance --data '{"by":"1h"}' >/dev/null
want '{"reason":"ExpiredProviderToken"} 403'

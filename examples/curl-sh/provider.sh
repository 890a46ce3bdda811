# A provider in sh: openssl signs the provider token, curl sends the push.

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

# provider_token TEAM KEY_ID KEY_FILE [TIME]: a provider token, issued at a time in
# seconds, now if there is none. openssl signs in DER, which APNs takes as well.
provider_token() {
	text=$(printf '{"alg":"ES256","kid":"%s"}' "$2" | base64url).$(printf '{"iss":"%s","iat":%d}' "$1" "${4:-$(date +%s)}" | base64url)
	printf '%s.%s' "$text" "$(printf %s "$text" | openssl dgst -sha256 -sign "$3" -binary | base64url)"
}

# push TOPIC DEVICE_TOKEN PAYLOAD [CURL OPTION...]: send; print the status, the
# apns-id and the body of the response, in one line.
push() {
	topic=$1 device_token=$2 payload=$3
	shift 3
	curl -sS --http2 -H "apns-topic: $topic" -H 'apns-push-type: alert' --data-binary "$payload" \
		-o "${TMPDIR:-/tmp}/response.$$" -w '%{http_code} %header{apns-id} ' "$@" "$APNS_SIM_PROVIDER/3/device/$device_token"
	cat "${TMPDIR:-/tmp}/response.$$" && rm -f "${TMPDIR:-/tmp}/response.$$"
}

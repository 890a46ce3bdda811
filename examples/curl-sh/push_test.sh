#!/bin/sh
# curl in tests: apns-sim exec -- sh push_test.sh
cd "$(dirname "$0")" || exit
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. ./provider.sh
. ./space.sh

hello='{"aps":{"alert":"hello"},"n":1.0,"text":"ä ☃ </"}'

# send [CURL OPTION...]: push to the device with a provider token; sets status, id, body.
send() { response "$(push "$topic" "$token" "$hello" -H "authorization: bearer $jwt" "$@")"; }
response() {
	status=${1%% *}
	id=${1#* }
	body=${id#* }
	id=${id%% *}
}

# want GOT WANT
want() {
	[ "$1" = "$2" ] && return
	echo "# got $1, want $2"
	return 1
}

provider_token_is_accepted() {
	send && want "$status" 200 && received 1 >/dev/null && want "$(credential "$id")" 'provider token'
}

provider_certificate_is_accepted() {
	response "$(push "$topic" "$token" "$hello" --cert "$work/certificate.pem")" &&
		want "$status" 200 && received 1 >/dev/null && want "$(credential "$id")" certificate
}

refusal_names_its_reason() {
	token=00ff
	send && want "$status" 400 && want "$body" '{"reason":"BadDeviceToken"}'
}

removed_app_is_gone() {
	uninstall && send && want "$status" 410 && want "$(echo "$body" | text reason)" Unregistered || return
	since=$(echo "$body" | sed 's/.*"timestamp":\([0-9]*\).*/\1/')
	age=$(($(date +%s) - since / 1000))
	[ $age -ge 0 ] && [ $age -lt 60 ]
}

exact_payload() { send && want "$(received 1)" "$hello"; }

# refused STATUS REASON: curl reports a refusal; with --retry it tries again.
refused() {
	inject 0 "{\"do\":\"respond\",\"reason\":\"$2\"}" && send && want "$status" "$1" && want "$body" "{\"reason\":\"$2\"}" &&
		inject 0 "{\"do\":\"respond\",\"reason\":\"$2\"}" && send --retry 1 --retry-delay 1 && want "$status" 200 && received 1 >/dev/null
}

# batch COUNT: so many pushes in parallel; prints status and apns-id of each response. What stands after #
# is not sent, and makes curl send the same again. A connection begins with one
# stream; curl may have begun more before it is told, and sends them again.
batch() {
	curl -sS --http2 --parallel --parallel-max 100 --retry 5 --retry-all-errors -H "apns-topic: $topic" -H "authorization: bearer $jwt" \
		--data-binary "$hello" -o /dev/null -w '%{http_code} %header{apns-id}\n' "$APNS_SIM_PROVIDER/3/device/$token#[1-$1]" 2>"$work/errors"
}

goaway() {
	send && inject 20 '{"do":"goaway","lastStream":"before"}' || return
	batch 200 | sed -n 's/^200 //p' >"$work/accepted"
	[ -s "$work/accepted" ] && want "$(hits)" 1 && arrived <"$work/accepted"
}

renewal() {
	send && want "$status" 200 && advance 61m && send && want "$body" '{"reason":"ExpiredProviderToken"}' || return
	jwt=$(provider_token "$team" "$key_id" "$work/key.p8" $(($(date +%s) + 3660)))
	send && want "$status" 200
}

thousand() {
	batch 1000 | sed -n 's/^200 //p' >"$work/accepted"
	want "$(wc -l <"$work/accepted" | tr -d ' ')" 1000 && arrived <"$work/accepted"
}

number=0
failures=0
# check NAME COMMAND [NOTE]: run it in a space of its own, report in TAP.
check() {
	number=$((number + 1))
	if open_space && jwt=$(provider_token "$team" "$key_id" "$work/key.p8") && eval "$2"; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		failures=$((failures + 1))
	fi
	[ -z "$3" ] || echo "# note: $3"
}

echo 'TAP version 13'
check 'a provider token is accepted' provider_token_is_accepted
check 'a provider certificate is accepted' provider_certificate_is_accepted
check 'a refusal names its reason' refusal_names_its_reason
check 'a removed app is gone since a time' removed_app_is_gone
check 'the device receives the exact payload' exact_payload
check 'too many requests' 'refused 429 TooManyRequests' 'reported to the caller; retried with --retry'
check 'service unavailable' 'refused 503 ServiceUnavailable' 'reported to the caller; retried with --retry'
check 'no answered push is lost in a goaway' goaway 'pushes that the GOAWAY excludes are sent again with --retry-all-errors'
check 'the provider token is renewed' renewal 'up to the caller'
check 'a thousand pushes arrive' thousand 'with --parallel, a hundred at a time; --retry-all-errors sends streams again that were refused before the limit was known'
echo "1..$number"
exit $((failures > 0))

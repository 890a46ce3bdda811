# Steers the simulator that `apns-sim exec` started, by curl. Needs $work, a folder.

# control METHOD PATH [BODY]: ask the control API; a refusal ends the test.
control() {
	curl -sS --fail-with-body -X "$1" ${APNS_SIM_CONTROL_TOKEN:+-H "Authorization: Bearer $APNS_SIM_CONTROL_TOKEN"} -H 'Content-Type: application/json' ${3:+--data "$3"} "$APNS_SIM_CONTROL$2"
}

# text NAME: the last text of that name in the JSON on stdin.
text() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

# open_space: a team with a key, a certificate, an app and a device, which no other
# test sees. Sets team, key_id, topic, device, token, and writes key.p8 and
# certificate.pem to $work.
open_space() {
	control POST /v1/spaces '{}' >"$work/space.json" || return
	device=$(sed -n 's/.*"devices":\[{"id":"\([^"]*\)".*/\1/p' "$work/space.json")
	for pair in team:TEAM key_id:KEY_ID topic:TOPIC token:TOKEN; do
		eval "${pair%%:*}=$(text "APNS_SIM_${pair#*:}" <"$work/space.json")"
	done
	printf '%b' "$(text key <"$work/space.json")" >"$work/key.p8"
	printf '%b' "$(text certificate <"$work/space.json")" >"$work/certificate.pem"
}

# received COUNT: wait until the device has so many notifications; print the payload
# of the last one.
received() {
	control GET "/v1/devices/$device/inbox?timeout=10s&count=$1" | text payloadBase64 | openssl base64 -A -d
}

# arrived: wait until each push whose apns-id stands on stdin has arrived at its device.
arrived() {
	while read -r one; do
		printf 'url = "%s/v1/notifications/wait?state=delivered&space=%s&apns-id=%s"\noutput = "/dev/null"\n' "$APNS_SIM_CONTROL" "$team" "$one"
	done | curl -sS ${APNS_SIM_CONTROL_TOKEN:+-H "Authorization: Bearer $APNS_SIM_CONTROL_TOKEN"} --fail --fail-early -K -
}

# hits: the number of hits of the faults of this space.
hits() { control GET "/v1/faults" | tr '{' '\n' | sed -n "/\"space\":\"$team\"/,/\"hits\"/s/.*\"hits\":\([0-9]*\).*/\1/p"; }

# inject AFTER REASON-OR-ACTION: one fault after so many pushes.
inject() { control POST /v1/faults "{\"space\":\"$team\",\"when\":{\"after\":$1,\"times\":1},\"what\":$2}" >/dev/null; }

advance() { control POST "/v1/spaces/$team/clock/advance" "{\"by\":\"$1\"}" >/dev/null; }

uninstall() { control POST "/v1/devices/$device/uninstall" "{\"topic\":\"$topic\"}" >/dev/null; }

# credential APNS_ID: what the push was sent with.
credential() { control GET "/v1/notifications/$1" | text kind; }

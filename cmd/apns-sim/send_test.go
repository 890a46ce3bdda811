package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// strange is a device token that nobody has issued.
var strange = strings.Repeat("5a", 32)

// issued makes a device token as the simulator over dir does.
func issued(t *testing.T, dir string, env apns.Environment) string {
	t.Helper()
	return issuedFor(t, dir, env, sim.DefaultTopic)
}

// issuedFor is issued for another topic.
func issuedFor(t *testing.T, dir string, env apns.Environment, topic string) string {
	t.Helper()
	secrets, err := keystore.Load(dir)
	require.NoError(t, err)
	vault, err := tokenvault.New(tokenvault.Config{Secrets: secrets.DeviceTokenKeys})
	require.NoError(t, err)
	hash := apns.HashTopic(topic)
	return vault.Issue(tokenvault.Address{Environment: env, Device: apns.DeviceID{1}}, &hash).String()
}

func TestSendIsAProviderOfOnePush(t *testing.T) {
	dir := initialized(t)
	succeed(t, "key", "create", "--certs", dir, "--id", "SECONDKEY1")
	s := serve(t, "--any-port", "--certs", dir)
	succeed(t, "key", "create", "--certs", dir, "--id", "TOOLATE001")
	succeed(t, "cert", "create", "--certs", dir, "--topic", sim.DefaultTopic)
	succeed(t, "cert", "create", "--certs", dir, "--topic", "other.app", "--password", "another one", "--legacy-p12")
	key := func(id string) string {
		return filepath.Join(keystore.KeyFolder(dir, sim.DefaultTeam), "AuthKey_"+id+".p8")
	}
	payload := filepath.Join(t.TempDir(), "payload.json")
	require.NoError(t, os.WriteFile(payload, []byte(`{"aps":{"alert":"from a file"}}`), 0o600))
	production, sandbox := issued(t, dir, apns.Production), issued(t, dir, apns.Sandbox)
	call := issuedFor(t, dir, apns.Production, sim.DefaultTopic+".voip")
	const id = "0b9c3b2e-0f3c-4a53-9f43-5d5f3a3f4c11"

	for _, tc := range []struct {
		name, stdin string
		args        []string
		code        int
		want        string
	}{
		{"a push", "", []string{"--token", production}, exitOK, "200 accepted, apns-id "},
		{"all headers", "", []string{"--token", production, "--topic", sim.DefaultTopic, "--push-type", "background", "--priority", "5", "--expiration", "0", "--collapse-id", "one", "--id", id}, exitOK, "200 accepted, apns-id " + id},
		{"a payload in a file", "", []string{"--token", production, "--payload", "@" + payload}, exitOK, "200 accepted"},
		{"a payload on standard input", `{"aps":{}}`, []string{"--token", production, "--payload", "-"}, exitOK, "200 accepted"},
		{"nothing on standard input", "", []string{"--token", production, "--payload", "-"}, exitFailure, "400 PayloadEmpty"},
		{"in the sandbox", "", []string{"--token", sandbox, "--environment", "sandbox"}, exitOK, "200 accepted"},
		{"in the wrong environment", "", []string{"--token", sandbox}, exitFailure, "400 BadDeviceToken"},
		{"no push type", "", []string{"--token", production, "--push-type", ""}, exitOK, "200 accepted"},
		{"to a VoIP topic", "", []string{"--token", call, "--topic", sim.DefaultTopic + ".voip"}, exitOK, "200 accepted"},
		{"to a VoIP topic, as another type", "", []string{"--token", call, "--topic", sim.DefaultTopic + ".voip", "--push-type", "alert"}, exitFailure, "400 InvalidPushType"},
		{"a bad priority", "", []string{"--token", production, "--priority", "7"}, exitFailure, "400 BadPriority"},
		{"a token nobody has issued", "", []string{"--token", strange}, exitFailure, "400 BadDeviceToken, apns-id "},
		{"another key of the team", "", []string{"--token", production, "--key-file", key("SECONDKEY1"), "--team", sim.DefaultTeam}, exitOK, "200 accepted"},
		{"a key made after the start", "", []string{"--token", production, "--key-file", key("TOOLATE001"), "--team", sim.DefaultTeam}, exitFailure, "403 InvalidProviderToken"},
		{"a key by another's ID", "", []string{"--token", production, "--key-file", key("SECONDKEY1"), "--team", sim.DefaultTeam, "--key-id", sim.DefaultKey}, exitFailure, "403 InvalidProviderToken"},
		{"a certificate as PKCS#12", "", []string{"--token", production, "--certificate", filepath.Join(dir, sim.DefaultTopic+".p12")}, exitOK, "200 accepted"},
		{"its password", "", []string{"--token", production, "--certificate", filepath.Join(dir, "other.app.p12"), "--password", "another one"}, exitFailure, "400 DeviceTokenNotForTopic"},
		{"a certificate, which implies the topic", "", []string{"--token", production, "--certificate", s.DefaultTeam.CertificateFile}, exitOK, "200 accepted"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := invokeWith(t, tc.stdin, append([]string{"send", "--control", s.Control + "/"}, tc.args...)...)
			assert.Equal(t, tc.code, o.code, o.stderr)
			assert.Contains(t, o.stdout, tc.want)
			assert.Empty(t, o.stderr, "a response of APNs is no error of ours")
		})
	}
}

func TestARefusalIsExplained(t *testing.T) {
	s := serve(t, "--any-port")
	o := invoke(t, "send", "--control", s.Control, "--token", strange)
	lines := strings.Split(strings.TrimSpace(o.stdout), "\n")
	require.Len(t, lines, 2, o.stdout)
	info := apns.LookupReason(apns.BadDeviceToken)
	assert.Equal(t, info.Meaning+" Retry: "+info.Retry.String()+".", lines[1])
}

func TestAResponseAsJSON(t *testing.T) {
	dir := initialized(t)
	s := serve(t, "--any-port", "--certs", dir)
	const id = "0b9c3b2e-0f3c-4a53-9f43-5d5f3a3f4c11"
	t.Setenv("APNS_SIM_CONTROL", s.Control)
	t.Setenv("APNS_SIM_JSON", "true")

	o := invoke(t, "send", "--token", strange, "--id", id)
	assert.Equal(t, exitFailure, o.code)
	assert.JSONEq(t, `{"status":400,"apnsId":"`+id+`","reason":"BadDeviceToken"}`, o.stdout)

	o = invoke(t, "send", "--token", issued(t, dir, apns.Production), "--id", id)
	assert.Equal(t, exitOK, o.code)
	assert.JSONEq(t, `{"status":200,"apnsId":"`+id+`"}`, o.stdout)

	// The sandbox alone adds an apns-unique-id: "Handling notification
	// responses from APNs".
	o = invoke(t, "send", "--token", issued(t, dir, apns.Sandbox), "--environment", "sandbox")
	assert.Equal(t, exitOK, o.code)
	var got map[string]any
	require.NoError(t, json.Unmarshal([]byte(o.stdout), &got))
	assert.NotEmpty(t, got["apnsId"])
	assert.NotEmpty(t, got["apnsUniqueId"])
}

func TestAKeyOfAnotherTeamIsAccepted(t *testing.T) {
	key, err := keystore.NewSigningKey("GUESTTEAM1", "GUESTKEY01")
	require.NoError(t, err)
	path, err := key.Save(t.TempDir())
	require.NoError(t, err)
	s := serve(t, "--any-port", "--key", "GUESTTEAM1:GUESTKEY01:"+path)
	o := invoke(t, "send", "--control", s.Control, "--token", strange, "--key-file", path, "--team", "GUESTTEAM1")
	assert.Contains(t, o.stdout, "400 BadDeviceToken", "nothing is wrong with the provider token")
}

func TestSendSaysWhatIsMissing(t *testing.T) {
	s := serve(t, "--any-port")
	dir := initialized(t)
	succeed(t, "cert", "create", "--certs", dir, "--topic", "a.b")
	p12 := filepath.Join(dir, "a.b.p12")
	noSandbox := serve(t, "--listen", "127.0.0.1:0", "--listen-443", "off", "--listen-sandbox", "off", "--listen-device", "off", "--listen-device-sandbox", "off", "--listen-channels", "off", "--listen-channels-sandbox", "off", "--listen-control", "127.0.0.1:0")
	for _, tc := range []struct {
		name    string
		control string
		args    []string
		code    int
		want    string
	}{
		{"nobody listens", "http://" + free(t), nil, exitUnreachable, "the simulator is not reachable: "},
		{"and how to change that", "http://" + free(t), nil, exitUnreachable, "start it with apns-sim serve, or set its address with --control"},
		{"no URL", "localhost:8197", nil, exitUsage, `--control is "localhost:8197"; write a URL such as http://127.0.0.1:8197`},
		{"no host", "http://", nil, exitUsage, "write a URL"},
		{"no such file", s.Control, []string{"--payload", "@none.json"}, exitUsage, "none.json"},
		{"a key without its team", s.Control, []string{"--key-file", s.DefaultTeam.KeyFile}, exitUsage, "--key-file needs --team"},
		{"a key file that is none", s.Control, []string{"--key-file", s.CAFile, "--team", "T", "--key-id", "K"}, exitUsage, s.CAFile},
		{"a certificate that is none", s.Control, []string{"--certificate", s.CAFile}, exitUsage, "--certificate: "},
		{"a p12 without its password", s.Control, []string{"--certificate", p12, "--password", "guess"}, exitUsage, "set it with --password"},
		{"a listener that is closed", noSandbox.Control, []string{"--environment", "sandbox"}, exitUsage, "no provider API listener for sandbox; see its --listen flags"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := invoke(t, append([]string{"send", "--control", tc.control, "--token", strange}, tc.args...)...)
			assert.Equal(t, tc.code, o.code)
			assert.Contains(t, o.stderr, tc.want)
			assert.Empty(t, o.stdout)
		})
	}
}

func TestAnotherServiceInPlaceOfTheControlAPIIsRecognized(t *testing.T) {
	for _, tc := range []struct {
		name   string
		status int
		info   string
		root   string
		want   string
	}{
		{"not found", http.StatusNotFound, "nothing here", "", "404 Not Found"},
		{"no JSON", http.StatusOK, "<html>", "", "/v1/info: invalid character"},
		{"no root", http.StatusOK, `{"provider":"https://127.0.0.1:1","defaultTeam":{}}`, "", "/v1/ca.pem has no certificate"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(tc.status)
				body := tc.info
				if r.URL.Path == "/v1/ca.pem" {
					body = tc.root
				}
				_, err := w.Write([]byte(body))
				assert.NoError(t, err)
			}))
			defer other.Close()
			dir := initialized(t)
			o := invoke(t, "send", "--control", other.URL, "--token", strange,
				"--key-file", filepath.Join(keystore.KeyFolder(dir, sim.DefaultTeam), "AuthKey_SIMKEY0001.p8"), "--team", sim.DefaultTeam)
			assert.Equal(t, exitFailure, o.code)
			assert.Contains(t, o.stderr, tc.want)
		})
	}
}

func TestAResponseThatIsNotAPNsIsSaidToBe(t *testing.T) {
	var out strings.Builder
	err := new(sendCommand).print(&console{stdout: &out}, &http.Response{StatusCode: http.StatusBadGateway}, []byte("<html>"))
	assert.ErrorContains(t, err, "response with status 502 is not from APNs")
	assert.Empty(t, out.String())
}

func TestAnInactiveTokenComesWithItsTime(t *testing.T) {
	var out strings.Builder
	err := (&sendCommand{JSON: true}).print(&console{stdout: &out}, &http.Response{StatusCode: http.StatusGone},
		[]byte(`{"reason":"Unregistered","timestamp":1767323045000}`))
	assert.ErrorIs(t, err, errPrinted)
	assert.JSONEq(t, `{"status":410,"reason":"Unregistered","timestamp":1767323045000}`, out.String())
}

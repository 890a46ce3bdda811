package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/pki/p12"
)

// api sends a request to the control API and reads the response.
func api(t testing.TB, s *server, method, path, body string, out any) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.Control+path, bytes.NewReader([]byte(body)))
	require.NoError(t, err)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	if out != nil {
		require.NoError(t, json.Unmarshal(text, out), string(text))
	}
	return response.StatusCode
}

type inbox struct{ Notifications []controlapi.Received }

func TestATestInAnyLanguageNeedsOnlyTheControlAPI(t *testing.T) {
	s := serve(t, "--any-port")
	var made controlapi.CreatedSpace
	require.Equal(t, http.StatusCreated, api(t, s, "POST", "/v1/spaces", "", &made), "an empty body uses the defaults")
	require.Len(t, made.Devices, 1)
	keyFile := filepath.Join(t.TempDir(), "AuthKey_"+made.KeyID+".p8")
	require.NoError(t, os.WriteFile(keyFile, []byte(made.Key), 0o600))
	push := func() outcome {
		return invoke(t, "send", "--control", s.Control, "--team", made.Team, "--key-file", keyFile,
			"--topic", made.Topics[0], "--token", made.Variables["APNS_SIM_TOKEN"], "--payload", `{"aps":{"alert":"hello"}}`)
	}
	device := "/v1/devices/" + made.Devices[0].ID.String()

	require.Zero(t, push().code)
	var got inbox
	require.Equal(t, http.StatusOK, api(t, s, "GET", device+"/inbox?count=1&timeout=5s", "", &got))
	require.Len(t, got.Notifications, 1)
	assert.Equal(t, map[string]any{"aps": map[string]any{"alert": "hello"}}, got.Notifications[0].Payload)

	var changed controlapi.Device
	require.Equal(t, http.StatusOK, api(t, s, "POST", device+"/offline", "", &changed))
	assert.False(t, changed.Online)
	require.Zero(t, push().code)
	var problem struct{ Detail string }
	assert.Equal(t, http.StatusRequestTimeout, api(t, s, "GET", device+"/inbox?after=1&count=1&timeout=10ms", "", &problem))
	assert.Contains(t, problem.Detail, "the inbox has 0 notifications after 1 and not 1")
	require.Equal(t, http.StatusOK, api(t, s, "POST", device+"/online", "", &changed))
	require.Equal(t, http.StatusOK, api(t, s, "GET", device+"/inbox?after=1&count=1", "", &got))
	assert.True(t, got.Notifications[0].FromStorage)

	require.Equal(t, http.StatusOK, api(t, s, "POST", device+"/rotate", `{"topic":"com.example.app"}`, &changed))
	assert.NotEqual(t, made.Variables["APNS_SIM_TOKEN"], changed.Apps[0].Token)
	assert.Contains(t, push().stdout, "410", "the old token is Unregistered")

	assert.Equal(t, http.StatusOK, api(t, s, "POST", "/v1/spaces/"+made.Team+"/clock/advance", `{"by":"720h"}`, nil))
	assert.Equal(t, http.StatusNoContent, api(t, s, "DELETE", "/v1/spaces/"+made.Team, "", nil))
	assert.Equal(t, http.StatusNotFound, api(t, s, "DELETE", "/v1/spaces/"+made.Team, "", &problem))
	assert.Contains(t, push().stdout+push().stderr, "InvalidProviderToken")
}

func TestTheCertificateOfASpaceComesAsPKCS12OnRequest(t *testing.T) {
	s := serve(t, "--any-port")
	var made controlapi.CreatedSpace
	require.Equal(t, http.StatusCreated, api(t, s, "POST", "/v1/spaces", `{"devices":0,"p12Password":"secret"}`, &made))
	file, err := base64.StdEncoding.DecodeString(made.P12)
	require.NoError(t, err)
	identity, err := p12.Decode(file, "secret")
	require.NoError(t, err)
	assert.Contains(t, identity.Certificate.Subject.String(), made.Team)
}

func TestWhatIsOrderedWronglyIsRefusedWithTheRemedy(t *testing.T) {
	s := serve(t, "--any-port")
	for _, row := range []struct {
		method, path, body string
		status             int
		detail             string
	}{
		{"POST", "/v1/spaces", `{"team":"SIMTEAM001"}`, 409, "choose another name"},
		{"POST", "/v1/spaces", `{"devices":-1}`, 422, "body.devices: expected number >= 0"},
		{"POST", "/v1/spaces", `{"environment":"staging"}`, 422, "body.environment: expected value to be one of"},
		{"POST", "/v1/spaces", `{"topics":["no/topic"]}`, 422, `"no/topic"`},
		{"GET", "/v1/spaces/NOBODY0001", "", 404, "there is no such space: NOBODY0001"},
		{"GET", "/v1/devices?space=NOBODY0001", "", 404, "NOBODY0001"},
		{"POST", "/v1/devices", `{"team":"NOBODY0001"}`, 404, "create a space for it"},
		{"GET", "/v1/devices/0123456789abcdef", "", 404, "GET /v1/devices lists them"},
		{"GET", "/v1/devices/phone", "", 422, "path.id"},
		{"GET", "/v1/devices/0123456789abcdef/inbox?timeout=1h", "", 422, "up to 1m0s"},
		{"POST", "/v1/clock/advance", `{"by":"an hour"}`, 422, "write a time with its unit"},
		{"DELETE", "/v1/teams/SIMTEAM001/keys/NOKEY00001", "", 404, "NOKEY00001"},
		{"POST", "/v1/apps", `{"team":"NOBODY0001","bundleId":"com.example.app"}`, 404, `there is no such team: "NOBODY0001"`},
		{"DELETE", "/v1/apps/com.nobody", "", 404, `"com.nobody"`},
		{"GET", "/v1/channels?topic=com.nobody", "", 404, `"com.nobody"; add it first`},
		{"DELETE", "/v1/channels/AAAAAAAAAAAAAAAAAAAAAA==", "", 404, "AAAAAAAAAAAAAAAAAAAAAA=="},
		{"GET", "/v1/channels?topic=com.example.demo&after=x", "", 422, `query.after: "x" is not a cursor of this list; use the value of next from the previous response`},
		{"GET", "/v1/connections?after=x", "", 422, "query.after"},
		{"GET", "/v1/devices?after=team-SIMTEAM001", "", 422, "query.after"},
		{"GET", "/v1/spaces?after=00000000000000000001", "", 422, "query.after"},
		{"GET", "/v1/teams?after=x", "", 422, "query.after"},
		{"GET", "/v1/teams?limit=0", "", 422, "query.limit: expected number >= 1"},
		{"GET", "/v1/teams?limit=1001", "", 422, "query.limit: expected number <= 1000"},
		{"DELETE", "/v1/connections/4711", "", 404, "GET /v1/connections lists them"},
	} {
		t.Run(row.method+row.path, func(t *testing.T) {
			var problem struct{ Detail string }
			assert.Equal(t, row.status, api(t, s, row.method, row.path, row.body, &problem))
			assert.Contains(t, problem.Detail, row.detail)
		})
	}
}

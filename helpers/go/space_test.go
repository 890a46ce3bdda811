package apnssim

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A request is what a helper has asked of the control API.
type request struct {
	route string
	body  any
}

// control answers as the control API does, and keeps what it is asked.
func control(t *testing.T) *[]request {
	var asked []request
	responses := map[string]string{
		"POST /v1/spaces": `{"team":"T","keyId":"K","key":"the key","certificate":"the certificate","topics":["com.example.app"],
			"time":"2030-01-01T00:00:00Z","variables":{"APNS_SIM_PROVIDER":"https://localhost:2197","APNS_SIM_PROVIDER_SANDBOX":"https://localhost:2198"},
			"devices":[{"id":"d1","apps":[{"topic":"com.example.app","token":"ab"}]}]}`,
		"POST /v1/faults":                                           `{"faults":[{"name":"goaway-1"}]}`,
		"POST /v1/spaces/T/clock/advance":                           `{"time":"2031-01-01T00:00:00Z"}`,
		"POST /v1/devices/d1/uninstall":                             `{"id":"d1"}`,
		"GET /v1/devices/d1/inbox?count=1&timeout=10s":              `{"notifications":[{"topic":"com.example.app","payloadBase64":"e30="}]}`,
		"GET /v1/notifications?limit=1000&order=oldest&space=T&x=1": `{"notifications":[{"id":"i","state":"delivered"}]}`,
		"GET /v1/notifications/i":                                   `{"id":"i","request":{"credential":{"kind":"certificate"}}}`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		one := request{route: r.Method + " " + r.URL.String()}
		_ = json.NewDecoder(r.Body).Decode(&one.body)
		asked = append(asked, one)
		assert.Equal(t, "Bearer the-control-token", r.Header.Get("Authorization"))
		_, _ = w.Write([]byte(responses[one.route]))
	}))
	t.Cleanup(server.Close)
	t.Setenv("APNS_SIM_CONTROL", server.URL)
	t.Setenv("APNS_SIM_CONTROL_TOKEN", "the-control-token")
	return &asked
}

func TestASpaceIsWhatTheControlAPIMade(t *testing.T) {
	control(t)
	s := New(t)
	assert.Equal(t, "https://localhost:2197 T K com.example.app d1 ab",
		s.Provider+" "+s.Team+" "+s.KeyID+" "+s.Topic+" "+s.Device.ID+" "+s.Token)
	for file, want := range map[string]string{s.KeyFile: "the key", s.CertificateFile: "the certificate"} {
		got, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, want, string(got))
	}
	assert.Equal(t, []Notification{{Topic: "com.example.app", Payload: []byte("{}")}}, s.Received(1))
	assert.Equal(t, "delivered", s.Pushes("x=1")[0].State)
	assert.Equal(t, "certificate", s.Show("i").Request.Credential.Kind)
}

func TestASpaceIsSteeredAndDeleted(t *testing.T) {
	asked := control(t)
	t.Run("in a test", func(t *testing.T) {
		s := New(t)
		s.Inject(2, 1, map[string]any{"do": "goaway"})
		s.Advance(-time.Hour)
		assert.Equal(t, 2031, s.Now().Add(time.Minute).UTC().Year(), "its clock, not that of this machine")
		s.Uninstall()
	})
	assert.Equal(t, []request{
		{"POST /v1/spaces", map[string]any{"environment": "production", "topics": []any{}, "devices": 1.0}},
		{"POST /v1/faults", map[string]any{
			"space": "T", "when": map[string]any{"after": 2.0, "times": 1.0}, "what": map[string]any{"do": "goaway"},
		}},
		{"POST /v1/spaces/T/clock/advance", map[string]any{"by": "-1h0m0s"}},
		{"POST /v1/devices/d1/uninstall", map[string]any{"topic": "com.example.app"}},
		{"DELETE /v1/spaces/T", nil},
	}, *asked)
}

func TestASpaceMayBeInTheSandbox(t *testing.T) {
	asked := control(t)
	assert.Equal(t, "https://localhost:2198", NewSandbox(t).Provider)
	assert.Equal(t, request{"POST /v1/spaces", map[string]any{"environment": "sandbox", "topics": []any{}, "devices": 1.0}}, (*asked)[0])
}

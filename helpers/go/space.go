// Package apnssim gives a Go test a space of its own in a simulator that runs as
// another process, as under apns-sim exec. A test that wants the simulator in its
// own process uses package apnstest.
//
// It knows the routes of the control API that tests repeat, and nothing of pushing.
package apnssim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// timeout is how long a test waits for a delivery.
const timeout = 10 * time.Second

// A Space is an isolated team: a key, a certificate, an app
// and a device, which no other test sees.
type Space struct {
	Provider        string // address of the provider API, https://localhost:2197
	Team, KeyID     string
	KeyFile         string // authentication key, .p8
	CertificateFile string // provider certificate with its key, PEM
	Topic           string
	Device, Token   string // id and device token of the device

	t       testing.TB
	control string
}

// A Notification is what the device has received.
type Notification struct {
	Topic   string `json:"topic"`
	Payload []byte `json:"payloadBase64"` // byte for byte
}

// A Push is what the simulator has recorded of a push.
type Push struct {
	ID      string `json:"id"` // its apns-id
	State   string `json:"state"`
	Request struct {
		Credential struct {
			Kind        string `json:"kind"`
			Fingerprint string `json:"fingerprint"` // tells provider tokens apart
		} `json:"credential"`
		Connection struct {
			Number uint64 `json:"number"`
		} `json:"connection"`
	} `json:"request"`
}

// New opens a space, which is deleted when the test ends. Without a simulator the
// test fails.
func New(t testing.TB) *Space {
	t.Helper()
	return open(t, "production", "APNS_SIM_PROVIDER")
}

// NewSandbox is New for a space whose device lives in the sandbox.
func NewSandbox(t testing.TB) *Space {
	t.Helper()
	return open(t, "sandbox", "APNS_SIM_PROVIDER_SANDBOX")
}

func open(t testing.TB, environment, provider string) *Space {
	t.Helper()
	s := &Space{t: t, control: os.Getenv("APNS_SIM_CONTROL"), Provider: os.Getenv(provider)}
	if s.control == "" {
		t.Fatal("there is no simulator: run the tests with apns-sim exec -- go test")
	}
	var made struct {
		Team, KeyID, Key, Certificate string
		Topics                        []string
		Devices                       []struct {
			ID   string
			Apps []struct{ Token string }
		}
	}
	s.call(http.MethodPost, "/v1/spaces", map[string]string{"environment": environment}, &made)
	t.Cleanup(func() { s.call(http.MethodDelete, "/v1/spaces/"+made.Team, nil, nil) })
	s.Team, s.KeyID, s.Topic = made.Team, made.KeyID, made.Topics[0]
	s.Device, s.Token = made.Devices[0].ID, made.Devices[0].Apps[0].Token
	dir := t.TempDir()
	s.KeyFile, s.CertificateFile = filepath.Join(dir, "key.p8"), filepath.Join(dir, "certificate.pem")
	for file, content := range map[string]string{s.KeyFile: made.Key, s.CertificateFile: made.Certificate} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// Received waits until the device has received this many notifications and returns
// all of them, in order.
func (s *Space) Received(count int) []Notification {
	s.t.Helper()
	var inbox struct{ Notifications []Notification }
	s.call(http.MethodGet, fmt.Sprintf("/v1/devices/%s/inbox?count=%d&timeout=%s", s.Device, count, timeout), nil, &inbox)
	return inbox.Notifications
}

// Pushes returns what is recorded of the pushes of this space that fit a filter,
// as "status=429" or "", the oldest first.
func (s *Space) Pushes(filter string) []Push {
	s.t.Helper()
	var list struct{ Notifications []Push }
	s.call(http.MethodGet, "/v1/notifications?order=oldest&limit=1000&space="+url.QueryEscape(s.Team)+"&"+filter, nil, &list)
	return list.Notifications
}

// Show returns all that is recorded of a push.
func (s *Space) Show(apnsID string) (p Push) {
	s.t.Helper()
	s.call(http.MethodGet, "/v1/notifications/"+url.PathEscape(apnsID), nil, &p)
	return p
}

// Delivered waits until a push has arrived at its device.
func (s *Space) Delivered(apnsID string) {
	s.t.Helper()
	s.call(http.MethodGet, "/v1/notifications/wait?state=delivered&space="+url.QueryEscape(s.Team)+"&apns-id="+url.QueryEscape(apnsID), nil, nil)
}

// Hits returns the number of hits of the faults of this space.
func (s *Space) Hits() (sum int) {
	s.t.Helper()
	var list struct {
		Faults []struct {
			Space string
			Hits  int
		}
	}
	s.call(http.MethodGet, "/v1/faults", nil, &list)
	for _, f := range list.Faults {
		if f.Space == s.Team {
			sum += f.Hits
		}
	}
	return sum
}

// Inject adds a fault for this space, applied this many times: what is as on the
// page of faults, {"do": "respond", "reason": "TooManyRequests"}. After this many
// pushes have been spared.
func (s *Space) Inject(after, times int, what map[string]any) {
	s.t.Helper()
	s.call(http.MethodPost, "/v1/faults", map[string]any{
		"space": s.Team, "when": map[string]any{"after": after, "times": times}, "what": what,
	}, nil)
}

// Advance moves the clock of this space.
func (s *Space) Advance(by time.Duration) {
	s.t.Helper()
	s.call(http.MethodPost, "/v1/spaces/"+s.Team+"/clock/advance", map[string]string{"by": by.String()}, nil)
}

// Uninstall removes the app from the device.
func (s *Space) Uninstall() {
	s.t.Helper()
	s.call(http.MethodPost, "/v1/devices/"+s.Device+"/uninstall", map[string]string{"topic": s.Topic}, nil)
}

// call sends a request to the control API and reads the response; a refusal fails
// the test with its words.
func (s *Space) call(method, path string, body, out any) {
	s.t.Helper()
	content, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	request, err := http.NewRequest(method, s.control+path, bytes.NewReader(content))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if token := os.Getenv("APNS_SIM_CONTROL_TOKEN"); token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	content, err = io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if response.StatusCode >= http.StatusBadRequest {
		s.t.Fatalf("%s %s: %s", method, path, content)
	}
	if out == nil {
		return
	}
	if err := json.Unmarshal(content, out); err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
}

// Package apnssim gives a Go test a space of its own in a simulator that runs as
// another process: that of APNS_SIM_CONTROL, as under apns-sim exec, one at the default
// port, or one that it starts and that stops with the tests. A test that wants the
// simulator in its own process uses package apnstest.
//
// It knows the routes of the control API that tests repeat, and nothing of pushing.
package apnssim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// timeout is how long a test waits for a delivery.
const timeout = 10 * time.Second

// A Space is an isolated team: a key, a certificate, apps and devices, which no other
// test sees.
type Space struct {
	Provider        string // address of the provider API, https://localhost:2197
	Team, KeyID     string
	KeyFile         string // authentication key, .p8
	CertificateFile string // provider certificate with its key, PEM
	CA              []byte // root certificate to trust, PEM
	Topics          []string
	Topic           string // the first of them
	Devices         []*Device
	Device          *Device           // the first of them
	Token           string            // newest device token of the first app on it
	Variables       map[string]string // for a program under test, as apns-sim exec sets them

	t       testing.TB
	control string
	moved   time.Duration // its clock, compared with the one of this process
}

// Options say which space a test needs. The zero value is a space in production with the
// app com.example.app on one device.
type Options struct {
	Environment string   // production or sandbox
	Topics      []string // bundle IDs of the apps
	Devices     int      // each has all apps
}

// A Notification is what the device has received.
type Notification struct {
	Topic   string `json:"topic"`
	Payload []byte `json:"payloadBase64"` // byte for byte
}

// A Push is what the simulator has recorded of a push.
type Push struct {
	ID       string          `json:"id"` // its apns-id
	State    string          `json:"state"`
	Payload  json.RawMessage `json:"payload"`
	Response struct {
		Status int    `json:"status"`
		Reason string `json:"reason"`
	} `json:"response"`
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

// New opens a space, which is deleted when the test ends. Without a simulator it starts
// one; if that is impossible, the test fails.
func New(t testing.TB) *Space {
	t.Helper()
	return Open(t, Options{})
}

// NewSandbox is New for a space whose device lives in the sandbox.
func NewSandbox(t testing.TB) *Space {
	t.Helper()
	return Open(t, Options{Environment: "sandbox"})
}

// Open is New for a space with options.
func Open(t testing.TB, options Options) *Space {
	t.Helper()
	control, err := find()
	if err != nil {
		t.Fatal(err)
	}
	s := &Space{t: t, control: control}
	environment := cmp.Or(options.Environment, "production")
	var made struct {
		Team, KeyID, Key, Certificate, CA string
		Time                              time.Time
		Topics                            []string
		Devices                           []deviceState
		Variables                         map[string]string
	}
	s.call(http.MethodPost, "/v1/spaces", map[string]any{
		"environment": environment, "topics": append([]string{}, options.Topics...), "devices": max(1, options.Devices),
	}, &made)
	t.Cleanup(func() { s.call(http.MethodDelete, "/v1/spaces/"+made.Team, nil, nil) })
	s.Team, s.KeyID, s.CA, s.Variables = made.Team, made.KeyID, []byte(made.CA), made.Variables
	s.Topics, s.Topic = made.Topics, made.Topics[0]
	s.Provider = made.Variables["APNS_SIM_PROVIDER"]
	if environment == "sandbox" {
		s.Provider = made.Variables["APNS_SIM_PROVIDER_SANDBOX"]
	}
	for _, state := range made.Devices {
		device := &Device{space: s, tokens: map[string]string{}}
		device.read(state)
		s.Devices = append(s.Devices, device)
	}
	s.Device, s.Token = s.Devices[0], s.Devices[0].Token()
	s.moved = time.Until(made.Time)
	s.writeFiles(made.Key, made.Certificate)
	return s
}

// writeFiles writes what libraries read from files.
func (s *Space) writeFiles(key, certificate string) {
	s.t.Helper()
	dir := s.t.TempDir()
	s.KeyFile, s.CertificateFile = filepath.Join(dir, "key.p8"), filepath.Join(dir, "certificate.pem")
	for file, content := range map[string]string{s.KeyFile: key, s.CertificateFile: certificate} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
}

// Received waits until the first device has received this many notifications and returns
// all of them, in order.
func (s *Space) Received(count int) []Notification {
	s.t.Helper()
	return s.Device.Received(count)
}

// RequireDelivered waits until a push that fits the filter words has arrived at its device,
// as payload.aps.badge=7, and returns the pushes that do. count=2 waits for two, timeout=1s
// for a second instead of ten. A failure begins with the difference and lists what came.
func (s *Space) RequireDelivered(words ...string) []Push {
	s.t.Helper()
	var list struct{ Notifications []Push }
	s.wait("/v1/notifications/wait?"+s.query(url.Values{"state": {"delivered"}, "timeout": {timeout.String()}}, words), &list)
	return list.Notifications
}

// Pushes returns what is recorded of the pushes of this space that fit the filter words,
// as status=429, the oldest first.
func (s *Space) Pushes(words ...string) []Push {
	s.t.Helper()
	var list struct{ Notifications []Push }
	s.call(http.MethodGet, "/v1/notifications?"+s.query(url.Values{"order": {"oldest"}, "limit": {"1000"}}, words), nil, &list)
	return list.Notifications
}

// query makes a query of parameters and of filter words, which come first.
func (s *Space) query(parameters url.Values, words []string) string {
	parameters.Set("space", s.Team)
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		parameters.Set(name, value)
	}
	return parameters.Encode()
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
	s.RequireDelivered("apns-id=" + apnsID)
}

// Advance moves the clock of this space. It does not move the clock of this process: see
// [Space.Now].
func (s *Space) Advance(by time.Duration) {
	s.t.Helper()
	var clock struct{ Time time.Time }
	s.call(http.MethodPost, "/v1/spaces/"+s.Team+"/clock/advance", map[string]string{"by": by.String()}, &clock)
	s.moved = time.Until(clock.Time)
}

// Now is the time of the space, which counts for the age of provider tokens. Give it to
// what signs them, in place of time.Now.
func (s *Space) Now() time.Time { return time.Now().Add(s.moved) }

// Uninstall removes the first app from the first device.
func (s *Space) Uninstall() {
	s.t.Helper()
	s.Device.Uninstall()
}

// wait sends a request that waits; if the time passes, the test fails with the difference
// and with what came.
func (s *Space) wait(path string, out any) {
	s.t.Helper()
	status, content := s.send(http.MethodGet, path, nil)
	if status == http.StatusRequestTimeout {
		var p problem
		if err := json.Unmarshal(content, &p); err != nil {
			s.t.Fatalf("GET %s: %s", path, content)
		}
		s.t.Fatalf("%s\n%s", p.difference(), table(s.Pushes()))
	}
	s.decode(http.MethodGet, path, status, content, out)
}

// call sends a request to the control API and reads the response; a rejection fails the
// test with its words.
func (s *Space) call(method, path string, body, out any) {
	s.t.Helper()
	status, content := s.send(method, path, body)
	s.decode(method, path, status, content, out)
}

func (s *Space) decode(method, path string, status int, content []byte, out any) {
	s.t.Helper()
	if status >= http.StatusBadRequest {
		s.t.Fatalf("%s %s: %s", method, path, content)
	}
	if out == nil {
		return
	}
	if err := json.Unmarshal(content, out); err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
}

func (s *Space) send(method, path string, body any) (status int, content []byte) {
	s.t.Helper()
	content, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	request, err := http.NewRequest(method, baseURL(s.control)+path, bytes.NewReader(content))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if token := os.Getenv("APNS_SIM_CONTROL_TOKEN"); token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := client(s.control).Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	content, err = io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return response.StatusCode, content
}

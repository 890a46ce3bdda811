package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/devicetls"
	"github.com/apns-sim/apns-sim/internal/loadgen"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// A realSimulator is a whole simulator, with as much of a control API as a device needs.
type realSimulator struct {
	*testing.T
	sim         *sim.Simulator
	control     *httptest.Server
	activations atomic.Int64
	provider    *http.Client
	bearer      string
}

func newRealSimulator(t *testing.T) *realSimulator {
	simulator, err := sim.New(sim.Config{})
	require.NoError(t, err)
	require.NoError(t, simulator.Start())
	t.Cleanup(func() { assert.NoError(t, simulator.Close()) })
	s := &realSimulator{T: t, sim: simulator}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/ca.pem", func(w http.ResponseWriter, _ *http.Request) {
		assert.NoError(t, pem.Encode(w, &pem.Block{Type: "CERTIFICATE", Bytes: simulator.Secrets.PKI.Root.Certificate.Raw}))
	})
	mux.HandleFunc("POST /v1/activation", s.activate)
	s.control = httptest.NewServer(mux)
	t.Cleanup(s.control.Close)
	key := simulator.Secrets.Keys[0]
	token, err := providerauth.Sign(key.Private, key.KeyID, key.TeamID, simulator.Clock.Now())
	require.NoError(t, err)
	s.bearer = "bearer " + token
	transport := &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: simulator.Secrets.PKI.RootPool(), MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: true,
	}
	t.Cleanup(transport.CloseIdleConnections)
	s.provider = &http.Client{Transport: transport}
	return s
}

func (s *realSimulator) activate(w http.ResponseWriter, r *http.Request) {
	s.activations.Add(1)
	var asked activation
	err := json.NewDecoder(r.Body).Decode(&asked)
	block, _ := pem.Decode([]byte(asked.CSR))
	if err != nil || block == nil {
		http.Error(w, "no request", http.StatusBadRequest)
		return
	}
	csr, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	chain, err := s.sim.DeviceControl.Activate(csr, asked.Topics, "")
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var certificates bytes.Buffer
	for _, der := range chain {
		assert.NoError(s, pem.Encode(&certificates, &pem.Block{Type: "CERTIFICATE", Bytes: der}))
	}
	assert.NoError(s, json.NewEncoder(w).Encode(activated{certificates.String(), ""}))
}

// start runs a fleet.
func (s *realSimulator) start(more ...string) *running {
	args := append([]string{"fleet", "--server", s.sim.Info().Device, "--control", s.control.URL}, more...)
	return (&simulator{T: s.T}).start(args...)
}

// push sends a push to each token in the file of --tokens, once it has so many.
func (s *realSimulator) push(file string, count int) []loadgen.Token {
	s.Helper()
	var tokens []loadgen.Token
	require.Eventually(s, func() bool {
		tokens = tokens[:0]
		content, err := os.ReadFile(file)
		for line := range bytes.Lines(content) {
			var token loadgen.Token
			require.NoError(s, json.Unmarshal(line, &token), "the list is always whole")
			tokens = append(tokens, token)
		}
		return err == nil && len(tokens) == count
	}, 30*time.Second, 10*time.Millisecond, "all tokens are in the list")
	for i, token := range tokens {
		body := strings.NewReader(fmt.Sprintf(`{"aps":{"alert":"hi"},"id":%d}`, i))
		r, err := http.NewRequestWithContext(s.Context(), http.MethodPost, s.sim.Info().Provider+"/3/device/"+token.DeviceToken.String(), body)
		require.NoError(s, err)
		r.Header.Set("Authorization", s.bearer)
		r.Header.Set("apns-topic", token.Topic)
		response, err := s.provider.Do(r)
		require.NoError(s, err)
		require.NoError(s, response.Body.Close())
		require.Equal(s, http.StatusOK, response.StatusCode)
	}
	return tokens
}

// lines gives the objects on lines, of one event if that is named.
func objects(t *testing.T, text, event string) (some []map[string]any) {
	t.Helper()
	for line := range strings.Lines(text) {
		var object map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &object), line)
		if event == "" || object["event"] == event {
			some = append(some, object)
		}
	}
	return some
}

func TestFleetReceivesWhatIsPushedToItsTokensAndEnds(t *testing.T) {
	const count = 30
	s := newRealSimulator(t)
	dir := t.TempDir()
	list, record := filepath.Join(dir, "tokens"), filepath.Join(dir, "record")
	flags := []string{
		"--count", "30", "--state", filepath.Join(dir, "state"), "--tokens", list, "--record", record,
		"--expect", "30", "--interval", "50ms", "--sources", "3", "--seed", "7",
		"--fail-on", "duplicates", "--fail-on", "lost",
	}
	f := s.start(flags...)
	tokens := s.push(list, count)
	code, stdout, stderr := f.wait()
	require.Zero(t, code, stderr)
	assert.EqualValues(t, count, s.activations.Load())

	assert.NotEmpty(t, objects(t, stdout, "progress"))
	summary := objects(t, stdout, "summary")
	require.Len(t, summary, 1)
	for field, want := range map[string]float64{"received": count, "logins": count, "tokens": count, "duplicates": 0, "seed": 7} {
		assert.InDelta(t, want, summary[0][field], 0, field)
	}
	assert.EqualValues(t, count, summary[0]["deliveryMs"].(map[string]any)["count"])
	assert.Len(t, objects(t, stdout, ""), len(objects(t, stdout, "progress"))+1, "without --json nothing else is told")

	content, err := os.ReadFile(record)
	require.NoError(t, err)
	assert.Len(t, objects(t, string(content), "notification"), count)
	assert.Len(t, objects(t, string(content), "token"), count)

	require.NoError(t, os.Remove(list))
	f = s.start(flags...)
	again := s.push(list, count)
	code, _, stderr = f.wait()
	require.Zero(t, code, stderr)
	assert.Equal(t, tokens, again, "the same devices with the same tokens")
	assert.EqualValues(t, count, s.activations.Load(), "nothing was activated again")
}

func TestFleetTellsAProgramEachEvent(t *testing.T) {
	s := newRealSimulator(t)
	list := filepath.Join(t.TempDir(), "tokens")
	f := s.start("--count", "3", "--json", "--tokens", list, "--expect", "3")
	s.push(list, 3)
	code, stdout, stderr := f.wait()
	require.Zero(t, code, stderr)
	assert.Len(t, objects(t, stdout, "connected"), 3)
	assert.Len(t, objects(t, stdout, "token"), 3)
	notifications := objects(t, stdout, "notification")
	require.Len(t, notifications, 3)
	assert.Contains(t, notifications[0], "payload")

	require.NoError(t, os.Remove(list))
	f = s.start("--count", "3", "--json", "--no-payloads", "--tokens", list, "--expect", "3")
	s.push(list, 3)
	code, stdout, stderr = f.wait()
	require.Zero(t, code, stderr)
	notifications = objects(t, stdout, "notification")
	require.Len(t, notifications, 3)
	assert.NotContains(t, notifications[0], "payloadBase64")
}

func TestFleetThatDoesNotGetWhatWasExpectedFails(t *testing.T) {
	s := newRealSimulator(t)
	code, _, stderr := s.start("--count", "2", "--duration", "1s", "--expect", "1").wait()
	assert.Equal(t, 4, code)
	assert.Equal(t, "device-sim: received 0 notifications, expected 1\n", stderr)
}

func TestFleetGoesWhereItsFirstLoginIsSent(t *testing.T) {
	s := newRealSimulator(t)
	require.NoError(t, s.sim.DeviceControl.RedirectLogins(&devicetls.Redirection{Host: "127.0.0.1"}))
	list := filepath.Join(t.TempDir(), "tokens")
	f := s.start("--count", "3", "--json", "--tokens", list, "--expect", "3")
	s.push(list, 3)
	code, stdout, stderr := f.wait()
	require.Zero(t, code, stderr)
	assert.Len(t, objects(t, stdout, "connectFailed"), 3)
	assert.Len(t, objects(t, stdout, "connected"), 3)
}

func TestFleetNamesAnUnreachableServer(t *testing.T) {
	s := newRealSimulator(t)
	code, _, stderr := s.start("--count", "2", "--server", deadAddress(t)).wait()
	assert.Equal(t, exitUnreachable, code)
	assert.Contains(t, stderr, "cannot connect to the courier at")
	assert.Contains(t, stderr, "start the simulator with apns-sim serve")

	code, _, stderr = s.start("--count", "2", "--control", "http://"+deadAddress(t)).wait()
	assert.Equal(t, exitUnreachable, code)
	assert.Contains(t, stderr, "cannot reach the simulator's control API")
}

func TestFlagsOfAFleetAreRefusedWithARemedy(t *testing.T) {
	script := filepath.Join(t.TempDir(), "script")
	require.NoError(t, os.WriteFile(script, []byte("at 1s disconect 5%\n"), 0o600))
	for args, want := range map[string]string{
		"--count 0":                           "--count 0 is too small: use 1 or more",
		"--ramp fast":                         `--ramp: "fast" is not a ramp; use a rate like 200/s or a time like 30s`,
		"--churn vanis=1/s":                   `--churn: unknown action "vanis"; did you mean vanish?`,
		"--ack-delay soon":                    `--ack-delay: "soon" is no delay; use a time like 200ms, or never`,
		"--fail-on duplicate":                 `unknown --fail-on "duplicate"; did you mean duplicates?`,
		"--topic x/y":                         `--topic "x/y" is not a bundle ID`,
		"--server nowhere":                    `--server "nowhere" is not an address`,
		"--server 192.0.2.1:5223 --sources 2": "--sources: 192.0.2.1:5223 is not on this machine",
		"--sources 255":                       "--sources 255 is too many: use at most 254",
		"--interval 0s":                       "--interval and --down must be greater than 0",
		"--down 0s":                           "--interval and --down must be greater than 0",
		"--reconnect-max 0s":                  "--reconnect-max must be greater than 0: use a time such as 5s",
		"--ramp 0/s":                          `--ramp: at "0/s" no device starts`,
		"--control localhost:8197":            `--control "localhost:8197" is not an HTTP URL: use one like http://127.0.0.1:8197`,
		"--json --record -":                   "--record - and --json both write to standard output: give --record a file",
		"--style v9":                          `unknown login style "v9"`,
		"--script " + script:                  "line 1: unknown action \"disconect\"; did you mean disconnect?",
		"--script " + script + ".none":        "no such file",
		"--count 100000000":                   "--count 100000000 needs 100000064 open files",
	} {
		var stdout, stderr strings.Builder
		code := run(t.Context(), append([]string{"fleet"}, strings.Fields(args)...), testStreams(&stdout, &stderr))
		assert.Equal(t, exitUsage, code, args)
		assert.Contains(t, stderr.String(), want, args)
	}
}

func TestEachTwentyThousandDevicesHaveTheirAddress(t *testing.T) {
	for _, tc := range []struct {
		count, sources, want int
		server               string
	}{
		{20_000, 0, 1, "127.0.0.1:5223"},
		{20_001, 0, 2, "127.0.0.1:5223"},
		{100_000, 0, 5, "localhost:5223"},
		{10, 4, 4, "127.0.0.1:5223"},
		{100_000, 0, 1, "192.0.2.1:5223"}, // elsewhere, 127.0.0.2 means nothing
	} {
		c := &fleetCmd{Count: tc.count, Sources: tc.sources, Server: tc.server}
		require.NoError(t, c.checkSources())
		assert.Equal(t, tc.want, c.Sources, "%+v", tc)
	}
}

func TestWhatTheUserCallsAFailureIsOne(t *testing.T) {
	all := loadgen.Summary{Duplicates: 1, Rejected: 2, Lost: 3, IdentityRejections: 4, TokensRejected: 5, ConnectFailures: 6, GivenUp: 7, ActivationFailures: 8, Received: 9}
	for word, want := range map[string]int{
		"duplicates": 1, "rejected": 2, "lost": 3, "identityRejections": 4, "tokensRejected": 5, "connectFailures": 6, "givenUp": 7, "activationFailures": 8,
	} {
		c := &fleetCmd{FailOn: []string{word}}
		assert.EqualError(t, c.verdict(all), fmt.Sprintf("--fail-on %s: %d", word, want))
		assert.NoError(t, c.verdict(loadgen.Summary{Received: 9}), word)
	}
	assert.Len(t, failures, 8, "each word is tested")
}

func TestPersonSeesABarAndAnAccount(t *testing.T) {
	var out strings.Builder
	r := newFleetReport(&fleetCmd{}, streams{stdout: &out, terminal: true}, func(err error) { t.Error(err) })
	r.progress(loadgen.Summary{Phase: "activating", Seconds: 1, Devices: 100, Activated: 50})
	r.progress(loadgen.Summary{Phase: "running", Seconds: 3, Devices: 100, Activated: 100, Connected: 75, Tokens: 100, Logins: 100, Received: 500, Duplicates: 2})
	assert.Equal(t,
		"\r\x1b[K████████████░░░░░░░░░░░░ activating 50/100  tokens 0  received 0 (0/s)  logins 0 (0/s)"+
			"\r\x1b[K██████████████████░░░░░░ running 75/100  tokens 100  received 500 (250/s)  logins 100 (50/s)  duplicates 2", out.String())
	out.Reset()
	r.event(apns.DeviceID{}, device.Event{Kind: device.EventConnected})
	assert.Empty(t, out.String(), "a person wants no line for each of thousands")
	r.end(loadgen.Summary{
		Phase: "ended", Seconds: 10, Seed: 7, Devices: 100, Tokens: 100, TokensIssued: 103, Logins: 110, Disconnects: 110, Lost: 1,
		Received: 1000, FromStorage: 20, Duplicates: 2, Rejected: 3, ByStatus: map[uint8]int64{7: 2, 2: 1},
		Actions: map[string]int64{"vanish": 5, "connect": 5}, Skipped: 1,
		Delivery: loadgen.Percentiles{Count: 980, P50: 0.4, P90: 1.5, P99: 12.25, Max: 100},
	})
	assert.Equal(t, strings.Join([]string{
		"\r\x1b[K", "100 devices, 10s, seed 7",
		"  logins      110 (11/s), 0 failed, 0 rejected, 0 devices gave up",
		"  endings     110, 1 of them not by the device",
		"  tokens      100 held, 103 issued, 0 rejected",
		"  received    1000 (100/s), 20 from storage, 2 duplicates",
		"  rejected    3 (status 2: 1, status 7: 2)",
		"  churned     connect 5, vanish 5; 1 skipped",
		"", "ms            count        p50        p90        p99        max",
		"  connect           0       0.00       0.00       0.00       0.00",
		"  login             0       0.00       0.00       0.00       0.00",
		"  delivery        980       0.40       1.50      12.25     100.00", "",
	}, "\n"), out.String())
}

func TestFleetEndsWhenItsOutputDoes(t *testing.T) {
	var failed error
	r := newFleetReport(&fleetCmd{}, streams{stdout: brokenPipe{}}, func(err error) { failed = err })
	r.progress(loadgen.Summary{})
	assert.EqualError(t, failed, "write to stdout: nobody reads")
}

package sim_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// presented is the certificate the provider API shows.
func presented(t *testing.T, s *sim.Simulator) *x509.Certificate {
	t.Helper()
	conn, err := tls.Dial("tcp", strings.TrimPrefix(s.Info().Provider, "https://"), &tls.Config{RootCAs: s.Secrets.PKI.RootPool()})
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn.ConnectionState().PeerCertificates[0]
}

func TestAPushGoesFromProviderToDeviceByteForByte(t *testing.T) {
	const topic = "com.example.flow"
	s := start(t, sim.Config{})
	dev := switchOn(t, s, topic)
	token, err := dev.Token(withTimeout(t), topic)
	require.NoError(t, err)

	payload := []byte("{\"aps\": {\"alert\":\"Gr\u00fc\u00dfe \U0001F44B\"},\n\t\"x\":1e-7 }")
	push(t, s, token, payload, map[string]string{apns.HeaderTopic: topic})
	got, err := dev.Next(withTimeout(t))
	require.NoError(t, err)
	assert.Equal(t, payload, got.Payload)
	assert.Equal(t, topic, got.Topic)
	assert.Equal(t, token, got.DeviceToken)
	assert.False(t, got.FromStorage)
	assert.Equal(t, dev.ID(), awaitEvent(t, s, journal.Delivered).Device, "its acknowledgement came back")
}

func TestAStoredPushExpiresInTheJournalWithoutAnybodyAsking(t *testing.T) {
	var apple clock.Clock
	s := start(t, sim.Config{Clock: &apple})
	away := apns.DeviceID{1, 2, 3}
	hash := apns.HashTopic(sim.DefaultTopic)
	token := s.Vault.Issue(tokenvault.Address{Environment: apns.Production, Device: away}, &hash)

	expiry := apple.Now().Add(time.Hour)
	push(t, s, token, []byte(`{"aps":{}}`), map[string]string{
		apns.HeaderTopic: sim.DefaultTopic, apns.HeaderExpiration: strconv.FormatInt(expiry.Unix(), 10),
	})
	assert.Equal(t, string(broker.Offline), awaitEvent(t, s, journal.Stored).Cause)

	apple.Advance(2 * time.Hour)
	dropped := awaitEvent(t, s, journal.Dropped)
	assert.Equal(t, string(broker.DropExpired), dropped.Cause)
	assert.Equal(t, away, dropped.Device)
	assert.True(t, dropped.At.After(expiry))
}

func TestTheEnvironmentsAreSeparate(t *testing.T) {
	s := start(t, sim.Config{})
	dev := switchOn(t, s, sim.DefaultTopic)
	token := dev.await(t, device.EventToken).Token
	headers := map[string]string{apns.HeaderTopic: sim.DefaultTopic}
	status, body := post(t, s, s.Info().ProviderSandbox, token, []byte(`{"aps":{}}`), headers)
	assert.Equal(t, http.StatusBadRequest, status, "the device came through the production listener")
	assert.JSONEq(t, `{"reason":"BadDeviceToken"}`, body)
	push(t, s, token, []byte(`{"aps":{}}`), headers)
}

func TestAnAppThatIsNeverEnabledLosesItsTokenWithoutAnybodyAsking(t *testing.T) {
	var apple clock.Clock
	s := start(t, sim.Config{Clock: &apple, Broker: broker.Config{Storage: broker.Storage{EnableTimeout: 24 * time.Hour}}})
	dev := switchOn(t, s, sim.DefaultTopic)
	_, err := dev.Token(withTimeout(t), sim.DefaultTopic) // it has sent its filter
	require.NoError(t, err)
	const removed = "com.example.removed"
	require.NoError(t, s.Auth.AddApp(sim.DefaultTeam, removed))
	hash := apns.HashTopic(removed)
	token := s.Vault.Issue(tokenvault.Address{Environment: apns.Production, Device: dev.ID()}, &hash)
	headers := map[string]string{apns.HeaderTopic: removed}
	push(t, s, token, []byte(`{"aps":{}}`), headers)
	assert.Equal(t, string(broker.NotEnabled), awaitEvent(t, s, journal.Stored).Cause)

	apple.Advance(24 * time.Hour)
	assert.Equal(t, string(broker.DropNeverEnabled), awaitEvent(t, s, journal.Dropped).Cause)
	require.Eventually(t, func() bool {
		status, body := post(t, s, s.Info().Provider, token, []byte(`{"aps":{}}`), headers)
		return status == http.StatusGone && strings.Contains(body, "Unregistered")
	}, testTimeout, time.Millisecond)
}

func TestWhatIsGroupedLeavesWhenItIsDue(t *testing.T) {
	s := start(t, sim.Config{Broker: broker.Config{Priorities: broker.Priorities{Group: 20 * time.Millisecond}}})
	dev := switchOn(t, s, sim.DefaultTopic)
	token, err := dev.Token(withTimeout(t), sim.DefaultTopic)
	require.NoError(t, err)
	require.NoError(t, dev.SetPower(device.PowerAsleep))
	require.Eventually(t, func() bool { return s.Broker.Stats().Inactive == 1 }, testTimeout, time.Millisecond)
	push(t, s, token, []byte(`{"aps":{}}`), map[string]string{apns.HeaderTopic: sim.DefaultTopic, apns.HeaderPriority: "5"})
	_, err = dev.Next(withTimeout(t)) // long before the push expires, which would be the next sweep otherwise
	require.NoError(t, err)
	assert.Equal(t, string(broker.Grouped), awaitEvent(t, s, journal.Stored).Cause)
}

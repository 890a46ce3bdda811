package devicetls_test

import (
	"crypto/tls"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/journal"
)

func TestAPortProbeLogsNoWarning(t *testing.T) {
	w := newFixture(t)
	probe, err := w.net.Dial(t.Context())
	require.NoError(t, err)
	require.NoError(t, probe.Close())
	other, err := w.net.Dial(t.Context())
	require.NoError(t, err)
	_, err = io.WriteString(other, "GET / HTTP/1.1\r\n\r\n")
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, other)
	require.NoError(t, err)
	require.NoError(t, other.Close())
	w.stop()
	assert.Len(t, w.log.lines(), 1, "of the stranger alone")
	events := w.journal.Read(0, 0).Events
	require.Len(t, events, 1, "of the stranger alone")
	assert.Equal(t, journal.Disconnected, events[0].Kind)
	assert.Equal(t, "handshake-failed", events[0].Cause)
	assert.Contains(t, events[0].Detail, "before the login, from ")
	assert.Contains(t, events[0].Detail, "first record does not look like a TLS handshake")
}

func TestAHandshakeThatFailsForLackOfTrustIsExplained(t *testing.T) {
	w := newFixture(t)
	device, err := w.net.Dial(t.Context())
	require.NoError(t, err)
	require.Error(t, tls.Client(device, &tls.Config{ServerName: "courier.push.apple.com", MaxVersion: tls.VersionTLS12}).Handshake())
	require.NoError(t, device.Close())
	w.soon(func() bool { return len(w.journal.Read(0, 0).Events) > 0 }, "the failed handshake is recorded")
	w.stop()
	events := w.journal.Read(0, 0).Events
	require.Len(t, events, 1)
	assert.Equal(t, "handshake-failed", events[0].Cause)
	assert.Contains(t, events[0].Detail, "the client does not trust the simulator's certificate")
}

package integration_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Anything not issued here is not decrypted, and one bit is enough.
func TestATokenWithOneBitChangedIsBad(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	witness := newWitness(t, sim)
	token := unhex(t, witness.device.token)
	c := dial(t, hostPort(sim.Provider), sim.trust(sim.demoCertificate()))
	for bit := range 8 * len(token) {
		got := c.send(pushTo(hex.EncodeToString(flip(token, bit)), []byte(`{}`), field("apns-topic", sim.Demo.Topic)))
		require.Equal(t, `{"reason":"BadDeviceToken"}`, got.body, "bit %d", bit)
	}
	for what, wrong := range map[string]string{
		"cut short": witness.device.token[:62], "half a byte": witness.device.token[:63], "too long": witness.device.token + "00",
		"twice": witness.device.token + witness.device.token, "no hex": strings.Repeat("xy", 32), "long": strings.Repeat("00", 200),
	} {
		got := c.send(pushTo(wrong, []byte(`{}`), field("apns-topic", sim.Demo.Topic)))
		require.Equal(t, `{"reason":"BadDeviceToken"}`, got.body, what)
	}
	got := c.send(pushTo(strings.ToUpper(witness.device.token), []byte(`"upper case"`), field("apns-topic", sim.Demo.Topic)))
	require.Equal(t, 200, got.status, "observed: a captured trace")
	witness.device.expectPayload(sim.Demo.Topic, []byte(`"upper case"`))
	witness.unharmed(t)
	witness.stop(t)
}

// "Establishing a token-based connection to APNs"; observed: a probe of
// September 2026 with an unregistered key.
func TestProviderTokensThatAreNotInOrderAreInvalid(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	witness := newWitness(t, sim)
	good := sim.demoBearer()
	dot := strings.LastIndexByte(good, '.')
	for what, authorization := range map[string]string{
		"unknown key":          bearer(t, newKey(t), "UNKNOWNKEY", sim.Demo.TeamID),
		"another key":          bearer(t, newKey(t), sim.Demo.KeyID, sim.Demo.TeamID),
		"unknown team":         bearer(t, sim.demoKey(), sim.Demo.KeyID, "NOBODY0001"),
		"key and team swapped": bearer(t, sim.demoKey(), sim.Demo.TeamID, sim.Demo.KeyID),
		"no signature":         good[:dot+1],
		"half a signature":     good[:dot+40],
		"unsigned":             "bearer eyJhbGciOiJub25lIn0.e30.",
		"not a token":          "bearer of bad news",
		"very long":            "bearer " + strings.Repeat("a.", 3000),
	} {
		c := dial(t, hostPort(sim.Provider), sim.trust())
		got := c.send(pushTo(witness.device.token, []byte(`{}`), field("apns-topic", sim.Demo.Topic), field("authorization", authorization)))
		assert.Equal(t, 403, got.status, what)
		assert.Equal(t, `{"reason":"InvalidProviderToken"}`, got.body, what)
		assert.Equal(t, []uint32{1}, c.limits(), "%s: no second stream", what)
		witness.unharmed(t)
	}
	witness.stop(t)
}

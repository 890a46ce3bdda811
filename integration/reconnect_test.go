package integration_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/sideshow/apns2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// baseToken is the sealed token that a device keeps in its state folder.
func baseToken(t *testing.T, state, environment string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(state, "device.json"))
	require.NoError(t, err)
	var memory struct {
		Tokens map[string]struct{ Base string }
	}
	require.NoError(t, json.Unmarshal(text, &memory))
	require.Regexp(t, `^[0-9a-f]{64}$`, memory.Tokens[environment].Base)
	return memory.Tokens[environment].Base
}

// "On every later connection the device presents its token": Apple's Local and
// Remote Notification Programming Guide. The same device has the same tokens.
func TestADeviceComesBackWithItsSealedToken(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	for _, environment := range []string{production, sandbox} {
		for _, style := range []string{"v3", "v2", "none", "pack"} {
			t.Run(environment+"/"+style, func(t *testing.T) {
				state := t.TempDir()
				first := sim.startDevice(t, environment, "--style", style, "--state", state)
				base := baseToken(t, state, environment)
				first.stop()

				second := sim.startDevice(t, environment, "--style", style, "--state", state)
				assert.Equal(t, base, baseToken(t, state, environment))
				assert.Equal(t, first.token, second.token)
				assert.Equal(t, first.device, second.device)
				assert.NotEqual(t, base, second.token)
			})
		}
	}
}

// "APNs stores only one notification per bundle ID": Apple's "Sending
// notification requests to APNs".
func TestOfThePushesWhileAwayTheNewestIsDelivered(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	provider := sim.tokenClient(t, production)
	state := t.TempDir()
	device := sim.startDevice(t, production, "--state", state)
	push(t, provider, aPush(sim, device, "at home"))
	device.expectPayload(sim.Demo.Topic, []byte(`"at home"`))
	device.stop()

	for i := range 5 {
		push(t, provider, aPush(sim, device, "away "+strconv.Itoa(i)))
	}
	// "APNs attempts to deliver the notification only once and doesn't store it."
	never := aPush(sim, device, "now or never")
	never.Expiration = time.Unix(1, 0) // sideshow/apns2 cannot say 0
	push(t, provider, never)

	device = sim.startDevice(t, production, "--state", state)
	device.expectPayload(sim.Demo.Topic, []byte(`"away 4"`))
	push(t, provider, aPush(sim, device, "at home again"))
	device.expectPayload(sim.Demo.Topic, []byte(`"at home again"`)) // and nothing in between
}

// "One per bundle ID": each app has its own.
func TestWhatIsStoredIsStoredForEachApp(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	provider := sim.tokenClient(t, production)
	state := t.TempDir()
	apps := []string{"com.example.one", "com.example.two"}
	args := []string{"--state", state, "--topic", apps[0], "--topic", apps[1]}
	device := sim.startDeviceWith(t, production, args...)
	tokens := map[string]string{}
	for range apps {
		e := device.expect("token")
		tokens[e.Topic] = e.DeviceToken
	}
	device.stop()
	want := map[string]string{}
	for _, topic := range apps {
		for _, text := range []string{`"old"`, `"new"`} {
			push(t, provider, &apns2.Notification{DeviceToken: tokens[topic], Topic: topic, Payload: text})
			want[topic] = text
		}
	}
	device = sim.startDeviceWith(t, production, args...)
	got := map[string]string{}
	for len(got) < len(apps) {
		if e := device.next(); e.Event == "notification" {
			got[e.Topic] = string(e.PayloadBase64)
		} else {
			require.Equal(t, tokens[e.Topic], e.DeviceToken, "%+v", e)
		}
	}
	assert.Equal(t, want, got)
}

// The device-token key is among the secrets: a simulator that is started again with
// them opens the tokens of the one before.
func TestTokensOutliveTheSimulatorThatSealedThem(t *testing.T) {
	t.Parallel()
	certs, state := t.TempDir(), t.TempDir()
	require.Zero(t, run(t, apnsSim, "ca", "init", "--certs", certs).code)
	sim := startSimulator(t, "--certs", certs)
	device := sim.startDevice(t, production, "--state", state)
	base := baseToken(t, state, production)
	device.stop()
	sim.stop()

	sim = startSimulator(t, "--certs", certs)
	push(t, sim.tokenClient(t, production), aPush(sim, device, "from before"))
	again := sim.startDevice(t, production, "--state", state)
	assert.Equal(t, device.token, again.token)
	assert.Equal(t, base, baseToken(t, state, production))
	again.expectPayload(sim.Demo.Topic, []byte(`"from before"`))

	other := startSimulator(t)
	refused, err := other.tokenClient(t, production).PushWithContext(t.Context(), aPush(other, device, "elsewhere"))
	require.NoError(t, err)
	assert.Equal(t, apns2.ReasonBadDeviceToken, refused.Reason, "another simulator cannot open it")
}

// A device whose connection breaks comes back by itself, and what was pushed
// meanwhile is there.
func TestADeviceOutlivesTheSimulator(t *testing.T) {
	t.Parallel()
	certs := t.TempDir()
	require.Zero(t, run(t, apnsSim, "ca", "init", "--certs", certs).code)
	sim := startSimulator(t, "--certs", certs)
	device := sim.startDevice(t, production)
	address := sim.record.device(production)
	sim.stop()
	device.expect("disconnected")

	sim = startSimulatorAt(t, anyPort("--certs", certs, "--listen-device", address)...)
	push(t, sim.tokenClient(t, production), aPush(sim, device, "welcome back"))
	device.expect("connected")
	device.expectPayload(sim.Demo.Topic, []byte(`"welcome back"`))
}

package apnstest_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apnstest"
)

func TestAChildProcessPushesWithItsVariablesAlone(t *testing.T) {
	t.Parallel()
	for name, space := range map[string]*apnstest.Space{"a space": shared.NewSpace(t), "a server": &apnstest.NewServer(t).Space} {
		mine := newTestTeam(t, space)
		command := exec.CommandContext(t.Context(), os.Args[0])
		command.Env = append(os.Environ(), append(mine.Env(), childVariable+"=1")...)
		out, err := command.CombinedOutput()
		require.NoError(t, err, "%s: %s", name, out)
		assert.Equal(t, "200 OK\n", string(out), name)
		assert.Equal(t, `{"aps":{"alert":"from a child"}}`, string(mine.device.Next().Payload), name)
	}
}

func TestVariablesNameWhatThereIs(t *testing.T) {
	t.Parallel()
	mine := shared.NewSpace(t)
	variables := func() map[string]string {
		m := map[string]string{}
		for _, pair := range mine.Env() {
			name, value, _ := strings.Cut(pair, "=")
			m[name] = value
		}
		return m
	}
	first := variables()
	assert.Equal(t, mine.TeamID, first["APNS_SIM_TEAM"])
	assert.Equal(t, string(mine.P8), first["APNS_SIM_KEY_P8"])
	text, err := os.ReadFile(first["APNS_SIM_KEY_FILE"])
	require.NoError(t, err)
	assert.Equal(t, mine.P8, text)
	assert.Contains(t, first["APNS_SIM_KEY_FILE"], "AuthKey_"+mine.KeyID+".p8")
	assert.NotContains(t, first, "APNS_SIM_TOPIC", "there is no app yet")
	app := mine.NewApp("com.example.app")
	assert.NotContains(t, variables(), "APNS_SIM_TOKEN", "there is no device yet")
	device := mine.NewDevice(app)
	then := variables()
	assert.Equal(t, device.Token(app), then["APNS_SIM_TOKEN"])
	assert.Equal(t, device.ID(), then["APNS_SIM_DEVICE_ID"])
	assert.Contains(t, then["NO_PROXY"], "localhost")
}

func TestADeviceInTheSandboxHasVariablesOfItsOwn(t *testing.T) {
	t.Parallel()
	mine := shared.NewSpace(t)
	app := mine.NewApp("com.example.app")
	device := mine.NewSandboxDevice(app)
	all := strings.Join(mine.Env(), "\n")
	assert.Contains(t, all, "\nAPNS_SIM_TOKEN_SANDBOX="+device.Token(app))
	assert.Contains(t, all, "\nAPNS_SIM_DEVICE_ID_SANDBOX="+device.ID())
	assert.NotContains(t, all, "\nAPNS_SIM_TOKEN=", "nobody could push to it")
}

func TestThereAreNoVariablesForAServerInMemory(t *testing.T) {
	assert.Contains(t, failure(t, func(tb testing.TB) { apnstest.InMemory(tb).Env() }), "in memory; use NewServer")
}

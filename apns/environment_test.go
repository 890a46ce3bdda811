package apns_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
)

func TestAnEnvironmentIsReadByName(t *testing.T) {
	rows := map[string]apns.Environment{
		"production":  apns.Production,
		"sandbox":     apns.Sandbox,
		"development": apns.Sandbox, // Apple's other word
	}
	for name, want := range rows {
		got, err := apns.ParseEnvironment(name)
		require.NoError(t, err)
		assert.Equal(t, want, got, name)
	}
	for _, name := range []string{"", "Production", "staging"} {
		_, err := apns.ParseEnvironment(name)
		assert.ErrorContains(t, err, "use production or sandbox", name)
	}
}

func TestAnEnvironmentIsItsNameInJSON(t *testing.T) {
	for _, want := range apns.Environments() {
		encoded, err := json.Marshal(want)
		require.NoError(t, err)
		assert.Equal(t, `"`+want.String()+`"`, string(encoded))
		var got apns.Environment
		require.NoError(t, json.Unmarshal(encoded, &got))
		assert.Equal(t, want, got)
	}
	var e apns.Environment
	assert.Error(t, json.Unmarshal([]byte(`"prod"`), &e))
	assert.Equal(t, "Environment(2)", apns.Environment(2).String(), "for the log")
}

// "Establishing a connection to APNs".
func TestApplesHostNamesSelectTheirEnvironment(t *testing.T) {
	rows := map[string]apns.Environment{
		"api.push.apple.com":                          apns.Production,
		"api.sandbox.push.apple.com":                  apns.Sandbox,
		"api.development.push.apple.com":              apns.Sandbox, // observed: uniqush-push live probe
		"api-broadcast.push.apple.com":                apns.Production,
		"api-manage-broadcast.push.apple.com":         apns.Production,
		"api-broadcast.sandbox.push.apple.com":        apns.Sandbox,
		"api-manage-broadcast.sandbox.push.apple.com": apns.Sandbox,
	}
	for host, want := range rows {
		got, ok := apns.HostEnvironment(host)
		assert.True(t, ok, host)
		assert.Equal(t, want, got, host)
	}
	for _, host := range []string{"localhost", "push.apple.com", "api.push.apple.com.example.org", ""} {
		_, ok := apns.HostEnvironment(host)
		assert.False(t, ok, host)
	}
}

// observed: apsd, pypush
func TestCouriersHaveANamePerEnvironmentAndNumbersBeforeIt(t *testing.T) {
	for host, want := range map[string]apns.Environment{
		"courier.push.apple.com":           apns.Production,
		"17-courier.push.apple.com":        apns.Production,
		"courier.sandbox.push.apple.com":   apns.Sandbox,
		"1-courier.sandbox.push.apple.com": apns.Sandbox,
	} {
		got, ok := apns.CourierEnvironment(host)
		assert.True(t, ok, host)
		assert.Equal(t, want, got, host)
		assert.Contains(t, host, apns.CourierHost(want))
	}
	for _, host := range []string{"api.push.apple.com", "xcourier.push.apple.com", "courier.push.apple.com.example.org", ""} {
		_, ok := apns.CourierEnvironment(host)
		assert.False(t, ok, host)
	}
	assert.Empty(t, apns.CourierHost(apns.Environment(2)))
}

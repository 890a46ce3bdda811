package sim_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/sim"
)

// A program whose hosts are fixed reaches the simulator through the proxy, with
// Apple's names in TLS and in the request.
func TestApplesHostsLeadToTheSimulatorThroughTheProxy(t *testing.T) {
	s := start(t, sim.Config{Addresses: sim.Addresses{sim.ProxyListener: "127.0.0.1:0"}})
	client := throughProxy(t, s)
	for _, address := range []string{
		"https://api.push.apple.com/3/device/00",
		"https://api.sandbox.push.apple.com:2197/3/device/00",
		"https://api.development.push.apple.com/3/device/00",
		"https://api-manage-broadcast.push.apple.com:2196/1/apps/x/all-channels",
		"https://api-manage-broadcast.sandbox.push.apple.com:2195/1/apps/x/all-channels",
	} {
		response, err := client.Post(address, "", nil)
		require.NoError(t, err, address)
		require.NoError(t, response.Body.Close())
		assert.NotEmpty(t, response.Header.Get("apns-id")+response.Header.Get("apns-request-id"), "%s: APNs answers", address)
	}
	response, err := client.Post("https://www.apple.com/", "", nil)
	if err == nil {
		assert.NoError(t, response.Body.Close())
	}
	assert.ErrorContains(t, err, "Forbidden")
}

// What would go to Apple itself ends here: a push of a test, with a real key, at a
// real device.
func TestNoHostOfApplesIsEverPassedOn(t *testing.T) {
	s := start(t, sim.Config{Addresses: sim.Addresses{sim.ProviderSandbox: sim.Off, sim.Channels: sim.Off, sim.DeviceSandbox: sim.Off}})
	for host, want := range map[string]string{
		"api.sandbox.push.apple.com:443":           "api.sandbox.push.apple.com stands for provider API, sandbox, which is closed here; open it with --listen-sandbox",
		"api.development.push.apple.com.:2197":     "--listen-sandbox",
		"api-manage-broadcast.push.apple.com:2196": "--listen-channels",
		"1-courier.sandbox.push.apple.com:5223":    "--listen-device-sandbox",
		"new-api.push.apple.com:443":               "new-api.push.apple.com is an Apple host that the simulator does not serve",
		"PUSH.APPLE.COM.:443":                      "the simulator does not serve",
		"init.push.apple.com":                      "the simulator does not serve",
		"albert.apple.com:443":                     "the simulator does not serve",
	} {
		address, err := s.Route(host)
		assert.Empty(t, address, host)
		assert.ErrorContains(t, err, want)
	}
	for host, want := range map[string]string{
		"Api.Push.Apple.Com.:443":         s.Info().Provider,
		"api.push.apple.com":              s.Info().Provider,
		"7-courier.push.apple.com:5223":   s.Info().Device,
		"www.apple.com:443":               "",
		"api.push.apple.com.evil.test:80": "",
		"notpush.apple.com:443":           "",
	} {
		address, err := s.Route(host)
		assert.NoError(t, err, host)
		assert.Equal(t, strings.TrimPrefix(want, "https://"), address, host)
	}
}

func TestPort443IsTheProviderAPIAsWell(t *testing.T) {
	s := start(t, sim.Config{Addresses: sim.Addresses{sim.Provider: sim.Off, sim.Provider443: "127.0.0.1:0"}})
	address, err := s.Route("api.push.apple.com:443")
	require.NoError(t, err)
	assert.Equal(t, s.Info().Provider443, "https://"+address)
}

func TestTheProxyStaysClosedUnlessItIsAskedFor(t *testing.T) {
	assert.Empty(t, start(t, sim.Config{}).Info().Proxy)
}

func TestAProxyThatIsAnOpenRelaySaysSo(t *testing.T) {
	for address, warns := range map[string]bool{"127.0.0.1:0": false, "0.0.0.0:0": true} {
		for _, others := range []bool{false, true} {
			var log logbook
			start(t, sim.Config{Addresses: sim.Addresses{sim.ProxyListener: address}, ProxyOthers: others, Log: slog.New(slog.NewTextHandler(&log, nil))})
			assert.Equal(t, warns && others, strings.Contains(strings.Join(log.lines(), ""), "leave out --proxy-others"), "%s, %t", address, others)
		}
	}
}

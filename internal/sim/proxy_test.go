package sim_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/sim"
)

// A program whose hosts are fixed reaches the simulator through the proxy, with
// Apple's names in TLS and in the request.
func TestApplesHostsLeadToTheSimulatorThroughTheProxy(t *testing.T) {
	s := start(t, sim.Config{Addresses: sim.Addresses{sim.ProxyDoor: "127.0.0.1:0"}})
	through, err := url.Parse(s.Info().Proxy)
	require.NoError(t, err)
	client := httpClient(t, s)
	transport := client.Transport.(*http.Transport)
	transport.Proxy = http.ProxyURL(through)
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

func TestTheProxyStaysClosedUnlessItIsAskedFor(t *testing.T) {
	assert.Empty(t, start(t, sim.Config{}).Info().Proxy)
}

package integration_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A broadcastResponse is what APNs says to a request about channels.
type broadcastResponse struct {
	status int
	header http.Header
	body   string
}

// broadcastRequest sends a request about channels with net/http, signed with the
// default team's key.
func (s *simulator) broadcastRequest(t *testing.T, method, url, body string, headers ...string) broadcastResponse {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("authorization", s.demoBearer())
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	transport := &http.Transport{TLSClientConfig: s.trust(), ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	response, err := (&http.Client{Transport: transport}).Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return broadcastResponse{response.StatusCode, response.Header, string(text)}
}

// A channel is created at the listener for channel management, devices subscribe, a message published at
// the provider listener reaches them all, and one that comes later gets it as well.
// "Sending channel management requests to APNs", "Sending broadcast push
// notification requests to APNs".
func TestABroadcastReachesTheDevicesThatSubscribe(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	app := sim.Demo.Topic
	created := sim.broadcastRequest(t, http.MethodPost, sim.Channels+"/1/apps/"+app+"/channels",
		`{"message-storage-policy":1,"push-type":"LiveActivity"}`)
	require.Equal(t, http.StatusCreated, created.status, created.body)
	channel := created.header.Get("apns-channel-id")
	require.NotEmpty(t, channel)

	subscribe := []string{"--topic", app, "--channel", app + ":" + channel}
	var devices []*deviceProcess
	for range 2 {
		p := sim.startDeviceWith(t, production, subscribe...)
		p.await("subscribed")
		devices = append(devices, p)
	}
	payload := fmt.Sprintf(`{"aps":{"timestamp":%d, "event":"update","content-state":{"score":7}}}`, time.Now().Unix())
	published := sim.broadcastRequest(t, http.MethodPost, sim.Provider+"/4/broadcasts/apps/"+app, payload,
		"apns-channel-id", channel, "apns-push-type", "liveactivity", "apns-priority", "10",
		"apns-expiration", fmt.Sprint(time.Now().Add(time.Hour).Unix()))
	require.Equal(t, http.StatusOK, published.status, published.body)

	devices = append(devices, sim.startDeviceWith(t, production, subscribe...)) // comes later
	for i, p := range devices {
		got := p.await("notification")
		assert.Equal(t, payload, string(got.PayloadBase64), "phone %d", i)
		assert.Equal(t, channel, got.Channel)
	}

	listed := sim.broadcastRequest(t, http.MethodGet, sim.Channels+"/1/apps/"+app+"/all-channels", "")
	var list struct{ Channels []string }
	require.NoError(t, json.Unmarshal([]byte(listed.body), &list))
	assert.Equal(t, []string{channel}, list.Channels)
	deleted := sim.broadcastRequest(t, http.MethodDelete, sim.Channels+"/1/apps/"+app+"/channels", "", "apns-channel-id", channel)
	assert.Equal(t, http.StatusNoContent, deleted.status, deleted.body)
	devices[0].await("subscriptionEnded")
}

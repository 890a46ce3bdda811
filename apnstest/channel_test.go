package apnstest_test

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

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/apnstest"
)

// publish sends a Live Activity update to a channel.
func publish(t *testing.T, apple *apnstest.Server, app *apnstest.App, channel *apnstest.Channel, score int) string {
	t.Helper()
	payload := fmt.Sprintf(`{"aps":{"timestamp":%d,"event":"update","content-state":{"score":%d}}}`, time.Now().Unix(), score)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
		apple.URL+"/4/broadcasts/apps/"+app.Topic, strings.NewReader(payload))
	require.NoError(t, err)
	for name, value := range map[string]string{
		"authorization":   "bearer " + apple.ProviderToken(),
		"apns-channel-id": channel.ID, "apns-push-type": "liveactivity", "apns-priority": "10",
		"apns-expiration": fmt.Sprint(time.Now().Add(time.Hour).Unix()),
	} {
		request.Header.Set(name, value)
	}
	response, err := apple.Client().Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode, string(body))
	return payload
}

func TestBroadcastReachesEverySubscriberAndLateOnes(t *testing.T) {
	apple := apnstest.NewServer(t)
	app := apple.NewApp("com.example.scores")
	channel := app.NewChannel()
	first, second, late := apple.NewDevice(app), apple.NewDevice(app), apple.NewDevice(app)
	first.Subscribe(channel)
	second.Subscribe(channel)

	payload := publish(t, apple, app, channel, 1)
	for _, device := range []*apnstest.Device{first, second} {
		got := device.Next()
		assert.Equal(t, payload, string(got.Payload))
		assert.Equal(t, channel.ID, got.Channel)
	}
	late.Subscribe(channel)
	assert.Equal(t, payload, string(late.Next().Payload), "the channel keeps its most recent message")
}

func TestAdviceTellsWhatADeviceWouldNotShow(t *testing.T) {
	apple := apnstest.NewServer(t)
	app := apple.NewApp("com.example.app")
	device := apple.NewDevice(app)
	got := push(t, apple.Client(), apple.URL, device.Token(app), `{"aps":{"alert":"hi","badge":"3"}}`,
		"authorization", "bearer "+apple.ProviderToken(), "apns-topic", app.Topic, "apns-push-type", "alert")
	require.Equal(t, 200, got.status, "APNs accepts it")
	advice := apple.Advice(got.id)
	require.Len(t, advice, 1)
	assert.Equal(t, apns.AdviceWrongType, advice[0].Code)
	assert.Contains(t, advice[0].Message, "badge")
}

func TestABroadcastIsSettledWhenNoDeviceOwesAnAcknowledgement(t *testing.T) {
	apple := apnstest.NewServer(t)
	app := apple.NewApp("com.example.scores")
	channel := app.NewChannel()
	first, second := apple.NewDevice(app), apple.NewDevice(app)
	first.Subscribe(channel)
	second.Subscribe(channel)
	publish(t, apple, app, channel, 1)
	first.Next()
	second.Next()
	r := apple.RequireDelivered(apnstest.ByChannel(channel.ID))
	assert.Equal(t, channel.ID, r.Channel)
	assert.Contains(t, r.String(), "to channel "+channel.ID)
	apple.RequireNone(apnstest.ByChannel(channel.ID), apnstest.ByState(apnstest.Dropped))
	devices := map[string]bool{}
	for _, s := range apple.RequireDelivered(apnstest.ByChannel(channel.ID)).Steps {
		if s.State == apnstest.Delivered {
			devices[s.Device] = true
		}
	}
	assert.Equal(t, map[string]bool{first.ID(): true, second.ID(): true}, devices)
}

func TestAnAppHasTheBroadcastCapabilityUntilItIsTaken(t *testing.T) {
	t.Parallel()
	mine := shared.NewSpace(t)
	app := mine.NewApp("com.example.scores")
	channel := app.NewChannel()
	send := func() pushResponse {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, mine.URL+"/4/broadcasts/apps/"+app.Topic, strings.NewReader(`{"aps":{}}`))
		require.NoError(t, err)
		request.Header = http.Header{
			"Authorization": {"bearer " + mine.ProviderToken()}, "Apns-Channel-Id": {channel.ID}, "Apns-Push-Type": {"liveactivity"},
			"Apns-Expiration": {"0"}, "Apns-Priority": {"10"},
		}
		response, err := mine.Client().Do(request)
		require.NoError(t, err)
		defer response.Body.Close()
		a := pushResponse{status: response.StatusCode}
		if a.status != http.StatusOK {
			require.NoError(t, json.NewDecoder(response.Body).Decode(&a))
		}
		return a
	}
	assert.Equal(t, pushResponse{status: 200}, send())
	app.SetBroadcast(false)
	assert.Equal(t, pushResponse{status: 400, Reason: "FeatureNotEnabled"}, send())
	app.SetBroadcast(true)
	assert.Equal(t, pushResponse{status: 400, Reason: "ChannelNotRegistered"}, send(), "its channels are gone for good")
}

func TestASandboxChannelReachesSandboxDevices(t *testing.T) {
	t.Parallel()
	mine := shared.NewSpace(t)
	app := mine.NewApp("com.example.scores")
	device := mine.NewSandboxDevice(app)
	device.Subscribe(app.NewSandboxChannel()) // which waits until APNs has accepted that
}

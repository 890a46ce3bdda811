package apnstest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apnstest"
)

// A pushResponse is what APNs said to a push.
type pushResponse struct {
	status int
	id     string
	Reason string `json:"reason"`
}

// push is a provider in a dozen lines.
func push(t *testing.T, client *http.Client, url, token, payload string, headers ...string) (a pushResponse) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/3/device/"+token, strings.NewReader(payload))
	require.NoError(t, err)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := client.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, 2, response.ProtoMajor)
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	if len(body) > 0 {
		require.NoError(t, json.Unmarshal(body, &a))
	}
	a.status, a.id = response.StatusCode, response.Header.Get("apns-id")
	return a
}

func TestPushArrivesByteForByte(t *testing.T) {
	apple := apnstest.NewServer(t)
	app := apple.NewApp("com.example.app")
	device := apple.NewDevice(app)
	const payload = "{\"aps\" : {\"alert\":\"Grüße, 世界\"}}\n"

	got := push(t, apple.Client(), apple.URL, device.Token(app), payload,
		"authorization", "bearer "+apple.ProviderToken(), "apns-topic", app.Topic, "apns-priority", "5")
	assert.Equal(t, 200, got.status)
	want := apnstest.Notification{Topic: app.Topic, Payload: []byte(payload), Token: device.Token(app), Priority: 5}
	assert.Equal(t, want, device.Next())
	assert.Equal(t, []string{"received", "accepted"}, apple.History(got.id)[:2])
}

func TestProviderCertificateTakesThePlaceOfTheToken(t *testing.T) {
	apple := apnstest.NewServer(t)
	app := apple.NewApp("com.example.app")
	device := apple.NewDevice(app)
	got := push(t, apple.Client(app.Certificate()), apple.URL, device.Token(app), `{}`, "apns-topic", app.Topic)
	assert.Equal(t, 200, got.status)
	assert.Equal(t, "{}", string(device.Next().Payload))
}

func TestNewestPushWaitsForADeviceThatIsAway(t *testing.T) {
	apple := apnstest.NewServer(t)
	app := apple.NewApp("com.example.app")
	device := apple.NewDevice(app)
	send := func(payload string) pushResponse {
		return push(t, apple.Client(), apple.URL, device.Token(app), payload,
			"authorization", "bearer "+apple.ProviderToken(), "apns-topic", app.Topic)
	}
	token := device.Token(app)
	device.Disconnect()
	device.Disconnect() // once more does nothing
	first, second := send(`{"n":1}`), send(`{"n":2}`)
	assert.Equal(t, 200, first.status)
	assert.Equal(t, 200, second.status)
	device.Connect()
	got := device.Next()
	assert.Equal(t, `{"n":2}`, string(got.Payload))
	assert.True(t, got.FromStorage)
	assert.Contains(t, apple.History(first.id), "dropped replaced")
	assert.Equal(t, token, device.Token(app), "the token survives the reconnect")
}

func TestStoredPushExpiresWhenTheClockIsMoved(t *testing.T) {
	apple := apnstest.NewServer(t)
	app := apple.NewApp("com.example.app")
	device := apple.NewDevice(app)
	token, bearer := device.Token(app), "bearer "+apple.ProviderToken()
	device.Disconnect()
	got := push(t, apple.Client(), apple.URL, token, `{}`, "authorization", bearer, "apns-topic", app.Topic)
	apple.Advance(31 * 24 * time.Hour)
	device.Connect()
	assert.Contains(t, apple.History(got.id), "dropped expired")

	refused := push(t, apple.Client(), apple.URL, token, `{}`, "authorization", bearer, "apns-topic", app.Topic)
	assert.Equal(t, pushResponse{403, refused.id, "ExpiredProviderToken"}, refused, "the provider token is a month old")
}

func TestUninstalledAppIsUnregistered(t *testing.T) {
	apple := apnstest.NewServer(t)
	app := apple.NewApp("com.example.app")
	device := apple.NewDevice(app)
	token := device.Token(app)
	device.Uninstall(app)
	got := push(t, apple.Client(), apple.URL, token, `{}`,
		"authorization", "bearer "+apple.ProviderToken(), "apns-topic", app.Topic)
	assert.Equal(t, pushResponse{410, got.id, "Unregistered"}, got)
	assert.NotEqual(t, token, device.Token(app), "installed again, it has a new token")
}

// observed: pushes to a removed app are answered 200 for hours or days (apns2#77).
func TestAnUninstalledAppIsUnregisteredAfterADelay(t *testing.T) {
	apple := apnstest.NewUnstartedServer(t)
	apple.Config.UnregisterDelay = 24 * time.Hour
	apple.Start()
	app := apple.NewApp("com.example.app")
	device := apple.NewDevice(app)
	token := device.Token(app)
	device.Uninstall(app)
	send := func() pushResponse {
		return push(t, apple.Client(), apple.URL, token, `{}`,
			"authorization", "bearer "+apple.ProviderToken(), "apns-topic", app.Topic)
	}
	got := send()
	assert.Equal(t, pushResponse{200, got.id, ""}, got)
	assert.Contains(t, apple.History(got.id), "dropped app-removed")
	apple.Advance(25 * time.Hour)
	got = send()
	assert.Equal(t, pushResponse{410, got.id, "Unregistered"}, got)
}

func TestATokenExpires(t *testing.T) {
	apple := apnstest.NewServer(t)
	app := apple.NewApp("com.example.app")
	device := apple.NewDevice(app)
	token := device.Token(app)
	device.Expire(app)
	got := push(t, apple.Client(), apple.URL, token, `{}`,
		"authorization", "bearer "+apple.ProviderToken(), "apns-topic", app.Topic)
	assert.Equal(t, pushResponse{410, got.id, "ExpiredToken"}, got)
}

func TestSandboxIsSeparateFromProduction(t *testing.T) {
	apple := apnstest.NewServer(t)
	app := apple.NewApp("com.example.app")
	device := apple.NewDevice(app)
	got := push(t, apple.Client(), apple.SandboxURL, device.Token(app), `{}`,
		"authorization", "bearer "+apple.ProviderToken(), "apns-topic", app.Topic)
	assert.Equal(t, pushResponse{400, got.id, "BadDeviceToken"}, got)
}

func TestConfigIsChosenBeforeTheStart(t *testing.T) {
	apple := apnstest.NewUnstartedServer(t)
	apple.Config.TokenLength = 80
	apple.Config.StoredPerApp = 2
	apple.Start()
	app := apple.NewApp("com.example.app")
	device := apple.NewDevice(app)
	token := device.Token(app)
	assert.Len(t, token, 160)
	device.Disconnect()
	for _, payload := range []string{`1`, `2`, `3`} {
		got := push(t, apple.Client(), apple.URL, token, payload,
			"authorization", "bearer "+apple.ProviderToken(), "apns-topic", app.Topic)
		require.Equal(t, 200, got.status)
	}
	device.Connect()
	assert.Equal(t, "2", string(device.Next().Payload))
	assert.Equal(t, "3", string(device.Next().Payload))
}

package apnstest_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/apnstest"
)

// A provider has to reconnect after a restart; tokens and what is stored stay.
func ExampleServer_Restart() {
	testReconnect := func(t *testing.T) {
		apple := apnstest.NewServer(t)
		app := apple.NewApp("com.example.app")
		device := apple.NewDevice(app)
		token := device.Token(app)
		provider := newProvider(&apple.Space, app)

		device.Disconnect()
		if err := provider.Send(t.Context(), token, `{"aps":{"alert":"stored"}}`); err != nil {
			t.Fatal(err)
		}
		apple.Restart()
		device.Connect()
		fmt.Println(string(device.Next().Payload))
		if err := provider.Send(t.Context(), token, `{"aps":{"alert":"after it"}}`); err != nil {
			t.Fatal(err)
		}
		fmt.Println(string(device.Next().Payload))
	}
	fmt.Println(passes(testReconnect))
	// Output:
	// {"aps":{"alert":"stored"}}
	// {"aps":{"alert":"after it"}}
	// true
}

func TestEverythingIsThereAfterARestart(t *testing.T) {
	for _, memory := range []bool{false, true} {
		t.Run(fmt.Sprintf("in memory %v", memory), func(t *testing.T) {
			if memory {
				synctest.Test(t, func(t *testing.T) { testRestart(t, apnstest.InMemory(t)) })
				return
			}
			testRestart(t, apnstest.NewServer(t))
		})
	}
}

func testRestart(t *testing.T, apple *apnstest.Server) {
	space := apple.NewSpace(t)
	app, other := space.NewApp("com.example.app"), space.NewApp("com.example.gone")
	device, away := space.NewDevice(app, other), space.NewDevice(app)
	channel := app.NewChannel()
	device.Subscribe(channel)
	provider := newProvider(space, app)
	removed := device.Token(other)
	device.Uninstall(other)
	away.Disconnect()
	device.SetAckDelay(time.Millisecond)
	require.NoError(t, provider.Send(t.Context(), device.Token(app), `{"n":1}`))
	require.JSONEq(t, `{"n":1}`, string(device.Next().Payload))
	space.RequireDelivered()
	space.Advance(2 * time.Hour)
	now, url := space.Clock.Now(), space.URL
	space.Inject(apnstest.Reject(apns.InternalServerError).Times(1))
	certificate := app.Certificate()
	space.RevokeCertificate(certificate)

	apple.Restart()
	assert.Equal(t, url, space.URL)
	assert.WithinDuration(t, now, space.Clock.Now(), 20*time.Second)
	space.RequireDelivered() // the records are there
	token := device.Token(app)
	require.ErrorContains(t, provider.Send(t.Context(), token, `{"n":2}`), "InternalServerError")
	require.NoError(t, provider.Send(t.Context(), token, `{"n":3}`))
	assert.JSONEq(t, `{"n":3}`, string(device.Next().Payload), "Next goes on where it was")
	assert.Len(t, device.Inbox(), 2)
	provider.Topic = other.Topic
	require.ErrorContains(t, provider.Send(t.Context(), removed, `{}`), "Unregistered")
	away.Connect()
	assert.Empty(t, away.Inbox())

	apple.Restart()
	provider.Topic = app.Topic
	require.NoError(t, provider.Send(t.Context(), device.Token(app), `{"n":4}`))
	assert.JSONEq(t, `{"n":4}`, string(device.Next().Payload))
}

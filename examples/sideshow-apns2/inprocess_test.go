package push

import (
	"crypto/tls"
	"testing"

	"github.com/sideshow/apns2"
	"github.com/sideshow/apns2/token"
	"golang.org/x/net/http2"

	"github.com/apns-sim/apns-sim/apnstest"
)

// With apnstest the simulator runs in the test's own process: plain go test.
func TestInTheProcessOfTheTest(t *testing.T) {
	apple := apnstest.NewServer(t)
	app := apple.NewApp("com.example.app")
	testDevice := apple.NewDevice(app)

	c := apns2.NewTokenClient(&token.Token{AuthKey: apple.Key, KeyID: apple.KeyID, TeamID: apple.TeamID})
	c.Host = apple.URL
	c.HTTPClient.Transport.(*http2.Transport).TLSClientConfig = &tls.Config{RootCAs: apple.RootCAs}

	r, err := c.Push(&apns2.Notification{DeviceToken: testDevice.Token(app), Topic: app.Topic, Payload: []byte(hello)})
	if err != nil || !r.Sent() {
		t.Fatal(r, err)
	}
	if got := testDevice.Next(); len(got.Payload) == 0 {
		t.Error("the device received nothing")
	}
}

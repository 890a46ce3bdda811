package apnstest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/apns-sim/apns-sim/apnstest"
)

// Example shows the whole test of a provider that sends one push.
func Example() {
	testSender := func(t *testing.T) {
		apple := apnstest.NewServer(t)
		app := apple.NewApp("com.example.app")
		phone := apple.NewDevice(app)

		// The code under test would do this.
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
			apple.URL+"/3/device/"+phone.Token(app), strings.NewReader(`{"aps":{"alert":"hi"}}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("authorization", "bearer "+apple.ProviderToken())
		request.Header.Set("apns-topic", app.Topic)
		response, err := apple.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()

		if got := phone.Next(); string(got.Payload) != `{"aps":{"alert":"hi"}}` {
			t.Errorf("the phone received %s", got.Payload)
		}
	}
	fmt.Println(testing.RunTests(matchAll, []testing.InternalTest{{Name: "TestSender", F: testSender}}))
	// Output: true
}

func matchAll(_, _ string) (bool, error) { return true, nil }

package apnstest_test

import (
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/apnstest"
)

// Example shows the whole test of a provider that sends one push.
func Example() {
	testPush := func(t *testing.T) {
		apple := apnstest.NewServer(t)
		app := apple.NewApp("com.example.app")
		device := apple.NewDevice(app)

		// The code under test would do this.
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
			apple.URL+"/3/device/"+device.Token(app), strings.NewReader(`{"aps":{"alert":"hi"}}`))
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

		if got := device.Next(); string(got.Payload) != `{"aps":{"alert":"hi"}}` {
			t.Errorf("the device received %s", got.Payload)
		}
	}
	fmt.Println(passes(testPush))
	// Output: true
}

// A refusal has a reason for the provider, and for the test what was found wrong.
func ExampleSpace_RequireRejected() {
	testWrongTopic := func(t *testing.T) {
		apple := apnstest.NewServer(t)
		app := apple.NewApp("com.example.app")
		provider := newProvider(&apple.Space, app)
		provider.Topic = "com.example.typo"

		fmt.Println(provider.Send(t.Context(), apple.NewDevice(app).Token(app), `{}`))
		refused := apple.RequireRejected(apns.TopicDisallowed)
		for _, check := range refused.Checks {
			if check.Result == apnstest.CheckFailed {
				fmt.Println(check.Name, "failed at", check.Seen)
			}
		}
	}
	fmt.Println(passes(testWrongTopic))
	// Output:
	// 400 TopicDisallowed
	// topic failed at com.example.typo
	// true
}

// When an app is gone, the provider learns since when its token is retired.
func ExampleDevice_Uninstall() {
	testCleanUp := func(t *testing.T) {
		apple := apnstest.NewServer(t)
		app := apple.NewApp("com.example.app")
		device := apple.NewDevice(app)
		token := device.Token(app)
		christmas := time.Date(2030, 12, 24, 18, 0, 0, 0, time.UTC)
		apple.Clock.Set(christmas)
		device.Uninstall(app)

		err := newProvider(&apple.Space, app).Send(t.Context(), token, `{}`)
		if refused, ok := errors.AsType[*RefusedError](err); ok {
			since := time.UnixMilli(refused.Timestamp)
			fmt.Println(refused, "since", since.UTC().Format("2006-01-02 15:04"))
		}
	}
	fmt.Println(passes(testCleanUp))
	// Output:
	// 410 Unregistered since 2030-12-24 18:00
	// true
}

// The provider code is asked twice to slow down, and tries again.
func ExampleSpace_Inject() {
	testRetry := func(t *testing.T) {
		apple := apnstest.NewServer(t)
		app := apple.NewApp("com.example.app")
		device := apple.NewDevice(app)
		apple.Inject(apnstest.Reject(apns.TooManyRequests).Times(2))

		err := newProvider(&apple.Space, app).Send(t.Context(), device.Token(app), `{"n":1}`)
		fmt.Println("error:", err)
		apple.RequireDelivered(apnstest.ByPayload("n", 1))
		for _, push := range apple.Records() {
			fmt.Println(push.Status)
		}
	}
	fmt.Println(passes(testRetry))
	// Output:
	// error: <nil>
	// 429
	// 429
	// 200
	// true
}

// Provider tokens are good for an hour; a test need not wait for it.
func ExampleClock_Advance() {
	testRenewal := func(t *testing.T) {
		apple := apnstest.NewServer(t)
		app := apple.NewApp("com.example.app")
		device := apple.NewDevice(app)
		provider := newProvider(&apple.Space, app)
		old := apple.ProviderToken()
		provider.Token = func() string { return old } // and forgets to renew it

		fmt.Println("now:", provider.Send(t.Context(), device.Token(app), `{}`))
		apple.Clock.Advance(61 * time.Minute)
		fmt.Println("later:", provider.Send(t.Context(), device.Token(app), `{}`))
	}
	fmt.Println(passes(testRenewal))
	// Output:
	// now: <nil>
	// later: 403 ExpiredProviderToken
	// true
}

// Tests that run in parallel share a server. Each has a space, where the same
// bundle ID is an app of its own, and sees nothing of the others.
func ExampleServer_NewSpace() {
	apple, err := apnstest.Open(apnstest.Config{}) // in TestMain
	if err != nil {
		fmt.Println(err)
		return
	}
	test := func(payload string) func(*testing.T) {
		return func(t *testing.T) {
			t.Parallel()
			mine := apple.NewSpace(t)
			app := mine.NewApp("com.example.app")
			device := mine.NewDevice(app)
			if err := newProvider(mine, app).Send(t.Context(), device.Token(app), payload); err != nil {
				t.Error(err)
			}
			if got := string(device.Next().Payload); got != payload || len(mine.Records()) != 1 {
				t.Errorf("the device received %s, and there are %d records", got, len(mine.Records()))
			}
		}
	}
	fmt.Println(passes(test(`{"test":1}`), test(`{"test":2}`), test(`{"test":3}`)))
	fmt.Println(apple.Close())
	// Output:
	// true
	// <nil>
}

// In a bubble of package testing/synctest time passes by itself.
func ExampleInMemory() {
	testExpiry := func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			apple := apnstest.InMemory(t)
			app := apple.NewApp("com.example.app")
			device := apple.NewDevice(app)
			token := device.Token(app)
			device.Disconnect()
			if err := newProvider(&apple.Space, app).Send(t.Context(), token, `{}`); err != nil {
				t.Error(err)
			}

			time.Sleep(31 * 24 * time.Hour)
			device.Connect()
			apple.RequireNone(apnstest.ByState(apnstest.Delivered))
			fmt.Println(strings.Join(apple.Records()[0].History(), ", "))
		})
	}
	fmt.Println(passes(testExpiry))
	// Output:
	// received, accepted, stored device-offline, dropped expired
	// true
}

// Code under test in another process is told by its environment where everything
// is.
func ExampleSpace_Env() {
	testProgram := func(t *testing.T) {
		apple := apnstest.NewServer(t)
		app := apple.NewApp("com.example.app")
		device := apple.NewDevice(app)

		command := exec.CommandContext(t.Context(), os.Args[0]) // the program; this one has another main
		command.Env = append(os.Environ(), append(apple.Env(), childVariable+"=1")...)
		out, err := command.Output()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Print(string(out))
		fmt.Println(string(device.Next().Payload))
	}
	fmt.Println(passes(testProgram))
	// Output:
	// 200 OK
	// {"aps":{"alert":"from a child"}}
	// true
}

// passes runs tests, as go test does, and reports whether they pass. Each runs once,
// whatever -count and -cpu say, and without the lines of -v and -json, which would be
// among the output of the example.
func passes(tests ...func(*testing.T)) bool {
	verbose := flag.Lookup("test.v").Value
	defer verbose.Set(verbose.String())
	if err := verbose.Set("false"); err != nil {
		panic(err)
	}
	var list []testing.InternalTest
	for i, f := range tests {
		var once sync.Once
		list = append(list, testing.InternalTest{
			Name: fmt.Sprintf("Test%d", i),
			F:    func(t *testing.T) { once.Do(func() { f(t) }) },
		})
	}
	return testing.RunTests(func(_, _ string) (bool, error) { return true, nil }, list)
}

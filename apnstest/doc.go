// Package apnstest is APNs for Go tests, in the manner of net/http/httptest:
//
//	apple := apnstest.NewServer(t)
//	app := apple.NewApp("com.example.app")
//	phone := apple.NewDevice(app)
//
//	// Point the provider code at apple.URL with apple.Client(), let it sign with
//	// apple.Key (or connect with app.Certificate()), and push to:
//	token := phone.Token(app)
//
//	got := phone.Next() // what the phone received, byte for byte
//
// The server is the whole simulator, on free ports of 127.0.0.1: signatures and
// certificates are verified, refusals are Apple's, and a notification arrives
// because a device is connected over the courier protocol and acknowledges it.
// It starts in about two milliseconds, and the test closes it. Whatever a helper
// cannot do ends the test with Fatal, so they belong on the test's goroutine.
//
// What became of a push is known without a device at hand:
//
//	apple.RequireDelivered("topic", app.Topic, "payload.aps.badge", 7)
//	apple.RequireRejected(apns.BadPriority)
//	apple.RequireNone("device", phone.ID())
//
// APNs misbehaves, and it gets late, when a test says so:
//
//	apple.Inject(apnstest.Fault{Reason: apns.TooManyRequests, Times: 2})
//	apple.Clock.Advance(time.Hour) // provider tokens expire
//
// Tests that run in parallel share a server of [Open] and have a [Server.NewSpace]
// each. [InMemory] is for tests in a bubble of testing/synctest. [Space.Env] is for
// code under test in another process.
//
// It is not Apple: nothing leaves the machine, and a token, key or certificate
// of Apple's means nothing here.
package apnstest

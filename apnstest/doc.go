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
// The test closes it. Whatever a helper cannot do ends the test with Fatal, so
// they belong on the test's goroutine.
//
// It is not Apple: nothing leaves the machine, and a token, key or certificate
// of Apple's means nothing here.
package apnstest

// Package apnstest runs a simulated Apple Push Notification service in Go tests, as
// net/http/httptest runs an HTTP server:
//
//	apple := apnstest.NewServer(t)
//	app := apple.NewApp("com.example.app")
//	device := apple.NewDevice(app)
//
//	// Point the provider code at apple.URL with apple.Client(), let it sign with
//	// apple.Key (or connect with app.Certificate()), and push to:
//	token := device.Token(app)
//
//	got := device.Next() // what the device received, byte for byte
//
// The server is the whole simulator, on free ports of 127.0.0.1. It verifies signatures
// and certificates, rejects with Apple's reasons, and delivers notifications over the
// courier protocol to devices that acknowledge them. It starts in about two milliseconds
// and ends with the test. A helper that fails ends the test with Fatal, so call helpers
// on the goroutine of the test.
//
// # Assertions
//
// The server records what becomes of each push:
//
//	apple.RequireDelivered(apnstest.ByTopic(app.Topic), apnstest.ByPayload("aps.badge", 7))
//	apple.RequireRejected(apns.BadPriority)
//	apple.RequireNone(apnstest.ByDevice(device.ID()))
//
// # Faults and time
//
// The server misbehaves, and its clock moves, when a test says so:
//
//	apple.Inject(apnstest.Reject(apns.TooManyRequests).Times(2))
//	apple.Clock.Advance(time.Hour) // provider tokens expire
//	apple.Restart() // connections end; tokens and stored notifications stay
//
// # Parallel tests, virtual time, other processes
//
// Parallel tests share a server of [Open], and each has its own [Server.NewSpace].
// [InMemory] is for tests in a bubble of testing/synctest. [Space.Env] is for code under
// test in another process.
//
// # Compatibility
//
// From v1.0.0 on, this package and package apns follow semantic versioning: within a
// major version, code that compiles and passes keeps doing so. Where Apple changes its
// service, or the simulator is shown to differ from it, behavior changes in a minor
// version and the changelog says so. The texts of failures and of Detail fields are for
// people and may change at any time.
//
// The package needs Go 1.26, like the golang.org/x/net module it uses. From v1.0.0 on it
// supports the Go releases that the Go project supports, if that module does.
//
// The server is not Apple: nothing leaves the machine, and tokens, keys and certificates
// of Apple are invalid here.
package apnstest

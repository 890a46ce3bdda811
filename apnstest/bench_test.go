package apnstest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apnstest"
)

// What a test pays for a server of its own.
func BenchmarkNewServer(b *testing.B) {
	for b.Loop() {
		apple, err := apnstest.Open(apnstest.Config{})
		require.NoError(b, err)
		require.NoError(b, apple.Close())
	}
}

// What it pays without sockets.
func BenchmarkInMemory(b *testing.B) {
	for b.Loop() {
		apple, err := apnstest.Open(apnstest.Config{InMemory: true})
		require.NoError(b, err)
		require.NoError(b, apple.Close())
	}
}

// What it pays for an app and a device, once there is a server.
func BenchmarkNewDevice(b *testing.B) {
	apple := apnstest.NewServer(b)
	app := apple.NewApp("com.example.app")
	for b.Loop() {
		apple.NewDevice(app)
	}
}

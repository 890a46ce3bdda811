package controlapi_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

func TestAnAddressIsAURLOrASocket(t *testing.T) {
	for control, want := range map[string]struct {
		path, base string
		socket     bool
	}{
		"http://127.0.0.1:8197/": {"http://127.0.0.1:8197/", "http://127.0.0.1:8197", false},
		"unix:/tmp/a.sock":       {"/tmp/a.sock", "http://localhost", true},
		"unix:///tmp/a.sock":     {"/tmp/a.sock", "http://localhost", true},
		`unix:C:\a.sock`:         {`C:\a.sock`, "http://localhost", true},
	} {
		path, socket := controlapi.SocketPath(control)
		assert.Equal(t, want.socket, socket, control)
		assert.Equal(t, want.path, path, control)
		assert.Equal(t, want.base, controlapi.BaseURL(control), control)
		assert.Equal(t, want.socket, controlapi.Dialer(control) != nil, control)
	}
	assert.Equal(t, "unix:/tmp/a.sock", controlapi.SocketAddress("/tmp/a.sock"))
}

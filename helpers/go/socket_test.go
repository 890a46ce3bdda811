package apnssim

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAControlAPIAtASocketIsReached(t *testing.T) {
	dir, err := os.MkdirTemp("", "s") //nolint:usetesting // The path of a socket must be short.
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(dir)) })
	path := filepath.Join(dir, "s")
	listener, err := net.Listen("unix", path)
	require.NoError(t, err)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, err := w.Write([]byte("live\n"))
		assert.NoError(t, err)
	})}
	done := make(chan struct{})
	go func() { defer close(done); assert.ErrorIs(t, server.Serve(listener), http.ErrServerClosed) }()
	assert.True(t, isLive("unix:"+path))
	assert.False(t, isLive("unix:"+path+"-absent"))
	require.NoError(t, server.Close())
	<-done
}

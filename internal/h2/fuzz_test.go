package h2

import (
	"bytes"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"github.com/apns-sim/apns-sim/internal/memnet"
)

// FuzzServe sends any octets after the preface. Whatever they are, the
// connection ends with its input, every request is answered or dropped, and each
// failure has a reason.
func FuzzServe(f *testing.F) {
	batch := newBatch(f)
	var frames bytes.Buffer
	fr := http2.NewFramer(&frames, nil)
	require.NoError(f, fr.WriteSettings(setting(http2.SettingInitialWindowSize, 3)))
	require.NoError(f, fr.WriteSettingsAck())
	settings := bytes.Clone(frames.Bytes())
	f.Add(append(settings, batch.next(3)...))
	require.NoError(f, fr.WritePing(false, [8]byte{}))
	require.NoError(f, fr.WriteWindowUpdate(0, 100))
	require.NoError(f, fr.WritePriority(1, http2.PriorityParam{StreamDep: 3}))
	require.NoError(f, fr.WriteGoAway(0, http2.ErrCodeProtocol, []byte("why")))
	f.Add(bytes.Clone(frames.Bytes()))
	f.Add(append(bytes.Clone(settings), "\x00\x00\x01\x01\x00\x00\x00\x00\x01\x83\x00\x00\x02\x09\x04\x00\x00\x00\x01\x87\x84"...))
	f.Add(append(bytes.Clone(settings), "\x00\x00\x03\x01\x05\x00\x00\x00\x01\x83\x87\x84\x00\x00\x04\x03\x00\x00\x00\x00\x01\x00\x00\x00\x08"...))
	f.Fuzz(func(t *testing.T, input []byte) {
		synctest.Test(t, func(t *testing.T) { testServe(t, input) })
	})
}

func testServe(t *testing.T, input []byte) {
	client, server := memnet.Pipe()
	served := make(chan struct{})
	n := 0
	h := HandlerFunc(func(s *Stream) {
		n++
		switch n % 4 {
		case 0:
			s.Reset(http2.ErrCodeRefusedStream)
		case 1:
			s.Respond(200, s.Body)
		case 2:
			time.AfterFunc(time.Second, func() { s.Respond(404, []byte("later")) })
		}
	})
	go func() {
		defer close(served)
		// Any error is right as long as there is an end.
		t.Logf("serve: %v", Serve(t.Context(), server, &Config{IdleTimeout: time.Minute, OnFailure: reasoned(t)}, h, nil))
	}()
	go io.Copy(io.Discard, client) // ends with the connection
	io.WriteString(client, http2.ClientPreface)
	client.Write(input)
	time.Sleep(2 * time.Second)
	client.Close()
	<-served
}

func reasoned(t *testing.T) func(*Conn, *Failure) {
	return func(_ *Conn, f *Failure) {
		if f.Kind != PeerEnded { // which has the reason that the peer gives
			assert.NotEmpty(t, f.Reason)
		}
	}
}

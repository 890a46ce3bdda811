package devicetls_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/memnet"
)

// A countingConn counts writes.
type countingConn struct {
	net.Conn
	writes *atomic.Int32
}

func (c countingConn) Write(p []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(p)
}

func TestReadyMessagesAreSentInOneWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var writes atomic.Int32
		w := newFixture(t)
		w.net = memnet.Listen()
		ln := w.net
		w.serve(listenerOf{ln, func() (net.Conn, error) {
			conn, err := ln.Accept()
			return countingConn{conn, &writes}, err
		}})
		p := w.dial(w.identity(nil), v3, func(c *tls.Config) { c.DynamicRecordSizingDisabled = true })
		p.connect(nil)

		writes.Store(0)
		var messages []courier.Message
		for range 10 {
			messages = append(messages, &courier.Keepalive{}, &courier.TokenRequest{BaseToken: p.token, Topic: topicHash[:]})
		}
		p.send(messages...)
		for range 10 {
			want[*courier.KeepaliveResponse](p)
			want[*courier.TokenResponse](p)
		}
		assert.Equal(t, int32(1), writes.Load(), "the responses to what came together")

		filter := &courier.Filter{Token: p.token}
		for i := range 20 {
			topic := fmt.Sprint("com.example.app", i)
			w.push(p.address(), "x", forTopic(w, topic))
			hash := apns.HashTopic(topic)
			filter.Enabled = append(filter.Enabled, hash[:])
		}
		writes.Store(0)
		p.send(filter)
		for range 20 {
			want[*courier.Notification](p)
		}
		assert.Equal(t, int32(1), writes.Load(), "pushes that wait")
	})
}

// Whatever frames a device sends, it is answered or closed; the courier goes on.
func TestTheCourierSurvivesEveryFrame(t *testing.T) {
	w := newFixture(t)
	identity, other := w.identity(nil), w.login(w.identity(nil))
	commands := rapid.SampledFrom([]courier.Command{
		7, 8, 9, 0xa, 0xb, 0xc, 0xd, 0xe, 0xf, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x17, 0x1b, 0x1d, 0x20, 0x21, 0x22, 0xff,
	})
	frame := rapid.Custom(func(t *rapid.T) []byte {
		cmd := commands.Draw(t, "command")
		if rapid.Float64Range(0, 1).Draw(t, "raw") < 0.1 {
			return courier.Frame{Command: cmd, Payload: rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "payload")}.Append(nil)
		}
		f := courier.Frame{Command: cmd}
		for range rapid.IntRange(0, 4).Draw(t, "items") {
			size := rapid.SampledFrom([]int{0, 1, 2, 4, 8, 20, 32}).Draw(t, "size")
			f.Payload = append(f.Payload, rapid.Uint8Range(0, 17).Draw(t, "id"), 0, byte(size))
			f.Payload = append(f.Payload, rapid.SliceOfN(rapid.Byte(), size, size).Draw(t, "value")...)
		}
		return f.Append(nil)
	})
	rapid.Check(t, func(rt *rapid.T) {
		p := w.login(identity)
		defer p.conn.Close()
		var out []byte
		for _, f := range rapid.SliceOfN(frame, 1, 20).Draw(rt, "frames") {
			out = append(out, f...)
		}
		p.write((&courier.Keepalive{Interval: []byte("1")}).Append(out))
		require.NoError(t, p.conn.SetReadDeadline(time.Now().Add(responseTimeout)))
		for {
			f, err := p.reader.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			require.NoError(t, err)
			if f.Command == courier.CmdKeepaliveResponse {
				return
			}
		}
	})
	w.push(other.address(), "x")
	want[*courier.Notification](other)
}

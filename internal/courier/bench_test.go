package courier

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var benchPayload = []byte(`{"aps":{"alert":{"title":"Hello","body":"World"},"badge":3,"sound":"default"}}`)

// appendPush writes a notification the way a session does, from a local variable.
func appendPush(dst []byte, id uint32) []byte {
	n := Notification{
		Token: testToken, Topic: testTopic, Payload: benchPayload, ID: id, Expiry: 1767312000,
		Timestamp: 1767225600000000000, Priority: 10, BaseToken: testToken, TracingID: testToken[:16],
	}
	return n.Append(dst)
}

func TestThePushPathDoesNotAllocate(t *testing.T) {
	ackPayload := unhex("08 0001 00 04 0004 00000001 01 0020 T")
	ping := []byte("\x01\x00\x04WiFi\x05\x00\x0215")
	pushes := Frame{Command: CmdNotification, Payload: appendPush(nil, 1)[frameHead:]}
	buf := make([]byte, 0, 4096)
	rows := []struct {
		name string
		run  func()
	}{
		{"write a notification", func() { buf = appendPush(buf[:0], 1) }},
		{"read a notification", func() {
			var n Notification
			require.NoError(t, n.Parse(pushes.Payload))
		}},
		{"write an ack", func() {
			ack := Ack{ID: 1, Token: testToken}
			buf = ack.Append(buf[:0])
		}},
		{"read an ack", func() {
			var ack Ack
			require.NoError(t, ack.Parse(ackPayload))
		}},
		{"read an empty keepalive", func() {
			var k Keepalive
			require.NoError(t, k.Parse(nil))
		}},
		{"read a keepalive with text", func() {
			var k Keepalive
			require.NoError(t, k.Parse(ping))
		}},
		{"write a keepalive response", func() {
			var k KeepaliveResponse
			buf = k.Append(buf[:0])
		}},
		{"go through the items", func() {
			for _, err := range pushes.Items() {
				require.NoError(t, err)
			}
		}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) { assert.Zero(t, testing.AllocsPerRun(100, row.run)) })
	}
}

func TestReadingAStreamOfAcksAllocatesOneBuffer(t *testing.T) {
	stream := bytes.Repeat((&Ack{ID: 1, Token: testToken}).Append(nil), 1000)
	src := bytes.NewReader(stream)
	r := NewReader(src, ReaderOptions{})
	_, err := r.Next()
	require.NoError(t, err)
	assert.Zero(t, testing.AllocsPerRun(500, func() {
		f, err := r.Next()
		require.NoError(t, err)
		require.Equal(t, CmdAck, f.Command)
	}))
}

func BenchmarkAppendNotification(b *testing.B) {
	b.ReportAllocs()
	var buf []byte
	for b.Loop() {
		buf = appendPush(buf[:0], 1)
	}
}

func BenchmarkParseNotification(b *testing.B) {
	b.ReportAllocs()
	payload := appendPush(nil, 1)[frameHead:]
	var n Notification
	for b.Loop() {
		if err := n.Parse(payload); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseAck(b *testing.B) {
	b.ReportAllocs()
	payload := unhex("08 0001 00 04 0004 00000001 01 0020 T")
	var ack Ack
	for b.Loop() {
		if err := ack.Parse(payload); err != nil {
			b.Fatal(err)
		}
	}
}

// packedPushes is a connection in its steady state: the tables of both ends know the
// tokens and the topic.
func packedPushes() (p *Packer, n *Notification) {
	n = &Notification{
		Token: testToken, Topic: testTopic, Payload: benchPayload, ID: 1, Expiry: 1767312000,
		Timestamp: 1767225600000000000, Priority: 10, BaseToken: testToken, TracingID: testToken[:16],
	}
	return NewPacker(), n
}

// packedStream repeats a message for ever.
func packedStream(m Message) *PackReader {
	p := NewPacker()
	pending := p.Append(nil, m)
	again := p.Append(nil, m)
	return NewPackReader(readFunc(func(b []byte) (int, error) {
		if len(pending) == 0 {
			pending = again
		}
		n := copy(b, pending)
		pending = pending[n:]
		return n, nil
	}), ReaderOptions{})
}

func TestThePushPathDoesNotAllocateInPackedFrames(t *testing.T) {
	p, n := packedPushes()
	ack := &Ack{ID: 1, Token: testToken}
	ping := &Keepalive{Carrier: []byte("WiFi"), Interval: []byte("15")}
	pong := &KeepaliveResponse{}
	buf := make([]byte, 0, 4096)
	read := func(m, into Message) func() {
		r := packedStream(m)
		return func() {
			f, err := r.Next()
			require.NoError(t, err)
			require.NoError(t, f.Parse(into))
		}
	}
	for _, row := range []struct {
		name string
		run  func()
	}{
		{"write a notification", func() { buf = p.Append(buf[:0], n) }},
		{"write an ack", func() { buf = p.Append(buf[:0], ack) }},
		{"write a keepalive", func() { buf = p.Append(buf[:0], ping) }},
		{"write a keepalive response", func() { buf = p.Append(buf[:0], pong) }},
		{"read a notification", read(n, new(Notification))},
		{"read an ack", read(ack, new(Ack))},
		{"read a keepalive", read(ping, new(Keepalive))},
		{"read a keepalive response", read(pong, new(KeepaliveResponse))},
	} {
		t.Run(row.name, func(t *testing.T) {
			for range 100 {
				row.run() // until the buffers have their size
			}
			assert.Zero(t, testing.AllocsPerRun(1000, row.run))
		})
	}
}

func BenchmarkFramings(b *testing.B) {
	_, n := packedPushes()
	for _, row := range []struct {
		name    string
		message Message
		into    Message
	}{
		{"Notification", n, new(Notification)},
		{"Ack", &Ack{ID: 1, Token: testToken}, new(Ack)},
		{"Keepalive", &Keepalive{Carrier: []byte("WiFi"), Interval: []byte("15")}, new(Keepalive)},
	} {
		b.Run(row.name+"/plain/write", func(b *testing.B) {
			b.ReportAllocs()
			var buf []byte
			for b.Loop() {
				buf = row.message.Append(buf[:0])
			}
			b.ReportMetric(float64(len(buf)), "bytes/frame")
		})
		b.Run(row.name+"/packed/write", func(b *testing.B) {
			b.ReportAllocs()
			p := NewPacker()
			var buf []byte
			for b.Loop() {
				buf = p.Append(buf[:0], row.message)
			}
			b.ReportMetric(float64(len(buf)), "bytes/frame")
		})
		b.Run(row.name+"/plain/read", func(b *testing.B) {
			b.ReportAllocs()
			frame := row.message.Append(nil)
			benchRead(b, NewReader(readFunc(func(p []byte) (int, error) { return copy(p, frame), nil }), ReaderOptions{}), row.into)
		})
		b.Run(row.name+"/packed/read", func(b *testing.B) {
			b.ReportAllocs()
			benchRead(b, packedStream(row.message), row.into)
		})
	}
}

func benchRead(b *testing.B, r interface{ Next() (Frame, error) }, into Message) {
	for b.Loop() {
		f, err := r.Next()
		if err != nil {
			b.Fatal(err)
		}
		if err := f.Parse(into); err != nil {
			b.Fatal(err)
		}
	}
}

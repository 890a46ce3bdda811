package h2

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/apns-sim/apns-sim/internal/memnet"
)

// BenchmarkEcho answers POST requests of 200 octets that come a hundred at a
// time, with the fields of a push. The client side costs next to nothing: it
// writes prepared octets and counts the responses.
func BenchmarkEcho(b *testing.B) {
	const streams = 100
	client, server := memnet.Pipe()
	served := make(chan error, 1)
	go func() {
		served <- Serve(b.Context(), server, nil, HandlerFunc(func(s *Stream) { s.Respond(200, s.Body) }), nil)
	}()
	batch := newBatch(b)
	_, err := io.WriteString(client, http2.ClientPreface)
	require.NoError(b, err)
	fr := http2.NewFramer(client, client)
	fr.SetReuseFrames()
	require.NoError(b, fr.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1 << 20}))
	require.NoError(b, fr.WriteSettingsAck())
	require.NoError(b, fr.WriteWindowUpdate(0, 1<<30))

	b.ReportAllocs()
	b.SetBytes(200)
	for done := 0; done < b.N; done += streams {
		_, err := client.Write(batch.next(streams))
		require.NoError(b, err)
		for ended := 0; ended < streams; {
			f, err := fr.ReadFrame()
			if err != nil {
				b.Fatal(err)
			}
			if d, ok := f.(*http2.DataFrame); ok && d.StreamEnded() {
				ended++
			}
		}
		if done%(1<<20) == 0 {
			require.NoError(b, fr.WriteWindowUpdate(0, 1<<29))
		}
	}
	b.StopTimer()
	require.NoError(b, client.Close())
	require.NoError(b, <-served)
}

// A batch prepares the octets of many requests.
type batch struct {
	tb   testing.TB
	out  bytes.Buffer
	fr   *http2.Framer
	hp   *hpack.Encoder
	hbuf bytes.Buffer
	id   uint32
	body []byte
}

func newBatch(tb testing.TB) *batch {
	b := &batch{tb: tb, id: 1, body: []byte(strings.Repeat("x", 200))}
	b.fr = http2.NewFramer(&b.out, nil)
	b.hp = hpack.NewEncoder(&b.hbuf)
	return b
}

func (b *batch) next(n int) []byte {
	b.out.Reset()
	for range n {
		b.hbuf.Reset()
		for _, f := range pushFields {
			require.NoError(b.tb, b.hp.WriteField(f))
		}
		require.NoError(b.tb, b.fr.WriteHeaders(http2.HeadersFrameParam{StreamID: b.id, BlockFragment: b.hbuf.Bytes(), EndHeaders: true}))
		require.NoError(b.tb, b.fr.WriteData(b.id, true, b.body))
		b.id += 2
	}
	return b.out.Bytes()
}

var pushFields = []hpack.HeaderField{
	{Name: ":method", Value: "POST"},
	{Name: ":scheme", Value: "https"},
	{Name: ":path", Value: "/3/device/" + strings.Repeat("0123456789abcdef", 4), Sensitive: true},
	{Name: ":authority", Value: "127.0.0.1:2197"},
	{Name: "authorization", Value: "bearer " + strings.Repeat("eyJhbGciOiJ", 20)},
	{Name: "apns-topic", Value: "com.example.demo"},
	{Name: "apns-push-type", Value: "alert"},
	{Name: "content-length", Value: "200"},
}

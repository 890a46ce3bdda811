package h2

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// failuresOf runs talk with a peer and returns the failures that were reported.
func failuresOf(t *testing.T, cfg Config, talk func(p *peer)) (failures []*Failure) {
	t.Helper()
	var conn *Conn
	cfg.OnFailure = func(c *Conn, f *Failure) {
		conn = c
		failures = append(failures, f)
	}
	inBubble(t, &cfg, ok, func(p *peer) {
		talk(p)
		p.nc.Close()
		<-p.ended
		if len(failures) > 0 {
			assert.Same(t, p.conn, conn)
		}
	})
	return failures
}

// ofPost returns f with a request like that of post.
func (f Failure) ofPost(fields ...hpack.HeaderField) *Failure {
	f.Method, f.Path, f.Authority, f.Fields = "POST", "/3/device/00", "localhost", fields
	return &f
}

func TestMalformedRequestIsReportedWithTheFieldThatBrokeTheRule(t *testing.T) {
	topic := hpack.HeaderField{Name: "apns-topic", Value: "a"}
	for _, tt := range []struct {
		name   string
		fields []hpack.HeaderField
		reason string
		field  hpack.HeaderField
	}{
		{"space after value", post("apns-topic", "a", "apns-id", "1 "), "bad value of apns-id", hpack.HeaderField{Name: "apns-id", Value: "1 "}},
		{"upper-case name", post("apns-topic", "a", "Apns-Id", "1"), `bad field name "Apns-Id"`, hpack.HeaderField{Name: "Apns-Id", Value: "1"}},
		{"te", post("apns-topic", "a", "te", "gzip"), "te other than trailers", hpack.HeaderField{Name: "te", Value: "gzip"}},
		{"second method", post("apns-topic", "a", ":method", "PUT"), "Pseudo-header field ':method' found after regular header.", hpack.HeaderField{Name: ":method", Value: "PUT"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := failuresOf(t, Config{}, func(p *peer) {
				p.exchangePrefaces()
				p.headers(1, true, tt.fields)
				p.wantReset(1, http2.ErrCodeProtocol, "malformed")
			})
			want := Failure{Kind: StreamReset, Stream: 1, Code: http2.ErrCodeProtocol, Reason: tt.reason, Field: tt.field}
			assert.Equal(t, []*Failure{want.ofPost(topic)}, got)
		})
	}
}

func TestBodyThatContradictsItsLengthIsReported(t *testing.T) {
	got := failuresOf(t, Config{}, func(p *peer) {
		p.exchangePrefaces()
		p.headers(1, false, post("content-length", "5"))
		p.data(1, false, "{")
		p.data(1, true, "}")
		p.wantReset(1, http2.ErrCodeProtocol, "two octets")
	})
	want := Failure{Kind: StreamReset, Stream: 1, Code: http2.ErrCodeProtocol, Reason: "body of 2 octets, content-length 5", Body: []byte("{}")}
	assert.Equal(t, []*Failure{want.ofPost(hpack.HeaderField{Name: "content-length", Value: "5"})}, got)
}

func TestHeadersTooLargeAreReported(t *testing.T) {
	got := failuresOf(t, Config{MaxHeaderListSize: 300}, func(p *peer) {
		p.exchangePrefaces()
		p.headers(1, true, post("apns-topic", "a", "authorization", string(make([]byte, 300))))
		p.wantStatus(1, "431", "over the limit")
	})
	want := Failure{Kind: HeadersTooLarge, Stream: 1, Reason: "headers of more than 300 octets, as RFC 9113, 6.5.2 counts them"}
	assert.Equal(t, []*Failure{want.ofPost(hpack.HeaderField{Name: "apns-topic", Value: "a"})}, got)
}

func TestRefusedStreamIsReported(t *testing.T) {
	cfg := Config{MaxConcurrentStreams: 1}
	got := failuresOf(t, cfg, func(p *peer) {
		p.exchangePrefaces()
		p.headers(1, false, post())
		p.headers(3, true, post("apns-topic", "a"))
		p.wantReset(3, http2.ErrCodeRefusedStream, "above the limit")
		p.data(1, true, "")
		p.wantStatus(1, "200", "served")
	})
	want := Failure{Kind: StreamRefused, Stream: 3, Code: http2.ErrCodeRefusedStream, Reason: "more streams than allowed"}
	assert.Equal(t, []*Failure{want.ofPost(hpack.HeaderField{Name: "apns-topic", Value: "a"})}, got)
}

func TestUnfinishedRequestIsReportedWhenItIsReset(t *testing.T) {
	got := failuresOf(t, Config{}, func(p *peer) {
		p.exchangePrefaces()
		p.headers(1, false, post())
		p.data(1, false, "{")
		p.wantReset(1, http2.ErrCodeCancel, "never finished")
	})
	want := Failure{Kind: StreamReset, Stream: 1, Code: http2.ErrCodeCancel, Reason: "not finished in time", Body: []byte("{")}
	assert.Equal(t, []*Failure{want.ofPost()}, got)
}

func TestConnectionErrorIsReportedWithTheRequestsItCutOff(t *testing.T) {
	got := failuresOf(t, Config{}, func(p *peer) {
		p.exchangePrefaces()
		p.headers(1, false, post())
		p.headers(3, true, post())
		p.wantStatus(3, "200", "served, and no failure")
		p.write("\x00\x00\x00\x05\x04\x00\x00\x00\x01")
		p.wantGoAway(http2.ErrCodeProtocol, 3, "PUSH_PROMISE from a client", "RFC 9113, 8.4")
		p.wantEnd("a connection error")
	})
	require.Len(t, got, 2)
	assert.Equal(t, &Failure{Kind: ConnectionEnded, Code: http2.ErrCodeProtocol, Reason: "PUSH_PROMISE from a client"}, got[0])
	cut := Failure{Kind: RequestIncomplete, Stream: 1, Code: http2.ErrCodeProtocol, Reason: "the connection ended before the request was complete"}
	assert.Equal(t, cut.ofPost(), got[1])
}

func TestHeaderBlockThatCannotBeDecodedIsReportedWithItsStream(t *testing.T) {
	got := failuresOf(t, Config{}, func(p *peer) {
		p.exchangePrefaces()
		p.write("\x00\x00\x02\x01\x05\x00\x00\x00\x01\x83\x80") // POST, then index 0
		p.wantGoAway(http2.ErrCodeCompression, 0, "decoding error: invalid indexed representation index 0", "RFC 7541, 6.1")
	})
	assert.Equal(t, []*Failure{{
		Kind: ConnectionEnded, Stream: 1, Code: http2.ErrCodeCompression, Method: "POST",
		Reason: "decoding error: invalid indexed representation index 0",
	}}, got)
}

func TestGoAwayOfThePeerWithAnErrorCodeIsReported(t *testing.T) {
	got := failuresOf(t, Config{}, func(p *peer) {
		p.exchangePrefaces()
		p.sent(p.fr.WriteGoAway(0, http2.ErrCodeProtocol, []byte("why")))
	})
	assert.Equal(t, []*Failure{{Kind: PeerEnded, Code: http2.ErrCodeProtocol, Reason: "why"}}, got)
}

func TestRequestCutOffByThePeerIsReported(t *testing.T) {
	got := failuresOf(t, Config{}, func(p *peer) {
		p.exchangePrefaces()
		p.headers(1, false, post())
		synctest.Wait()
	})
	cut := Failure{Kind: RequestIncomplete, Stream: 1, Reason: "the connection ended before the request was complete"}
	assert.Equal(t, []*Failure{cut.ofPost()}, got)
}

func TestRequestThatThePeerResetsWithinItIsReported(t *testing.T) {
	got := failuresOf(t, Config{}, func(p *peer) {
		p.exchangePrefaces()
		p.headers(1, false, post())
		p.data(1, false, "{")
		p.sent(p.fr.WriteRSTStream(1, http2.ErrCodeCancel))
		p.headers(3, true, post())
		p.wantStatus(3, "200", "the connection is served on")
	})
	cut := Failure{
		Kind: RequestIncomplete, Stream: 1, Code: http2.ErrCodeCancel, Body: []byte("{"),
		Reason: "the client sent RST_STREAM CANCEL before the request was complete",
	}
	assert.Equal(t, []*Failure{cut.ofPost()}, got)
}

func TestRequestThatATCPResetCutsOffIsReported(t *testing.T) {
	client, server := tcpPair(t)
	var got []*Failure
	begun := make(chan struct{})
	c := NewConn(server, &Config{OnFailure: func(_ *Conn, f *Failure) { got = append(got, f) }}, HandlerFunc(func(*Stream) { close(begun) }), nil)
	served := make(chan error, 1)
	go func() { served <- c.Serve(t.Context()) }()
	p := newPeer(t, client)
	p.exchangePrefaces()
	p.headers(1, false, post())
	p.data(1, false, "{")
	p.headers(3, true, post()) // complete, and without a response: no failure
	<-begun
	require.NoError(t, client.SetLinger(0))
	require.NoError(t, client.Close())
	require.Error(t, <-served)
	require.Len(t, got, 1)
	assert.Contains(t, got[0].Reason, "the connection ended before the request was complete: ", "and then what the system says")
	assert.NotContains(t, got[0].Reason, "127.0.0.1")
	cut := Failure{Kind: RequestIncomplete, Stream: 1, Reason: got[0].Reason, Body: []byte("{")}
	assert.Equal(t, cut.ofPost(), got[0])
}

func TestRequestThatTheServerResetsIsNotReported(t *testing.T) {
	client, server := tcpPair(t)
	defer client.Close()
	c := NewConn(server, &Config{OnFailure: func(_ *Conn, f *Failure) { assert.Fail(t, "reported", f.Reason) }}, ok, nil)
	served := make(chan error, 1)
	go func() { served <- c.Serve(t.Context()) }()
	p := newPeer(t, client)
	p.exchangePrefaces()
	p.headers(1, false, post())
	p.headers(3, true, post())
	p.wantStatus(3, "200", "the other is begun")
	require.NoError(t, c.Abort())
	<-served
}

func TestClientOfAnotherProtocolIsReported(t *testing.T) {
	for _, tt := range []struct {
		name, octets string
		want         Failure
	}{
		{
			"HTTP/1.1", "POST /3/device/00 HTTP/1.1\r\nHost: localhost\r\nTE: gzip\r\nApns-Topic: a\r\n\r\n{}",
			Failure{
				Reason: "the client speaks HTTP/1.1, not HTTP/2", Method: "POST", Path: "/3/device/00", Authority: "localhost",
				Fields: pairs("apns-topic", "a", "te", "gzip"),
			},
		},
		{"TLS", "\x16\x03\x01", Failure{Reason: `the client does not speak HTTP/2: it began with "\x16\x03\x01"`}},
		{"half a request", "GET / HT", Failure{Reason: `the client does not speak HTTP/2: it began with "GET / HT"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := failuresOf(t, Config{}, func(p *peer) {
				p.write(tt.octets)
				p.wantSettings("ours come first")
				p.wantEnd("then the end")
			})
			tt.want.Kind = NotHTTP2
			assert.Equal(t, []*Failure{&tt.want}, got)
		})
	}
}

func TestClientWithoutAPrefaceIsReported(t *testing.T) {
	got := failuresOf(t, Config{PrefaceTimeout: time.Second}, func(p *peer) {
		p.wantSettings("ours come first")
		p.wantEnd("then the end")
	})
	assert.Equal(t, []*Failure{{Kind: ConnectionEnded, Reason: "no preface and SETTINGS within the preface timeout"}}, got)
}

func TestCleanEndsAreNotReported(t *testing.T) {
	for _, tt := range []struct {
		name string
		talk func(p *peer)
	}{
		{"after a request", func(p *peer) { p.headers(1, true, post()); p.wantStatus(1, "200", "served") }},
		{"after GOAWAY without an error", func(p *peer) { p.sent(p.fr.WriteGoAway(0, http2.ErrCodeNo, nil)) }},
		{"by a shutdown", func(p *peer) {
			p.conn.Shutdown(nil)
			p.wantGoAway(http2.ErrCodeNo, 0, "", "shutdown")
			p.wantEnd("idle")
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			assert.Empty(t, failuresOf(t, Config{}, func(p *peer) { p.exchangePrefaces(); tt.talk(p) }))
		})
	}
}

package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

const (
	bufferSize = 64 << 10
	// ownWindow is what the server may send us in all, in octets: more than all
	// answers together.
	ownWindow = 1 << 30
)

// A refusal is the last response that is not 200.
type rejection struct {
	stream       uint32
	status, body string
}

// A conn is a provider's HTTP/2 connection, made so that the load costs little:
// the two processors are the server's too. It is no general client.
type conn struct {
	tls *tls.Conn
	in  *bufio.Reader

	mu          sync.Mutex // held to write, and for what follows
	out         bytes.Buffer
	fr          *http2.Framer // from in, to out; the read half belongs to the reader
	encoder     *encoder
	body        []byte
	next        uint32 // stream
	window      int64  // octets of body that the server will take
	limit       int    // streams
	gotSettings bool   // the server's first SETTINGS has come
	open        int    // streams without a response
	answered    int
	numbers     []int     // of pushes, by half of the stream
	counts      *counts   // told of each response; nil if nobody looks
	room        sync.Cond // signaled when one of these has changed, in an open loop
	ended       bool      // nobody reads any more

	// Owned by the reader.
	hpack     *hpack.Decoder
	status    string
	refused   int
	rejection rejection
}

// dial opens a connection to address, whose authority requests will name.
func dial(ctx context.Context, address string, config *tls.Config, p *provider) (*conn, error) {
	raw, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		if err := raw.SetDeadline(deadline); err != nil {
			return nil, errors.Join(err, raw.Close())
		}
	}
	tc := tls.Client(raw, config)
	if err := tc.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("TLS with %s: %w", address, err), raw.Close())
	}
	c := &conn{
		tls: tc, in: bufio.NewReaderSize(tc, bufferSize), encoder: newEncoder(p, address),
		next: 1, window: 65535, limit: 1, // RFC 9113, 6.9.2; no more than one stream before SETTINGS
	}
	c.fr = http2.NewFramer(&c.out, c.in)
	c.fr.SetReuseFrames()
	c.room.L = &c.mu
	c.hpack = hpack.NewDecoder(4096, func(f hpack.HeaderField) {
		if f.Name == ":status" {
			c.status = f.Value
		}
	})
	c.out.WriteString(http2.ClientPreface)
	err = errors.Join(c.fr.WriteSettings(), c.fr.WriteWindowUpdate(0, ownWindow))
	return c, err
}

// pushLocked queues the request of push number n.
func (c *conn) pushLocked(n int) error {
	block, err := c.encoder.request(n)
	if err != nil {
		return err
	}
	c.body = payload(c.body, n)
	err = errors.Join(
		c.fr.WriteHeaders(http2.HeadersFrameParam{StreamID: c.next, BlockFragment: block, EndHeaders: true}),
		c.fr.WriteData(c.next, true, c.body))
	c.numbers = append(c.numbers, n)
	c.next += 2
	c.window -= int64(len(c.body))
	c.open++
	return err
}

// mayPushLocked reports whether the server takes another request now.
func (c *conn) mayPushLocked(streams int) bool {
	return c.open < min(streams, c.limit) && c.window >= payloadSize
}

// flushLocked writes what is queued.
func (c *conn) flushLocked() error {
	if c.out.Len() == 0 {
		return nil
	}
	_, err := c.tls.Write(c.out.Bytes())
	c.out.Reset()
	return err
}

// read handles one frame, and those that are in memory behind it.
func (c *conn) read() error {
	for {
		f, err := c.fr.ReadFrame()
		if err != nil {
			return fmt.Errorf("read from %s: %w", c.encoder.authority, err)
		}
		c.mu.Lock()
		err = c.handleLocked(f)
		c.mu.Unlock()
		if err != nil || !c.frameInMemory() {
			return err
		}
	}
}

const frameHeader = 9

func (c *conn) frameInMemory() bool {
	if c.in.Buffered() < frameHeader {
		return false
	}
	h, err := c.in.Peek(frameHeader)
	return err == nil && c.in.Buffered() >= frameHeader+int(uint32(h[0])<<16|uint32(h[1])<<8|uint32(h[2]))
}

func (c *conn) handleLocked(f http2.Frame) error {
	switch f := f.(type) {
	case *http2.HeadersFrame:
		return c.headersLocked(f)
	case *http2.DataFrame:
		if c.refused > 0 && f.StreamID == c.rejection.stream {
			c.rejection.body += string(f.Data())
		}
		c.endLocked(f.StreamEnded())
	case *http2.RSTStreamFrame:
		// "Without error" after a complete response. RFC 9113, 8.1
		if f.ErrCode != http2.ErrCodeNo {
			return fmt.Errorf("%s has reset a request: %v", c.encoder.authority, f.ErrCode)
		}
	case *http2.GoAwayFrame:
		return fmt.Errorf("%s says goodbye: %v %s", c.encoder.authority, f.ErrCode, f.DebugData())
	case *http2.WindowUpdateFrame:
		if f.StreamID == 0 {
			c.window += int64(f.Increment)
		}
	case *http2.PingFrame:
		if !f.IsAck() {
			return c.fr.WritePing(true, f.Data)
		}
	case *http2.SettingsFrame:
		return c.settingsLocked(f)
	}
	return nil
}

func (c *conn) headersLocked(f *http2.HeadersFrame) error {
	if !f.HeadersEnded() {
		return fmt.Errorf("%s answers with CONTINUATION frames", c.encoder.authority)
	}
	if _, err := c.hpack.Write(f.HeaderBlockFragment()); err != nil {
		return fmt.Errorf("header block of %s: %w", c.encoder.authority, err)
	}
	if err := c.hpack.Close(); err != nil {
		return fmt.Errorf("header block of %s: %w", c.encoder.authority, err)
	}
	if c.status != "200" {
		c.refused++
		c.rejection = rejection{stream: f.StreamID, status: c.status}
	}
	if c.counts != nil {
		c.counts.respond(c.numbers[f.StreamID/2])
	}
	c.endLocked(f.StreamEnded())
	return nil
}

func (c *conn) endLocked(end bool) {
	if end {
		c.open--
		c.answered++
	}
}

func (c *conn) settingsLocked(f *http2.SettingsFrame) error {
	if f.IsAck() {
		return nil
	}
	if !c.gotSettings {
		c.gotSettings, c.limit = true, 1<<20 // "Initially, there is no limit." RFC 9113, 6.5.2
	}
	if limit, ok := f.Value(http2.SettingMaxConcurrentStreams); ok {
		c.limit = int(limit)
	}
	return c.fr.WriteSettingsAck()
}

// verdict fails if a response was not 200.
func (c *conn) verdict() error {
	if c.refused > 0 {
		return fmt.Errorf("%s has refused %d of %d pushes: %s %s",
			c.encoder.authority, c.refused, c.answered, c.rejection.status, c.rejection.body)
	}
	return nil
}

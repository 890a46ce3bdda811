package lesson

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"

	"golang.org/x/net/http2/hpack"
)

// HTTP/2, as far as one request needs it. The frames are made here, and not by a library,
// because the lesson shows their bytes: RFC 9113.
const (
	preface    = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" // RFC 9113, 3.4
	h2HeadSize = 9

	frameData     = 0x0
	frameHeaders  = 0x1
	frameReset    = 0x3
	frameSettings = 0x4
	frameGoAway   = 0x7

	flagAck        = 0x1
	flagEndStream  = 0x1
	flagEndHeaders = 0x4

	maxH2Frame = 1 << 14
)

// A field is a header field.
type field struct{ name, value, meaning string }

// An h2Conn is a connection of the provider.
type h2Conn struct {
	conn    *tls.Conn
	hello   []byte
	text    bytes.Buffer
	encoder *hpack.Encoder
	decoder *hpack.Decoder
	decoded []hpack.HeaderField
	next    uint32 // the stream of the next request

	settings []byte // the first SETTINGS frame of the server
}

// An h2Response is the response to a request.
type h2Response struct {
	status string
	reason string // the body
	blocks []Block
}

// dialHTTP2 connects to the provider API and waits for the settings of the server: it
// sends them when it has accepted the certificate of the client, if there is one.
func dialHTTP2(ctx context.Context, address, name string, roots *x509.CertPool, certificate *tls.Certificate) (*h2Conn, error) {
	cfg := &tls.Config{RootCAs: roots, ServerName: name, NextProtos: []string{"h2"}}
	if certificate != nil {
		cfg.Certificates = []tls.Certificate{*certificate}
	}
	conn, hello, err := dialTLS(ctx, address, cfg)
	if err != nil {
		return nil, err
	}
	c := &h2Conn{conn: conn, hello: hello, next: 1}
	c.encoder = hpack.NewEncoder(&c.text)
	c.decoder = hpack.NewDecoder(4096, func(f hpack.HeaderField) { c.decoded = append(c.decoded, f) })
	if err := c.start(); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return c, nil
}

// start sends preface and settings and waits for those of the server.
func (c *h2Conn) start() error {
	if _, err := c.conn.Write(append([]byte(preface), h2Frame(frameSettings, 0, 0, nil)...)); err != nil {
		return fmt.Errorf("start HTTP/2: %w", err)
	}
	for {
		raw, err := c.read()
		if err != nil {
			return err
		}
		if raw[3] == frameSettings && raw[4]&flagAck == 0 {
			c.settings = raw
			_, err := c.conn.Write(h2Frame(frameSettings, flagAck, 0, nil))
			return err //nolint:wrapcheck // The next read tells more.
		}
	}
}

// h2Frame makes a frame: RFC 9113, 4.1.
func h2Frame(kind, flags byte, stream uint32, payload []byte) []byte {
	head := []byte{byte(len(payload) >> 16), byte(len(payload) >> 8), byte(len(payload)), kind, flags}
	return append(binary.BigEndian.AppendUint32(head, stream), payload...)
}

// read reads one frame.
func (c *h2Conn) read() ([]byte, error) {
	head := make([]byte, h2HeadSize)
	if _, err := io.ReadFull(c.conn, head); err != nil {
		return nil, fmt.Errorf("read from the provider API: %w", err)
	}
	size := length(head, 3)
	if size > maxH2Frame {
		return nil, fmt.Errorf("the provider API sent a frame of %d bytes", size)
	}
	raw := append(head, make([]byte, size)...)
	if _, err := io.ReadFull(c.conn, raw[h2HeadSize:]); err != nil {
		return nil, fmt.Errorf("read from the provider API: %w", err)
	}
	return raw, nil
}

// post sends a request and gives its two frames.
func (c *h2Conn) post(fields []field, body []byte) ([]Block, error) {
	stream := c.next
	c.next += 2
	var w blockWriter
	w.Title = "HTTP/2 frame: HEADERS"
	c.text.Reset()
	w.head(h2Frame(frameHeaders, flagEndHeaders, stream, nil))
	for _, f := range fields {
		from := c.text.Len()
		if err := c.encoder.WriteField(hpack.HeaderField{Name: f.name, Value: f.value}); err != nil {
			return nil, fmt.Errorf("write headers: %w", err)
		}
		w.add(c.text.Bytes()[from:], f.name, f.value, f.meaning)
	}
	w.setLength()
	w.Long = len(w.Bytes) > longBlock
	var data blockWriter
	data.Title = "HTTP/2 frame: DATA"
	data.head(h2Frame(frameData, flagEndStream, stream, nil))
	data.add(body, "payload", string(body), "sent to the device unchanged, byte for byte")
	data.setLength()
	_, err := c.conn.Write(append(append([]byte{}, w.Bytes...), data.Bytes...))
	if err != nil {
		return nil, fmt.Errorf("send the push: %w", err)
	}
	return []Block{w.Block, data.Block}, nil
}

// head adds the head of a frame.
func (w *blockWriter) head(head []byte) {
	kinds := map[byte]string{frameData: "DATA", frameHeaders: "HEADERS", frameSettings: "SETTINGS"}
	w.add(head[:3], "length", "", "how many bytes follow the 9 bytes of the frame header")
	w.add(head[3:4], "type", kinds[head[3]], "")
	w.add(head[4:5], "flags", flagText(head[3], head[4]), "")
	w.add(head[5:9], "stream", number(head[5:9]), "which request the frame belongs to; 0 is the connection itself, and requests have odd numbers")
}

// setLength writes the length into the head of a frame.
func (w *blockWriter) setLength() {
	size := len(w.Bytes) - h2HeadSize
	w.Bytes[0], w.Bytes[1], w.Bytes[2] = byte(size>>16), byte(size>>8), byte(size)
	w.Parts[0].Value = strconv.Itoa(size)
}

func number(b []byte) string { return strconv.Itoa(length(b, len(b))) }

// flagText names the flags of a frame.
func flagText(kind, flags byte) string {
	switch {
	case kind == frameSettings && flags&flagAck != 0:
		return "ACK"
	case kind == frameHeaders && flags&flagEndHeaders != 0 && flags&flagEndStream != 0:
		return "END_STREAM, END_HEADERS"
	case kind == frameHeaders && flags&flagEndHeaders != 0:
		return "END_HEADERS"
	case kind == frameData && flags&flagEndStream != 0:
		return "END_STREAM: nothing follows on this stream"
	}
	return ""
}

// settingNames are the settings that a server names: RFC 9113, 6.5.2.
var settingNames = map[uint16]string{
	1: "HEADER_TABLE_SIZE", 2: "ENABLE_PUSH", 3: "MAX_CONCURRENT_STREAMS", 4: "INITIAL_WINDOW_SIZE", 5: "MAX_FRAME_SIZE", 6: "MAX_HEADER_LIST_SIZE",
}

// settingsBlock takes a SETTINGS frame apart: RFC 9113, 6.5.1.
func settingsBlock(raw []byte) Block {
	w := blockWriter{Block{Title: "HTTP/2 frame: SETTINGS"}}
	w.head(raw[:h2HeadSize])
	w.Parts[0].Value = number(raw[:3])
	const size = 6
	for rest := raw[h2HeadSize:]; len(rest) >= size; rest = rest[size:] {
		w.add(rest[:size], settingNames[binary.BigEndian.Uint16(rest)], number(rest[2:size]), "")
	}
	return w.Block
}

// answer reads the response to the last request.
func (c *h2Conn) response() (*h2Response, error) {
	a := new(h2Response)
	for stream := c.next - 2; ; {
		raw, err := c.read()
		if err != nil {
			return nil, err
		}
		kind, flags := raw[3], raw[4]
		if kind == frameGoAway {
			return nil, fmt.Errorf("the provider API closed the connection: GOAWAY %s", raw[h2HeadSize+8:])
		}
		if binary.BigEndian.Uint32(raw[5:h2HeadSize]) != stream {
			continue
		}
		switch kind {
		case frameReset:
			return nil, errors.New("the provider API reset the stream")
		case frameHeaders:
			block, err := c.headersBlock(raw, a)
			if err != nil {
				return nil, err
			}
			a.blocks = append(a.blocks, block)
		case frameData:
			w := blockWriter{Block{Title: "HTTP/2 frame: DATA"}}
			w.head(raw[:h2HeadSize])
			w.Parts[0].Value = number(raw[:3])
			w.add(raw[h2HeadSize:], "body", string(raw[h2HeadSize:]), "")
			a.reason += string(raw[h2HeadSize:])
			a.blocks = append(a.blocks, w.Block)
		default:
			continue
		}
		if flags&flagEndStream != 0 {
			return a, nil
		}
	}
}

// headersBlock takes the headers of a response apart. The decoder gets byte after byte, so
// that it tells where each field ends.
func (c *h2Conn) headersBlock(raw []byte, a *h2Response) (Block, error) {
	w := blockWriter{Block{Title: "HTTP/2 frame: HEADERS"}}
	w.head(raw[:h2HeadSize])
	w.Parts[0].Value = number(raw[:3])
	from := h2HeadSize
	for at := from; at < len(raw); at++ {
		c.decoded = nil
		if _, err := c.decoder.Write(raw[at : at+1]); err != nil {
			return Block{}, fmt.Errorf("read the headers of the response: %w", err)
		}
		for _, f := range c.decoded {
			w.add(raw[from:at+1], f.Name, f.Value, "")
			from = at + 1
			if f.Name == ":status" {
				a.status = f.Value
			}
		}
	}
	return w.Block, c.decoder.Close()
}

package h2

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
)

// A flood writes the same kind of frame until the connection ends, and reads
// whatever comes. It returns what Serve returned, after at most n frames.
func flood(p *peer, n int, write func(i int) error) error {
	go func() {
		for {
			if _, err := p.fr.ReadFrame(); err != nil {
				return
			}
		}
	}()
	for i := 0; i < n && write(i) == nil; i++ {
		select {
		case <-p.ended:
			return p.err
		default:
		}
	}
	p.nc.Close()
	<-p.ended
	return p.err
}

func TestFloodsEndTheConnection(t *testing.T) {
	for _, tt := range []struct {
		name  string
		write func(p *peer) func(i int) error
		msg   string
	}{
		{"PING", func(p *peer) func(int) error {
			return func(int) error { return p.fr.WritePing(false, [8]byte{}) }
		}, "CVE-2019-9512"},
		{"SETTINGS", func(p *peer) func(int) error {
			return func(int) error { return p.fr.WriteSettings() }
		}, "CVE-2019-9515"},
		{"empty DATA", func(p *peer) func(int) error {
			p.headers(1, false, post())
			return func(int) error { return p.fr.WriteData(1, false, nil) }
		}, "CVE-2019-9518"},
		{"PRIORITY", func(p *peer) func(int) error {
			return func(int) error { return p.fr.WritePriority(1, http2.PriorityParam{StreamDep: 3}) }
		}, "CVE-2019-9513"},
		{"unknown frames", func(p *peer) func(int) error {
			return func(int) error { return p.fr.WriteRawFrame(0xee, 0, 0, nil) }
		}, "RFC 9113, 10.5"},
		{"rapid reset", func(p *peer) func(int) error {
			p.hp.SetMaxDynamicTableSize(0) // so that one block does for all
			block := bytes.Clone(p.block(post()))
			return func(i int) error {
				id := uint32(2*i + 1)
				if err := p.fr.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: block, EndHeaders: true}); err != nil {
					return err
				}
				return p.fr.WriteRSTStream(id, http2.ErrCodeCancel)
			}
		}, "CVE-2023-44487"},
		{"malformed requests", func(p *peer) func(int) error {
			p.hp.SetMaxDynamicTableSize(0)
			block := bytes.Clone(p.block(post("upgrade", "x")))
			return func(i int) error {
				return p.fr.WriteHeaders(http2.HeadersFrameParam{StreamID: uint32(2*i + 1), BlockFragment: block, EndHeaders: true, EndStream: true})
			}
		}, "CVE-2025-8671: made to reset"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			withPeer(t, nil, HandlerFunc(func(*Stream) {}), func(p *peer) {
				var ce *ConnectionError
				require.ErrorAs(t, flood(p, 2*maxOverhead, tt.write(p)), &ce, tt.msg)
				assert.Equal(t, http2.ErrCodeEnhanceYourCalm, ce.Code, tt.msg)
			})
		})
	}
}

func TestFloodOfContinuationsEndsTheConnection(t *testing.T) {
	t.Run("of nothing", func(t *testing.T) {
		withPeer(t, nil, ok, func(p *peer) {
			p.sent(p.fr.WriteHeaders(http2.HeadersFrameParam{StreamID: 1}))
			for range maxFragments {
				p.sent(p.fr.WriteContinuation(1, false, nil))
			}
			p.wantGoAway(http2.ErrCodeEnhanceYourCalm, 0, "header block too large", "CVE-2024-27316")
		})
	})
	t.Run("of fields", func(t *testing.T) {
		withPeer(t, nil, ok, func(p *peer) {
			never := append([]byte("\x00\x01x\x7f\x81\x7c"), make([]byte, 16000)...) // x: 16000 octets, in plain
			p.sent(p.fr.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: never}))
			for range 4 {
				p.sent(p.fr.WriteContinuation(1, false, never))
			}
			p.wantGoAway(http2.ErrCodeEnhanceYourCalm, 0, "header block too large", "RFC 9113, 10.5.1")
		})
	})
}

func TestSlowFramesAreNoFlood(t *testing.T) {
	// apns2 sends a PING every 15 s, for days.
	withPeer(t, nil, ok, func(p *peer) {
		for range 2 * maxOverhead {
			time.Sleep(15 * time.Second)
			p.wantAlive("one PING at a time")
		}
	})
}

func TestFramesBetweenRequestsAreNoFlood(t *testing.T) {
	withPeer(t, nil, ok, func(p *peer) {
		for id := uint32(1); id < 20; id += 2 {
			for range maxOverhead / 2 {
				p.wantAlive("a busy client")
			}
			p.headers(id, true, post())
			p.wantStatus(id, "200", "that also sends requests")
		}
	})
}

package h2

import (
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"golang.org/x/net/http2"
)

func TestPeerThatDoesNotReadIsDropped(t *testing.T) {
	t.Run("while the reader writes", func(t *testing.T) {
		withPeer(t, &Config{WriteTimeout: 30 * time.Second}, echo, func(p *peer) {
			p.sent(p.fr.WriteWindowUpdate(0, 1<<30))
			start := time.Now()
			body := string(make([]byte, 5000))
			var err error
			for id := uint32(1); err == nil; id += 2 {
				err = p.fr.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: p.block(post()), EndHeaders: true})
				if err == nil {
					err = p.fr.WriteData(id, true, []byte(body))
				}
			}
			<-p.ended
			assert.ErrorIs(t, p.err, os.ErrDeadlineExceeded)
			assert.Less(t, time.Since(start), 35*time.Second)
		})
	})
	t.Run("while the writer writes", func(t *testing.T) {
		var held []*Stream
		h := HandlerFunc(func(s *Stream) { held = append(held, s) })
		withPeer(t, &Config{WriteTimeout: 30 * time.Second}, h, func(p *peer) {
			p.sent(p.fr.WriteWindowUpdate(0, 1<<30))
			for n := range uint32(100) {
				p.headers(2*n+1, true, post())
			}
			synctest.Wait()
			start := time.Now()
			for _, s := range held {
				s.Respond(200, make([]byte, 5000))
			}
			<-p.ended
			assert.ErrorIs(t, p.err, os.ErrDeadlineExceeded)
			assert.Equal(t, 30*time.Second, time.Since(start))
		})
	})
}

func TestShutdownDoesNotWaitForAPeerThatDoesNotRead(t *testing.T) {
	var held []*Stream
	h := HandlerFunc(func(s *Stream) { held = append(held, s) })
	withPeer(t, nil, h, func(p *peer) {
		p.sent(p.fr.WriteWindowUpdate(0, 1<<30))
		for n := range uint32(100) {
			p.headers(2*n+1, true, post())
		}
		synctest.Wait()
		for _, s := range held {
			s.Respond(200, make([]byte, 5000))
		}
		start := time.Now()
		p.conn.shutdown(nil, time.Second)
		<-p.ended
		assert.Less(t, time.Since(start), 3*time.Second)
	})
}

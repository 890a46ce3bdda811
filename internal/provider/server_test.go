package provider

import (
	"log/slog"
	"net"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/memnet"
)

func TestARejectionIsInTheDebugLog(t *testing.T) {
	w := newFixture(t)
	log := new(records)
	w.cfg.Log = slog.New(log)
	got := w.dial().send(w.good().set(apns.HeaderTopic, "com.nobody"))
	require.Contains(t, log.text(), "reason=TopicDisallowed")
	require.Contains(t, log.text(), "apns_id="+got.get("apns-id"))
	require.Contains(t, log.text(), "topic=com.nobody")
}

// The reason IdleTimeout is Apple's; that it comes in GOAWAY is a guess.
func TestAnIdleConnectionGetsGoAwayWithIdleTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		w.cfg.IdleTimeout = 5 * time.Second
		c := w.dial()
		begun := time.Now()
		c.drain()
		require.Equal(t, []goAway{{http2.ErrCodeNo, 0, `{"reason":"IdleTimeout"}`}}, c.goAways)
		require.Equal(t, 5*time.Second, time.Since(begun))
	})
}

// A brokenListener fails as one does that has no file descriptors left, and
// then for good.
type brokenListener struct {
	net.Listener
	failures int
}

func (l *brokenListener) Accept() (net.Conn, error) {
	if l.failures++; l.failures <= 3 {
		return nil, syscall.EMFILE
	}
	return nil, syscall.EINVAL
}

func TestAcceptIsTriedAgainUntilTheListenerIsBroken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		server, err := New(w.cfg)
		require.NoError(t, err)
		begun := time.Now()
		ln := &brokenListener{Listener: memnet.Listen()}
		require.ErrorIs(t, server.Serve(t.Context(), ln), syscall.EINVAL)
		require.Equal(t, 4, ln.failures)
		require.Equal(t, (5+10+20)*time.Millisecond, time.Since(begun), "with a growing pause")
	})
}

func TestAServerNeedsItsParts(t *testing.T) {
	w := newFixture(t)
	for what, strip := range map[string]func(*Config){
		"Auth":        func(c *Config) { c.Auth = nil },
		"Vault":       func(c *Config) { c.Vault = nil },
		"Broker":      func(c *Config) { c.Broker = nil },
		"Certificate": func(c *Config) { c.Certificate = nil },
	} {
		cfg := w.cfg
		strip(&cfg)
		_, err := New(cfg)
		require.ErrorContains(t, err, "Config."+what)
	}
}

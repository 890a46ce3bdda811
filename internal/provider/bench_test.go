package provider

import (
	"bufio"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/store"
)

// A push after the first on a connection, from the header fields to the push of the broker.
func BenchmarkChecks(b *testing.B) {
	w := newFixture(b)
	server, err := New(w.cfg)
	require.NoError(b, err)
	c := server.newConn(noTLS)
	c.start("")
	s := stream(w.good().set(apns.HeaderID, "eabeae54-14a8-11e5-b60b-1697f925ec7b").set(apns.HeaderPriority, "10").set(apns.HeaderExpiration, "0"))
	b.ReportAllocs()
	for b.Loop() {
		c.push.parse(s)
		if rejection := c.push.check(); rejection != nil {
			b.Fatal(rejection)
		}
		if c.push.newPush(true); c.push.notification.ID == "" {
			b.Fatal("no id")
		}
	}
}

func TestTheChecksOfAKnownConnectionDoNotAllocate(t *testing.T) {
	w := newFixture(t)
	server, err := New(w.cfg)
	require.NoError(t, err)
	c := server.newConn(noTLS)
	c.start("")
	s := stream(w.good().set(apns.HeaderID, "eabeae54-14a8-11e5-b60b-1697f925ec7b"))
	allocs := testing.AllocsPerRun(100, func() {
		c.push.parse(s)
		if rejection := c.push.check(); rejection != nil {
			panic(rejection)
		}
	})
	require.Zero(t, allocs)
}

// discard is a broker that takes everything and keeps nothing.
type discard struct{}

func (discard) Submit(*broker.Push, *store.Pending) error { return nil }

func (discard) NotStored(*broker.Push) bool { return false }

func (discard) Stored(*broker.Push) {}

// recorded is a broker that delivers at once and records that as the real one does.
type recorded struct{ *journal.Journal }

func (recorded) NotStored(*broker.Push) bool { return false }

func (recorded) Stored(*broker.Push) {}

func (r recorded) Submit(p *broker.Push, _ *store.Pending) error {
	now := time.Now()
	for _, kind := range []journal.Kind{journal.Accepted, journal.Sent, journal.Delivered} {
		r.Record(journal.Event{At: now, Kind: kind, Push: p.Notification, Trace: p.Trace, Device: p.To.Device})
	}
	return nil
}

// Pushes over TLS and HTTP/2 on a network in memory, a hundred at a time; the
// client's work is in it too.
func BenchmarkPushOverTLS(b *testing.B) {
	benchmarkPush(b, func(w *fixture) { w.cfg.Broker, w.cfg.Journal = discard{}, nil })
}

// The same with a journal that is full, and everything noted up to the
// acknowledgement of a device. The difference is what the journal costs.
func BenchmarkPushOverTLSWithJournal(b *testing.B) {
	benchmarkPush(b, func(w *fixture) { w.cfg.Broker = recorded{w.cfg.Journal} })
}

func benchmarkPush(b *testing.B, with func(*fixture)) {
	const batch = 100
	w := newFixture(b)
	with(w)
	c := w.dial()
	request := w.good().set(apns.HeaderID, "eabeae54-14a8-11e5-b60b-1697f925ec7b")
	for range 2 { // from the second time on, all header fields are in the table
		require.Equal(b, 200, c.send(request).status)
	}
	require.NoError(b, c.conn.SetDeadline(time.Time{}))
	out := bufio.NewWriterSize(c.conn, 1<<16)
	c.framer = http2.NewFramer(out, bufio.NewReaderSize(c.conn, 1<<16))
	c.framer.SetReuseFrames()
	b.ReportAllocs()
	for b.Loop() {
		for range batch {
			id := c.next
			c.next += 2
			err := c.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: c.block.Bytes(), EndHeaders: true})
			if err == nil {
				err = c.framer.WriteData(id, true, request.body)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
		if err := out.Flush(); err != nil {
			b.Fatal(err)
		}
		for answered := 0; answered < batch; {
			f, err := c.framer.ReadFrame()
			if err != nil {
				b.Fatal(err)
			}
			switch f := f.(type) {
			case *http2.HeadersFrame:
				answered++
			case *http2.GoAwayFrame, *http2.RSTStreamFrame:
				b.Fatal(f)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*batch), "ns/push")
}

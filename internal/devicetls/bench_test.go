package devicetls_test

import (
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// acknowledge reads notifications until the connection ends and acknowledges
// each, in as few writes as what has arrived allows. It counts them into seen.
func (p *testDevice) acknowledge(seen chan<- struct{}) error {
	var notification courier.Notification
	var ack courier.Ack
	var out []byte
	for {
		f, err := p.reader.Next()
		if err != nil {
			return err
		}
		if err := notification.Parse(f.Payload); err != nil {
			return err
		}
		ack.ID = notification.ID
		out = ack.Append(out)
		if !p.reader.Buffered() {
			if _, err := p.conn.Write(out); err != nil {
				return err
			}
			out = out[:0]
		}
		seen <- struct{}{}
	}
}

// BenchmarkDeliverAndAck pushes to one device over TLS, with at most so many
// pushes on their way. The bytes and allocations of both ends and of the broker
// count.
func BenchmarkDeliverAndAck(b *testing.B) {
	for _, row := range []struct {
		name  string
		ahead int
	}{{"one at a time", 1}, {"256 ahead", 256}} {
		b.Run(row.name, func(b *testing.B) {
			w := newFixture(b, byDefault)
			p := w.login(w.identity(nil))
			require.NoError(b, p.conn.SetReadDeadline(time.Time{}))
			hash := topicHash
			n := &apns.Notification{
				ID: "123e4567-e89b-12d3-a456-426614174000", Topic: topic, Priority: apns.PriorityImmediate,
				Token:      w.vault.Issue(tokenvault.Address(p.address()), &hash),
				Expiration: apns.DefaultExpiration, Payload: []byte(`{"aps":{"alert":"Hello"}}`),
			}
			push := &broker.Push{Notification: n, To: p.address(), Hash: topicHash}
			seen, done := make(chan struct{}, row.ahead), make(chan error, 1)
			for range row.ahead {
				seen <- struct{}{}
			}
			go func() { done <- p.acknowledge(seen) }()
			b.ReportAllocs()
			for b.Loop() {
				<-seen
				if err := w.broker.Submit(push, nil); err != nil {
					b.Fatal(err)
				}
			}
			for range row.ahead {
				<-seen
			}
			p.conn.NetConn().Close()
			require.ErrorIs(b, <-done, net.ErrClosed)
		})
	}
}

// BenchmarkLogin is TLS, Connect with its signature, and the filter.
func BenchmarkLogin(b *testing.B) {
	w := newFixture(b)
	identity := w.identity(nil)
	b.ReportAllocs()
	for b.Loop() {
		p := w.login(identity)
		p.conn.Close()
	}
}

package devicetls_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/devicetls"
)

// sockets is a network of TCP on loopback, where sessions take the form that the
// system has to offer.
type sockets struct {
	net.Listener
	accepted *atomic.Int64 // connections that the courier has taken
}

func newSockets(ln net.Listener) sockets { return sockets{ln, new(atomic.Int64)} }

func (s sockets) Accept() (net.Conn, error) {
	conn, err := s.Listener.Accept()
	if err == nil {
		s.accepted.Add(1)
	}
	return conn, err
}

func (s sockets) count() int64 { return s.accepted.Load() }

func (s sockets) Dial(ctx context.Context) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, "tcp", s.Addr().String())
}

// plainSockets are sockets of which no poller can tell.
type plainSockets struct{ sockets }

func (s plainSockets) Accept() (net.Conn, error) {
	conn, err := s.sockets.Accept()
	if err != nil {
		return nil, err
	}
	return struct{ *net.TCPConn }{conn.(*net.TCPConn)}, nil
}

// inEveryMode runs a test with real sockets, in each form that sessions can have.
// What the rules are is the matter of other tests; these show that the forms keep
// them alike.
func inEveryMode(t *testing.T, test func(t *testing.T, fixture func(edit ...func(*devicetls.Config)) *fixture)) {
	modes := map[string]func(sockets) network{
		"as the system offers": func(s sockets) network { return s },
		"in goroutines":        func(s sockets) network { return plainSockets{s} },
	}
	for name, connRunner := range modes {
		t.Run(name, func(t *testing.T) {
			test(t, func(edit ...func(*devicetls.Config)) *fixture {
				ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
				require.NoError(t, err)
				return newFixtureOn(t, connRunner(newSockets(ln)), broker.Config{}, edit...)
			})
		})
	}
}

// soon waits for something that takes no time of the clock.
func (w *fixture) soon(is func() bool, reason string) {
	w.t.Helper()
	require.Eventually(w.t, is, responseTimeout, time.Millisecond, reason)
}

func (w *fixture) soonConnectionEvents(want ...string) {
	w.t.Helper()
	w.soon(func() bool { return slices.Equal(want, w.connectionEvents()) }, fmt.Sprint("want ", want))
}

func TestEveryStyleWorksInEveryMode(t *testing.T) {
	inEveryMode(t, func(t *testing.T, fixture func(...func(*devicetls.Config)) *fixture) {
		for _, st := range styles {
			for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
				t.Run(st.name+", "+tls.VersionName(version), func(t *testing.T) {
					w := fixture()
					w.t = t
					p := w.dial(w.identity(nil), st, func(c *tls.Config) { c.MinVersion, c.MaxVersion = version, version })
					p.connect(nil)
					p.filter()
					for range 3 {
						id := w.push(p.address(), `{"aps":{}}`)
						p.ack(want[*courier.Notification](p), courier.AckDelivered)
						w.soon(func() bool { return slices.Contains(w.history(id), "delivered") }, "it is acknowledged")
					}
					require.NoError(t, p.conn.Close())
					w.soonConnectionEvents("connected", "disconnected closed")
					w.stop()
				})
			}
		}
	})
}

func TestFramesMayBeSplitAndMergedInEveryMode(t *testing.T) {
	inEveryMode(t, func(t *testing.T, fixture func(...func(*devicetls.Config)) *fixture) {
		w := fixture()
		p := w.login(w.identity(nil))
		var frames []byte
		const count = 3000 // more than a record holds
		for range count {
			frames = (&courier.Keepalive{Carrier: []byte("WiFi")}).Append(frames)
		}
		var writing sync.WaitGroup
		writing.Go(func() { p.write(frames) })
		for range count {
			want[*courier.KeepaliveResponse](p)
		}
		writing.Wait()
		for _, b := range (&courier.Keepalive{Carrier: []byte("WiFi")}).Append(nil) {
			p.write([]byte{b}) // a record each
		}
		want[*courier.KeepaliveResponse](p)
		p.write(bytes.Repeat((&courier.Flush{Padding: make([]byte, 60000)}).Append(nil), 4)) // longer than any buffer
		p.send(&courier.Keepalive{})
		want[*courier.KeepaliveResponse](p)
	})
}

// cutConn writes a few bytes at a time, so that TLS records arrive in pieces.
type cutConn struct {
	net.Conn
	size int
}

func (c cutConn) Write(p []byte) (n int, err error) {
	for piece := range slices.Chunk(p, c.size) {
		m, err := c.Conn.Write(piece)
		n += m
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

func TestRecordsMayArriveInPiecesInEveryMode(t *testing.T) {
	inEveryMode(t, func(t *testing.T, fixture func(...func(*devicetls.Config)) *fixture) {
		w := fixture()
		for _, size := range []int{1, 3, 700} {
			p := w.open(w.identity(nil), v3)
			p.conn = tls.Client(cutConn{p.conn.NetConn(), size}, p.config)
			p.reader = courier.NewReader(p.conn, courier.ReaderOptions{})
			p.connect(nil)
			p.filter()
			w.push(p.address(), "x")
			p.ack(want[*courier.Notification](p), courier.AckDelivered)
			p.send(&courier.Keepalive{})
			want[*courier.KeepaliveResponse](p)
		}
	})
}

func TestEveryFailureEndsTheConnectionInEveryMode(t *testing.T) {
	inEveryMode(t, func(t *testing.T, fixture func(...func(*devicetls.Config)) *fixture) {
		for _, row := range failureCases {
			if row.want == devicetls.EndSilent || row.want == devicetls.EndNotReading || row.want == devicetls.EndUnacknowledged {
				continue // they take time; see below
			}
			t.Run(row.name, func(t *testing.T) {
				t.Parallel()
				w := fixture()
				w.t = t
				p, other := w.login(w.identity(nil)), w.login(w.identity(nil))
				row.act(p)
				w.soonConnectionEvents("connected", "connected", "disconnected "+string(row.want))
				w.soon(func() bool { return len(w.log.lines()) > 0 }, "it is logged")
				w.wantLogged("reason=" + string(row.want))
				w.push(other.address(), "x")
				want[*courier.Notification](other)
				require.NoError(t, errors.Join(p.conn.NetConn().Close(), other.conn.Close()))
				w.stop()
			})
		}
	})
}

func TestEveryDeadlineIsKeptInEveryMode(t *testing.T) {
	const short = 1500 * time.Millisecond // long enough for a handshake on a busy machine
	rows := []struct {
		name string
		want devicetls.EndReason
		edit func(*devicetls.Config)
		act  func(w *fixture) *testDevice
	}{
		{"no word of TLS", devicetls.EndHandshake, func(c *devicetls.Config) { c.LoginTimeout = short }, func(w *fixture) *testDevice {
			return w.open(w.identity(nil), v3)
		}},
		{"TLS, then silence", devicetls.EndNoLogin, func(c *devicetls.Config) { c.LoginTimeout = short }, func(w *fixture) *testDevice {
			return w.dial(w.identity(nil), v3)
		}},
		{"no filter", devicetls.EndUnfiltered, func(c *devicetls.Config) { c.FilterTimeout = short }, func(w *fixture) *testDevice {
			p := w.dial(w.identity(nil), v3)
			p.connect(nil)
			return p
		}},
		{"silence", devicetls.EndSilent, func(c *devicetls.Config) { c.SilenceTimeout = short }, func(w *fixture) *testDevice {
			return w.login(w.identity(nil))
		}},
		{"a byte now and then, which never is a frame", devicetls.EndSilent, func(c *devicetls.Config) { c.SilenceTimeout = short }, func(w *fixture) *testDevice {
			p := w.login(w.identity(nil))
			for _, b := range []byte{byte(courier.CmdKeepalive), 0, 0} {
				p.write([]byte{b})
				time.Sleep(short / 6)
			}
			return p
		}},
	}
	inEveryMode(t, func(t *testing.T, fixture func(...func(*devicetls.Config)) *fixture) {
		for _, row := range rows {
			t.Run(row.name, func(t *testing.T) {
				t.Parallel()
				w := fixture(row.edit)
				w.t = t
				start := time.Now()
				p := row.act(w)
				require.NoError(t, p.conn.NetConn().SetReadDeadline(time.Now().Add(responseTimeout)))
				_, err := io.Copy(io.Discard, p.conn.NetConn())
				require.NoError(t, err)
				assert.GreaterOrEqual(t, time.Since(start), short)
				p.conn.NetConn().Close()
				w.soon(func() bool { return len(w.log.lines()) > 0 }, "it is logged")
				w.wantLogged("reason=" + string(row.want))
				w.stop()
			})
		}
	})
}

func TestADeviceThatSendsIsNeverSilentInAnyMode(t *testing.T) {
	const silence = 1500 * time.Millisecond
	inEveryMode(t, func(t *testing.T, fixture func(...func(*devicetls.Config)) *fixture) {
		w := fixture(func(c *devicetls.Config) { c.SilenceTimeout = silence })
		p := w.login(w.identity(nil))
		for start := time.Now(); time.Since(start) < 2*silence; {
			p.wantSilence(silence/8, "nothing was asked")
			p.send(&courier.Keepalive{})
			want[*courier.KeepaliveResponse](p)
		}
	})
}

func TestDevicesThatDoNotReadAreDisconnectedAndDelayNoOther(t *testing.T) {
	inEveryMode(t, func(t *testing.T, fixture func(...func(*devicetls.Config)) *fixture) {
		w := fixture(func(c *devicetls.Config) { c.WriteTimeout = 2 * time.Second })
		good := w.login(w.identity(nil))
		const unread = 8 // more than there are idle workers
		var asking sync.WaitGroup
		defer asking.Wait()
		for range unread {
			p := w.login(w.identity(nil))
			asking.Go(func() { // it asks and asks, and never looks at the responses
				ask := bytes.Repeat((&courier.Flush{Wanted: 60000}).Append(nil), 100)
				for err := error(nil); err == nil; {
					_, err = p.conn.Write(ask)
				}
			})
		}
		for begin := time.Now(); time.Since(begin) < 500*time.Millisecond; {
			w.push(good.address(), "x")
			good.ack(want[*courier.Notification](good), courier.AckDelivered)
		}
		w.soon(func() bool { return len(w.log.lines()) == unread }, "each of them fails")
		for _, line := range w.log.lines() {
			assert.Contains(t, line, "reason=not-reading")
		}
		w.push(good.address(), "y")
		want[*courier.Notification](good)
	})
}

func TestASlowReaderGetsEverythingInEveryMode(t *testing.T) {
	inEveryMode(t, func(t *testing.T, fixture func(...func(*devicetls.Config)) *fixture) {
		w := fixture()
		p := w.login(w.identity(nil))
		const count = 400 // with so much padding, more than two sockets hold
		var asking sync.WaitGroup
		asking.Go(func() { p.write(bytes.Repeat((&courier.Flush{Wanted: 60000}).Append(nil), count)) })
		asking.Wait()
		time.Sleep(300 * time.Millisecond) // by now the courier waits to write, as a rule; more than sockets hold is to come
		for range count {
			assert.Len(t, want[*courier.FlushResponse](p).Padding, 60000)
		}
		w.push(p.address(), "x")
		p.ack(want[*courier.Notification](p), courier.AckDelivered)
		w.soon(func() bool { return w.broker.Stats().InFlight == 0 }, "the connection is as good as before")
	})
}

func TestConnectionsLeakNoDescriptorInAnyMode(t *testing.T) {
	descriptors := func() int {
		list, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip("descriptors cannot be counted here:", err)
		}
		return len(list)
	}
	inEveryMode(t, func(t *testing.T, fixture func(...func(*devicetls.Config)) *fixture) {
		w := fixture()
		w.login(w.identity(nil))
		before := descriptors()
		const devices = 10
		var phones []*testDevice
		for range devices {
			phones = append(phones, w.login(w.identity(nil)))
		}
		assert.Equal(t, before+2*devices, descriptors(), "one for each end")
		for i, p := range phones {
			if i%2 == 0 {
				w.server.Disconnect(p.address().Device)
				p.wantClosed(responseTimeout, "the courier was told so")
			}
			p.conn.NetConn().Close()
		}
		w.soon(func() bool { return descriptors() <= before }, "both ends are closed")
	})
}

func TestTheNewestConnectionWinsInEveryMode(t *testing.T) {
	inEveryMode(t, func(t *testing.T, fixture func(...func(*devicetls.Config)) *fixture) {
		w := fixture()
		older := w.login(w.identity(nil))
		for range 5 {
			newer := w.dial(older.identity, v3)
			newer.token = older.token
			newer.connect(nil)
			newer.filter()
			older.wantClosed(responseTimeout, "a newer connection is there")
			older = newer
		}
		assert.Equal(t, 1, w.server.Disconnect(older.address().Device))
		older.wantClosed(responseTimeout, "the courier was told so")
	})
}

func TestStoppingEndsEveryConnectionInEveryMode(t *testing.T) {
	inEveryMode(t, func(t *testing.T, fixture func(...func(*devicetls.Config)) *fixture) {
		w := fixture(func(c *devicetls.Config) { c.LoginTimeout = time.Hour })
		var phones []*testDevice
		for range 20 {
			// In TLS 1.2 the courier sends the last message of the handshake, so it has read all of it
			// when dial returns. To close a socket with unread bytes would reset the connection.
			dialed := w.dial(w.identity(nil), v3, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 })
			phones = append(phones, w.login(w.identity(nil)), dialed, w.open(w.identity(nil), v3))
		}
		// The system resets connections that the courier has not accepted when it closes the listener.
		w.soon(func() bool { return w.net.(interface{ count() int64 }).count() == int64(len(phones)) }, "all are accepted")
		stopped := make(chan struct{})
		go func() { defer close(stopped); w.stop() }()
		for i, p := range phones {
			if i%3 == 2 {
				_, err := p.conn.NetConn().Read(make([]byte, 1))
				require.ErrorIs(t, err, io.EOF)
				p.conn.NetConn().Close()
				continue
			}
			p.wantClosed(responseTimeout, "the courier stops")
		}
		<-stopped
		w.wantLogged()
	})
}

// Every device is told of every push at once and asks again at once, so that
// readiness comes while the last of it is still worked off. A wakeup that is lost
// stops the conversation.
func TestNoWakeupIsLostInAnyMode(t *testing.T) {
	inEveryMode(t, func(t *testing.T, fixture func(...func(*devicetls.Config)) *fixture) {
		w := fixture()
		const devices, rounds = 16, 300
		var talking sync.WaitGroup
		for range devices {
			p := w.login(w.identity(nil))
			var pushes []*broker.Push
			for range rounds {
				pushes = append(pushes, w.made(p.address(), "x"))
			}
			talking.Go(func() {
				for i, push := range pushes {
					if !assert.NoError(t, w.broker.Submit(push, nil)) {
						return
					}
					n, err := p.reader.Next()
					if !assert.NoError(t, err) {
						return
					}
					var m courier.Notification
					assert.NoError(t, m.Parse(n.Payload))
					out := (&courier.Ack{ID: m.ID}).Append(nil)
					for range i % 3 {
						out = (&courier.Keepalive{}).Append(out)
					}
					if _, err := p.conn.Write(out); !assert.NoError(t, err) {
						return
					}
					for range i % 3 {
						if _, err := p.reader.Next(); !assert.NoError(t, err) {
							return
						}
					}
				}
			})
		}
		talking.Wait()
		w.soon(func() bool { return w.broker.Stats().InFlight == 0 }, "every acknowledgement is read")
	})
}

func TestAnIdleDeviceTakesNoGoroutineWhereThereIsAPoller(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has a poller so far; here each device takes a goroutine")
	}
	inEveryMode(t, func(t *testing.T, fixture func(...func(*devicetls.Config)) *fixture) {
		w := fixture()
		w.login(w.identity(nil))
		before := runtime.NumGoroutine()
		const devices = 30
		for range devices {
			w.login(w.identity(nil))
		}
		want := 0
		if strings.HasSuffix(t.Name(), "goroutines") {
			want = devices
		}
		w.soon(func() bool { d := runtime.NumGoroutine() - before - want; return -6 <= d && d <= 6 }, "workers come and go")
	})
}

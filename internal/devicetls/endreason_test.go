package devicetls_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/devicetls"
	"github.com/apns-sim/apns-sim/internal/memnet"
)

// failureCases provoke each of the reasons that cost a line in the log, except
// those of a login, which refusal_test.go and handshake_test.go have.
var failureCases = []struct {
	name string
	want devicetls.EndReason
	act  func(p *testDevice)
}{
	{"an item beyond the end of its frame", devicetls.EndMalformed, func(p *testDevice) {
		p.write([]byte{byte(courier.CmdAck), 0, 0, 0, 4, 4, 0, 9, 1})
	}},
	{"an item beyond the end of a keepalive", devicetls.EndMalformed, func(p *testDevice) {
		p.write([]byte{byte(courier.CmdKeepalive), 0, 0, 0, 1, 4})
	}},
	{"an item beyond the end of a filter", devicetls.EndMalformed, func(p *testDevice) {
		p.write([]byte{byte(courier.CmdFilter), 0, 0, 0, 3, 4, 0, 1})
	}},
	{"a frame of two gigabytes", devicetls.EndMalformed, func(p *testDevice) {
		p.write([]byte{byte(courier.CmdNotification), 0x7f, 0xff, 0xff, 0xff})
	}},
	{"a frame one byte too large", devicetls.EndMalformed, func(p *testDevice) {
		p.write(binary.BigEndian.AppendUint32([]byte{byte(courier.CmdNotification)}, courier.DefaultMaxFrame+1))
	}},
	{"another protocol", devicetls.EndMalformed, func(p *testDevice) {
		p.write([]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
	}},
	{"the end in the middle of a frame", devicetls.EndNetworkFailed, func(p *testDevice) {
		p.write([]byte{byte(courier.CmdAck), 0, 0, 0, 9, 1})
		require.NoError(p.w.t, p.conn.CloseWrite())
	}},
	{"the end in the middle of a record", devicetls.EndNetworkFailed, func(p *testDevice) {
		_, err := p.conn.NetConn().Write([]byte{23, 3, 3, 0, 99, 1})
		require.NoError(p.w.t, err)
		require.NoError(p.w.t, p.conn.NetConn().(interface{ CloseWrite() error }).CloseWrite())
	}},
	{"a record that does not decrypt", devicetls.EndNetworkFailed, func(p *testDevice) {
		_, err := p.conn.NetConn().Write(append([]byte{23, 3, 3, 0, 32}, make([]byte, 32)...))
		require.NoError(p.w.t, err)
	}},
	{"silence", devicetls.EndSilent, func(*testDevice) { time.Sleep(devicetls.DefaultSilenceTimeout) }},
	{"no reading", devicetls.EndNotReading, func(p *testDevice) {
		for range 200 {
			p.w.push(p.address(), strings.Repeat("x", 4096))
		}
		time.Sleep(devicetls.DefaultWriteTimeout)
	}},
	{"no reading of responses", devicetls.EndNotReading, func(p *testDevice) {
		require.NoError(p.w.t, p.conn.SetWriteDeadline(time.Now().Add(time.Second)))
		for err := error(nil); err == nil; {
			_, err = p.conn.Write((&courier.Flush{Wanted: 60000}).Append(nil))
		}
		time.Sleep(devicetls.DefaultWriteTimeout)
	}},
	{"no acknowledging", devicetls.EndUnacknowledged, func(p *testDevice) {
		p.w.push(p.address(), "x")
		want[*courier.Notification](p)
		time.Sleep(ackTimeout - time.Second)
		p.w.broker.Sweep()
		p.send(&courier.Keepalive{})
		want[*courier.KeepaliveResponse](p)
		time.Sleep(time.Second)
		p.w.broker.Sweep()
	}},
}

const ackTimeout = 10 * time.Minute // longer than anything else here takes

func TestAFailedConnectionLogsOneLineAndAffectsNoOther(t *testing.T) {
	for _, row := range failureCases {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixtureWith(t, broker.Config{AckTimeout: ackTimeout}, func(c *devicetls.Config) { c.FilterTimeout = time.Hour })
				other := w.login(w.identity(nil))
				p := w.login(w.identity(nil))
				if row.want == devicetls.EndSilent {
					time.Sleep(time.Second) // the other one has more time
					other.send(&courier.Keepalive{Interval: []byte("1440")})
					want[*courier.KeepaliveResponse](other)
				}
				row.act(p)
				time.Sleep(2 * time.Second) // for the last words, and to linger
				synctest.Wait()
				w.wantLogged("reason=" + string(row.want))
				assert.Contains(t, strings.Join(w.log.lines(), "\n"), "device="+p.address().Device.String())
				assert.Contains(t, w.connectionEvents(), "disconnected "+string(row.want))

				w.push(other.address(), "x")
				other.ack(want[*courier.Notification](other), courier.AckDelivered)
			})
		})
	}
}

func TestEveryFailureInTheTableIsTested(t *testing.T) {
	earned := map[devicetls.EndReason]bool{
		devicetls.EndHandshake:  true, // TestProtocolsTheCourierDoesNotSpeakFailTheHandshake
		devicetls.EndNoLogin:    true, // TestAConnectionWithoutLoginIsClosed
		devicetls.EndRejected:   true, // TestEveryRejectionIsAnsweredAndClosesCleanlyUnlessTheDeviceCanRetry
		devicetls.EndUnfiltered: true, // TestAConnectionWithoutAFilterIsClosed
	}
	for _, row := range failureCases {
		earned[row.want] = true
	}
	for _, reason := range devicetls.FailureReasons() {
		assert.True(t, earned[reason], "no test provokes %q", reason)
		assert.NotEqual(t, string(reason), reason.Meaning(), "it has a sentence")
	}
}

func TestPushesADeviceDidNotReadWaitForItsNextConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.login(w.identity(nil))
		id := ""
		for range 200 {
			id = w.push(p.address(), strings.Repeat("x", 4096))
		}
		time.Sleep(devicetls.DefaultWriteTimeout + 2*time.Second)

		back := w.dial(p.identity, v3)
		back.connect(nil)
		back.send(&courier.Filter{Token: p.token, Enabled: [][]byte{topicHash[:]}})
		back.ack(want[*courier.Notification](back), courier.AckDelivered)
		synctest.Wait()
		assert.Contains(t, w.history(id), "delivered", "the newest is the one that is stored")
	})
}

func TestADeviceThatDisconnectsLogsNothing(t *testing.T) {
	for name, leave := range map[string]func(p *testDevice) error{
		"with close_notify": func(p *testDevice) error { return p.conn.Close() },
		"with a bare FIN":   func(p *testDevice) error { return p.conn.NetConn().Close() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t)
				p := w.login(w.identity(nil))
				require.NoError(t, leave(p))
				synctest.Wait()
				assert.Equal(t, []string{"connected", "disconnected closed"}, w.connectionEvents())
				w.wantLogged()
			})
		})
	}
}

func TestADeviceThatLeavesBeforeItsLoginLogsNoWarning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		w := newFixture(t, func(c *devicetls.Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
		p := w.dial(w.identity(nil), v3)
		p.conn.Close()
		synctest.Wait()
		assert.Contains(t, log.String(), "level=INFO")
		assert.Contains(t, log.String(), "reason=closed")
		assert.Equal(t, 1, strings.Count(log.String(), "\n"), log.String())
		assert.Empty(t, w.connectionEvents())
	})
}

// observed: "last login wins".
func TestTheNewestConnectionWins(t *testing.T) {
	for _, row := range []struct {
		name     string
		notice   bool
		version  uint16
		notified bool
	}{
		{"by default nobody is told", false, 12, false},
		{"a current device is told on request", true, 12, true},
		{"an older device is not", true, 11, false},
		{"nor one of unknown age", true, 0, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t, func(c *devicetls.Config) { c.NoticeReplaced = row.notice })
				older := w.dial(w.identity(nil), v3)
				m := older.proof()
				m.ProtocolVersion = row.version
				older.connect(m)
				older.filter()
				w.push(older.address(), "x")
				want[*courier.Notification](older) // not acknowledged

				newer := w.dial(older.identity, v3)
				newer.token = older.token
				newer.connect(nil)
				if row.notified {
					assert.Equal(t, &courier.Presence{Token: older.token, State: courier.StateOffline}, want[*courier.Presence](older))
				}
				older.wantClosed(time.Second, "a newer connection is there")
				newer.send(&courier.Filter{Token: newer.token, Enabled: [][]byte{topicHash[:]}})
				assert.Equal(t, "x", string(want[*courier.Notification](newer).Payload))
				newer.wantSilence(time.Minute, "the newer one stays")
				assert.Equal(t, []string{"connected", "connected", "disconnected replaced"}, w.connectionEvents())
				w.wantLogged()
			})
		})
	}
}

func TestStoppingTheCourierClosesEveryConnectionCleanly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		loggedIn := w.login(w.identity(nil))
		greeted := w.dial(w.identity(nil), v3)
		silent := w.open(w.identity(nil), v3)
		stuck := w.login(w.identity(nil))
		for range 200 {
			w.push(stuck.address(), strings.Repeat("x", 4096))
		}
		synctest.Wait()
		start := time.Now()
		stopped := make(chan struct{})
		go func() { defer close(stopped); w.stop() }()
		loggedIn.wantClosed(time.Second, "the courier stops")
		greeted.wantClosed(time.Second, "the courier stops")
		<-stopped
		assert.LessOrEqual(t, time.Since(start), 3*time.Second, "a device that does not respond does not hold it up")
		_, err := silent.conn.NetConn().Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF)
		_, err = w.net.Dial(t.Context())
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
		assert.Contains(t, w.connectionEvents(), "disconnected shutdown")
		w.wantLogged()
	})
}

// A listenerOf is a listener that accepts by calling a function.
type listenerOf struct {
	net.Listener
	accept func() (net.Conn, error)
}

func (l listenerOf) Accept() (net.Conn, error) { return l.accept() }

func TestATemporaryAcceptErrorIsRetriedAndAPermanentOneReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		server, err := devicetls.New(w.cfg)
		require.NoError(t, err)

		broken := errors.New("the cable is gone")
		failures := []error{syscall.EMFILE, syscall.ECONNABORTED, broken}
		start, ln := time.Now(), memnet.Listen()
		err = server.Serve(t.Context(), listenerOf{ln, func() (net.Conn, error) {
			failure := failures[0]
			failures = failures[1:]
			return nil, &net.OpError{Op: "accept", Err: failure}
		}})
		require.ErrorIs(t, err, broken)
		assert.Equal(t, 15*time.Millisecond, time.Since(start))
		w.wantLogged("too many open files", "connection abort")

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.NoError(t, server.Serve(ctx, listenerOf{ln, func() (net.Conn, error) { return nil, net.ErrClosed }}))
	})
}

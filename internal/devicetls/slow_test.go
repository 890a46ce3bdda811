package devicetls_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/devicetls"
)

// A byte a minute is no progress: what a device is sent has to be read, and what it
// sends has to be a whole frame, before the same deadlines as if it did nothing.
func TestIncompleteFramesDoNotKeepAConnectionOpen(t *testing.T) {
	frame := (&courier.Keepalive{Interval: []byte("10")}).Append(nil)
	for _, row := range []struct {
		name string
		want devicetls.EndReason
		by   time.Duration // after the first byte
		act  func(t *testing.T, w *fixture, p *testDevice) (minute func() error)
	}{
		{"reading", devicetls.EndNotReading, devicetls.DefaultWriteTimeout, func(_ *testing.T, w *fixture, p *testDevice) func() error {
			for range 200 { // more than the network holds
				w.push(p.address(), strings.Repeat("x", 4096))
			}
			return func() error {
				_, err := p.conn.NetConn().Read(make([]byte, 1))
				return err
			}
		}},
		{"writing a frame", devicetls.EndSilent, devicetls.DefaultSilenceTimeout, func(_ *testing.T, _ *fixture, p *testDevice) func() error {
			rest := append(frame[:4:4], 0xff) // of 255 bytes
			return func() error {
				next := byte(0)
				if len(rest) > 0 {
					next, rest = rest[0], rest[1:]
				}
				_, err := p.conn.Write([]byte{next})
				return err
			}
		}},
		{"writing a record", devicetls.EndSilent, devicetls.DefaultSilenceTimeout, func(_ *testing.T, _ *fixture, p *testDevice) func() error {
			rest := []byte{23, 3, 3, 1, 0} // of 256 bytes
			return func() error {
				next := byte(0)
				if len(rest) > 0 {
					next, rest = rest[0], rest[1:]
				}
				_, err := p.conn.NetConn().Write([]byte{next})
				return err
			}
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t)
				other := w.login(w.identity(nil))
				other.send(&courier.Keepalive{Interval: []byte("1440")})
				want[*courier.KeepaliveResponse](other)
				p := w.login(w.identity(nil))
				minute := row.act(t, w, p)
				for began := time.Now(); time.Since(began) < row.by+2*time.Second; time.Sleep(time.Minute) {
					if minute() != nil {
						break
					}
				}
				synctest.Wait()
				w.wantLogged("reason=" + string(row.want))
				assert.Contains(t, w.connectionEvents(), "disconnected "+string(row.want))
				w.push(other.address(), "unharmed")
				assert.Equal(t, "unharmed", string(want[*courier.Notification](other).Payload))
				require.NoError(t, p.conn.NetConn().Close())
			})
		})
	}
}

package devicetls_test

import (
	"crypto/x509"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/devicetls"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// slowly has each verification take until the test goes on, and counts those that are
// under way.
type slowly struct {
	verify  func(chain []*x509.Certificate, now time.Time) (*pki.DeviceIdentity, error)
	on      atomic.Bool
	goOn    chan struct{}
	atIt    atomic.Int32
	entered atomic.Int32
}

func (s *slowly) edit(atOnce int) func(*devicetls.Config) {
	return func(c *devicetls.Config) {
		s.verify, s.goOn = c.Verify, make(chan struct{})
		c.LoginsAtOnce, c.Verify = atOnce, s.Verify
	}
}

func (s *slowly) Verify(chain []*x509.Certificate, now time.Time) (*pki.DeviceIdentity, error) {
	if s.on.Load() {
		s.entered.Add(1)
		s.atIt.Add(1)
		defer s.atIt.Add(-1)
		<-s.goOn
	}
	return s.verify(chain, now)
}

func TestManyLoginsAreServedAFewAtATimeAndDelayNoPush(t *testing.T) {
	for _, row := range []struct {
		name         string
		atOnce, want int
	}{{"so many at once", 2, 2}, {"any number at once", -1, 6}} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var slow slowly
				w := newFixture(t, slow.edit(row.atOnce))
				present := w.login(w.identity(nil))
				const storm = 6
				var phones []*testDevice
				for range storm {
					phones = append(phones, w.dial(w.identity(nil), v3))
				}
				synctest.Wait()
				slow.on.Store(true)
				for _, p := range phones {
					p.send(p.proof())
					synctest.Wait()
				}
				assert.Equal(t, int32(row.want), slow.atIt.Load())

				id := w.push(present.address(), "x")
				present.ack(want[*courier.Notification](present), courier.AckDelivered)
				synctest.Wait()
				assert.Contains(t, w.history(id), "delivered", "nobody waits for the storm")

				for range storm {
					synctest.Wait()
					assert.LessOrEqual(t, slow.atIt.Load(), int32(row.want))
					slow.goOn <- struct{}{}
				}
				for _, p := range phones {
					assert.Equal(t, courier.ConnectAccepted, want[*courier.ConnectResponse](p).Status)
				}
			})
		})
	}
}

func TestLoginsAreServedInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var slow slowly
		w := newFixture(t, slow.edit(1))
		var phones []*testDevice
		for range 5 {
			phones = append(phones, w.dial(w.identity(nil), v3))
		}
		synctest.Wait() // until the courier has finished the handshakes as well, which take turns, too
		slow.on.Store(true)
		for _, p := range phones {
			p.send(p.proof())
			synctest.Wait()
		}
		for i, p := range phones {
			assert.Equal(t, int32(i+1), slow.entered.Load())
			slow.goOn <- struct{}{}
			want[*courier.ConnectResponse](p) // the others have no response yet
			synctest.Wait()
		}
	})
}

func TestASlowLoginDelaysNoOther(t *testing.T) {
	test := func(t *testing.T, w *fixture) {
		for range 8 {
			_, err := w.open(w.identity(nil), v3).conn.NetConn().Write([]byte{22, 3, 1, 0, 200, 1}) // the beginning of a ClientHello
			require.NoError(t, err)
			w.dial(w.identity(nil), v3) // TLS, and no Connect
		}
		for range 4 {
			p := w.login(w.identity(nil))
			w.push(p.address(), "x")
			want[*courier.Notification](p)
		}
	}
	one := func(c *devicetls.Config) { c.LoginsAtOnce = 1 }
	t.Run("in memory", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { test(t, newFixture(t, one)) })
	})
	inEveryMode(t, func(t *testing.T, fixture func(...func(*devicetls.Config)) *fixture) { test(t, fixture(one)) })
}

package device

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestErasedDeviceIsAnotherOneWithoutTokensAndApps(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		var renewed Identity
		h := newHarness(t, func(h *harness) {
			renewed = h.ca.identity(t, newKey(t))
			h.cfg.Renew = func(context.Context) (Identity, error) { return renewed, nil }
		})
		p := h.ready()
		before := h.ID()
		require.NoError(t, h.Erase())
		p.wantClosed("the device leaves in an orderly way")

		p = h.accept()
		c := p.connect()
		assert.Nil(t, c.Token)
		assert.Equal(t, renewed.Chain, c.Certificates)
		assert.NotEqual(t, before, h.ID())
		p.send(acceptU)
		p.want(active, "")
		p.want("09 00000023 01 0020 U", "no app is left")
		assert.Empty(t, h.Apps())
		assert.Empty(t, h.Subscriptions())
		assert.Equal(t, []EventKind{
			EventConnected, EventBaseToken, EventToken, EventDisconnected, EventErased, EventIdentity, EventConnected, EventBaseToken,
		}, h.kinds())
	})
}

func TestDeviceThatIsOfflineCanBeErased(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t, func(h *harness) {
			h.cfg.Renew = func(context.Context) (Identity, error) { return h.cfg.Identity, nil }
		})
		h.ready()
		h.Disconnect()
		require.NoError(t, h.Erase())
		assert.Equal(t, EventErased, h.last(EventErased).Kind)
		assert.Empty(t, h.BaseToken())
		h.Connect()
		assert.Nil(t, h.accept().connect().Token)
	})
}

func TestErasingNeedsRenew(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		assert.ErrorContains(t, h.Erase(), "set Config.Renew")
	})
}

func TestFailedActivationAfterErasingEndsTheDevice(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		broken := errors.New("activation is closed")
		h := newHarness(t, func(h *harness) {
			h.cfg.Renew = func(context.Context) (Identity, error) { return Identity{}, broken }
		})
		h.ready()
		require.NoError(t, h.Erase())
		<-h.done
		assert.ErrorIs(t, h.runErr, broken)
	})
}

func TestFailedRenewalIsTriedAgainIfAskedFor(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		away := errors.New("nobody answers")
		var renewed Identity
		var attempts atomic.Int64
		h := newHarness(t, func(h *harness) {
			renewed = h.ca.identity(t, newKey(t))
			h.cfg.RetryRenew, h.cfg.ReconnectMax = true, 10*time.Second
			h.cfg.Renew = func(context.Context) (Identity, error) {
				if attempts.Add(1) <= 20 {
					return Identity{}, away
				}
				return renewed, nil
			}
		})
		p := h.ready()
		began := time.Now()
		require.NoError(t, h.Erase())
		p.wantClosed("the device leaves in an orderly way")

		c := h.accept().connect()
		assert.Nil(t, c.Token)
		assert.Equal(t, renewed.Chain, c.Certificates)
		assert.EqualValues(t, 21, attempts.Load())
		assert.Less(t, time.Since(began), 21*10*time.Second, "no pause is longer than ReconnectMax")
		assert.Greater(t, time.Since(began), 15*5*time.Second, "the pauses grow")
		assert.EqualError(t, h.last(EventRenewFailed).Err, "after erasing: renew identity: nobody answers")
	})
}

func TestConnectEndsTheWaitForARenewal(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		var back atomic.Bool
		h := newHarness(t, func(h *harness) {
			identity := h.ca.identity(t, newKey(t))
			h.cfg.RetryRenew = true
			h.cfg.Renew = func(context.Context) (Identity, error) {
				if !back.Load() {
					return Identity{}, errors.New("nobody answers")
				}
				return identity, nil
			}
		})
		h.ready()
		require.NoError(t, h.Erase())
		h.Disconnect()
		time.Sleep(time.Hour)
		back.Store(true)
		assert.Empty(t, h.BaseToken())
		began := time.Now()
		h.Connect()
		assert.Nil(t, h.accept().connect().Token)
		assert.Zero(t, time.Since(began))
	})
}

func TestAfterARejectedLoginTheRenewalIsTriedAgainIfAskedFor(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		var attempts atomic.Int64
		var renewed Identity
		h := newHarness(t, func(h *harness) {
			renewed = h.ca.identity(t, newKey(t))
			h.cfg.RetryRenew = true
			h.cfg.Renew = func(context.Context) (Identity, error) {
				if attempts.Add(1) == 1 {
					return Identity{}, errors.New("nobody answers")
				}
				return renewed, nil
			}
		})
		p := h.accept()
		p.connect()
		p.send(reject)
		assert.Equal(t, renewed.Chain, h.accept().connect().Certificates, "it does not log in with what was rejected")
		assert.Equal(t, []EventKind{EventIdentityRejected, EventRenewFailed, EventIdentity}, h.kinds())
	})
}

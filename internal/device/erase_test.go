package device

import (
	"context"
	"errors"
	"testing"

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

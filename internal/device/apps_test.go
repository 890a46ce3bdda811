package device

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAppsInstalledTogetherGoIntoOneFilter(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.ready()
		require.NoError(t, h.Install("com.example.gone"))
		require.NoError(t, h.Install(appG))
		require.NoError(t, h.Install(appG), "installing twice is installing once")
		h.Remove("com.example.gone")
		p.want(filterHG, "each filter is complete, and only the last state counts")
		p.want("11 0000003f 01 0020 T 02 0014 G 03 0002 "+hashOf(appG)[:4], "")
		p.wantSilence(time.Minute, "one filter is enough")
		p.send("12 0000003e 01 0001 00 02 0020 B 03 0014 G")
		h.wantToken(appG, tokenB)
	})
}

func TestRemovedAppIsTakenOffTheFilterAndItsNotificationsAreRejected(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.ready()
		h.Remove(appH)
		p.want("09 00000023 01 0020 T", "an empty filter is legal")
		p.send(hello)
		p.want("0b 0000002e 08 0001 07 04 0004 00000001 01 0020 A", "the topic is unknown now")
		_, err := h.Token(t.Context(), appH)
		require.ErrorContains(t, err, `"com.example.app" is not installed`)

		require.NoError(t, h.Install(appH))
		p.want(filterH, "")
		p.want(requestH, "a new installation asks for a new token")
	})
}

func TestAnAppInstalledWhileOfflineIsSentAtTheNextLogin(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.ready()
		h.Disconnect()
		p.wantClosed("")
		require.NoError(t, h.Install(appG))
		h.Connect()
		p = h.login()
		p.want(active, "")
		p.want(filterHG, "")
		p.want("11 0000003f 01 0020 T 02 0014 G 03 0002 "+hashOf(appG)[:4], "only the new app needs a token")
	})
}

func TestARejectedTokenRequestIsReportedAndRepeatedAtTheNextLogin(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.login()
		p.want(active, "")
		p.want(filterH, "")
		p.want(requestH, "")
		p.send("12 0000001b 01 0001 05 03 0014 H")
		_, err := h.Token(t.Context(), appH)
		require.ErrorContains(t, err, "issued no token for com.example.app (status 5)")
		assert.Equal(t, uint8(5), h.last(EventTokenRejected).Status)
		p.close()

		p = h.login()
		p.want(active, "")
		p.want(filterH, "")
		p.want(requestH, "the device tries again")
		p.send(issueA)
		h.wantToken(appH, tokenA)
	})
}

func TestResponseForARemovedAppIsIgnored(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.login()
		p.want(active, "")
		p.want(filterH, "")
		p.want(requestH, "")
		h.Remove(appH)
		p.want("09 00000023 01 0020 T", "")
		p.send(issueA)
		p.wantSilence(time.Minute, "")
		assert.Empty(t, h.Tokens())
	})
}

func TestCourierMayAskForTheFilterAgain(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		p := newHarness(t).ready()
		p.send("21 00000032 01 0020 T 02 0008 0000000000000001 03 0001 02")
		p.want(filterH, "action 2 asks for the filter")
		p.send("21 00000032 01 0020 T 02 0008 0000000000000001 03 0001 01")
		p.wantSilence(time.Minute, "action 1 does not")
	})
}

func TestTokenWaitsUntilTheCourierConfirmsIt(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t, func(h *harness) {
			h.cfg.Token = token(t, tokenT)
			h.cfg.Tokens = mapOf(appH, token(t, tokenA))
		})
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		_, err := h.Token(ctx, appH)
		require.ErrorIs(t, err, context.DeadlineExceeded, "the token of an earlier run may be void by now")
		p := h.accept()
		p.connect()
		p.send(accept)
		h.wantToken(appH, tokenA)
	})
}

func TestTopicsAreChecked(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		require.ErrorContains(t, h.Install("no topic"), `"no topic" is no topic`)
	})
}

func mapOf[K comparable, V any](k K, v V) map[K]V { return map[K]V{k: v} }

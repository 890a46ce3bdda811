package provider

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
// too many error answers cut the connection, BadDeviceToken counts more heavily, 410 does
// not count.
func TestTooManyErrorsCutTheConnection(t *testing.T) {
	untopical := func(_ *fixture, c *call) { c.set(apns.HeaderTopic, "com.nobody") }
	retired := func(w *fixture, _ *call) {
		w.vault.RetireApp(tokenvault.Address{Environment: apns.Production, Device: device}, tokenvault.Tag(apns.HashTopic(bundleID)))
	}
	for _, tt := range []struct {
		what  string
		limit int
		wrong func(w *fixture, c *call)
		want  int // responses before the end; 0 is no end
		debug string
	}{
		{"any reason", 9, untopical, 10, `{"reason":"TopicDisallowed"}`},
		{"BadDeviceToken counts for five", 9, badToken, 2, `{"reason":"BadDeviceToken"}`},
		{"410 does not count", 9, retired, 0, ""},
		{"accepted pushes do not", 9, func(*fixture, *call) {}, 0, ""},
		{"no limit", -1, badToken, 0, ""},
		{"the default", 0, badToken, 0, ""},
	} {
		t.Run(tt.what, func(t *testing.T) {
			w := newFixture(t)
			w.cfg.MaxErrors = tt.limit
			c := w.dial()
			call := w.good()
			tt.wrong(w, call)
			sends := tt.want
			if sends == 0 {
				sends = 30
			}
			for range sends {
				c.send(call)
			}
			if tt.want == 0 {
				require.Empty(t, c.goAways)
				return
			}
			c.drain()
			require.Equal(t, []goAway{{http2.ErrCodeNo, c.next - 2, tt.debug}}, c.goAways, "all that was sent is answered")
		})
	}
}

func TestErrorsAreForgottenInTime(t *testing.T) {
	w := newFixture(t)
	w.cfg.MaxErrors, w.cfg.BadTokenErrors = 2, 1
	c := w.dial()
	for range 10 {
		c.send(w.good().to(zeros))
		c.send(w.good().to(zeros))
		w.clock.Advance(time.Minute)
	}
	require.Empty(t, c.goAways)
}

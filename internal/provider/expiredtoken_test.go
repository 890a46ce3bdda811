package provider

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// When a device token expires is not documented: Config.OldKeysExpired is one way
// to have it happen.
func TestTokensOfOlderDeviceTokenKeysMayBeExpired(t *testing.T) {
	since := time.UnixMilli(1_700_000_000_123)
	for _, tc := range []struct {
		name   string
		since  time.Time
		status int
		body   string
	}{
		{"never", time.Time{}, 200, ""},
		{"since then", since, 410, fmt.Sprintf(`{"reason":"ExpiredToken","timestamp":%d}`, since.UnixMilli())},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newFixture(t)
			w.cfg.OldKeysExpired = tc.since
			old := w.token(bundleID)
			require.NoError(t, w.vault.Rotate(tokenvault.NewSecret()))
			c := w.dial()
			got := c.send(w.good().to(old))
			require.Equal(t, tc.status, got.status)
			require.Equal(t, tc.body, got.body)
			require.Equal(t, 200, c.send(w.good()).status, "one of the newest key")
		})
	}
}

func TestARemovedAppsTokenIsUnregisteredWhateverItsKey(t *testing.T) {
	w := newFixture(t)
	w.cfg.OldKeysExpired = time.UnixMilli(1)
	old := w.token(bundleID)
	w.vault.RetireApp(tokenvault.Address{Environment: apns.Production, Device: device}, tokenvault.Tag(apns.HashTopic(bundleID)))
	require.NoError(t, w.vault.Rotate(tokenvault.NewSecret()))
	require.Contains(t, w.dial().send(w.good().to(old)).body, `{"reason":"Unregistered"`)
}

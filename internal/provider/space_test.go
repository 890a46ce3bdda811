package provider

import (
	"crypto/tls"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/space"
)

// A topic of the same name in another space is another topic, so that the
// device's token was not made for it.
func TestADeviceIsReachedByItsOwnSpaceOnly(t *testing.T) {
	const guest = "GUESTTEAM1"
	for _, row := range []struct {
		name      string
		home      string // of the device
		sender    string
		certified bool // with a certificate, not a token
		want      apns.Reason
	}{
		{"both in the common world", "", team, false, ""},
		{"both in a space", guest, guest, false, ""},
		{"into a space", guest, team, false, apns.DeviceTokenNotForTopic},
		{"out of a space", "", guest, false, apns.DeviceTokenNotForTopic},
		{"with a certificate, in a space", guest, guest, true, ""},
		{"with a certificate, into a space", guest, team, true, apns.DeviceTokenNotForTopic},
		{"with a certificate, out of a space", "", guest, true, apns.DeviceTokenNotForTopic},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t)
			spaces := space.New(w.clock)
			_, err := spaces.Open(guest)
			require.NoError(t, err)
			w.cfg.Spaces = spaces
			w.useRegistry(providerauth.Config{Spaces: spaces})
			w.addKey(providerauth.Key{ID: "GUESTKEY01", TeamID: guest})
			require.NoError(t, w.auth.AddApp(guest, bundleID))
			spaces.Settle(device, spaces.Of(row.home))

			for what, token := range map[string]string{"an app's token": w.token(bundleID), "the base token": w.token("")} {
				call := w.good()
				call.path = devicePath + token
				key := map[string]string{team: "KEY0000001", guest: "GUESTKEY01"}[row.sender]
				call.set(apns.HeaderAuthorization, w.bearer(row.sender, key))
				cfg := &tls.Config{NextProtos: []string{"h2"}}
				if row.certified {
					cfg = w.certificateTLS(pki.ProviderRequest{Topic: bundleID, TeamID: row.sender})
				}
				got := w.dialTLS(w.serve(), cfg).send(call)
				want := ""
				if row.want != "" {
					want = `{"reason":"` + string(row.want) + `"}`
				}
				assert.Equal(t, want, got.body, what)
			}
		})
	}
}

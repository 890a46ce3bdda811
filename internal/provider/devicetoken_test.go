package provider

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/pki"
)

func TestADetailNamesTheTopicOfTheToken(t *testing.T) {
	const mdm = "com.apple.mgmt.External.1b2c3d4e"
	w := newFixture(t)
	require.NoError(t, w.auth.AddApp(team, mdm))
	require.NoError(t, w.auth.AddApp(team, "com.example.other"))
	plain := w.dial()
	managed := w.dialTLS(w.serve(), w.certificateTLS(pki.ProviderRequest{Topic: mdm, TeamID: team, Service: pki.ServiceMDM}))
	for _, row := range []struct {
		made, to, want string
		from           *client
	}{
		{"com.example.other", bundleID, "the token is the one for com.example.other; com.example.app needs its own", plain},
		{bundleID + ".voip", bundleID, "the token is the one for com.example.app.voip; com.example.app needs its own", plain},
		{mdm, bundleID, "the token is the one for " + mdm + "; com.example.app needs its own", plain},
		{bundleID, mdm, "the token is the one for com.example.app; " + mdm + " needs its own", managed},
		{"com.nobody", bundleID, "the token was made for another topic than com.example.app", plain},
	} {
		require.Equal(t, 400, row.from.send(w.good().to(w.token(row.made)).set(apns.HeaderTopic, row.to).drop(apns.HeaderPushType)).status)
		require.Equal(t, row.want, w.detail(apns.DeviceTokenNotForTopic))
	}
	w.auth.RemoveApp(team, "com.example.other")
	require.Equal(t, 400, plain.send(w.good().to(w.token("com.example.other"))).status)
	require.Equal(t, "the token was made for another topic than com.example.app", w.detail(apns.DeviceTokenNotForTopic))
}

package provider

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// detail is the detail of the newest rejection in the journal.
func (w *fixture) detail(reason apns.Reason) string {
	w.t.Helper()
	events := w.journal.Read(0, 0).Events
	require.NotEmpty(w.t, events)
	last := events[len(events)-1]
	require.Equal(w.t, journal.Rejected, last.Kind)
	require.Equal(w.t, string(reason), last.Cause)
	return last.Detail
}

func TestADetailSaysWhatWasSentInPlaceOfADeviceToken(t *testing.T) {
	w := newFixture(t)
	issued, err := hex.DecodeString(w.token(bundleID))
	require.NoError(t, err)
	c := w.dial()
	for _, row := range []struct {
		token, want string
	}{
		{"<aabb%20ccdd>", "description of an NSData"},
		{"%3Caa%20bb%3E", "description of an NSData"},
		{"{length%20=%2032,%20bytes%20=%200x740f4707}", "description of an NSData"},
		{"undefined", "not hexadecimal at character 0, 'u'; it is what a program writes for a value that is missing"},
		{"(null)", "a value that is missing"},
		{"[object%20Object]", "a value that is missing"},
		{"${TOKEN}", "a placeholder that was not filled in"},
		{":token", "a placeholder that was not filled in"},
		{base64.RawURLEncoding.EncodeToString(issued), "of this simulator in base64"},
		{"xyz", "not hexadecimal at character 0, 'x'"},
		{"%zz", "not hexadecimal at character 0, '%'"},
	} {
		require.Equal(t, 400, c.send(w.good().to(row.token)).status, row.token)
		require.Contains(t, w.detail(apns.BadDeviceToken), row.want, row.token)
	}
	require.NotContains(t, w.detail(apns.BadDeviceToken), "base64")
}

// In the standard alphabet a token may have a slash, which makes it another path.
func TestBase64WithASlashIsRecognizedInThePath(t *testing.T) {
	w := newFixture(t)
	text := ""
	for i := 0; !strings.Contains(text, "/"); i++ {
		issued, err := hex.DecodeString(w.token(fmt.Sprint(bundleID, i)))
		require.NoError(t, err)
		text = base64.StdEncoding.EncodeToString(issued)
	}
	require.Equal(t, 404, w.dial().send(w.good().to(text)).status)
	require.Contains(t, w.detail(apns.BadPath), "of this simulator in base64")
}

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

func TestTheJournalShowsTheUIDOfACertificateAsItsName(t *testing.T) {
	w := newFixture(t)
	c := w.dialTLS(w.serve(), w.certificateTLS(pki.ProviderRequest{Topic: bundleID, TeamID: team}))
	require.Equal(t, 200, c.send(w.good()).status)
	subject := w.journal.Find(journal.Query{Newest: true, Limit: 1}).Records[0].Request().Credential.Subject
	require.Contains(t, subject, "UID=com.example.app")
	require.NotContains(t, subject, "0.9.2342")
}

// observed: kylebrowning/APNSwift#240, which lists the channels of an app so.
func TestADetailNamesThePathThatListsChannels(t *testing.T) {
	r := &channelRequest{request: request{method: "GET"}, route: &route{needsChannel: true}, bundleID: bundleID}
	require.Contains(t, r.checkChannelID().Detail, "/1/apps/com.example.app/all-channels")
	r.method = "DELETE"
	require.NotContains(t, r.checkChannelID().Detail, "all-channels")
}

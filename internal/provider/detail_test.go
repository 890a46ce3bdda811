package provider

import (
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

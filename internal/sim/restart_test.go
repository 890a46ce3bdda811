package sim_test

import (
	"bytes"
	"crypto/tls"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/state"
	"github.com/apns-sim/apns-sim/internal/store"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// A restarting is a simulator that is killed and started again on the same state.
type restarting struct {
	*sim.Simulator
	t   *testing.T
	cfg sim.Config
	dir string // of the secrets
}

func newRestarting(t *testing.T, cfg sim.Config) *restarting {
	t.Helper()
	r := &restarting{t: t, cfg: cfg, dir: t.TempDir()}
	saved(t, r.dir)
	r.cfg.Entries = new(store.MemoryEntries)
	r.start()
	return r
}

func (r *restarting) start() {
	r.t.Helper()
	var err error
	r.cfg.Secrets, err = keystore.Load(r.dir) // afresh, since certificates are revoked in memory
	require.NoError(r.t, err)
	r.Simulator = start(r.t, r.cfg)
}

// kill goes on with what is saved at this moment; nothing that the old simulator does later
// is.
func (r *restarting) kill() {
	r.t.Helper()
	copied := new(store.MemoryEntries)
	for _, kind := range state.Kinds() {
		entries, err := r.cfg.Entries.Load(string(kind))
		require.NoError(r.t, err)
		for _, e := range entries {
			require.NoError(r.t, copied.Set(string(kind), e.Key, bytes.Clone(e.Value)))
		}
	}
	r.cfg.Entries = copied
	r.start()
}

// stop ends the simulator as the user does, and starts it again.
func (r *restarting) stop() {
	r.t.Helper()
	require.NoError(r.t, r.Close())
	r.start()
}

// again is a space of before the restart, with a provider that connects anew.
func (r *restarting) again(x *testSpace) *testSpace {
	return &testSpace{x.CreatedSpace, r.Simulator, &provider{r.t, httpClient(r.t, r.Simulator), x.provider.token}}
}

// Everything that a provider or a device could notice is as before a restart.
func TestARestartOnTheSameStateIsNotNoticed(t *testing.T) {
	for _, row := range []struct {
		name string
		cfg  sim.Config
		run  func(t *testing.T, r *restarting)
	}{
		{"a removed app is Unregistered since the same moment", sim.Config{}, removedAppAfterRestart},
		{"a removed app that is not reported yet is reported when it is due", sim.Config{UnregisterDelay: tokenvault.Delay{Min: time.Hour}}, delayedReportAfterRestart},
		{"an erased device has no valid token", sim.Config{}, erasedDeviceAfterRestart},
		{"a revoked device is not let in", sim.Config{}, revokedDeviceAfterRestart},
		{"a device in low power mode is in it", sim.Config{}, lowPowerAfterRestart},
		{"a revoked provider certificate is rejected", sim.Config{}, revokedCertificateAfterRestart},
		{"the certificate of a deleted space is rejected, and nothing is saved of it", sim.Config{}, certificateOfDeletedSpaceAfterRestart},
		{"the certificates that were issued are listed", sim.Config{}, listedCertificatesAfterRestart},
		{"a suspended team is Forbidden", sim.Config{}, suspendedTeamAfterRestart},
		{"an app without the broadcast capability lacks it", sim.Config{}, noBroadcastAfterRestart},
		{"a provider token may not be updated earlier", sim.Config{Auth: providerauth.Config{UpdateScope: providerauth.ScopeKey}}, tokenUpdateAfterRestart},
		{"a provider token may not be updated earlier from an address", sim.Config{Auth: providerauth.Config{UpdateScope: providerauth.ScopeSource}}, tokenUpdateAfterRestart},
		{"a space has its key, its app, its device and its clock", sim.Config{}, spaceAfterRestart},
		{"a deleted space is gone", sim.Config{}, deletedSpaceAfterRestart},
		{"a revoked key of the configuration is revoked", sim.Config{}, revokedKeyAfterRestart},
		{"the key with which the simulator signs is the same", sim.Config{}, signingKeyAfterRestart},
		{"the clock is moved", sim.Config{}, clockAfterRestart},
		{"a channel sends its message to a device that subscribes", sim.Config{}, channelAfterRestart},
		{"a deleted channel is gone", sim.Config{}, deletedChannelAfterRestart},
		{"a fault rule has its counts", sim.Config{}, faultAfterRestart},
		{"a virtual device is the same, with its inbox", sim.Config{}, virtualDeviceAfterRestart},
		{"a virtual device that was offline is offline", sim.Config{}, offlineDeviceAfterRestart},
		{"a virtual device that was erased is the one it became", sim.Config{}, erasedVirtualDeviceAfterRestart},
		{"a removed virtual device has left nothing", sim.Config{}, removedVirtualDeviceAfterRestart},
		{"a full inbox has the newest", sim.Config{}, fullInboxAfterRestart},
		{"the history knows yesterday", sim.Config{SaveInterval: time.Hour}, historyAfterRestart},
		{"a deleted record is not in the history", sim.Config{SaveInterval: time.Hour}, deletedRecordAfterRestart},
		{"the history has no more than its limit", sim.Config{SaveInterval: time.Hour, Journal: journal.Config{History: 4}}, limitedHistoryAfterRestart},
		{"a subscribed virtual device gets no message twice", sim.Config{}, subscribedDeviceAfterRestart},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.run(t, newRestarting(t, row.cfg))
		})
	}
}

func demoToken(r *restarting, id apns.DeviceID) apns.DeviceToken {
	hash := apns.HashTopic(sim.DefaultTopic)
	return r.Vault.Issue(of(id), &hash)
}

func removedAppAfterRestart(t *testing.T, r *restarting) {
	token := demoToken(r, apns.DeviceID{1})
	r.DeviceControl.UninstallApp(of(apns.DeviceID{1}), sim.DefaultTopic)
	_, before := post(t, r.Simulator, r.Info().Provider, token, []byte(`{}`), demoHeaders)
	r.kill()
	status, after := post(t, r.Simulator, r.Info().Provider, token, []byte(`{}`), demoHeaders)
	assert.Equal(t, http.StatusGone, status)
	assert.Equal(t, before, after, "with the same timestamp")
	renewed := demoToken(r, apns.DeviceID{1})
	assert.NotEqual(t, token, renewed)
	wantPost(t, r.Simulator, renewed, http.StatusOK, "")
}

func delayedReportAfterRestart(t *testing.T, r *restarting) {
	token := demoToken(r, apns.DeviceID{1})
	r.DeviceControl.UninstallApp(of(apns.DeviceID{1}), sim.DefaultTopic)
	r.kill()
	wantPost(t, r.Simulator, token, http.StatusOK, "")
	require.NoError(t, r.SpaceControl.AdvanceClock("", 59*time.Minute))
	wantPost(t, r.Simulator, token, http.StatusOK, "")
	require.NoError(t, r.SpaceControl.AdvanceClock("", time.Minute))
	wantPost(t, r.Simulator, token, http.StatusGone, "Unregistered")
	other := demoToken(r, apns.DeviceID{2})
	r.DeviceControl.UninstallApp(of(apns.DeviceID{2}), sim.DefaultTopic)
	r.Vault.Confirm([]byte(other))
	r.kill()
	wantPost(t, r.Simulator, other, http.StatusGone, "Unregistered")
}

func erasedDeviceAfterRestart(t *testing.T, r *restarting) {
	token := demoToken(r, apns.DeviceID{1})
	r.DeviceControl.EraseDevice(apns.DeviceID{1})
	r.kill()
	wantPost(t, r.Simulator, token, http.StatusGone, "Unregistered")
	r.DeviceControl.EraseDevice(apns.DeviceID{1})
	renewed := demoToken(r, apns.DeviceID{1})
	wantPost(t, r.Simulator, renewed, http.StatusOK, "")
	r.kill()
	wantPost(t, r.Simulator, renewed, http.StatusOK, "")
	wantPost(t, r.Simulator, token, http.StatusGone, "Unregistered")
}

func revokedDeviceAfterRestart(t *testing.T, r *restarting) {
	identity := activate(t, r.Simulator, sim.DefaultTopic)
	p := runDevice(t, r.Simulator, identity)
	p.await(t, device.EventConnected)
	r.DeviceControl.RevokeDevice(p.ID())
	r.kill()
	runDevice(t, r.Simulator, identity).await(t, device.EventIdentityRejected)
}

func lowPowerAfterRestart(t *testing.T, r *restarting) {
	for _, low := range []bool{true, false} {
		r.DeviceControl.SetLowPower(apns.DeviceID{1}, low)
		r.kill()
		now, err := r.DeviceControl.TellDevice(t.Context(), apns.DeviceID{1}, "uninstall", sim.DefaultTopic)
		require.NoError(t, err)
		assert.Equal(t, low, now.LowPower)
	}
}

// certified is a provider of a space that has a certificate.
func (r *restarting) certified(x *testSpace) *testSpace {
	pair, err := tls.X509KeyPair([]byte(x.Certificate), []byte(x.Certificate))
	require.NoError(r.t, err)
	transport := &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: r.Secrets.PKI.RootPool(), Certificates: []tls.Certificate{pair}}, //nolint:gosec // crypto/tls chooses the version, as clients let it.
		ForceAttemptHTTP2: true,
	}
	r.t.Cleanup(transport.CloseIdleConnections)
	return &testSpace{x.CreatedSpace, r.Simulator, &provider{r.t, &http.Client{Transport: transport}, "not.looked.at"}}
}

// wantNoConnection wants the provider's certificate rejected.
func (x *testSpace) wantNoConnection() {
	x.provider.t.Helper()
	response, err := x.provider.client.Get(x.s.Info().Provider)
	if err == nil {
		_ = response.Body.Close()
	}
	require.Error(x.provider.t, err)
}

func revokedCertificateAfterRestart(t *testing.T, r *restarting) {
	x := newTestSpace(t, r.Simulator, controlapi.CreateSpaceRequest{})
	assert.Empty(t, r.certified(x).push(x.token(), `{}`))
	pair, err := tls.X509KeyPair([]byte(x.Certificate), []byte(x.Certificate))
	require.NoError(t, err)
	r.TeamControl.RevokeCertificate(pair.Leaf.SerialNumber)
	r.kill()
	r.certified(x).wantNoConnection()
}

func certificateOfDeletedSpaceAfterRestart(t *testing.T, r *restarting) {
	x := newTestSpace(t, r.Simulator, controlapi.CreateSpaceRequest{})
	r.kill()
	assert.Empty(t, r.certified(x).push(x.token(), `{}`))
	require.NoError(t, r.SpaceControl.CloseSpace(x.Team))
	r.certified(x).wantNoConnection()
	entries, err := r.cfg.Entries.Load(string(state.Certificates))
	require.NoError(t, err)
	assert.Empty(t, entries, "nothing is left of deleted spaces")
	r.kill()
	r.certified(x).wantNoConnection()
	newTestSpace(t, r.Simulator, controlapi.CreateSpaceRequest{Team: x.Team})
	r.certified(x).wantNoConnection()
}

func suspendedTeamAfterRestart(t *testing.T, r *restarting) {
	token := demoToken(r, apns.DeviceID{1})
	for _, suspended := range []bool{true, false} {
		_, err := r.TeamControl.SuspendTeam(sim.DefaultTeam, suspended)
		require.NoError(t, err)
		r.kill()
		if suspended {
			wantPost(t, r.Simulator, token, http.StatusForbidden, "Forbidden")
		} else {
			wantPost(t, r.Simulator, token, http.StatusOK, "")
		}
	}
}

func noBroadcastAfterRestart(t *testing.T, r *restarting) {
	list := func() response {
		return newProvider(t, r.Simulator).send("GET", r.Info().Channels+"/1/apps/"+sim.DefaultTopic+"/all-channels", "")
	}
	require.NoError(t, r.TeamControl.SetBroadcast(sim.DefaultTeam, sim.DefaultTopic, false))
	r.kill()
	assert.Equal(t, `{"reason":"FeatureNotEnabled"}`, list().body)
	require.NoError(t, r.TeamControl.SetBroadcast(sim.DefaultTeam, sim.DefaultTopic, true))
	r.kill()
	assert.Equal(t, http.StatusOK, list().status)
}

func tokenUpdateAfterRestart(t *testing.T, r *restarting) {
	hash := apns.HashTopic(sim.DefaultTopic)
	token := r.Vault.Issue(of(apns.DeviceID{1}), &hash).String()
	key := r.Secrets.Keys[0]
	signed := make([]string, 3)
	for i := range signed {
		var err error
		signed[i], err = providerauth.Sign(key.Private, key.KeyID, key.TeamID, time.Now())
		require.NoError(t, err)
	}
	push := func(i int) response {
		p := &provider{t, httpClient(t, r.Simulator), signed[i]}
		return p.send("POST", r.Info().Provider+"/3/device/"+token, `{}`, apns.HeaderTopic, sim.DefaultTopic, apns.HeaderPushType, "alert")
	}
	require.Equal(t, 200, push(0).status)
	require.Equal(t, 200, push(1).status, "the first update")
	r.kill()
	assert.Equal(t, `{"reason":"TooManyProviderTokenUpdates"}`, push(2).body)
	assert.Equal(t, 200, push(1).status, "the token in use is still in use")
}

func spaceAfterRestart(t *testing.T, r *restarting) {
	x := newTestSpace(t, r.Simulator, controlapi.CreateSpaceRequest{})
	require.NoError(t, r.SpaceControl.AdvanceClock(x.Team, 30*time.Minute))
	made, err := r.SpaceControl.GetSpace(x.Team)
	require.NoError(t, err)
	r.kill()
	assert.Empty(t, r.again(x).push(x.token(), `{}`))
	found, err := r.SpaceControl.GetSpace(x.Team)
	require.NoError(t, err)
	assert.WithinDuration(t, made.Time, found.Time, 20*time.Second)
	assert.True(t, made.Created.Equal(found.Created))
	found.Time, found.Created = made.Time, made.Created
	assert.Equal(t, made, found)
	claims, err := r.Vault.Decrypt([]byte(mustToken(t, x.token())))
	require.NoError(t, err)
	assert.Equal(t, x.Team, r.Spaces.ForDevice(claims.Device).Team())
	require.NoError(t, r.SpaceControl.AdvanceClock(x.Team, time.Hour))
	assert.Equal(t, "ExpiredProviderToken", r.again(x).push(x.token(), `{}`), "its clock is its own")
	r.kill()
	assert.Equal(t, "ExpiredProviderToken", r.again(x).push(x.token(), `{}`), "a clock that was loaded is saved, too")
}

func mustToken(t *testing.T, text string) apns.DeviceToken {
	t.Helper()
	token, err := apns.ParseDeviceToken(text)
	require.NoError(t, err)
	return token
}

func deletedSpaceAfterRestart(t *testing.T, r *restarting) {
	x := newTestSpace(t, r.Simulator, controlapi.CreateSpaceRequest{Team: "TEAM000001"})
	require.NoError(t, r.SpaceControl.CloseSpace(x.Team))
	for _, kind := range []state.Kind{state.Spaces, state.Teams, state.Keys, state.Apps, state.Members, state.Certificates} {
		entries, err := r.cfg.Entries.Load(string(kind))
		require.NoError(t, err)
		assert.Empty(t, entries, kind)
	}
	r.kill()
	assert.Equal(t, "InvalidProviderToken", r.again(x).push(x.token(), `{}`))
	newTestSpace(t, r.Simulator, controlapi.CreateSpaceRequest{Team: "TEAM000001"})
}

func revokedKeyAfterRestart(t *testing.T, r *restarting) {
	token := demoToken(r, apns.DeviceID{1})
	wantPost(t, r.Simulator, token, http.StatusOK, "")
	require.NoError(t, r.TeamControl.RevokeKey(sim.DefaultTeam, sim.DefaultKey))
	r.kill()
	wantPost(t, r.Simulator, token, http.StatusForbidden, "InvalidProviderToken")
}

func signingKeyAfterRestart(t *testing.T, r *restarting) {
	x := newTestSpace(t, r.Simulator, controlapi.CreateSpaceRequest{})
	_, err := r.TeamControl.ProviderToken(x.Team)
	require.NoError(t, err)
	before := r.Auth.Keys(x.Team)
	require.Len(t, before, 2, "the team has the private half of the other")
	r.kill()
	_, err = r.TeamControl.ProviderToken(x.Team)
	require.NoError(t, err)
	assert.Equal(t, before, r.Auth.Keys(x.Team))
}

func clockAfterRestart(t *testing.T, r *restarting) {
	require.NoError(t, r.SpaceControl.AdvanceClock("", 48*time.Hour))
	r.kill()
	assert.WithinDuration(t, time.Now().Add(48*time.Hour), r.Clock.Now(), 20*time.Second)
	require.NoError(t, r.SpaceControl.SetClock("", time.Now()))
	r.kill()
	assert.WithinDuration(t, time.Now(), r.Clock.Now(), 20*time.Second)
}

// publish creates a channel that stores messages, and publishes two.
func (r *restarting) publish(space string, p *provider, topic string) (id string) {
	r.t.Helper()
	made, err := r.TeamControl.MakeChannel(controlapi.Channel{Team: space, Topic: topic, Stores: true})
	require.NoError(r.t, err)
	for _, payload := range []string{`{"aps":{"event":"start"}}`, `{"aps":{"event":"update"}}`} {
		published := p.send("POST", r.Info().Provider+"/4/broadcasts/apps/"+topic, payload,
			apns.HeaderChannelID, made.ID, apns.HeaderPushType, "liveactivity", apns.HeaderExpiration, "9999999999", apns.HeaderPriority, "10")
		require.Equal(r.t, 200, published.status, published.body)
	}
	return made.ID
}

func channelAfterRestart(t *testing.T, r *restarting) {
	x := newTestSpace(t, r.Simulator, controlapi.CreateSpaceRequest{})
	id := r.publish(x.Team, x.provider, x.Topics[0])
	before, _, err := r.TeamControl.PageChannels(x.Team, x.Topics[0], "", controlapi.Page{})
	require.NoError(t, err)
	r.kill()
	after, _, err := r.TeamControl.PageChannels(x.Team, x.Topics[0], "", controlapi.Page{})
	require.NoError(t, err)
	require.Len(t, after, 1)
	assert.True(t, before[0].Created.Equal(after[0].Created))
	after[0].Created = before[0].Created
	assert.Equal(t, before, after)

	dev := switchOnIn(t, r.Simulator, x.Team, x.Topics[0])
	channel, err := device.ParseChannelID(id)
	require.NoError(t, err)
	require.NoError(t, dev.Subscribe(x.Topics[0], channel))
	got := dev.await(t, device.EventNotification).Notification
	assert.JSONEq(t, `{"aps":{"event":"update"}}`, string(got.Payload))

	p := r.again(x).provider
	published := p.send("POST", r.Info().Provider+"/4/broadcasts/apps/"+x.Topics[0], `{"aps":{"event":"end"}}`,
		apns.HeaderChannelID, id, apns.HeaderPushType, "liveactivity", apns.HeaderExpiration, "0", apns.HeaderPriority, "10")
	require.Equal(t, 200, published.status, published.body)
	next := dev.await(t, device.EventNotification).Notification
	assert.JSONEq(t, `{"aps":{"event":"end"}}`, string(next.Payload))
	assert.True(t, next.Timestamp.After(got.Timestamp), "checkpoints go on rising")
}

func deletedChannelAfterRestart(t *testing.T, r *restarting) {
	id := r.publish("", newProvider(t, r.Simulator), sim.DefaultTopic)
	decoded, err := device.ParseChannelID(id)
	require.NoError(t, err)
	require.NoError(t, r.TeamControl.DeleteChannel([]byte(decoded)))
	r.kill()
	list := newProvider(t, r.Simulator).send("GET", r.Info().Channels+"/1/apps/"+sim.DefaultTopic+"/all-channels", "")
	assert.Equal(t, `{"channels":[]}`, list.body)
}

func faultAfterRestart(t *testing.T, r *restarting) {
	_, err := r.Faults.Add(
		fault.Rule{What: fault.Action{Do: "respond", Reason: apns.TooManyRequests}, When: fault.When{Times: 2}},
		fault.Rule{Name: "late", What: fault.Action{Do: "respond", Reason: apns.InternalServerError}, When: fault.When{After: 100}},
	)
	require.NoError(t, err)
	token := demoToken(r, apns.DeviceID{1})
	wantPost(t, r.Simulator, token, http.StatusTooManyRequests, "TooManyRequests")
	before := r.Faults.Rules()
	r.stop()
	assert.Equal(t, before, r.Faults.Rules())
	wantPost(t, r.Simulator, token, http.StatusTooManyRequests, "TooManyRequests")
	wantPost(t, r.Simulator, token, http.StatusOK, "")
	r.stop()
	wantPost(t, r.Simulator, token, http.StatusOK, "")

	added, err := r.Faults.Add(fault.Rule{What: fault.Action{Do: "respond", Reason: apns.Shutdown}})
	require.NoError(t, err)
	assert.NotEqual(t, before[0].Name, added[0].Name, "a generated name is not given twice")
	r.kill()
	wantPost(t, r.Simulator, token, http.StatusServiceUnavailable, "Shutdown")
	require.NoError(t, r.Faults.Remove("", added[0].Name))
	r.kill()
	wantPost(t, r.Simulator, token, http.StatusOK, "")
	assert.Len(t, r.Faults.Rules(), 2)
}

func virtualDeviceAfterRestart(t *testing.T, r *restarting) {
	x := newTestSpace(t, r.Simulator, controlapi.CreateSpaceRequest{Topics: []string{"com.example.one", "com.example.two"}})
	id := x.Devices[0].ID
	for _, action := range []string{"lock", "low-power"} {
		_, err := r.DeviceControl.TellDevice(withTimeout(t), id, action, "")
		require.NoError(t, err)
	}
	_, err := r.DeviceControl.TellDevice(withTimeout(t), id, "forbid", "com.example.two")
	require.NoError(t, err)
	assert.Empty(t, x.push(x.token(), `{"aps":{"alert":"one"}}`))
	inbox, err := r.DeviceControl.Inbox(withTimeout(t), id, 0, 1)
	require.NoError(t, err)
	before, err := r.DeviceControl.Device(id)
	require.NoError(t, err)
	r.kill()

	d, err := r.DeviceControl.VirtualDevice(id)
	require.NoError(t, err)
	require.NoError(t, d.Emulator().Online(withTimeout(t)))
	after, err := r.DeviceControl.Device(id)
	require.NoError(t, err)
	assert.Equal(t, before, after)
	list, err := r.DeviceControl.Inbox(withTimeout(t), id, 0, 1)
	require.NoError(t, err)
	requireSameInbox(t, inbox, list)

	assert.Empty(t, r.again(x).push(x.token(), `{"aps":{"alert":"two"}}`))
	list, err = r.DeviceControl.Inbox(withTimeout(t), id, 1, 1)
	require.NoError(t, err)
	assert.Equal(t, uint64(2), list[0].Number, "numbers go on")
	require.NoError(t, r.DeviceControl.ClearInbox(id))
	r.kill()
	list, err = r.DeviceControl.Inbox(withTimeout(t), id, 0, 0)
	require.NoError(t, err)
	assert.Empty(t, list)
	assert.Empty(t, r.again(x).push(x.token(), `{}`))
	list, err = r.DeviceControl.Inbox(withTimeout(t), id, 0, 1)
	require.NoError(t, err)
	assert.Equal(t, uint64(3), list[0].Number)

	more, err := r.DeviceControl.NewDevices(withTimeout(t), controlapi.CreateDevicesRequest{Team: x.Team, Count: 1})
	require.NoError(t, err)
	all, _, err := r.DeviceControl.PageDevices(x.Team, false, controlapi.Page{})
	require.NoError(t, err)
	require.Len(t, all, 2)
	assert.Equal(t, more[0].ID, all[1].ID, "a new device comes after those that were loaded")
}

func requireSameInbox(t *testing.T, want, got []controlapi.Received) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		assert.True(t, want[i].At.Equal(got[i].At) && want[i].Accepted.Equal(got[i].Accepted) && want[i].Expires.Equal(got[i].Expires))
		want[i].At, want[i].Accepted, want[i].Expires = got[i].At, got[i].Accepted, got[i].Expires
	}
	assert.Equal(t, want, got)
}

func offlineDeviceAfterRestart(t *testing.T, r *restarting) {
	x := newTestSpace(t, r.Simulator, controlapi.CreateSpaceRequest{})
	id := x.Devices[0].ID
	_, err := r.DeviceControl.TellDevice(withTimeout(t), id, "offline", "")
	require.NoError(t, err)
	r.kill()
	assert.Empty(t, r.again(x).push(x.token(), `{}`))
	awaitEvent(t, r.Simulator, journal.Stored)
	_, err = r.DeviceControl.TellDevice(withTimeout(t), id, "online", "")
	require.NoError(t, err)
	list, err := r.DeviceControl.Inbox(withTimeout(t), id, 0, 1)
	require.NoError(t, err)
	assert.True(t, list[0].FromStorage)
	r.kill()
	d, err := r.DeviceControl.VirtualDevice(id)
	require.NoError(t, err)
	require.NoError(t, d.Emulator().Online(withTimeout(t)))
}

func erasedVirtualDeviceAfterRestart(t *testing.T, r *restarting) {
	x := newTestSpace(t, r.Simulator, controlapi.CreateSpaceRequest{})
	erased, err := r.DeviceControl.TellDevice(withTimeout(t), x.Devices[0].ID, "erase", "")
	require.NoError(t, err)
	require.NotEqual(t, x.Devices[0].ID, erased.ID)
	installed, err := r.DeviceControl.TellDevice(withTimeout(t), erased.ID, "install", x.Topics[0])
	require.NoError(t, err)
	r.kill()
	assert.Equal(t, "Unregistered", r.again(x).push(x.token(), `{}`))
	assert.Empty(t, r.again(x).push(installed.Apps[0].Token, `{}`))
	_, err = r.DeviceControl.Inbox(withTimeout(t), erased.ID, 0, 1)
	require.NoError(t, err)
	_, err = r.DeviceControl.Inbox(withTimeout(t), x.Devices[0].ID, 0, 1)
	require.ErrorContains(t, err, "is "+erased.ID.String()+" now")
}

func removedVirtualDeviceAfterRestart(t *testing.T, r *restarting) {
	made, err := r.DeviceControl.NewDevices(withTimeout(t), controlapi.CreateDevicesRequest{Count: 1})
	require.NoError(t, err)
	push(t, r.Simulator, mustToken(t, made[0].Apps[0].Token), []byte(`{}`), demoHeaders)
	_, err = r.DeviceControl.Inbox(withTimeout(t), made[0].ID, 0, 1)
	require.NoError(t, err)
	require.True(t, r.DeviceControl.RemoveDevice(made[0].ID))
	for _, kind := range []state.Kind{state.Devices, state.Inboxes} {
		entries, err := r.cfg.Entries.Load(string(kind))
		require.NoError(t, err)
		assert.Empty(t, entries, kind)
	}
	r.kill()
	wantPost(t, r.Simulator, mustToken(t, made[0].Apps[0].Token), http.StatusGone, "Unregistered")
}

func fullInboxAfterRestart(t *testing.T, r *restarting) {
	const most, pushes = 1000, 1010
	made, err := r.DeviceControl.NewDevices(withTimeout(t), controlapi.CreateDevicesRequest{Count: 1})
	require.NoError(t, err)
	p := newProvider(t, r.Simulator)
	for range pushes {
		accepted := p.send("POST", r.Info().Provider+"/3/device/"+made[0].Apps[0].Token, `{}`, apns.HeaderTopic, sim.DefaultTopic, apns.HeaderPushType, "alert")
		require.Equal(t, http.StatusOK, accepted.status)
	}
	_, err = r.DeviceControl.Inbox(withTimeout(t), made[0].ID, pushes-1, 1)
	require.NoError(t, err)
	r.kill()
	list, err := r.DeviceControl.Inbox(withTimeout(t), made[0].ID, 0, most)
	require.NoError(t, err)
	require.Len(t, list, most)
	assert.Equal(t, uint64(pushes-most+1), list[0].Number)
	assert.Equal(t, uint64(pushes), list[most-1].Number)
}

func subscribedDeviceAfterRestart(t *testing.T, r *restarting) {
	x := newTestSpace(t, r.Simulator, controlapi.CreateSpaceRequest{})
	id := x.Devices[0].ID
	channel, err := device.ParseChannelID(r.publish(x.Team, x.provider, x.Topics[0]))
	require.NoError(t, err)
	d, err := r.DeviceControl.VirtualDevice(id)
	require.NoError(t, err)
	require.NoError(t, d.Emulator().Subscribe(x.Topics[0], channel))
	_, err = r.DeviceControl.Inbox(withTimeout(t), id, 0, 1)
	require.NoError(t, err)
	require.NoError(t, d.Emulator().Sync(withTimeout(t)))
	r.kill()
	d, err = r.DeviceControl.VirtualDevice(id)
	require.NoError(t, err)
	require.NoError(t, d.Emulator().Subscribed(withTimeout(t), x.Topics[0], channel))
	require.NoError(t, d.Emulator().Sync(withTimeout(t)))
	assert.Equal(t, 1, d.InboxLen())
}

// encoded are the records of the history, with all there is to know about each.
func encoded(t *testing.T, s *sim.Simulator) (all []string) {
	t.Helper()
	for _, r := range s.Journal.Find(journal.Query{}).Records {
		text, err := r.Encode()
		require.NoError(t, err)
		all = append(all, string(text))
	}
	return all
}

func historyAfterRestart(t *testing.T, r *restarting) {
	x := newTestSpace(t, r.Simulator, controlapi.CreateSpaceRequest{})
	id := x.Devices[0].ID
	assert.Empty(t, x.push(x.token(), `{"aps":{"alert":"delivered"}}`))
	assert.Equal(t, "PayloadEmpty", x.push(x.token(), ``))
	_, err := r.DeviceControl.Inbox(withTimeout(t), id, 0, 1)
	require.NoError(t, err)
	_, err = r.DeviceControl.TellDevice(withTimeout(t), id, "offline", "")
	require.NoError(t, err)
	assert.Empty(t, x.push(x.token(), `{"aps":{"alert":"stored"}}`))
	require.NoError(t, r.Close())
	before := encoded(t, r.Simulator)
	require.Len(t, before, 3)
	assert.Contains(t, before[0], `"request":{`)
	r.start()
	assert.Equal(t, before, encoded(t, r.Simulator))
	found := r.Journal.Find(journal.Query{}).Records
	assert.Equal(t, 200, found[0].Status())
	assert.Equal(t, 400, found[1].Status())

	assert.Empty(t, r.again(x).push(x.token(), `{}`))
	found = r.Journal.Find(journal.Query{}).Records
	assert.Equal(t, found[2].Number+1, found[3].Number, "numbers go on")
}

func deletedRecordAfterRestart(t *testing.T, r *restarting) {
	token := demoToken(r, apns.DeviceID{1})
	wantPost(t, r.Simulator, token, http.StatusOK, "")
	wantPost(t, r.Simulator, token, http.StatusOK, "")
	r.stop()
	r.Journal.Delete(journal.Query{Before: 2})
	wantPost(t, r.Simulator, token, http.StatusOK, "")
	r.stop()
	found := r.Journal.Find(journal.Query{}).Records
	require.Len(t, found, 2)
	assert.Equal(t, []uint64{2, 3}, []uint64{found[0].Number, found[1].Number})
	r.Journal.Reset()
	r.stop()
	assert.Empty(t, r.Journal.Find(journal.Query{}).Records)
}

func limitedHistoryAfterRestart(t *testing.T, r *restarting) {
	token := demoToken(r, apns.DeviceID{1})
	for range 10 {
		wantPost(t, r.Simulator, token, http.StatusOK, "")
	}
	before := encoded(t, r.Simulator)
	r.stop()
	entries, err := r.cfg.Entries.Load("history")
	require.NoError(t, err)
	assert.Equal(t, 4, len(entries)) //nolint:testifylint // A failure would show all of them.
	assert.Equal(t, before, encoded(t, r.Simulator))
	r.cfg.Journal.History = 2
	r.stop()
	assert.Equal(t, before[2:], encoded(t, r.Simulator))
}

// A push that was stored before a restart and is delivered afterwards has one record.
func TestAStoredPushAddsToItsRecordAfterARestart(t *testing.T) {
	r := newRestarting(t, sim.Config{SaveInterval: time.Hour, Broker: broker.Config{Store: new(store.Memory)}})
	x := newTestSpace(t, r.Simulator, controlapi.CreateSpaceRequest{})
	id := x.Devices[0].ID
	_, err := r.DeviceControl.TellDevice(withTimeout(t), id, "offline", "")
	require.NoError(t, err)
	assert.Empty(t, x.push(x.token(), `{}`))
	r.stop()
	_, err = r.DeviceControl.TellDevice(withTimeout(t), id, "online", "")
	require.NoError(t, err)
	awaitEvent(t, r.Simulator, journal.Delivered)
	found := r.Journal.Find(journal.Query{}).Records
	require.Len(t, found, 1)
	for _, kind := range []journal.Kind{journal.Received, journal.Accepted, journal.Stored, journal.Sent, journal.Delivered} {
		assert.NotZero(t, found[0].Counts[kind], kind)
	}
}

// The rules of the command line come with each start; those that were added later do not
// keep it from starting.
func TestFaultRulesOfTheConfigurationComeWithEachStart(t *testing.T) {
	given := fault.Rule{Name: "given", What: fault.Action{Do: "respond", Reason: apns.Shutdown}}
	r := newRestarting(t, sim.Config{})
	_, err := r.Faults.Add(given, fault.Rule{What: fault.Action{Do: "delay"}})
	require.Error(t, err, "a delay needs a time")
	_, err = r.Faults.Add(given)
	require.NoError(t, err)
	r.cfg.FaultRules = []fault.Rule{given, {What: given.What}}
	r.kill()
	require.Len(t, r.Faults.Rules(), 2)
	require.NoError(t, r.SpaceControl.ResetSpace(""))
	r.kill()
	require.Len(t, r.Faults.Rules(), 2)
	r.cfg.FaultRules = nil
	r.kill()
	assert.Empty(t, r.Faults.Rules())
}

// What the configuration gives is not saved: it is as the next configuration says.
func TestTheConfigurationIsNotSaved(t *testing.T) {
	other, public := newKey(t, otherTeam, "OTHERKEY01")
	r := newRestarting(t, sim.Config{
		Keys: []providerauth.Key{public}, Topics: []string{"com.example.given"}, SuspendedTeams: []string{otherTeam}, NoBroadcast: []string{"com.example.given"},
	})
	for _, kind := range state.Kinds() {
		entries, err := r.cfg.Entries.Load(string(kind))
		require.NoError(t, err)
		assert.Empty(t, entries, kind)
	}
	r.cfg.Keys, r.cfg.Topics, r.cfg.SuspendedTeams, r.cfg.NoBroadcast = nil, nil, nil, nil
	r.kill()
	assert.False(t, r.Auth.HasTeam(other.TeamID))
	assert.Equal(t, []string{sim.DefaultTopic}, r.Auth.Apps(sim.DefaultTeam))
}

// An app that has got another owner since stays with that; the log says what was left out.
func TestWhatConflictsWithTheConfigurationIsLeftOutAndLogged(t *testing.T) {
	_, public := newKey(t, otherTeam, "OTHERKEY01")
	r := newRestarting(t, sim.Config{Keys: []providerauth.Key{public}})
	require.NoError(t, r.Auth.AddApp(otherTeam, "com.example.moved"))
	r.cfg.Topics = []string{"com.example.moved"}
	log := new(logbook)
	r.cfg.Log = slog.New(slog.NewTextHandler(log, nil))
	r.kill()
	assert.Equal(t, []string{sim.DefaultTopic, "com.example.moved"}, r.Auth.FirstApps(sim.DefaultTeam, 2))
	assert.Contains(t, log.lines()[0], "com.example.moved")
}

func listedCertificatesAfterRestart(t *testing.T, r *restarting) {
	none := 0
	for range 2 {
		_, _, err := r.SpaceControl.OpenSpace(t.Context(), controlapi.CreateSpaceRequest{Devices: &none})
		require.NoError(t, err)
	}
	list := func() []controlapi.Certificate {
		all, _, err := r.TeamControl.PageCertificates("", controlapi.Page{})
		require.NoError(t, err)
		slices.SortFunc(all, func(a, b controlapi.Certificate) int { return strings.Compare(a.Serial, b.Serial) })
		return all
	}
	before := list()
	require.Len(t, before, 2, "those of the spaces")
	require.NoError(t, r.TeamControl.RevokeSerial(before[0].Serial))
	before[0].Revoked = true
	r.kill()
	assert.Equal(t, before, list())
}

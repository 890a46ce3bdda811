package sim_test

import (
	"encoding/hex"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/devicetls"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/teamcontrol"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

var demoHeaders = map[string]string{apns.HeaderTopic: sim.DefaultTopic}

// of is a device in production.
func of(d apns.DeviceID) tokenvault.Address {
	return tokenvault.Address{Environment: apns.Production, Device: d}
}

// wantPost wants a response of the provider API to a push for the default app.
func wantPost(t *testing.T, s *sim.Simulator, to apns.DeviceToken, status int, reason string) {
	t.Helper()
	got, body := post(t, s, s.Info().Provider, to, []byte(`{"aps":{}}`), demoHeaders)
	assert.Equal(t, status, got, body)
	if reason != "" {
		assert.Contains(t, body, `"`+reason+`"`)
	}
}

func TestAnAppThatIsRemovedAndComesBackHasAnotherToken(t *testing.T) {
	s := start(t, sim.Config{})
	dev := switchOn(t, s, sim.DefaultTopic)
	old := dev.await(t, device.EventToken).Token
	s.DeviceControl.UninstallApp(of(dev.ID()), sim.DefaultTopic)
	wantPost(t, s, old, http.StatusGone, "Unregistered")
	hash := apns.HashTopic(sim.DefaultTopic)
	renewed := s.Vault.Issue(of(dev.ID()), &hash)
	assert.NotEqual(t, old, renewed)
	wantPost(t, s, renewed, http.StatusOK, "")
	wantPost(t, s, old, http.StatusGone, "Unregistered")
}

func TestARemovedAppIsAnswered200UntilTheDelayIsOver(t *testing.T) {
	var apple clock.Clock
	var log logbook
	s := start(t, sim.Config{
		Clock: &apple, UnregisterDelay: tokenvault.Delay{Min: time.Hour, Max: 24 * time.Hour, Seed: 42},
		Log: slog.New(slog.NewTextHandler(&log, nil)),
	})
	assert.Contains(t, strings.Join(log.lines(), "\n"), "seed=42")
	hash := apns.HashTopic(sim.DefaultTopic)
	token := s.Vault.Issue(of(apns.DeviceID{1}), &hash)
	s.DeviceControl.UninstallApp(of(apns.DeviceID{1}), sim.DefaultTopic)
	wantPost(t, s, token, http.StatusOK, "")
	assert.Equal(t, "app-removed", awaitEvent(t, s, journal.Dropped).Cause)
	apple.Advance(25 * time.Hour)
	wantPost(t, s, token, http.StatusGone, "Unregistered")
}

func TestASeedIsDrawnAndLoggedIfNoneIsGiven(t *testing.T) {
	var log logbook
	cfg := sim.Config{UnregisterDelay: tokenvault.Delay{Max: time.Hour}, Log: slog.New(slog.NewTextHandler(&log, nil))}
	_, err := sim.New(cfg)
	require.NoError(t, err)
	assert.Regexp(t, `from=0s to=1h0m0s seed=[1-9]\d+`, log.lines()[0])

	cfg.UnregisterDelay = tokenvault.Delay{Never: true}
	_, err = sim.New(cfg)
	require.NoError(t, err)
	assert.Len(t, log.lines(), 1, "nothing is drawn")
}

func TestAnExpiredTokenIsTakenForWhatItIs(t *testing.T) {
	s := start(t, sim.Config{UnregisterDelay: tokenvault.Delay{Never: true}})
	hash := apns.HashTopic(sim.DefaultTopic)
	token := s.Vault.Issue(of(apns.DeviceID{1}), &hash)
	push(t, s, token, []byte(`{"aps":{}}`), demoHeaders)
	s.DeviceControl.ExpireToken(of(apns.DeviceID{1}), sim.DefaultTopic)
	assert.Equal(t, "unregistered", awaitEvent(t, s, journal.Dropped).Cause, "it waited for the device")
	wantPost(t, s, token, http.StatusGone, "ExpiredToken")
}

// "Device tokens change when the device is erased": Local and Remote Notification
// Programming Guide.
func TestAnErasedDeviceIsUnregisteredAndStartsAnew(t *testing.T) {
	s := start(t, sim.Config{})
	dev := switchOn(t, s, sim.DefaultTopic)
	base := dev.await(t, device.EventBaseToken).Token
	old := dev.await(t, device.EventToken).Token
	s.DeviceControl.EraseDevice(dev.ID())
	assert.NotEqual(t, base, dev.await(t, device.EventBaseToken).Token)
	renewed := dev.await(t, device.EventToken).Token
	assert.NotEqual(t, old, renewed)
	wantPost(t, s, old, http.StatusGone, "Unregistered")
	wantPost(t, s, renewed, http.StatusOK, "")
}

// The simulator can do to a device from outside what is in its own power.
func TestADeviceFromOutsideIsErasedAndLosesAppsByTheControlAPI(t *testing.T) {
	s := start(t, sim.Config{})
	dev := switchOn(t, s, sim.DefaultTopic)
	old := dev.await(t, device.EventToken).Token
	tell := func(action, topic string) controlapi.Device {
		t.Helper()
		now, err := s.DeviceControl.TellDevice(t.Context(), dev.ID(), action, topic)
		require.NoError(t, err, action)
		assert.Equal(t, dev.ID(), now.ID)
		return now
	}
	now := tell("low-power", "")
	assert.True(t, now.LowPower)
	assert.Equal(t, "iPhone17,1 26.0 23A341 WiFi", now.Hardware+" "+now.OS+" "+now.Carrier, "as it says")
	assert.Equal(t, 1, s.Broker.Stats().LowPower, "in the environment where it is")
	assert.False(t, tell("full-power", "").LowPower)

	_, err := s.DeviceControl.TellDevice(t.Context(), dev.ID(), "uninstall", "")
	require.ErrorContains(t, err, "name the topic")
	tell("uninstall", sim.DefaultTopic)
	wantPost(t, s, old, http.StatusGone, "Unregistered")
	tell("low-power", "")
	tell("erase", "")
	renewed := dev.await(t, device.EventToken).Token
	assert.NotEqual(t, old, renewed)
	wantPost(t, s, renewed, http.StatusOK, "")
	assert.Zero(t, s.Broker.Stats().LowPower, "an erased device is as new")

	_, err = s.DeviceControl.TellDevice(t.Context(), dev.ID(), "lock", "")
	require.ErrorIs(t, err, controlapi.ErrNotFound, "nobody can press its buttons")
	tell("revoke", "")
	dev.await(t, device.EventIdentityRejected)
}

func TestADeviceThatIsAwayCanBeErased(t *testing.T) {
	s := start(t, sim.Config{})
	hash := apns.HashTopic(sim.DefaultTopic)
	for _, env := range apns.Environments() {
		away := tokenvault.Address{Environment: env, Device: apns.DeviceID{1}}
		token := s.Vault.Issue(away, &hash)
		now, err := s.DeviceControl.TellDevice(t.Context(), away.Device, "erase", "")
		require.NoError(t, err)
		assert.False(t, now.Online)
		assert.Empty(t, now.Environment, "it may be in either")
		claims, err := s.Vault.Decrypt([]byte(token))
		require.NoError(t, err)
		assert.NotZero(t, claims.Retired, env)
	}
}

func TestARevokedDeviceInsideComesBackWithAnotherKeyAndIsFound(t *testing.T) {
	s := start(t, sim.Config{})
	made, err := s.DeviceControl.NewDevices(t.Context(), controlapi.CreateDevicesRequest{Topics: []string{sim.DefaultTopic}, Count: 1})
	require.NoError(t, err)
	now, err := s.DeviceControl.TellDevice(t.Context(), made[0].ID, "revoke", "")
	require.NoError(t, err)
	assert.NotEqual(t, made[0].ID, now.ID)
	assert.True(t, now.Online && now.Virtual)
	_, err = s.DeviceControl.VirtualDevice(now.ID)
	require.NoError(t, err)
	_, err = s.DeviceControl.VirtualDevice(made[0].ID)
	require.ErrorIs(t, err, controlapi.ErrNotFound)
}

func TestOnlyAConnectedDeviceIsSentAway(t *testing.T) {
	s := start(t, sim.Config{})
	dev := switchOn(t, s, sim.DefaultTopic)
	dev.await(t, device.EventConnected)
	d, err := s.DeviceControl.SendAway(dev.ID(), controlapi.Redirection{Host: "localhost", Reason: "moved"})
	require.NoError(t, err)
	assert.Equal(t, dev.ID(), d.ID)
	removed := dev.await(t, device.EventDisconnected)
	assert.True(t, device.Redirected(removed.Err), "%v", removed.Err)
	_, err = s.DeviceControl.SendAway(apns.DeviceID{1}, controlapi.Redirection{Host: "localhost"})
	require.ErrorIs(t, err, controlapi.ErrNotFound)
	_, err = s.DeviceControl.SendAway(dev.ID(), controlapi.Redirection{})
	require.ErrorContains(t, err, "needs a host")
}

func TestATeamIsSuspendedAndResumedWhileItPushes(t *testing.T) {
	s := start(t, sim.Config{})
	token := switchOn(t, s, sim.DefaultTopic).await(t, device.EventToken).Token
	for _, suspended := range []bool{true, true, false} {
		team, err := s.TeamControl.SuspendTeam("", suspended)
		require.NoError(t, err)
		assert.Equal(t, suspended, team.Suspended)
		status, reason := http.StatusOK, ""
		if suspended {
			status, reason = http.StatusForbidden, "Forbidden"
		}
		wantPost(t, s, token, status, reason)
	}
	_, err := s.TeamControl.SuspendTeam("NOBODY0001", true)
	require.ErrorIs(t, err, teamcontrol.ErrNoTeam)
}

// A backup that is put back on the same device leaves it its key and its tokens.
func TestARestoredDeviceKeepsItsTokens(t *testing.T) {
	s := start(t, sim.Config{})
	identity := activate(t, s, sim.DefaultTopic)
	first := runDevice(t, s, identity).await(t, device.EventToken).Token
	again := runDevice(t, s, identity) // with no memory but its identity
	assert.Equal(t, first, again.await(t, device.EventToken).Token)
}

func TestARevokedDeviceLosesItsConnectionAndGetsNoOther(t *testing.T) {
	s := start(t, sim.Config{})
	p := runDevice(t, s, activate(t, s, sim.DefaultTopic))
	p.await(t, device.EventConnected)
	s.DeviceControl.RevokeDevice(p.ID())
	p.await(t, device.EventIdentityRejected)
}

func TestADeviceIsSentToAnotherCourierInWhicheverEnvironment(t *testing.T) {
	s := start(t, sim.Config{})
	p := runDevice(t, s, activate(t, s, sim.DefaultTopic))
	p.await(t, device.EventConnected)
	n, err := s.DeviceControl.RedirectDevice(p.ID(), devicetls.Redirection{Host: "localhost"})
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	p.await(t, device.EventConnected)
	var came []string
	for _, e := range s.Journal.Read(0, 0).Events {
		if e.Kind == journal.Connected {
			came = append(came, e.Detail)
		}
	}
	assert.Equal(t, []string{"user 0, production", "user 0, production, after redirections: 1"}, came)
	_, err = s.DeviceControl.RedirectDevice(p.ID(), devicetls.Redirection{})
	require.ErrorContains(t, err, "needs a host")
	require.NoError(t, s.DeviceControl.RedirectLogins(&devicetls.Redirection{Host: "localhost"}))
	require.NoError(t, s.DeviceControl.RedirectLogins(nil))
	assert.ErrorContains(t, s.DeviceControl.RedirectLogins(new(devicetls.Redirection)), "needs a host")
}

func TestARotatedDeviceTokenKeyLeavesOldTokensGoodAndIsKept(t *testing.T) {
	dir := t.TempDir()
	saved(t, dir)
	secrets, err := keystore.Load(dir)
	require.NoError(t, err)
	s := start(t, sim.Config{Secrets: secrets})
	identity := activate(t, s, sim.DefaultTopic)
	dev := runDevice(t, s, identity)
	base := dev.await(t, device.EventBaseToken).Token
	old := dev.await(t, device.EventToken).Token

	require.NoError(t, s.DeviceControl.RotateDeviceTokenKey())
	wantPost(t, s, old, http.StatusOK, "")
	assert.Equal(t, 1, s.DeviceControl.DisconnectDevice(dev.ID()))
	dev.await(t, device.EventConnected)
	assert.Equal(t, base, dev.BaseToken(), "it presents the token of the old key and keeps it")
	hash := apns.HashTopic(sim.DefaultTopic)
	renewed := s.Vault.Issue(of(dev.ID()), &hash)
	assert.NotEqual(t, old, renewed)
	wantPost(t, s, renewed, http.StatusOK, "")

	kept, err := keystore.Load(dir)
	require.NoError(t, err)
	require.Len(t, kept.DeviceTokenKeys, 2)
	after, err := sim.New(sim.Config{Secrets: kept})
	require.NoError(t, err)
	for _, token := range []apns.DeviceToken{old, renewed, base} {
		_, err := after.Vault.Decrypt([]byte(token))
		assert.NoError(t, err, "after a restart")
	}
}

func TestADeviceTokenKeyThatCannotBeKeptIsNotUsed(t *testing.T) {
	dir := t.TempDir()
	saved(t, dir)
	secrets, err := keystore.Load(dir)
	require.NoError(t, err)
	s, err := sim.New(sim.Config{Secrets: secrets})
	require.NoError(t, err)
	require.NoError(t, os.Remove(filepath.Join(dir, "device-token.key")))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "device-token.key", "in the way"), 0o700))
	require.Error(t, s.DeviceControl.RotateDeviceTokenKey())
	assert.Len(t, s.Vault.Secrets(), 1)
}

// observed: clients that never ask for the token of an app (beeper).
func TestAProviderMayPushToABaseToken(t *testing.T) {
	s := start(t, sim.Config{})
	p := switchOn(t, s, sim.DefaultTopic)
	base := p.await(t, device.EventBaseToken).Token
	wantPost(t, s, base, http.StatusOK, "")
	sent := awaitEvent(t, s, journal.Sent)
	assert.Equal(t, base, sent.Push.Token)
	assert.Equal(t, sim.DefaultTopic, sent.Push.Topic)
}

func TestTheResponseOfADeviceMakesItsAppUnregistered(t *testing.T) {
	cfg := sim.Config{UnregisterDelay: tokenvault.Delay{Never: true}}
	cfg.Broker.AskRemoved = true
	s := start(t, cfg)
	p := switchOn(t, s, sim.DefaultTopic)
	token := p.await(t, device.EventToken).Token
	s.DeviceControl.UninstallApp(of(p.ID()), sim.DefaultTopic)
	p.Remove(sim.DefaultTopic)
	wantPost(t, s, token, http.StatusOK, "")
	assert.Equal(t, "token-removed", awaitEvent(t, s, journal.Dropped).Cause, "asked, the device says so")
	require.Eventually(t, func() bool {
		claims, err := s.Vault.Decrypt([]byte(token))
		return err == nil && !claims.Reported.IsZero()
	}, testTimeout, time.Millisecond)
	wantPost(t, s, token, http.StatusGone, "Unregistered")
}

func TestFaultsHappenOnTheCourierToo(t *testing.T) {
	s := start(t, sim.Config{})
	_, err := s.Faults.Add(
		fault.Rule{Name: "refused", When: fault.When{Times: 1}, What: fault.Action{Do: fault.ShowChain, Chain: fault.ChainExpired}, Where: fault.Where{"listener": "device"}},
		fault.Rule{Name: "lost", When: fault.When{Times: 1}, What: fault.Action{Do: fault.Drop}, Space: sim.DefaultTeam, Where: fault.Where{"topic": sim.DefaultTopic}},
	)
	require.NoError(t, err)
	p := switchOn(t, s, sim.DefaultTopic) // the second time
	token := p.await(t, device.EventToken).Token
	push(t, s, token, []byte(`{"aps":{"badge":1}}`), demoHeaders)
	assert.Equal(t, "fault", awaitEvent(t, s, journal.Dropped).Cause)
	push(t, s, token, []byte(`{"aps":{"badge":2}}`), demoHeaders)
	got, err := p.Next(withTimeout(t))
	require.NoError(t, err)
	assert.Equal(t, `{"aps":{"badge":2}}`, string(got.Payload))
	for _, rule := range s.Faults.Rules() {
		assert.Equal(t, 1, rule.Hits, rule.Name)
	}
}

// "The user has disabled notifications for the app": the token stays valid, providers learn
// nothing.
// https://developer.apple.com/documentation/usernotifications/viewing-the-status-of-push-notifications-using-metrics-and-apns
func TestPushesToAnAppWhoseNotificationsAreForbiddenAreAcceptedAndDropped(t *testing.T) {
	s := start(t, sim.Config{})
	made, err := s.DeviceControl.NewDevices(t.Context(), controlapi.CreateDevicesRequest{Topics: []string{sim.DefaultTopic}, Count: 1})
	require.NoError(t, err)
	id, token := made[0].ID, made[0].Apps[0].Token
	raw, err := hex.DecodeString(token)
	require.NoError(t, err)
	for _, step := range []struct {
		action    string
		forbidden bool
		want      journal.Kind
	}{{"forbid", true, journal.Dropped}, {"allow", false, journal.Delivered}} {
		now, err := s.DeviceControl.TellDevice(t.Context(), id, step.action, "")
		require.NoError(t, err)
		assert.Equal(t, step.forbidden, now.Apps[0].Forbidden, step.action)
		assert.Equal(t, token, now.Apps[0].Token, "it keeps its token")
		wantPost(t, s, apns.DeviceToken(raw), http.StatusOK, "")
		e := awaitEvent(t, s, step.want)
		if step.forbidden {
			assert.Equal(t, string(broker.DropIgnored), e.Cause)
		}
	}
	_, err = s.DeviceControl.TellDevice(t.Context(), id, "forbid", "com.example.absent")
	require.EqualError(t, err, `"com.example.absent" is not installed`)
}

package sim_test

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/devicecontrol"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/spacecontrol"
)

// A testSpace is a space and a provider of its team.
type testSpace struct {
	*controlapi.CreatedSpace
	s        *sim.Simulator
	provider *provider
}

func newTestSpace(t *testing.T, s *sim.Simulator, o controlapi.CreateSpaceRequest) *testSpace {
	t.Helper()
	made, identity, err := s.SpaceControl.OpenSpace(withTimeout(t), o)
	require.NoError(t, err)
	require.NotNil(t, identity)
	key, err := pki.ParseP8([]byte(made.Key))
	require.NoError(t, err)
	token, err := providerauth.Sign(key, made.KeyID, made.Team, time.Now())
	require.NoError(t, err)
	return &testSpace{made, s, &provider{t, httpClient(t, s), token}}
}

// push sends a payload to a device token and returns the reason of the rejection, ""
// if there is none.
func (x *testSpace) push(token, payload string) string {
	got := x.provider.send("POST", x.s.Info().Provider+"/3/device/"+token, payload, apns.HeaderTopic, x.Topics[0], apns.HeaderPushType, "alert")
	var rejection struct{ Reason string }
	if got.body != "" {
		require.NoError(x.provider.t, json.Unmarshal([]byte(got.body), &rejection))
	}
	return rejection.Reason
}

func (x *testSpace) token() string { return x.Devices[0].Apps[0].Token }

func TestASpaceHasAllThatAProviderNeeds(t *testing.T) {
	s := start(t, sim.Config{FileDir: t.TempDir()})
	three := 3
	x := newTestSpace(t, s, controlapi.CreateSpaceRequest{Team: "TEAM000001", Topics: []string{"com.example.one", "com.example.two"}, Devices: &three})
	assert.Equal(t, "TEAM000001", x.Team)
	assert.Equal(t, []string{"com.example.one", "com.example.two"}, x.Topics)
	require.Len(t, x.Devices, 3)
	for _, d := range x.Devices {
		assert.True(t, d.Online && d.Virtual)
		assert.Equal(t, "TEAM000001", d.Space)
		require.Len(t, d.Apps, 2)
		assert.Len(t, d.Apps[0].Token, 64)
	}
	near := s.EnvVars()
	near.Team, near.KeyID, near.KeyFile, near.KeyP8, near.CertificateFile = "TEAM000001", x.KeyID, "", x.Key, ""
	near.Topic, near.Token, near.DeviceID = "com.example.one", x.Devices[0].Apps[0].Token, x.Devices[0].ID.String()
	assert.Equal(t, near.Map(), x.Variables)
	assert.Equal(t, s.Info().CAFile, x.Variables["NODE_EXTRA_CA_CERTS"])

	assert.Empty(t, x.push(x.token(), `{"aps":{"alert":"hello"}}`))
	inbox, err := s.DeviceControl.Inbox(withTimeout(t), x.Devices[0].ID, 0, 1)
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"aps": map[string]any{"alert": "hello"}}, inbox[0].Payload)

	// The certificate pushes too.
	pair, err := tls.X509KeyPair([]byte(x.Certificate), []byte(x.Certificate))
	require.NoError(t, err)
	transport := &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: s.Secrets.PKI.RootPool(), Certificates: []tls.Certificate{pair}}, //nolint:gosec // crypto/tls chooses the version, as clients let it.
		ForceAttemptHTTP2: true,
	}
	t.Cleanup(transport.CloseIdleConnections)
	certified := testSpace{x.CreatedSpace, s, &provider{t, &http.Client{Transport: transport}, "not.looked.at"}}
	assert.Empty(t, certified.push(x.token(), `{}`))
}

func TestADeviceOfASpaceInTheSandboxHasVariablesOfItsOwn(t *testing.T) {
	s := start(t, sim.Config{FileDir: t.TempDir()})
	x := newTestSpace(t, s, controlapi.CreateSpaceRequest{Environment: "sandbox"})
	assert.Equal(t, x.token(), x.Variables["APNS_SIM_TOKEN_SANDBOX"])
	assert.Equal(t, x.Devices[0].ID.String(), x.Variables["APNS_SIM_DEVICE_ID_SANDBOX"])
	for _, name := range []string{"APNS_SIM_TOKEN", "APNS_SIM_DEVICE_ID"} {
		assert.NotContains(t, x.Variables, name, "that would be one in production")
	}
}

// Each of the fifty uses the same bundle ID, moves its own clock, pushes to its own
// device, and sees what is its own and nothing else.
func TestFiftyParallelTestsOnOneProcessNeverSeeEachOther(t *testing.T) {
	s := start(t, sim.Config{})
	const tests, pushes = 50, 4
	spaces := make([]*testSpace, tests)
	var group sync.WaitGroup
	var mu sync.Mutex
	for i := range tests {
		group.Go(func() {
			made := newTestSpace(t, s, controlapi.CreateSpaceRequest{})
			mu.Lock()
			defer mu.Unlock()
			spaces[i] = made
		})
	}
	group.Wait()
	require.NotContains(t, spaces, (*testSpace)(nil))
	for i, x := range spaces {
		group.Go(func() {
			other := spaces[(i+1)%tests]
			for n := range pushes {
				assert.Empty(t, x.push(x.token(), fmt.Sprintf(`{"test":%d,"n":%d}`, i, n)))
			}
			assert.Equal(t, "DeviceTokenNotForTopic", x.push(other.token(), `{}`), "the topic has the same name and is another one")

			inbox, err := s.DeviceControl.Inbox(withTimeout(t), x.Devices[0].ID, 0, pushes)
			assert.NoError(t, err)
			assert.Len(t, inbox, pushes)
			for n, got := range inbox {
				assert.Equal(t, map[string]any{"test": float64(i), "n": float64(n)}, got.Payload)
			}

			if i%2 == 1 { // half of them go an hour ahead
				s.Spaces.Clock(s.Spaces.ForTeam(x.Team)).Advance(61 * time.Minute)
				assert.Equal(t, "ExpiredProviderToken", x.push(x.token(), `{}`))
			}
		})
	}
	group.Wait()
	for i, x := range spaces {
		if i%2 == 0 {
			assert.Empty(t, x.push(x.token(), `{"late":true}`), "nobody else's clock was moved")
		}
		list := s.ListDevices(x.Team, false)
		require.Len(t, list, 1)
		assert.Equal(t, x.Devices[0].ID, list[0].ID)
	}
	assert.Empty(t, s.ListDevices("", false), "the default space has none of them")
	assert.Len(t, s.ListSpaces(), tests)
}

func TestDeletingASpaceLeavesNothing(t *testing.T) {
	s := start(t, sim.Config{})
	x, other := newTestSpace(t, s, controlapi.CreateSpaceRequest{}), newTestSpace(t, s, controlapi.CreateSpaceRequest{})
	require.Empty(t, x.push(x.token(), `{}`))
	require.Empty(t, other.push(other.token(), `{}`))
	connectProvider(t, s) // of nobody yet
	require.Len(t, s.ProviderConnections(), 3)

	require.NoError(t, s.SpaceControl.CloseSpace(x.Team))
	assert.Equal(t, "InvalidProviderToken", x.push(x.token(), `{}`), "the key is forgotten; the connection was closed, and another one opened")
	assert.Empty(t, other.push(other.token(), `{}`), "the neighbor goes on")
	assert.Nil(t, s.Spaces.ForTeam(x.Team))
	assert.False(t, s.Auth.HasTeam(x.Team))
	_, err := s.DeviceControl.VirtualDevice(x.Devices[0].ID)
	assert.ErrorIs(t, err, devicecontrol.ErrNoDevice)
	for _, e := range s.Journal.Read(0, 0).Events {
		if e.Push != nil && e.Kind.String() != "rejected" && e.Kind.String() != "received" {
			assert.NotEqual(t, x.Team, e.Push.TeamID, "a record of the space is left: %v", e.Kind)
		}
	}
	again := newTestSpace(t, s, controlapi.CreateSpaceRequest{Team: x.Team})
	assert.Equal(t, "DeviceTokenNotForTopic", again.push(x.token(), `{}`), "a device of the former space is none of the new one")

	assert.ErrorIs(t, s.SpaceControl.CloseSpace("NOBODY0001"), spacecontrol.ErrNoSpace)
	assert.ErrorContains(t, s.SpaceControl.CloseSpace("NOBODY0001"), other.Team, "the error names those there are")
}

func TestResettingASpaceKeepsWhatItWasMadeWith(t *testing.T) {
	s := start(t, sim.Config{})
	x := newTestSpace(t, s, controlapi.CreateSpaceRequest{})
	other := newTestSpace(t, s, controlapi.CreateSpaceRequest{})
	require.Empty(t, other.push(other.token(), `{}`))
	require.Empty(t, x.push(x.token(), `{}`))
	_, err := s.DeviceControl.Inbox(withTimeout(t), x.Devices[0].ID, 0, 1)
	require.NoError(t, err)
	s.Spaces.Clock(s.Spaces.ForTeam(x.Team)).Advance(2 * time.Hour)
	require.NoError(t, s.SpaceControl.ResetSpace(x.Team))

	assert.WithinDuration(t, time.Now(), s.Spaces.Clock(s.Spaces.ForTeam(x.Team)).Now(), time.Minute)
	inbox, err := s.DeviceControl.Inbox(withTimeout(t), x.Devices[0].ID, 0, 0)
	require.NoError(t, err)
	assert.Empty(t, inbox)
	assert.Empty(t, x.push(x.token(), `{}`), "its key, app and device are there")
	assert.ErrorIs(t, s.SpaceControl.ResetSpace("NOBODY0001"), spacecontrol.ErrNoSpace)

	require.NoError(t, s.SpaceControl.Reset())
	assert.Empty(t, s.ListSpaces())
	assert.Equal(t, []string{sim.DefaultTeam}, s.Auth.Teams())
}

func TestADeviceOutsideMayBeInASpaceToo(t *testing.T) {
	s := start(t, sim.Config{})
	none := 0
	x := newTestSpace(t, s, controlapi.CreateSpaceRequest{Devices: &none})
	assert.Empty(t, x.Devices)
	assert.NotContains(t, x.Variables, "APNS_SIM_TOKEN")
	dev := switchOnIn(t, s, x.Team, x.Topics[0])
	token, err := dev.Token(withTimeout(t), x.Topics[0])
	require.NoError(t, err)
	assert.Empty(t, x.push(token.String(), `{}`))
	list := s.ListDevices(x.Team, false)
	require.Len(t, list, 1)
	assert.False(t, list[0].Virtual)
	assert.True(t, strings.HasPrefix(list[0].Remote, "127.0.0.1:"))

	require.NoError(t, s.SpaceControl.CloseSpace(x.Team))
	_, err = s.DeviceControl.Device(dev.ID())
	if err == nil { // it has come back already
		assert.Empty(t, s.ListDevices("", false)[0].Space, "it is in the default space now")
	}
}

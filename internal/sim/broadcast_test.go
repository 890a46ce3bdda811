package sim_test

import (
	"crypto/tls"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// A provider is one that uses net/http.
type provider struct {
	t      *testing.T
	client *http.Client
	token  string
}

func newProvider(t *testing.T, s *sim.Simulator) *provider {
	t.Helper()
	key := s.Secrets.Keys[0]
	token, err := providerauth.Sign(key.Private, key.KeyID, key.TeamID, s.Clock.Now())
	require.NoError(t, err)
	transport := &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: s.Secrets.PKI.RootPool()}, //nolint:gosec // crypto/tls chooses the version, as clients let it.
		ForceAttemptHTTP2: true,
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &provider{t, &http.Client{Transport: transport}, token}
}

// A response is what came back, read to its end.
type response struct {
	status int
	header http.Header
	body   string
}

// send makes a request; headers are names and values in turn.
func (p *provider) send(method, url, body string, headers ...string) response {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, url, strings.NewReader(body))
	require.NoError(p.t, err)
	r.Header.Set("Authorization", "bearer "+p.token)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	got, err := p.client.Do(r)
	require.NoError(p.t, err)
	text, err := io.ReadAll(got.Body)
	require.NoError(p.t, err)
	require.NoError(p.t, got.Body.Close())
	return response{got.StatusCode, got.Header, string(text)}
}

func TestAChannelMadeAtOneListenerTakesBroadcastsAtTheOther(t *testing.T) {
	s := start(t, sim.Config{})
	p := newProvider(t, s)
	for _, listeners := range []struct{ env, channels, pushes string }{
		{"production", s.Info().Channels, s.Info().Provider},
		{"sandbox", s.Info().ChannelsSandbox, s.Info().ProviderSandbox},
	} {
		made := p.send("POST", listeners.channels+"/1/apps/"+sim.DefaultTopic+"/channels", `{"message-storage-policy":1,"push-type":"LiveActivity"}`)
		require.Equal(t, 201, made.status, made.body)
		id := made.header.Get(apns.HeaderChannelID)
		published := p.send("POST", listeners.pushes+"/4/broadcasts/apps/"+sim.DefaultTopic, `{"aps":{}}`,
			apns.HeaderChannelID, id, apns.HeaderPushType, "liveactivity", apns.HeaderExpiration, "0", apns.HeaderPriority, "10")
		require.Equal(t, 200, published.status, published.body)
		assert.NotEmpty(t, published.header.Get(apns.HeaderUniqueID), listeners.env)
		list := p.send("GET", listeners.channels+"/1/apps/"+sim.DefaultTopic+"/all-channels", "")
		assert.Equal(t, `{"channels":["`+id+`"]}`, list.body, "each environment has its own")
	}
}

func TestAnAppThatMayNotBroadcastHasNoChannels(t *testing.T) {
	s := start(t, sim.Config{Topics: []string{"com.example.quiet"}, NoBroadcast: []string{"com.example.quiet"}})
	p := newProvider(t, s)
	refused := p.send("GET", s.Info().Channels+"/1/apps/com.example.quiet/all-channels", "")
	assert.Equal(t, 400, refused.status)
	assert.Equal(t, `{"reason":"FeatureNotEnabled"}`, refused.body)

	_, err := sim.New(sim.Config{NoBroadcast: []string{"com.nobody"}})
	require.ErrorContains(t, err, "com.nobody")
}

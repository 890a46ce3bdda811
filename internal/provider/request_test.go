package provider

import (
	"crypto/tls"
	"crypto/x509"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2/hpack"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/h2"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/providerauth"
)

var noTLS tls.ConnectionState

// stream is a call as package h2 hands it over.
func stream(c *call) *h2.Stream {
	s := &h2.Stream{Method: c.method, Path: c.path, Authority: c.authority, Body: c.body}
	for _, f := range c.fields {
		s.Fields = append(s.Fields, hpack.HeaderField{Name: f.name, Value: f.value})
	}
	return s
}

// runChecks runs the checks of a push without a network.
func runChecks(c *conn, request *call) *apns.Rejection {
	c.push.parse(stream(request))
	return c.push.check()
}

func providerKey(id string) providerauth.Key { return providerauth.Key{ID: id, TeamID: team} }

func foreignKey() providerauth.Key { return providerauth.Key{ID: "FOREIGNKEY", TeamID: otherTeam} }

var documentedSpelling = providerauth.Config{DocumentedKeyReason: true}

func clientTLS() *tls.Config { return &tls.Config{NextProtos: []string{"h2"}} }

// certificateTLS is a client with a provider certificate.
func (w *fixture) certificateTLS(r pki.ProviderRequest) *tls.Config {
	w.t.Helper()
	identity, err := w.pki.IssueProvider(r)
	require.NoError(w.t, err)
	cfg := clientTLS()
	cfg.Certificates = []tls.Certificate{identity.TLS()}
	return cfg
}

func requireLeaf(t *testing.T, cfg *tls.Config) *x509.Certificate {
	t.Helper()
	leaf, err := x509.ParseCertificate(cfg.Certificates[0].Certificate[0])
	require.NoError(t, err)
	return leaf
}

// FuzzRequest looks for a request that makes a check panic, and for responses that
// do not fit: a reason that is not in the table, an accepted push that breaks a
// limit.
func FuzzRequest(f *testing.F) {
	w := newFixture(f)
	server, err := New(w.cfg)
	require.NoError(f, err)
	good := w.good()
	authorization := good.fields[0].value
	f.Add(good.method, good.path, authorization, bundleID, "alert", "", "", "", "", good.body)
	f.Add("GET", "/", "", "", "", "", "", "", "", []byte(nil))
	f.Add("POST", "/3/device/abcd", authorization, bundleID+".voip", "voip", "eabeae54-14a8-11e5-b60b-1697f925ec7b", "0", "10", "x", []byte("{}"))
	f.Add("POST", good.path, "Bearer a.b.c", "\x00", "background", "x", "-1", "1", zeros+"y", make([]byte, 5000))
	f.Fuzz(func(t *testing.T, method, path, auth, topic, kind, id, expiration, priority, collapse string, body []byte) {
		request := (&call{method: method, path: path, body: body}).
			add(apns.HeaderAuthorization, auth).add(apns.HeaderTopic, topic).add(apns.HeaderPushType, kind).add(apns.HeaderID, id).
			add(apns.HeaderExpiration, expiration).add(apns.HeaderPriority, priority).add(apns.HeaderCollapseID, collapse)
		for _, f := range request.fields {
			if f.value == "" {
				request.drop(f.name)
			}
		}
		c := server.newConn(noTLS)
		c.start("")
		rejection := runChecks(c, request)
		c.push.newPush(rejection == nil)
		n := c.push.notification
		require.True(t, validID(n.ID), "every response has an apns-id")
		if rejection != nil {
			info := apns.LookupReason(rejection.Reason)
			require.NotNil(t, info)
			require.NotZero(t, info.Scope&apns.ScopeDevice)
			require.NotEqual(t, apns.InternalServerError, rejection.Reason, rejection.Detail)
			require.Less(t, len(rejection.Detail), 1024)
			return
		}
		require.Equal(t, "POST", method)
		require.True(t, w.auth.TopicAllowed(team, n.Topic))
		require.NotEmpty(t, n.Payload)
		require.LessOrEqual(t, len(n.Payload), apns.MaxVoIPPayload)
		require.LessOrEqual(t, len(n.CollapseID), apns.MaxCollapseID)
		require.GreaterOrEqual(t, n.Expiration, apns.DefaultExpiration)
	})
}

package provider

import (
	"crypto/tls"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// A certificate makes the authorization header meaningless and is topic and credentials in
// one:
// https://developer.apple.com/documentation/usernotifications/establishing-a-certificate-based-connection-to-apns
func TestACertificateStandsForItsTopics(t *testing.T) {
	one := pki.ProviderRequest{Topic: bundleID, TeamID: team, Topics: []pki.TopicEntry{{Topic: bundleID, Kind: pki.KindApp}}}
	universal := pki.ProviderRequest{Topic: bundleID, TeamID: team}
	voip := pki.ProviderRequest{Topic: bundleID, TeamID: team, Service: pki.ServiceVoIP}
	for _, tt := range []struct {
		what        string
		certificate pki.ProviderRequest
		wrong       func(w *fixture, c *call)
		want        apns.Reason
		msg         string
	}{
		{"no token needed", universal, func(_ *fixture, c *call) { c.drop(apns.HeaderAuthorization) }, "", ""},
		{"bad token ignored", universal, func(_ *fixture, c *call) { c.set(apns.HeaderAuthorization, "bearer x") }, "", "the certificate wins"},
		{"one topic is the default", one, func(_ *fixture, c *call) { c.drop(apns.HeaderTopic) }, "", "Local and Remote Notification Programming Guide"},
		{"several have no default", universal, func(_ *fixture, c *call) { c.drop(apns.HeaderTopic) }, apns.MissingTopic, "Local and Remote Notification Programming Guide"},
		{"a listed suffix", universal, func(w *fixture, c *call) {
			c.set(apns.HeaderTopic, bundleID+".voip").set(apns.HeaderPushType, "voip").to(w.token(bundleID + ".voip"))
		}, "", ""},
		{"a suffix not listed", one, func(w *fixture, c *call) {
			c.set(apns.HeaderTopic, bundleID+".voip").set(apns.HeaderPushType, "voip").to(w.token(bundleID + ".voip"))
		}, apns.TopicDisallowed, "usable if and only if listed"},
		{"Push to Talk", universal, func(w *fixture, c *call) {
			topic := bundleID + ".voip-ptt"
			c.set(apns.HeaderTopic, topic).set(apns.HeaderPushType, "pushtotalk").to(w.token(topic))
		}, "", "Creating a Push to Talk app: the example has a certificate"},
		{"alert to a VoIP certificate without a topic", voip, func(w *fixture, c *call) {
			toVoIP(w, c, "alert")
			c.drop(apns.HeaderTopic)
		}, apns.InvalidPushType, "observed: sideshow/apns2#149, the certificate's topic counts"},
		{"5120 bytes to a VoIP certificate without topic and type", voip, func(w *fixture, c *call) {
			voipCall(w, c, 5120)
			c.drop(apns.HeaderTopic).drop(apns.HeaderPushType)
		}, "", "Generating a remote notification"},
		{"location", universal, func(w *fixture, c *call) {
			topic := bundleID + ".location-query"
			c.set(apns.HeaderTopic, topic).set(apns.HeaderPushType, "location").to(w.token(topic))
		}, apns.TopicDisallowed, "documented for tokens only"},
		{"Live Activity with certificate and token", universal, func(w *fixture, c *call) {
			topic := bundleID + ".push-type.liveactivity"
			c.set(apns.HeaderTopic, topic).set(apns.HeaderPushType, "liveactivity").to(w.token(topic))
		}, apns.TopicDisallowed, "observed: the certificate wins"},
		{"another app", universal, func(_ *fixture, c *call) { c.set(apns.HeaderTopic, "com.other") }, apns.TopicDisallowed, ""},
		{"MDM", pki.ProviderRequest{Topic: "com.apple.mgmt.External.1", Service: pki.ServiceMDM}, func(w *fixture, c *call) {
			c.set(apns.HeaderTopic, "com.apple.mgmt.External.1").set(apns.HeaderPushType, "mdm").to(w.token("com.apple.mgmt.External.1"))
		}, "", "the usual way for MDM"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			w := newFixture(t)
			request := w.good()
			tt.wrong(w, request)
			got := w.dialTLS(w.serve(), w.certificateTLS(tt.certificate)).send(request)
			if tt.want == "" {
				require.Equal(t, 200, got.status, "%s: %s", tt.msg, got.body)
				p := w.broker.last(t)
				require.Equal(t, tt.certificate.TeamID, p.TeamID)
				require.Equal(t, apns.HashTopic(p.Topic), p.Hash)
				return
			}
			require.Equal(t, `{"reason":"`+string(tt.want)+`"}`, got.body, tt.msg)
		})
	}
}

// observed: Apple forum 691613, a certificate that lists the topic may push to it,
// although
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
// says that location is for tokens alone.
func TestTheTopicsOfACertificateDecideUnlessTheDocumentationIsFollowed(t *testing.T) {
	topic := bundleID + ".location-query"
	certificate := pki.ProviderRequest{Topic: bundleID, TeamID: team, Topics: []pki.TopicEntry{{Topic: bundleID, Kind: pki.KindApp}, {Topic: topic, Kind: pki.KindApp}}}
	for _, documented := range []bool{false, true} {
		w := newFixture(t)
		w.cfg.RejectTokenOnly = documented
		c := w.dialTLS(w.serve(), w.certificateTLS(certificate))
		for _, kind := range []string{"location", ""} {
			call := w.good().set(apns.HeaderTopic, topic).set(apns.HeaderPushType, kind).to(w.token(topic))
			if kind == "" {
				call.drop(apns.HeaderPushType)
			}
			got := c.send(call)
			if documented {
				require.Equal(t, `{"reason":"TopicDisallowed"}`, got.body, "the setting, push type %q", kind)
			} else {
				require.Equal(t, 200, got.status, "push type %q: %s", kind, got.body)
			}
		}
		require.Equal(t, 200, c.send(w.good()).status, "alerts are for either")
	}
}

func TestACertificateOfASuspendedTeamIsForbidden(t *testing.T) {
	w := newFixture(t)
	c := w.dialTLS(w.serve(), w.certificateTLS(pki.ProviderRequest{Topic: bundleID, TeamID: team}))
	require.Equal(t, 200, c.send(w.good()).status)
	require.NoError(t, w.auth.SuspendTeam(team))
	require.Equal(t, `{"reason":"Forbidden"}`, c.send(w.good()).body)
	require.NoError(t, w.auth.ResumeTeam(team))
	require.Equal(t, 200, c.send(w.good()).status)
}

func TestABadCertificateIsRejectedWithItsReason(t *testing.T) {
	w := newFixture(t)
	ln := w.serve()
	expired := w.certificateTLS(pki.ProviderRequest{
		Topic: bundleID, TeamID: team,
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(-24 * time.Hour),
	})
	other, err := pki.New(pki.Options{})
	require.NoError(t, err)
	foreign, err := other.IssueProvider(pki.ProviderRequest{Topic: bundleID, TeamID: team})
	require.NoError(t, err)
	unknown := clientTLS()
	unknown.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		c := foreign.TLS()
		return &c, nil
	}
	for what, cfg := range map[string]*tls.Config{"expired": expired, "of another authority": unknown} {
		got := w.dialTLS(ln, cfg).send(w.good())
		require.Equal(t, 403, got.status, what)
		require.Equal(t, `{"reason":"BadCertificate"}`, got.body, "%s; the valid provider token does not help", what)
	}
}

func TestWithoutAVerifierNoCertificateIsTrusted(t *testing.T) {
	w := newFixture(t)
	w.cfg.VerifyProvider = nil
	c := w.dialTLS(w.serve(), w.certificateTLS(pki.ProviderRequest{Topic: bundleID, TeamID: team}))
	require.Equal(t, `{"reason":"BadCertificate"}`, c.send(w.good()).body)
}

// https://developer.apple.com/documentation/usernotifications/establishing-a-certificate-based-connection-to-apns
// the TLS connection is certificateErr.
func TestARevokedCertificateEndsTheHandshake(t *testing.T) {
	w := newFixture(t)
	cfg := w.certificateTLS(pki.ProviderRequest{Topic: bundleID, TeamID: team})
	w.pki.Revoke(requireLeaf(t, cfg).SerialNumber)
	tc, err := w.handshake(w.serve(), cfg)
	if err == nil { // in TLS 1.3 the client has finished first and learns by reading
		_, err = tc.Read(make([]byte, 1))
	}
	require.ErrorContains(t, err, "bad certificate")
}

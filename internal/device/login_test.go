package device

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
)

func TestLoginProvesTheDeviceWithCertificateNonceAndSignature(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.accept()
		c := p.connect()

		state := p.conn.ConnectionState()
		assert.Equal(t, "courier.push.apple.com", state.ServerName, "the bare courier name")
		assert.Equal(t, courier.ALPNv3, state.NegotiatedProtocol)
		assert.Empty(t, state.PeerCertificates, "in this style TLS carries no device certificate")

		assert.Nil(t, c.Token, "the first login has no token")
		assert.Equal(t, courier.StateConnect, c.State)
		assert.Equal(t, uint16(12), c.ProtocolVersion)
		assert.Equal(t, courier.Some(courier.InterfaceWiFi), c.Interface)
		assert.Equal(t, "WiFi", c.Carrier)
		assert.NotZero(t, c.PresenceFlags)
		assert.NotEmpty(t, c.OSVersion)
		assert.NotEmpty(t, c.OSBuild)
		assert.NotEmpty(t, c.Hardware)
		assert.Equal(t, h.cfg.Identity.Chain, c.Certificates)
		at, err := courier.ParseNonce(c.Nonce)
		require.NoError(t, err)
		assert.Equal(t, time.Now().Truncate(time.Second).UnixMilli(), at.UnixMilli(), "the device's clock")
		assert.NoError(t, courier.VerifyNonce(h.cfg.Identity.Key.Public(), c.Nonce, c.Signature))
	})
}

// observed: pypush, pushproxy
func TestConnectShowsTheDeviceCertificateAlone(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t, func(h *harness) {
			h.cfg.Identity.Chain = append(h.cfg.Identity.Chain, h.ca.certificate.Raw)
		})
		c := h.accept().connect()
		assert.Equal(t, h.cfg.Identity.Chain[:1], c.Certificates, "a strict parser refuses a field that repeats")
	})
}

func TestRSADeviceSignsTheNonceToo(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t, func(h *harness) { h.cfg.Identity = h.ca.identity(t, key) })
		c := h.accept().connect()
		assert.Equal(t, []byte{1, 1}, c.Signature[:2], "PKCS #1 v1.5 with SHA-1")
		assert.NoError(t, courier.VerifyNonce(key.Public(), c.Nonce, c.Signature))
	})
}

func TestOlderStylesShowTheCertificateInTLS(t *testing.T) {
	for _, tc := range []struct {
		style Style
		alpn  string
	}{
		{StyleV2, courier.ALPNv2},
		{StyleNoALPN, ""},
	} {
		t.Run(tc.style.String(), func(t *testing.T) {
			inBothForms(t, func(t *testing.T) {
				h := newHarness(t, func(h *harness) {
					h.cfg.Style = tc.style
					h.server.ClientAuth = tls.RequestClientCert
				})
				p := h.accept()
				c := p.connect()
				state := p.conn.ConnectionState()
				assert.Equal(t, tc.alpn, state.NegotiatedProtocol)
				require.NotEmpty(t, state.PeerCertificates)
				assert.Equal(t, h.cfg.Identity.Chain[0], state.PeerCertificates[0].Raw)
				assert.Nil(t, c.Certificates, "the certificate is not shown twice")
				assert.Nil(t, c.Nonce)
				assert.Nil(t, c.Signature)
			})
		})
	}
}

func TestAfterLoginTheDeviceSendsItsFilterAndTokenRequests(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.login()
		p.want(active, "it is awake")
		p.want(filterH, "the topic is enabled before anybody can use its token")
		p.want(requestH, "the app id is the beginning of the hash")
		p.send(noStorage, issueA)
		h.wantToken(appH, tokenA)
		assert.Equal(t, tokenT, h.BaseToken().String())
		assert.Equal(t, []EventKind{EventConnected, EventBaseToken, EventToken}, h.kinds())
		assert.Equal(t, token(t, tokenA), h.Tokens()[appH])
	})
}

func TestReconnectPresentsTheSealedToken(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		h.ready().close()
		p := h.accept()
		c := p.connect()
		assert.Equal(t, frames("T"), c.Token)
		p.send(accept)
		p.want(active, "")
		p.want(filterH, "each connection needs its own filter")
		p.wantSilence(time.Minute, "the app has its token already")
		assert.Equal(t, []EventKind{
			EventConnected, EventBaseToken, EventToken, EventDisconnected, EventConnected,
		}, h.kinds(), "a token that was kept is no news")
	})
}

func TestTokensOfAnEarlierRunAreKept(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t, func(h *harness) {
			h.cfg.Token = token(t, tokenT)
			h.cfg.Tokens = map[string]apns.DeviceToken{appH: token(t, tokenA)}
		})
		p := h.accept()
		assert.Equal(t, frames("T"), p.connect().Token)
		p.send(acceptT)
		p.want(active, "")
		p.want(filterH, "")
		p.wantSilence(time.Minute, "nothing is left to ask for; the courier only echoed the token")
		h.wantToken(appH, tokenA)
	})
}

func TestNewBaseTokenVoidsTheTokensOfTheApps(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		h.ready().close()
		p := h.accept()
		p.connect()
		p.send(acceptU)
		p.want(active, "")
		p.want("09 0000003a 01 0020 U 02 0014 H", "the filter belongs to the new token")
		p.want("11 0000003f 01 0020 U 02 0014 H 03 0002 a003", "the app's token is asked for again")
		assert.Empty(t, h.Tokens(), "the old one is void")
		e := h.last(EventBaseToken)
		assert.Equal(t, tokenU, e.Token.String())
		assert.Equal(t, tokenT, e.Previous.String())
		p.send("12 0000003e 01 0001 00 02 0020 B 03 0014 H")
		h.wantToken(appH, tokenB)
	})
}

func TestAWrongClockIsCorrectedOnTheSameConnection(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t, func(h *harness) {
			h.cfg.Now = func() time.Time { return time.Now().Add(-time.Hour) }
		})
		p := h.accept()
		first := p.connect()
		at, err := courier.ParseNonce(first.Nonce)
		require.NoError(t, err)
		assert.WithinDuration(t, time.Now().Add(-time.Hour), at, time.Second)

		response := courier.ConnectResponse{Status: courier.ConnectRejected, ClockTime: uint64(time.Now().UnixMilli())}
		_, err = p.conn.Write(response.Append(nil))
		require.NoError(t, err)
		second := p.connect()
		at, err = courier.ParseNonce(second.Nonce)
		require.NoError(t, err)
		assert.WithinDuration(t, time.Now(), at, time.Second, "the courier's clock")
		assert.NotEqual(t, first.Nonce[9:], second.Nonce[9:], "the nonce is a new one")
		p.send(acceptT)
		p.want(active, "the second attempt is good")
		p.close()

		again := h.accept().connect()
		at, err = courier.ParseNonce(again.Nonce)
		require.NoError(t, err)
		assert.WithinDuration(t, time.Now(), at, time.Second, "the device has learned the time")
	})
}

func TestADeviceDisconnectsFromACourierThatRejectsItsOwnTimestamp(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.accept()
		response := courier.ConnectResponse{Status: courier.ConnectRejected, ClockTime: uint64(time.Now().UnixMilli())}
		for range 2 {
			p.connect()
			_, err := p.conn.Write(response.Append(nil))
			require.NoError(t, err)
		}
		p.wantClosed("a third attempt would be no better")
		require.ErrorIs(t, h.last(EventConnectFailed).Err, errClock)
	})
}

func TestARejectedIdentityIsRenewedWithoutItsToken(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		var renewed Identity
		h := newHarness(t, func(h *harness) {
			renewed = h.ca.identity(t, newKey(t))
			h.cfg.Token = token(t, tokenT)
			h.cfg.Tokens = map[string]apns.DeviceToken{appH: token(t, tokenA)}
			h.cfg.Renew = func(context.Context) (Identity, error) { return renewed, nil }
		})
		before := h.ID()
		p := h.accept()
		assert.NotNil(t, p.connect().Token)
		p.send(reject)
		p.wantClosed("the device leaves")

		c := h.accept().connect()
		assert.Nil(t, c.Token)
		assert.Equal(t, renewed.Chain, c.Certificates)
		assert.NotEqual(t, before, h.ID())
		assert.Equal(t, renewed.Chain, h.Identity().Chain)
		assert.Empty(t, h.Tokens())
		assert.Equal(t, []EventKind{EventIdentityRejected, EventIdentity}, h.kinds())
	})
}

func TestDeviceGivesUpAfterRejectionsInARow(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		for range maxRejections + 1 {
			p := h.accept()
			p.connect()
			p.send("08 0000000c 01 0001 02 15 0005 737061726b")
		}
		<-h.done
		rejected, ok := errors.AsType[*RejectedError](h.runErr)
		require.True(t, ok, "got %v", h.runErr)
		assert.Equal(t, RejectedError{Status: 2, Reason: "spark"}, *rejected)
		_, err := h.Token(t.Context(), appH)
		assert.ErrorIs(t, err, ErrStopped)
	})
}

func TestFailedRenewalEndsTheDevice(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		broken := errors.New("activation is closed")
		h := newHarness(t, func(h *harness) {
			h.cfg.Renew = func(context.Context) (Identity, error) { return Identity{}, broken }
		})
		p := h.accept()
		p.connect()
		p.send(reject)
		<-h.done
		assert.ErrorIs(t, h.runErr, broken)
	})
}

func TestOtherRejectionsAreTriedAgainWithTheToken(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t, func(h *harness) { h.cfg.Token = token(t, tokenT) })
		p := h.accept()
		p.connect()
		p.send("08 00000004 01 0001 05")
		assert.NotNil(t, h.accept().connect().Token, "only status 2 is about the token")
		assert.Equal(t, []EventKind{EventConnectFailed}, h.kinds())
	})
}

func TestAcceptanceWithoutAnyTokenIsAFailure(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.accept()
		p.connect()
		p.send(accept)
		p.wantClosed("the device cannot do anything without a token")
		assert.Equal(t, []EventKind{EventConnectFailed}, h.kinds())
	})
}

func TestALoginThatIsNotAnsweredEndsAfter30Seconds(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.accept()
		p.connect()
		began := time.Now()
		p.wantClosed("login may take 30 seconds")
		assert.Equal(t, 30*time.Second, time.Since(began))
	})
}

func TestCourierMustHaveACertificateOfATrustedRootAndTheRightName(t *testing.T) {
	for _, tc := range []struct {
		name    string
		edit    func(h *harness)
		problem string
	}{
		{"another root", func(h *harness) { h.cfg.RootCAs = newAuthority(h).pool() }, "unknown authority"},
		{"another name", func(h *harness) { h.cfg.ServerName = "courier.sandbox.push.apple.com" }, "not courier.sandbox.push.apple.com"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			inBothForms(t, func(t *testing.T) {
				h := newHarness(t, tc.edit)
				raw, err := h.listener.Accept()
				require.NoError(t, err)
				defer raw.Close()
				require.Error(t, tls.Server(raw, h.server).Handshake(), "the device breaks off")
				assert.ErrorContains(t, h.last(EventConnectFailed).Err, tc.problem)
			})
		})
	}
}

func TestARedirectIsNoFailure(t *testing.T) {
	for _, row := range []struct {
		err  error
		want bool
		text string
	}{
		{&redirectError{host: "localhost"}, true, "redirected to localhost"},
		{&redirectError{"localhost", "drain"}, true, "redirected to localhost (drain)"},
		{ErrStopped, false, "the device has stopped"},
	} {
		assert.Equal(t, row.want, Redirected(row.err))
		assert.EqualError(t, row.err, row.text)
	}
}

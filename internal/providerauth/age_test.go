package providerauth

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
)

// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
// iat must be within one hour of now.
func TestAProviderTokenIsGoodForOneHour(t *testing.T) {
	w := newFixture(t, Config{})
	issued := time.Unix(w.clock.Now().Unix(), 0)
	raw := w.tokenAt(team, keyID, issued)
	at := func(age time.Duration) error {
		w.clock.Advance(issued.Add(age).Sub(w.clock.Now()))
		_, err := w.reg.Verify(raw, apns.Production)
		return err
	}
	require.NoError(t, at(0))
	require.NoError(t, at(59*time.Minute+59*time.Second))
	requireReason(t, apns.ExpiredProviderToken, at(time.Hour+time.Second), "more than 60 minutes")
	require.NoError(t, at(30*time.Minute), "the clock was put back; the verdict on the signature still holds")
	require.NoError(t, at(-59*time.Minute), "a provider's clock may be ahead by less than an hour")
	requireReason(t, apns.ExpiredProviderToken, at(-time.Hour-time.Minute), "observed: node-apn/node-apn#450, clocks off by an hour")
}

func TestTheAgeRulesAreSettings(t *testing.T) {
	w := newFixture(t, Config{MaxAge: time.Minute, MaxFuture: -1})
	_, err := w.reg.Verify(w.tokenAt(team, keyID, w.clock.Now().Add(-2*time.Minute)), apns.Production)
	requireReason(t, apns.ExpiredProviderToken, err, "MaxAge is a minute")
	_, err = w.reg.Verify(w.tokenAt(team, keyID, w.clock.Now().Add(1000*time.Hour)), apns.Production)
	require.NoError(t, err, "MaxFuture is off")
}

// Apple's sample token has iat in milliseconds; the detail helps.
func TestAnIssueTimeInMillisecondsIsRejectedWithAHint(t *testing.T) {
	w := newFixture(t, Config{})
	_, err := w.reg.Verify(w.tokenAt(team, keyID, time.Unix(w.clock.Now().UnixMilli(), 0)), apns.Production)
	r := requireReason(t, apns.ExpiredProviderToken, err, "it is far in the future")
	require.Contains(t, r.Detail, "not milliseconds")
}

func TestIssueTimesOutOfRangeAreRejected(t *testing.T) {
	for _, iat := range []string{"-1e300", "-1", "0", "1e300", "9223372036854775808"} {
		w := newFixture(t, Config{})
		raw := writer{header: header(), claims: claims(iat)}.write(t, w.keys[keyID])
		_, err := w.reg.Verify(raw, apns.Production)
		requireReason(t, apns.ExpiredProviderToken, err, "iat "+iat+" is not within an hour of now")
	}
}

func TestABoundConnectionSeesItsTokenExpire(t *testing.T) {
	w := newFixture(t, Config{})
	b, authorization := w.reg.NewBinding(apns.Production), "bearer "+w.token(team, keyID)
	_, err := b.Verify(authorization)
	require.NoError(t, err)
	w.clock.Advance(61 * time.Minute)
	_, err = b.Verify(authorization)
	requireReason(t, apns.ExpiredProviderToken, err, "a known header is no younger for being known")
}

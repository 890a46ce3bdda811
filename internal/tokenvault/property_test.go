package tokenvault_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// subject is everything a token depends on besides the key.
type subject struct {
	to    tokenvault.Address
	base  bool
	topic apns.TopicHash
}

func (s subject) issue(v *tokenvault.Vault) apns.DeviceToken {
	if s.base {
		return v.Issue(s.to, nil)
	}
	return v.Issue(s.to, &s.topic)
}

var (
	lengths   = rapid.SampledFrom([]int{32, 80, 100})
	addresses = rapid.Custom(func(t *rapid.T) tokenvault.Address {
		return tokenvault.Address{
			Environment: rapid.SampledFrom([]apns.Environment{apns.Production, apns.Sandbox}).Draw(t, "environment"),
			Device:      apns.DeviceID(rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "device")),
			User:        rapid.Uint8Range(0, tokenvault.MaxUser).Draw(t, "user"),
		}
	})
	subjects = rapid.Custom(func(t *rapid.T) subject {
		s := subject{to: addresses.Draw(t, "address"), base: rapid.Bool().Draw(t, "base")}
		if !s.base {
			s.topic = apns.HashTopic(rapid.StringMatching(`[a-z]{1,8}(\.[a-z]{1,8}){0,2}`).Draw(t, "topic"))
		}
		return s
	})
)

func TestATokenIsDecryptedToWhatItWasIssuedFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		length := lengths.Draw(t, "length")
		v, err := tokenvault.New(tokenvault.Config{Length: length, Cache: 8})
		require.NoError(t, err)
		s := subjects.Draw(t, "subject")

		token := s.issue(v)
		require.Len(t, string(token), length)
		require.Equal(t, token, s.issue(v), "an app that registers again gets the same token")
		for _, how := range []string{"by decryption", "from the cache"} {
			claims, err := v.Decrypt([]byte(token))
			require.NoError(t, err, how)
			require.Equal(t, s.to, claims.Address, how)
			require.Equal(t, s.base, claims.Base, how)
			require.Equal(t, !s.base, claims.ForTopic(s.topic), how)
			require.Zero(t, claims.Retired, how)
		}
	})
}

func TestTokensForDifferentClaimsDiffer(t *testing.T) {
	v := newVault(t, tokenvault.Config{})
	rapid.Check(t, func(t *rapid.T) {
		a := subjects.Draw(t, "one")
		b := a
		switch rapid.IntRange(0, 3).Draw(t, "what differs") {
		case 0:
			b.to.Environment ^= 1
		case 1:
			b.to.Device[rapid.IntRange(0, 7).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		case 2:
			b.to.User ^= 1 << rapid.IntRange(0, 4).Draw(t, "bit of the user")
		case 3:
			b.base, b.topic = false, apns.HashTopic("com.example."+rapid.StringMatching(`[A-Z]{4}`).Draw(t, "topic"))
		}
		require.NotEqual(t, a.issue(v), b.issue(v))
	})
}

func TestOneFlippedBitNeverOpens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		length := lengths.Draw(t, "length")
		v, err := tokenvault.New(tokenvault.Config{Length: length, Cache: 8})
		require.NoError(t, err)
		token := []byte(subjects.Draw(t, "subject").issue(v))
		bit := rapid.IntRange(0, 8*length-1).Draw(t, "bit")
		token[bit/8] ^= 1 << (bit % 8)
		_, err = v.Decrypt(token)
		require.ErrorIs(t, err, tokenvault.ErrNotIssued)
	})
}

// TestRetirementsAgreeWithAPlainList compares the vault with a model that
// remembers every token it ever saw and when it was retired.
func TestRetirementsAgreeWithAPlainList(t *testing.T) { rapid.Check(t, testRetirementsAgree) }

func testRetirementsAgree(t *rapid.T) {
	var c clock.Clock
	v, err := tokenvault.New(tokenvault.Config{Clock: &c, Cache: 8})
	require.NoError(t, err)
	// Few values, so that the same token occurs again.
	pick := rapid.Custom(func(t *rapid.T) subject {
		s := subject{base: rapid.Bool().Draw(t, "base")}
		s.to.Device[0] = rapid.ByteRange(0, 1).Draw(t, "device")
		s.to.User = rapid.ByteRange(0, 1).Draw(t, "user")
		if !s.base {
			s.topic[0] = rapid.ByteRange(0, 1).Draw(t, "topic")
		}
		return s
	})
	type issued struct {
		subject
		retired bool
	}
	model := map[apns.DeviceToken]*issued{}
	retire := func(concerned func(subject) bool) {
		c.Advance(time.Hour)
		for _, m := range model {
			m.retired = m.retired || concerned(m.subject)
		}
	}
	t.Repeat(map[string]func(*rapid.T){
		"issue": func(t *rapid.T) {
			s := pick.Draw(t, "subject")
			token := s.issue(v)
			if m := model[token]; m != nil {
				require.False(t, m.retired, "a retired token is never issued again")
				require.Equal(t, s, m.subject)
				return
			}
			model[token] = &issued{subject: s}
		},
		"retire app": func(t *rapid.T) {
			s := pick.Draw(t, "subject")
			v.RetireApp(s.to, tokenvault.Tag(s.topic))
			retire(func(x subject) bool { return x.to == s.to && !x.base && x.topic == s.topic })
		},
		"retire device": func(t *rapid.T) {
			s := pick.Draw(t, "subject")
			v.RetireDevice(s.to.Environment, s.to.Device)
			retire(func(x subject) bool { return x.to.Device == s.to.Device })
		},
		"rotate": func(t *rapid.T) { require.NoError(t, v.Rotate(tokenvault.NewSecret())) },
		"": func(t *rapid.T) {
			for _, token := range slices.Sorted(maps.Keys(model)) {
				claims, err := v.Decrypt([]byte(token))
				require.NoError(t, err)
				require.Equal(t, model[token].to, claims.Address)
				assert.Equal(t, model[token].retired, !claims.Retired.IsZero())
			}
		},
	})
}

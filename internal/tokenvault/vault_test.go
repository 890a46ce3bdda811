package tokenvault_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

var (
	testDevice = tokenvault.Address{
		Environment: apns.Production,
		Device:      apns.DeviceID{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef},
	}
	example = apns.HashTopic("com.example.app")
	other   = apns.HashTopic("com.example.other")
)

// secretOf returns a secret of one repeated byte.
func secretOf(b byte) []byte { return bytes.Repeat([]byte{b}, tokenvault.SecretSize) }

func newVault(t testing.TB, cfg tokenvault.Config) *tokenvault.Vault {
	t.Helper()
	v, err := tokenvault.New(cfg)
	require.NoError(t, err)
	return v
}

func decrypt(t testing.TB, v *tokenvault.Vault, token apns.DeviceToken) tokenvault.Claims {
	t.Helper()
	claims, err := v.Decrypt([]byte(token))
	require.NoError(t, err)
	return claims
}

// These tokens were made with another implementation of RFC 5297 and RFC 5869
// (AES-256-SIV with one empty associated data, HKDF-SHA-256). If one of them
// changes, every token that was ever handed to a provider becomes unreadable.
func TestTheFormatOfTokensNeverChanges(t *testing.T) {
	sandbox := testDevice
	sandbox.Environment = apns.Sandbox
	guest := testDevice
	guest.User = 31
	rows := []struct {
		name   string
		length int
		to     tokenvault.Address
		topic  *apns.TopicHash
		want   string
	}{
		{"base", 32, testDevice, nil, "fb915384080a3e5df5609c1c917a2de8f3779eb3aea79bdf9e31a30043dcfcb9"},
		{"app", 32, testDevice, &example, "7eaaf442c6e32855f1f15ea1a39492391bad32d0acfb138dc3ba0ebf62f1f954"},
		{"sandbox", 32, sandbox, &example, "6aaa3ef1e99438c6256e06ed8edb63736f31dee543509cd23151f7ffa266a93e"},
		{"user", 32, guest, &example, "5320f995adb9464cfc6b27fb9cb761e70a387fbae132d0dcf2bfd631e70cf4cf"},
		{"80 bytes", 80, testDevice, &example, "1c4ca2cf2bfc13078a57fa8d69fd8cdbfbaab9b1df8fe0b1598e180bae5fd3efb614dff5fa1b306caea8772f8d92957581c73c2f4661f549df98f92882945b4bc3287e0444f3995b0ca094db62decdfa"},
		{"100 bytes", 100, testDevice, &example, "03966fdc02d370b24575219cf80ae7bb20e869bfeb0138d6e25230339b8c1b527aca509f3fd2bd59169b29396a59b17f8f0366294935614e1f9c4e652352007e0216aefb5bd5912e05c4971f8dae373316c39a1cef3d5a2d42c3a4d5d4a84b266e7549f5"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			v := newVault(t, tokenvault.Config{Secrets: [][]byte{secretOf(0x42)}, Length: row.length})
			assert.Equal(t, row.want, v.Issue(row.to, row.topic).String())

			literal, err := hex.DecodeString(row.want)
			require.NoError(t, err)
			claims, err := v.Decrypt(literal)
			require.NoError(t, err, "what was issued then is decrypted now")
			assert.Equal(t, row.to, claims.Address)
			assert.Equal(t, row.topic == nil, claims.Base)
		})
	}
}

func TestTheZeroConfigMintsThirtyTwoBytesWithASecretOfItsOwn(t *testing.T) {
	v, w := newVault(t, tokenvault.Config{}), newVault(t, tokenvault.Config{})
	token := v.Issue(testDevice, nil)
	assert.Len(t, string(token), 32, "several clients hard-code 32 bytes")
	require.Len(t, v.Secrets(), 1)
	assert.Len(t, v.Secrets()[0], tokenvault.SecretSize)
	assert.NotEqual(t, v.Secrets(), w.Secrets())

	_, err := w.Decrypt([]byte(token))
	assert.ErrorIs(t, err, tokenvault.ErrNotIssued, "another simulator's token means nothing here")
}

func TestAnInvalidConfigIsRejected(t *testing.T) {
	rows := []struct {
		name string
		cfg  tokenvault.Config
		want string
	}{
		{"short", tokenvault.Config{Length: 31}, "token length 31 is not between 32 and 100"},
		{"long", tokenvault.Config{Length: 101}, "token length 101 is not between 32 and 100"},
		{"cache", tokenvault.Config{Cache: -1}, "cache size -1 is negative; use 0 for the default"},
		{
			"secret",
			tokenvault.Config{Secrets: [][]byte{secretOf(1), []byte("password")}},
			"read secret 2 of 2: the secret has 8 bytes; use 32 random ones",
		},
		{
			"twice",
			tokenvault.Config{Secrets: [][]byte{secretOf(1), secretOf(1)}},
			"read secret 1 of 2: the secret is in use already; choose a fresh one",
		},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			_, err := tokenvault.New(row.cfg)
			assert.EqualError(t, err, row.want)
		})
	}
}

func TestBytesThatAreNoTokenDoNotOpen(t *testing.T) {
	v := newVault(t, tokenvault.Config{})
	token := []byte(v.Issue(testDevice, &example))
	rows := map[string][]byte{
		"nothing":              nil,
		"64 zeros in hex":      make([]byte, 32),
		"a token and one more": append(token[:32:32], 0),
		"too long":             make([]byte, apns.MaxDeviceToken+1),
	}
	for n := range len(token) {
		rows[fmt.Sprintf("the first %d bytes of a token", n)] = token[:n]
	}
	for name, b := range rows {
		_, err := v.Decrypt(b)
		assert.ErrorIs(t, err, tokenvault.ErrNotIssued, name)
	}
}

func TestMintPanicsOnAnAddressThatDoesNotFit(t *testing.T) {
	v := newVault(t, tokenvault.Config{})
	highest := testDevice
	highest.User = tokenvault.MaxUser
	assert.NotPanics(t, func() { v.Issue(highest, nil) })

	highest.User++
	assert.PanicsWithValue(t, "tokenvault: no token can name user 32 in production",
		func() { v.Issue(highest, nil) }, "it would be the token of user 0")
	assert.Panics(t, func() { v.Issue(tokenvault.Address{Environment: 2}, nil) }, "there are two environments")
}

func TestATokenIsValidForItsOwnTopicOnly(t *testing.T) {
	v := newVault(t, tokenvault.Config{})
	app := decrypt(t, v, v.Issue(testDevice, &example))
	assert.True(t, app.ForTopic(example))
	assert.False(t, app.ForTopic(other), "a provider that tries gets DeviceTokenNotForTopic")
	assert.Equal(t, tokenvault.TopicTag{0xa0, 0x03, 0xf1, 0xda}, app.Tag)

	base := decrypt(t, v, v.Issue(testDevice, nil))
	assert.True(t, base.Base)
	assert.False(t, base.ForTopic(example), "a base token names no topic")
	assert.False(t, base.ForTopic(apns.TopicHash{}), "not even the one whose tag is zero")
}

// "The token was generated for that device certificate": APNs Overview, device
// token trust.
func TestATokenOfAnotherDeviceIsDetected(t *testing.T) {
	v := newVault(t, tokenvault.Config{})
	claims := decrypt(t, v, v.Issue(testDevice, nil))
	assert.Equal(t, testDevice, claims.Address)

	thief, guest, sandbox := testDevice, testDevice, testDevice
	thief.Device[7]++
	guest.User = 1
	sandbox.Environment = apns.Sandbox
	assert.NotEqual(t, thief, claims.Address)
	assert.NotEqual(t, guest, claims.Address)
	assert.NotEqual(t, sandbox, claims.Address, "tokens of one environment mean nothing in the other")
}

func TestARemovedAppsTokenIsRetiredFromThatMomentOn(t *testing.T) { synctest.Test(t, testRemovedApp) }

func testRemovedApp(t *testing.T) {
	v := newVault(t, tokenvault.Config{})
	token, neighbor, base := v.Issue(testDevice, &example), v.Issue(testDevice, &other), v.Issue(testDevice, nil)
	require.Zero(t, decrypt(t, v, token).Retired, "decrypted once, so that it is remembered")

	time.Sleep(time.Hour)
	removed := time.Now()
	v.RetireApp(testDevice, tokenvault.Tag(example))
	assert.Equal(t, removed, decrypt(t, v, token).Retired, "the 410 carries when the token became retired")
	assert.Zero(t, decrypt(t, v, neighbor).Retired, "another app is not concerned")
	assert.Zero(t, decrypt(t, v, base).Retired, "nor is the device")
	assert.Equal(t, base, v.Issue(testDevice, nil))
	assert.Equal(t, neighbor, v.Issue(testDevice, &other))

	second := v.Issue(testDevice, &example)
	assert.NotEqual(t, token, second, "installed again, the app has a new token")
	assert.Zero(t, decrypt(t, v, second).Retired)

	time.Sleep(time.Hour)
	v.RetireApp(testDevice, tokenvault.Tag(example))
	assert.Equal(t, removed, decrypt(t, v, token).Retired, "the first token died when it died")
	assert.Equal(t, time.Now(), decrypt(t, v, second).Retired)
}

func TestAnErasedDevicesTokensAreAllRetired(t *testing.T) { synctest.Test(t, testErasedDevice) }
func testErasedDevice(t *testing.T) {
	v := newVault(t, tokenvault.Config{})
	guest, sandbox, neighbor := testDevice, testDevice, testDevice
	guest.User = 1
	sandbox.Environment = apns.Sandbox
	neighbor.Device[7]++
	retired := []apns.DeviceToken{v.Issue(testDevice, nil), v.Issue(testDevice, &example), v.Issue(guest, &example)}
	good := []apns.DeviceToken{v.Issue(sandbox, nil), v.Issue(neighbor, &example)}

	v.RetireDevice(testDevice.Environment, testDevice.Device)
	for _, token := range retired {
		assert.Equal(t, time.Now(), decrypt(t, v, token).Retired)
	}
	for _, token := range good {
		assert.Zero(t, decrypt(t, v, token).Retired, "the other environment and the other device live on")
	}
	assert.NotEqual(t, retired[0], v.Issue(testDevice, nil))
	assert.Zero(t, decrypt(t, v, v.Issue(testDevice, nil)).Retired)
}

func TestATokenIsRetiredByTheClockOfTheSimulator(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c clock.Clock
		v := newVault(t, tokenvault.Config{Clock: &c})
		token := v.Issue(testDevice, nil)
		c.Advance(48 * time.Hour)
		v.RetireDevice(testDevice.Environment, testDevice.Device)
		assert.Equal(t, time.Now().Add(48*time.Hour), decrypt(t, v, token).Retired)
	})
}

func TestTokensOfAnOlderKeyStillOpen(t *testing.T) {
	v := newVault(t, tokenvault.Config{Secrets: [][]byte{secretOf(1)}})
	first := v.Issue(testDevice, &example)
	require.Zero(t, decrypt(t, v, first).Key, "decrypted once, so that it is remembered")

	require.NoError(t, v.Rotate(secretOf(2)))
	second := v.Issue(testDevice, &example)
	assert.NotEqual(t, first, second, "the newest key issues")
	assert.Equal(t, 1, decrypt(t, v, first).Key)
	assert.Equal(t, 0, decrypt(t, v, second).Key)
	assert.Equal(t, [][]byte{secretOf(2), secretOf(1)}, v.Secrets(), "newest first")

	v.RetireApp(testDevice, tokenvault.Tag(example))
	assert.NotZero(t, decrypt(t, v, first).Retired, "a retirement does not ask for the key")
	assert.NotZero(t, decrypt(t, v, second).Retired)

	assert.EqualError(t, v.Rotate(secretOf(1)),
		"rotate the device-token key: the secret is in use already; choose a fresh one")
	assert.EqualError(t, v.Rotate(nil),
		"rotate the device-token key: the secret has 0 bytes; use 32 random ones")
}

func TestTheSameSecretsMakeTheSameVault(t *testing.T) {
	v := newVault(t, tokenvault.Config{})
	old := v.Issue(testDevice, &example)
	require.NoError(t, v.Rotate(tokenvault.NewSecret()))

	again := newVault(t, tokenvault.Config{Secrets: v.Secrets(), Length: 80})
	claims := decrypt(t, again, old)
	assert.Equal(t, testDevice, claims.Address, "also when the length was changed in between")
	assert.Equal(t, 1, claims.Key)
	assert.Len(t, string(again.Issue(testDevice, &example)), 80)
}

func TestChangingAnExportedSecretDoesNotChangeTheVault(t *testing.T) {
	v := newVault(t, tokenvault.Config{})
	kept := v.Secrets()
	kept[0][0]++
	assert.NotEqual(t, kept, v.Secrets())
}

func TestATokenOfAForgottenEpochDoesNotOpen(t *testing.T) {
	secrets := [][]byte{secretOf(7)}
	v := newVault(t, tokenvault.Config{Secrets: secrets})
	v.RetireApp(testDevice, tokenvault.Tag(other))
	v.RetireApp(testDevice, tokenvault.Tag(example))
	token := v.Issue(testDevice, &example)
	require.Equal(t, uint32(2), decrypt(t, v, token).Epoch, "one counter numbers all retirements of a device")

	forgetful := newVault(t, tokenvault.Config{Secrets: secrets})
	_, err := forgetful.Decrypt([]byte(token))
	assert.ErrorIs(t, err, tokenvault.ErrNotIssued, "nothing was ever retired here")

	for range 2 {
		forgetful.RetireApp(testDevice, tokenvault.Tag(other))
	}
	_, err = forgetful.Decrypt([]byte(token))
	assert.ErrorIs(t, err, tokenvault.ErrNotIssued, "epoch 2 is not one of this app")
}

func TestAnExpiredTokenDiffersFromARemovedApps(t *testing.T) {
	v := newVault(t, tokenvault.Config{})
	a := tokenvault.Address{Device: apns.DeviceID{1}}
	topic := apns.HashTopic("com.example.app")
	first := v.Issue(a, &topic)
	v.ExpireApp(a, tokenvault.Tag(topic))
	second := v.Issue(a, &topic)
	v.RetireApp(a, tokenvault.Tag(topic))

	claims := decrypt(t, v, first)
	assert.True(t, claims.Expired)
	assert.False(t, claims.Retired.IsZero())
	claims = decrypt(t, v, second)
	assert.False(t, claims.Expired, "what happened to a token's predecessor does not matter")
	assert.False(t, claims.Retired.IsZero())
	assert.False(t, decrypt(t, v, v.Issue(a, &topic)).Expired)
}

func TestClaimsGiveTheRecordThatWasSealed(t *testing.T) {
	v := newVault(t, tokenvault.Config{})
	guest := testDevice
	guest.Environment, guest.User = apns.Sandbox, 31
	v.RetireDevice(apns.Sandbox, guest.Device)
	claims := decrypt(t, v, v.Issue(guest, &example))
	assert.Equal(t, "7f0123456789abcdef"+hex.EncodeToString(example[:4])+"000001", hex.EncodeToString(claims.Record()))
	claims = decrypt(t, v, v.Issue(testDevice, nil))
	assert.Equal(t, "000123456789abcdef00000000000000", hex.EncodeToString(claims.Record()))
}

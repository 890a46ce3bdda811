package provider

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
)

func TestADetailSaysWhatWasSentInPlaceOfADeviceToken(t *testing.T) {
	w := newFixture(t)
	issued, err := hex.DecodeString(w.token(bundleID))
	require.NoError(t, err)
	c := w.dial()
	for _, row := range []struct {
		token, want string
	}{
		{"<aabb%20ccdd>", "description of an NSData"},
		{"%3Caa%20bb%3E", "description of an NSData"},
		{"{length%20=%2032,%20bytes%20=%200x740f4707}", "description of an NSData"},
		{"undefined", "not hexadecimal at character 0, 'u'; it is what a program writes for a value that is missing"},
		{"(null)", "a value that is missing"},
		{"[object%20Object]", "a value that is missing"},
		{"${TOKEN}", "a placeholder that was not filled in"},
		{":token", "a placeholder that was not filled in"},
		{base64.RawURLEncoding.EncodeToString(issued), "of this simulator in base64"},
		{"xyz", "not hexadecimal at character 0, 'x'"},
		{"%zz", "not hexadecimal at character 0, '%'"},
	} {
		require.Equal(t, 400, c.send(w.good().to(row.token)).status, row.token)
		require.Contains(t, w.detail(apns.BadDeviceToken), row.want, row.token)
	}
	require.NotContains(t, w.detail(apns.BadDeviceToken), "base64")
}

// In the standard alphabet a token may have a slash, which makes it another path.
func TestBase64WithASlashIsRecognizedInThePath(t *testing.T) {
	w := newFixture(t)
	text := ""
	for i := 0; !strings.Contains(text, "/"); i++ {
		issued, err := hex.DecodeString(w.token(fmt.Sprint(bundleID, i)))
		require.NoError(t, err)
		text = base64.StdEncoding.EncodeToString(issued)
	}
	require.Equal(t, 404, w.dial().send(w.good().to(text)).status)
	require.Contains(t, w.detail(apns.BadPath), "of this simulator in base64")
}

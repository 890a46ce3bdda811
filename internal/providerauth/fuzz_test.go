package providerauth

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
)

// FuzzVerify looks for a token that is accepted although the key did not sign
// it: only a token whose first two parts are those of one we signed may pass.
func FuzzVerify(f *testing.F) {
	w := newFixture(f, Config{MaxFuture: -1})
	iat := fmt.Sprint(w.clock.Now().Unix())
	var seeds []string
	for _, wr := range []writer{
		{header: header(), claims: claims(iat)},
		{header: header(), claims: claims(iat), der: true},
		{header: header(), claims: claims(`"` + iat + `"`), encoding: base64.StdEncoding, der: true},
		{header: header(), claims: claims(iat + ".5"), encoding: base64.StdEncoding},
	} {
		seeds = append(seeds, wr.write(f, w.keys[keyID]))
	}
	signed := map[string]bool{}
	for _, s := range seeds {
		signed[s[:strings.LastIndexByte(s, '.')]] = true
		f.Add(s, -1, byte(0))
		f.Add(s, 5, byte('A'))
		f.Add(s[:len(s)-1], -1, byte(0))
	}
	f.Add("", -1, byte(0))
	f.Add("..", -1, byte(0))
	f.Add("eyJhbGciOiJub25lIn0.e30.", -1, byte(0))
	f.Fuzz(func(t *testing.T, raw string, at int, with byte) {
		candidates := []string{raw}
		if at >= 0 { // change one byte of what we signed, too
			for _, s := range seeds {
				i := at % len(s)
				candidates = append(candidates, s[:i]+string([]byte{with})+s[i+1:])
			}
		}
		for _, c := range candidates {
			token, err := w.reg.Verify(c, apns.Production)
			if err != nil {
				requireReason(t, apns.InvalidProviderToken, err, "nothing else is wrong with it")
				continue
			}
			require.Equal(t, team, token.TeamID)
			require.True(t, signed[c[:strings.LastIndexByte(c, '.')]], "accepted, but the key never signed %q", c)
		}
	})
}

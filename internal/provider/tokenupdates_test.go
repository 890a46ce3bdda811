package provider

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/providerauth"
)

// observed: Apple forum 770438; codedge-llc/pigeon#226 for keys. The default, by connection, is
// in TestTheConnectionRemembersItsFirstPush.
func TestTokenUpdatesAreCountedInThreeScopes(t *testing.T) {
	for _, tt := range []struct {
		what  string
		scope providerauth.Scope
		want  int // the response to the third token, on the third connection
	}{
		{"connection", providerauth.ScopeConnection, 200},
		{"key", providerauth.ScopeKey, 429},
		{"source", providerauth.ScopeSource, 429},
	} {
		t.Run(tt.what, func(t *testing.T) {
			w := newFixture(t)
			w.useRegistry(providerauth.Config{UpdateScope: tt.scope})
			ln := w.serve()
			var got *reply
			for i := range 3 {
				at := w.clock.Now().Add(-time.Duration(i) * time.Minute)
				got = w.dialTLS(ln, clientTLS()).send(w.good().set(apns.HeaderAuthorization, w.bearerAt(team, "KEY0000001", at)))
			}
			require.Equal(t, tt.want, got.status, got.body)
		})
	}
}

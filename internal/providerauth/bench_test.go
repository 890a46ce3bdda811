package providerauth

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
)

func BenchmarkVerifyKnownToken(b *testing.B) {
	w := newFixture(b, Config{})
	raw := w.token(team, keyID)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.reg.Verify(raw, apns.Production); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyNewToken(b *testing.B) {
	w := newFixture(b, Config{})
	raw := w.token(team, keyID)
	d := digestOf(raw)
	b.ReportAllocs()
	for b.Loop() {
		if v := w.reg.verifyNew(raw, d); v.rejection != nil {
			b.Fatal(v.rejection)
		}
	}
}

// The path of every push after the first on a connection.
func BenchmarkBindingSameHeader(b *testing.B) {
	w := newFixture(b, Config{})
	authorization := "bearer " + w.token(team, keyID)
	binding := w.reg.NewBinding(apns.Production)
	b.ReportAllocs()
	for b.Loop() {
		token, err := binding.Verify(authorization)
		if err == nil {
			err = binding.Admit(token)
		}
		if err == nil {
			_, err = binding.Topic(token, bundleID)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

func TestVerifyingAKnownTokenDoesNotAllocate(t *testing.T) {
	w := newFixture(t, Config{})
	raw := w.tokenAt(team, keyID, time.Now())
	allocs := testing.AllocsPerRun(100, func() {
		_, err := w.reg.Verify(raw, apns.Production)
		if err != nil {
			panic(err)
		}
	})
	require.Zero(t, allocs)
}

// Whatever the updates are counted over, a token that is in use is let through
// without a lock and without memory.
func TestAdmittingTheTokenInUseDoesNotAllocate(t *testing.T) {
	for _, scope := range []Scope{ScopeConnection, ScopeKey, ScopeSource} {
		w := newFixture(t, Config{UpdateScope: scope})
		b := w.from("192.0.2.1")
		header := "bearer " + w.token(team, keyID)
		token, err := b.Verify(header)
		require.NoError(t, err)
		require.NoError(t, b.Admit(token))
		h := b.counterFor(token)
		h.mu.Lock() // Admit would wait for it
		require.Zero(t, testing.AllocsPerRun(100, func() {
			if token, err = b.Verify(header); err == nil {
				err = b.Admit(token)
			}
		}))
		h.mu.Unlock()
		require.NoError(t, err)
	}
}

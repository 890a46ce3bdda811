package tokenvault_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// The cache in front of the decryption must never hide a retirement.
func TestNoReaderSeesATokenAsCurrentAfterRetireHasReturned(t *testing.T) {
	v := newVault(t, tokenvault.Config{Cache: 8})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			mine := deviceNumber(i)
			for range 50 {
				token := []byte(v.Issue(mine, &example))
				before, err := v.Decrypt(token)
				assert.NoError(t, err)
				assert.Zero(t, before.Retired)

				v.RetireApp(mine, tokenvault.Tag(example))
				after, err := v.Decrypt(token)
				assert.NoError(t, err)
				assert.NotZero(t, after.Retired)
			}
		})
	}
	wg.Go(func() {
		for range 20 {
			assert.NoError(t, v.Rotate(tokenvault.NewSecret()))
		}
	})
	wg.Wait()
	assert.Len(t, v.Secrets(), 21)
}

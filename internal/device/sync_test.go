package device

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSyncReturnsWhenTheCourierHasAnswered(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.ready()
		require.NoError(t, h.SetPower(PowerAsleep))
		require.NoError(t, h.Put(appH, ListIgnored))
		done := make(chan error, 1)
		go func() { done <- h.Sync(t.Context()) }()
		p.want("14 00000004 01 0001 02", "first what there is to tell")
		p.want("09 0000003a 01 0020 T 03 0014 H", "at once, although changes of apps are gathered")
		p.want("0f 00000005 01 0002 0001", "then a flush that wants a response")
		synctest.Wait()
		require.Empty(t, done, "there is none yet")
		p.send("10 00000004 02 0001 00")
		assert.NoError(t, <-done)
	})
}

func TestSyncReturnsWhenTheConnectionEnds(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.ready()
		done := make(chan error, 1)
		go func() { done <- h.Sync(t.Context()) }()
		p.want(filterH, "")
		p.want("0f 00000005 01 0002 0001", "")
		p.close()
		assert.NoError(t, <-done, "the next login tells everything")
		h.Disconnect()
		assert.NoError(t, h.Sync(t.Context()))
	})
}

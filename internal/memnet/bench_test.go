package memnet_test

import (
	"io"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/memnet"
)

func BenchmarkRoundTrip(b *testing.B) {
	own, peer := memnet.Pipe()
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := io.Copy(peer, peer) // an echo, until own closes
		assert.NoError(b, err)
	})
	buf := make([]byte, 512)
	b.ReportAllocs()
	for b.Loop() {
		_, err := own.Write(buf)
		require.NoError(b, err)
		_, err = io.ReadFull(own, buf)
		require.NoError(b, err)
	}
	require.NoError(b, own.Close())
	wg.Wait()
}

package device

import (
	"bytes"
	"encoding/hex"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/courier"
)

func TestTapShowsEachFrameInBothDirections(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		var tapped []TappedFrame
		h := newHarness(t, func(h *harness) { h.cfg.Tap = func(w TappedFrame) { tapped = append(tapped, w) } })
		p := h.ready()
		p.send(noStorage, hello)
		p.want(ackHello, "")
		synctest.Wait()

		type row struct {
			from courier.Direction
			raw  string
		}
		var got []row
		for _, w := range tapped[1:] {
			assert.Equal(t, w.Raw, w.Plain.Append(nil), "plain framing is what is on the wire")
			got = append(got, row{w.From, hex.EncodeToString(w.Raw)})
		}
		require.Equal(t, courier.CmdConnect, tapped[0].Plain.Command)
		assert.Equal(t, []row{
			{courier.FromServer, hex.EncodeToString(frames(acceptT))},
			{courier.FromDevice, hex.EncodeToString(frames(active))},
			{courier.FromDevice, hex.EncodeToString(frames(filterH))},
			{courier.FromDevice, hex.EncodeToString(frames(requestH))},
			{courier.FromServer, hex.EncodeToString(frames(mintA))},
			{courier.FromServer, hex.EncodeToString(frames(noStorage))},
			{courier.FromServer, hex.EncodeToString(frames(hello))},
			{courier.FromDevice, hex.EncodeToString(frames(ackHello))},
		}, got, "frames that were written together come one by one")
		assert.True(t, bytes.HasPrefix(tapped[0].Raw, []byte{7}), "what was kept has not changed since")
	})
}

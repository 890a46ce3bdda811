package device

import (
	"bytes"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// A packedPeer is the courier's end of a packed connection.
type packedPeer struct {
	*peer
	read   *bytes.Buffer // the bytes of the connection so far
	packed *courier.PackReader
	packer *courier.Packer
}

func (h *harness) acceptPacked() *packedPeer {
	h.Helper()
	p := h.accept()
	require.Equal(h, courier.ALPNPack, p.conn.ConnectionState().NegotiatedProtocol)
	read := new(bytes.Buffer)
	return &packedPeer{p, read, courier.NewPackReader(io.TeeReader(p.conn, read), courier.ReaderOptions{}), courier.NewPacker()}
}

// say sends the message in a plain frame of the given side, packed.
func (p *packedPeer) say(literals ...string) {
	p.Helper()
	var out []byte
	for _, l := range literals {
		b := frames(l)
		m, err := courier.ParseFromServer(courier.Frame{Command: courier.Command(b[0]), Payload: b[5:]})
		require.NoError(p, err)
		out = p.packer.Append(out, m)
	}
	_, err := p.conn.Write(out)
	require.NoError(p, err)
}

// hear reads one frame and compares what it says with a plain frame.
func (p *packedPeer) hear(literal, because string) {
	p.Helper()
	f, err := p.packed.Next()
	require.NoError(p, err, because)
	m, err := courier.ParseFromDevice(f)
	require.NoError(p, err, because)
	require.Equal(p, frames(literal), m.Append(nil), because)
}

func TestADeviceSpeaksPackedFrames(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t, func(h *harness) {
			h.cfg.Style = StylePack
			h.server.NextProtos = []string{courier.ALPNv3, courier.ALPNPack}
		})
		p := h.acceptPacked()
		f, err := p.packed.Next()
		require.NoError(t, err)
		m, err := courier.ParseFromDevice(f)
		require.NoError(t, err)
		c := m.(*courier.Connect)
		assert.NoError(t, courier.VerifyNonce(h.cfg.Identity.Key.Public(), c.Nonce, c.Signature))
		p.say(acceptT)
		p.hear(active, "the device is awake")
		p.hear(filterH, "the device wants its app's topic")
		p.hear(requestH, "the app has no token yet")
		p.say(issueA, noStorage, hello)
		p.hear(ackHello, "it is acknowledged")
		assert.True(t, bytes.HasSuffix(p.read.Bytes(), frames("0b 26 08 80 04 81 41 20 A")), "the bytes of the connection")
		assert.JSONEq(t, `{"aps":{"alert":"hi"}}`, string(h.next().Payload))
	})
}

// Acknowledgements that wait are packed when they leave: what overtakes them fills the
// tables before them.
func TestFramesSentBeforeADelayedAckArePackedBeforeIt(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t, func(h *harness) {
			h.cfg.Style = StylePack
			h.server.NextProtos = []string{courier.ALPNPack}
		})
		p := h.acceptPacked()
		_, err := p.packed.Next()
		require.NoError(t, err)
		p.say(acceptT)
		p.hear(active, "")
		p.hear(filterH, "")
		p.hear(requestH, "")
		p.say(issueA)
		h.wantToken(appH, tokenA)
		h.SetAckDelay(time.Minute)
		p.say(hello)
		synctest.Wait()
		require.NoError(t, h.Install(appG))
		p.hear(filterHG, "the filter overtakes the acknowledgement")
		f, err := p.packed.Next()
		require.NoError(t, err)
		assert.Equal(t, courier.CmdTokenRequest, f.Command)
		p.hear(ackHello, "it comes a minute later")
	})
}

func TestADeviceThatOffersBothFramingsTakesWhatTheCourierGives(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t, func(h *harness) { h.cfg.Style = StyleBoth })
		h.ready()
	})
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t, func(h *harness) {
			h.cfg.Style = StyleBoth
			h.server.NextProtos = []string{courier.ALPNPack, courier.ALPNv3}
		})
		h.acceptPacked()
	})
}

package integration_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
)

// A frame is nine octets of head: length, type, flags, stream. RFC 9113, 4.1
func TestBrokenHTTP2EndsItsOwnConnectionOnly(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	witness := newWitness(t, sim)
	for _, tt := range []struct {
		what, input string
		code        http2.ErrCode
		reason      string
	}{
		{"frame of 16 MiB", "ffffff 00 00 00000001", http2.ErrCodeFrameSize, "RFC 9113, 4.2"},
		{"frame one octet too long", "004001 00 00 00000001", http2.ErrCodeFrameSize, "RFC 9113, 4.2"},
		{"DATA on stream 0", "000001 00 00 00000000 00", http2.ErrCodeProtocol, "RFC 9113, 6.1"},
		{"DATA on an idle stream", "000001 00 01 00000005 00", http2.ErrCodeProtocol, "RFC 9113, 5.1"},
		{"HEADERS on an even stream", "000001 01 05 00000002 82", http2.ErrCodeProtocol, "RFC 9113, 5.1.1"},
		{"field of no table", "000001 01 05 00000001 ff", http2.ErrCodeCompression, "RFC 7541, 3.3"},
		{"SETTINGS of five octets", "000005 04 00 00000000 0000000000", http2.ErrCodeFrameSize, "RFC 9113, 6.5"},
		{"PING of one octet", "000001 06 00 00000000 00", http2.ErrCodeFrameSize, "RFC 9113, 6.7"},
		{"window of nothing", "000004 08 00 00000000 00000000", http2.ErrCodeProtocol, "RFC 9113, 6.9"},
		{"PUSH_PROMISE by a client", "000005 05 04 00000001 00000002 82", http2.ErrCodeProtocol, "RFC 9113, 8.4"},
		{"CONTINUATION of nothing", "000001 09 04 00000001 82", http2.ErrCodeProtocol, "RFC 9113, 6.10"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			c := dial(t, hostPort(sim.Provider), sim.trust())
			_, err := c.conn.Write(unhex(t, tt.input))
			require.NoError(t, err)
			c.end()
			require.NotEmpty(t, c.goAways)
			assert.Equal(t, tt.code, c.goAways[len(c.goAways)-1].code, tt.reason)
			witness.unharmed(t)
			witness.offended(c.conn)
		})
	}
	for what, input := range map[string][]byte{
		"random bytes":               randomBytes(4096),
		"half a preface":             []byte(http2.ClientPreface[:10]),
		"no SETTINGS":                append([]byte(http2.ClientPreface), unhex(t, "000008 06 00 00000000 0000000000000000")...),
		"half a frame":               append([]byte(http2.ClientPreface), unhex(t, "000000 04 00 00000000 00ffff 01")...),
		"the head of half a request": append([]byte(http2.ClientPreface), unhex(t, "000000 04 00 00000000 000001 01 00 00000001 82")...),
	} {
		t.Run(what, func(t *testing.T) {
			conn := dialTLS(t, hostPort(sim.Provider), sim.trust())
			_, err := conn.Write(input)
			require.NoError(t, err)
			require.NoError(t, conn.CloseWrite())
			response := closed(t, conn)
			assert.GreaterOrEqual(t, len(response), 9, "SETTINGS come first, whatever follows")
			witness.offended(conn)
			witness.unharmed(t)
		})
	}
	witness.stop(t)
}

// A request that begins and never ends holds its stream and nothing else.
func TestHalfARequestHoldsUpNobody(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	witness := newWitness(t, sim)
	half := dial(t, hostPort(sim.Provider), sim.trust(sim.demoCertificate()))
	stream := half.open(pushTo(witness.device.token, nil, field("apns-topic", sim.Demo.Topic)), false)
	require.NoError(t, half.framer.WriteData(stream, false, []byte(`{"aps":`)))
	witness.unharmed(t)
	whole := half.send(pushTo(witness.device.token, []byte(`"whole"`), field("apns-topic", sim.Demo.Topic)))
	require.Equal(t, 200, whole.status)
	witness.device.expectPayload(sim.Demo.Topic, []byte(`"whole"`))

	broken := dial(t, hostPort(sim.Provider), sim.trust(sim.demoCertificate()))
	broken.open(pushTo(witness.device.token, nil, field("apns-topic", sim.Demo.Topic)), false)
	require.NoError(t, broken.conn.CloseWrite())
	closed(t, broken.conn)
	witness.offended(broken.conn)
	witness.unharmed(t)
	witness.stop(t) // with half a request open
}

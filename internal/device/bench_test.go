package device

import (
	"context"
	"crypto/tls"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// BenchmarkReceive measures a device on loopback TCP and TLS, from the courier's
// writes to the last ack, with nobody listening but the inbox.
func BenchmarkReceive(b *testing.B) {
	ca := newAuthority(b)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	defer listener.Close()
	d, err := New(Config{
		Identity: ca.identity(b, newKey(b)), RootCAs: ca.pool(), Topics: []string{appH}, NextQueue: -1,
		Dial: func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", listener.Addr().String())
		},
	})
	require.NoError(b, err)
	ctx, stop := context.WithCancel(b.Context())
	done := make(chan error)
	go func() { done <- d.Run(ctx) }()
	defer func() { stop(); require.NoError(b, <-done) }()

	raw, err := listener.Accept()
	require.NoError(b, err)
	conn := tls.Server(raw, &tls.Config{
		Certificates: []tls.Certificate{ca.server(b, "courier.push.apple.com")}, NextProtos: []string{courier.ALPNv3},
	})
	defer conn.Close()
	reader := courier.NewReader(conn, courier.ReaderOptions{})
	_, err = reader.Next()
	require.NoError(b, err)
	_, err = conn.Write(frames(acceptT))
	require.NoError(b, err)

	b.ReportAllocs()
	b.ResetTimer()
	sent := make(chan error, 1)
	go func() { sent <- sendMany(conn, b.N) }()
	for acked := 0; acked < b.N; {
		f, err := reader.Next()
		require.NoError(b, err)
		if f.Command == courier.CmdAck {
			acked++
		}
	}
	b.StopTimer()
	require.NoError(b, <-sent)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "notifications/s")
}

// sendMany writes n different notifications, sixteen at a time.
func sendMany(conn net.Conn, n int) error {
	hash := apns.HashTopic(appH)
	m := courier.Notification{
		Token: frames("T"), Topic: hash[:], Payload: []byte(`{"aps":{"alert":"hi","badge":1,"sound":"default"}}`), Priority: 10,
	}
	var out []byte
	for i := range n {
		m.ID, m.Timestamp = uint32(i), uint64(i+1)
		out = m.Append(out)
		if i%16 == 15 || i == n-1 {
			if _, err := conn.Write(out); err != nil {
				return err
			}
			out = out[:0]
		}
	}
	return nil
}

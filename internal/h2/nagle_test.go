package h2

import (
	"bytes"
	"crypto/tls"
	"net"
	"runtime"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"github.com/apns-sim/apns-sim/internal/pki"
)

// A meteredConn is a TCP connection that counts the system calls made for it, but
// for reads.
type meteredConn struct {
	*net.TCPConn
	writes, controls atomic.Int64
}

func (c *meteredConn) Write(p []byte) (int, error) {
	c.writes.Add(1)
	return c.TCPConn.Write(p)
}

func (c *meteredConn) SyscallConn() (syscall.RawConn, error) {
	raw, err := c.TCPConn.SyscallConn()
	return meteredRaw{raw, &c.controls}, err
}

type meteredRaw struct {
	syscall.RawConn
	count *atomic.Int64
}

func (r meteredRaw) Control(f func(fd uintptr)) error {
	r.count.Add(1)
	return r.RawConn.Control(f)
}

// overTLS runs test with a peer over TLS and TCP that has Nagle's algorithm on. The
// peer has read the server's half of the preface.
func overTLS(t *testing.T, test func(p *peer, counts *meteredConn)) {
	t.Helper()
	client, accepted := tcpPair(t)
	require.NoError(t, client.SetNoDelay(false))
	counts := &meteredConn{TCPConn: accepted}
	authority, err := pki.New(pki.Options{})
	require.NoError(t, err)
	servers, err := authority.NewServers(false)
	require.NoError(t, err)
	server := tls.Server(counts, &tls.Config{GetCertificate: servers.Certificate})
	p := newPeer(t, tls.Client(client, &tls.Config{RootCAs: authority.RootPool(), ServerName: "localhost"}))
	go func() {
		defer close(p.ended)
		p.err = Serve(t.Context(), server, nil, echo, nil)
	}()
	p.exchangePrefaces()
	test(p, counts)
	require.NoError(t, p.nc.Close())
	<-p.ended
	require.NoError(t, p.err)
}

func tcpPair(t *testing.T) (client, server *net.TCPConn) {
	t.Helper()
	ln, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	defer func() { require.NoError(t, ln.Close()) }()
	client, err = net.DialTCP("tcp", nil, ln.Addr().(*net.TCPAddr))
	require.NoError(t, err)
	require.NoError(t, client.SetDeadline(time.Now().Add(20*time.Second)), "a test that hangs fails")
	server, err = ln.AcceptTCP()
	require.NoError(t, err)
	return client, server
}

// serial makes n requests, each when the one before is answered, and returns the
// times that they took, in order of length. The body of each is sent apart if apart
// is true.
func (p *peer) serial(n int, apart bool) (times []time.Duration) {
	for i := range n {
		id := uint32(2*i + 1)
		var octets bytes.Buffer
		fr := http2.NewFramer(&octets, nil)
		p.sent(fr.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: p.block(post()), EndHeaders: true}))
		begun := time.Now()
		if apart {
			p.write(octets.String())
			octets.Reset()
		}
		p.sent(fr.WriteData(id, true, []byte("{}")))
		p.write(octets.String())
		p.wantHeaders(id, false, "answered")
		p.wantData(id, true, "{}", "answered")
		times = append(times, time.Since(begun))
	}
	slices.Sort(times)
	return times
}

func TestRequestInTwoWritesIsNotDelayedByNagle(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux can be told to acknowledge at once")
	}
	overTLS(t, func(p *peer, counts *meteredConn) {
		times := p.serial(50, true)
		assert.Less(t, times[len(times)/2], 2*time.Millisecond, "the first part is acknowledged at once; in its own time the kernel takes 40 ms")
		assert.LessOrEqual(t, counts.controls.Load(), int64(50+3), "one system call each, and some for the preface")
	})
}

func TestRequestInOneWriteNeedsNoExtraSystemCall(t *testing.T) {
	overTLS(t, func(p *peer, counts *meteredConn) {
		p.wantAlive("the preface is over")
		writes, controls := counts.writes.Load(), counts.controls.Load()
		p.serial(50, false)
		assert.Equal(t, int64(50), counts.writes.Load()-writes, "one per response")
		assert.Equal(t, controls, counts.controls.Load(), "its response carries the acknowledgement")
	})
}

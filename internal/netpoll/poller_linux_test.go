package netpoll_test

import (
	"bytes"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/netpoll"
)

// timeout is how long an event may take before a test fails.
const timeout = 10 * time.Second

// An owner is the owner of a polled connection.
type owner struct {
	*netpoll.TCPConn[*owner]
	peer  *net.TCPConn
	ready chan struct{} // holds a token when the poller has named the owner
}

// poll makes a poller that ends with the test.
func poll(t *testing.T) *netpoll.Poller[*owner] {
	t.Helper()
	p, err := netpoll.NewPoller(func(ready []*owner) {
		for _, o := range ready {
			select {
			case o.ready <- struct{}{}:
			default:
			}
		}
	})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, p.Close()) })
	return p
}

// connect gives a watched connection over loopback.
func connect(t *testing.T, p *netpoll.Poller[*owner], deadline time.Time) *owner {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	peer, err := new(net.Dialer).DialContext(t.Context(), "tcp", ln.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { peer.Close() })
	conn, err := ln.Accept()
	require.NoError(t, err)
	o := &owner{peer: peer.(*net.TCPConn), ready: make(chan struct{}, 1)}
	o.TCPConn = p.NewConn(conn.(*net.TCPConn))
	o.Register(o, deadline)
	require.NoError(t, o.Watch())
	return o
}

// detached is connect without a deadline, after the handshake.
func detached(t *testing.T, p *netpoll.Poller[*owner]) *owner {
	t.Helper()
	o := connect(t, p, time.Now().Add(time.Hour))
	require.NoError(t, o.Detach())
	t.Cleanup(func() {
		o.Reattach()
		o.Close()
	})
	return o
}

func (o *owner) await(t *testing.T, what string) {
	t.Helper()
	select {
	case <-o.ready:
		o.Resume()
	case <-time.After(timeout):
		require.Fail(t, "the poller does not report: "+what)
	}
}

func TestTheOwnerIsNotifiedOfDataAndReadsWithoutWaiting(t *testing.T) {
	o := detached(t, poll(t))
	buf := make([]byte, 16)
	_, err := o.Read(buf)
	assert.ErrorIs(t, err, netpoll.ErrWouldBlock)
	for _, text := range []string{"first", "second"} {
		_, err = io.WriteString(o.peer, text)
		require.NoError(t, err)
		o.await(t, "data")
		n, err := o.Read(buf)
		require.NoError(t, err)
		assert.Equal(t, text, string(buf[:n]))
		_, err = o.Read(buf)
		assert.ErrorIs(t, err, netpoll.ErrWouldBlock)
	}
	assert.Equal(t, o.peer.LocalAddr().String(), o.RemoteAddr().String())
	assert.Equal(t, o.peer.RemoteAddr().String(), o.LocalAddr().String())
}

func TestTheOwnerIsNotifiedOfTheEnd(t *testing.T) {
	o := detached(t, poll(t))
	_, err := io.WriteString(o.peer, "last words")
	require.NoError(t, err)
	require.NoError(t, o.peer.Close())
	var got []byte
	for buf := make([]byte, 64); ; {
		n, err := o.Read(buf)
		got = append(got, buf[:n]...)
		if err == io.EOF { //nolint:errorlint // [io.Reader] returns it as it is.
			break
		}
		if err != nil {
			require.ErrorIs(t, err, netpoll.ErrWouldBlock)
			o.await(t, "the end")
		}
	}
	assert.Equal(t, "last words", string(got))
}

func TestTheOwnerIsNotifiedOfDataBeforeTheHandshakeIsDone(t *testing.T) {
	o := connect(t, poll(t), time.Now().Add(time.Hour))
	_, err := io.WriteString(o.peer, "hello")
	require.NoError(t, err)
	o.await(t, "the first bytes")
	buf := make([]byte, 16)
	n, err := o.Read(buf)
	require.NoError(t, err)
	assert.Equal(t, "hello", string(buf[:n]))
	o.Reattach()
	require.NoError(t, o.Close())
}

func TestTheOwnerIsNotifiedOfItsDeadline(t *testing.T) {
	p := poll(t)
	first := connect(t, p, time.Now().Add(time.Millisecond))
	first.await(t, "the first deadline")
	first.Reattach()
	require.NoError(t, first.Close())

	o := detached(t, p)
	require.NoError(t, o.ReadBy(time.Now().Add(time.Millisecond)))
	o.await(t, "a deadline of a read")
	_, err := o.Read(make([]byte, 1))
	assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
	assert.ErrorIs(t, o.ReadBy(time.Now().Add(-time.Second)), os.ErrDeadlineExceeded)
}

// fill writes until the peer's buffer and the own one are full.
func (o *owner) fill(t *testing.T) {
	t.Helper()
	require.NoError(t, o.SetWriteDeadline(time.Now().Add(50*time.Millisecond)))
	_, err := o.Write(make([]byte, 32<<20))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
}

func TestAWriteWaitsForAPeerThatDoesNotRead(t *testing.T) {
	o := connect(t, poll(t), time.Now().Add(time.Hour))
	require.NoError(t, o.Detach())
	o.fill(t)
	require.NoError(t, o.SetWriteDeadline(time.Time{}))
	written := make(chan error, 1)
	const size = 1 << 20
	go func() {
		_, err := o.Write(bytes.Repeat([]byte("x"), size))
		written <- err
	}()
	read := make(chan int64, 1)
	go func() {
		n, _ := io.Copy(io.Discard, o.peer)
		read <- n
	}()
	require.NoError(t, <-written)
	o.Reattach()
	require.NoError(t, o.CloseWrite())
	assert.Greater(t, <-read, int64(size))
	require.NoError(t, o.Close())
}

func TestANewWriteDeadlineEndsAWriteInProgress(t *testing.T) {
	o := detached(t, poll(t))
	o.fill(t)
	require.NoError(t, o.SetWriteDeadline(time.Now().Add(time.Hour)))
	written := make(chan error, 1)
	go func() {
		_, err := o.Write(make([]byte, 32<<20))
		written <- err
	}()
	require.NoError(t, o.SetDeadline(time.Now()))
	assert.ErrorIs(t, <-written, os.ErrDeadlineExceeded)
}

func TestAReusedSlotIgnoresEventsOfTheEarlierConnection(t *testing.T) {
	p := poll(t)
	for range 3 {
		o := connect(t, p, time.Now().Add(time.Hour))
		require.NoError(t, o.Detach())
		_, err := io.WriteString(o.peer, "x")
		require.NoError(t, err)
		o.Reattach() // the event is on its way, perhaps
		require.NoError(t, o.Close())
		next := detached(t, p)
		_, err = next.Read(make([]byte, 1))
		assert.ErrorIs(t, err, netpoll.ErrWouldBlock)
	}
}

package devicetls_test

import (
	"net"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/devicetls"
)

// watched notes which connections are accepted.
type watched struct {
	sockets
	mu       sync.Mutex
	accepted []*net.TCPConn
}

func (w *watched) Accept() (net.Conn, error) {
	conn, err := w.Listener.Accept()
	if err == nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.accepted = append(w.accepted, conn.(*net.TCPConn))
	}
	return conn, err
}

// option is an option of the socket of the first connection; -1 if there is none yet.
func (w *watched) option(t *testing.T, option int) (value int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.accepted) == 0 {
		return -1
	}
	raw, err := w.accepted[0].SyscallConn()
	require.NoError(t, err)
	var failure error
	require.NoError(t, raw.Control(func(fd uintptr) {
		value, failure = syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, option)
	}))
	require.NoError(t, failure)
	return value
}

func TestTCPTimeoutsAreSetOnEveryConnection(t *testing.T) {
	const userTimeout = 18 // TCP_USER_TIMEOUT
	for _, row := range []struct {
		name                         string
		setting                      time.Duration
		timeout, idle, between, most int
	}{
		{"the default", 0, 60_000, 30, 3, 10},
		{"a setting", 20 * time.Second, 20_000, 10, 1, 10},
		{"as short as it gets", time.Second, 1_000, 1, 1, 1},
		{"left to the system", -1, 0, 15, 15, 9}, // what Go sets for every connection
	} {
		t.Run(row.name, func(t *testing.T) {
			ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
			require.NoError(t, err)
			on := &watched{sockets: newSockets(ln)}
			w := newFixtureOn(t, on, broker.Config{}, func(c *devicetls.Config) { c.LossTimeout = row.setting })
			w.open(w.identity(nil), v3) // no word of TLS, so that the socket stays where it is
			w.soon(func() bool { return on.option(t, userTimeout) == row.timeout }, "what was sent must be confirmed")
			assert.Equal(t, row.idle, on.option(t, syscall.TCP_KEEPIDLE))
			assert.Equal(t, row.between, on.option(t, syscall.TCP_KEEPINTVL))
			assert.Equal(t, row.most, on.option(t, syscall.TCP_KEEPCNT))
		})
	}
}

// vanish has the kernel drop whatever comes for a phone, so that it confirms nothing
// more, as if its network were gone.
func (p *testDevice) vanish() {
	p.w.t.Helper()
	raw, err := p.conn.NetConn().(*net.TCPConn).SyscallConn()
	require.NoError(p.w.t, err)
	var failure error
	require.NoError(p.w.t, raw.Control(func(fd uintptr) {
		nothing := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: 0} // bytes to keep
		failure = unix.SetsockoptSockFprog(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: 1, Filter: &nothing})
	}))
	require.NoError(p.w.t, failure)
}

func TestADeviceWhoseNetworkFailsIsDisconnectedAndItsPushesAreStored(t *testing.T) {
	const loss = 2 * time.Second
	for _, row := range []struct {
		name   string
		before bool // a push is on its way
	}{{"idle", false}, {"with a push on its way", true}} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			inEveryMode(t, func(t *testing.T, fixture func(...func(*devicetls.Config)) *fixture) {
				w := fixture(func(c *devicetls.Config) { c.LossTimeout = loss })
				other := w.login(w.identity(nil))
				p := w.login(w.identity(nil))
				p.vanish()
				if row.before {
					w.push(p.address(), "x")
				}
				require.Eventually(t, func() bool { return len(w.log.lines()) > 0 },
					loss+4*responseTimeout, 10*time.Millisecond, "it is found, though no FIN has come")
				w.wantLogged("reason=" + string(devicetls.EndNetworkFailed))
				w.soonConnectionEvents("connected", "connected", "disconnected network-failed")
				if !row.before {
					w.push(p.address(), "x")
				}

				again := w.dial(p.identity, v3)
				again.token = p.token
				again.connect(nil)
				again.send(&courier.Filter{Token: again.token, Enabled: [][]byte{topicHash[:]}})
				assert.Equal(t, "x", string(want[*courier.Notification](again).Payload))
				w.push(other.address(), "y")
				want[*courier.Notification](other)
			})
		})
	}
}

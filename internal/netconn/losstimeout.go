package netconn

import (
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"
)

// SetLossTimeout has the kernel end a TCP connection whose peer has disappeared without a
// FIN or reset, as when a phone loses its network: data that was sent must be acknowledged
// within loss, and when nothing is sent, keepalive probes must be. It does nothing for
// other connections, or if loss is negative.
func SetLossTimeout(conn net.Conn, loss time.Duration) error {
	tcp, ok := conn.(interface {
		SetKeepAliveConfig(config net.KeepAliveConfig) error
		syscall.Conn
	})
	if !ok || loss < 0 {
		return nil
	}
	if err := errors.Join(tcp.SetKeepAliveConfig(keepalive(loss)), setUserTimeout(tcp, loss)); err != nil {
		return fmt.Errorf("set the loss timeout of a connection: %w", err)
	}
	return nil
}

// keepaliveProbes is the number of probes in the second half of a loss timeout. The timers
// of thousands of idle devices expire together, and the kernel drops probes that its queue
// cannot hold, so that two lost probes must not end a connection.
const keepaliveProbes = 10

// keepalive begins probing when nothing has arrived for half of the loss timeout, and ends
// with it.
func keepalive(loss time.Duration) net.KeepAliveConfig {
	interval := max(time.Second, (loss / 2 / keepaliveProbes).Truncate(time.Second))
	return net.KeepAliveConfig{
		Enable: true, Idle: loss / 2,
		Interval: interval,
		Count:    max(1, int((loss/2)/interval)), // on Linux TCP_USER_TIMEOUT overrides it: tcp(7)
	}
}

package devicetls

import (
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"
)

// watchLoss has the system find out when the other side of a connection is gone
// without a word, as a phone is whose network vanishes. What was sent must be
// confirmed in time, and where nothing is sent, probes ask. Rules of the protocol,
// silence and acknowledgements, find such a device too, but later.
func (c *Config) watchLoss(conn net.Conn) error {
	tcp, ok := conn.(interface {
		SetKeepAliveConfig(config net.KeepAliveConfig) error
		syscall.Conn
	})
	if !ok || c.LossTimeout < 0 {
		return nil
	}
	if err := errors.Join(tcp.SetKeepAliveConfig(probes(c.LossTimeout)), setConfirmTimeout(tcp, c.LossTimeout)); err != nil {
		return fmt.Errorf("devicetls: watch whether a connection is lost: %w", err)
	}
	return nil
}

// probesEach is how many probes the second half of a loss timeout has. The timers of
// thousands of idle devices run out together, and the system throws away what its
// queue cannot take of so many probes. A device that answers must not be taken for
// lost because two of its own were among them.
const probesEach = 10

// probes begin when nothing has come for half of the loss timeout and end with it.
func probes(loss time.Duration) net.KeepAliveConfig {
	interval := max(time.Second, (loss / 2 / probesEach).Truncate(time.Second))
	return net.KeepAliveConfig{
		Enable: true, Idle: loss / 2,
		Interval: interval,
		Count:    max(1, int((loss/2)/interval)), // the user timeout of Linux decides in its place
	}
}

// watchLoss is watchLoss of the configuration. A connection that cannot be watched,
// because it is gone already, is served all the same.
func (s *Server) watchLoss(conn net.Conn) {
	if err := s.cfg.watchLoss(conn); err != nil {
		s.cfg.Log.Debug("a connection may be lost without notice", "err", err)
	}
}

package devicetls

import (
	"errors"
	"fmt"
	"net"
	"syscall"
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
	probes := net.KeepAliveConfig{Enable: true, Idle: c.LossTimeout / 2, Interval: c.LossTimeout / 4, Count: 2}
	if err := errors.Join(tcp.SetKeepAliveConfig(probes), setConfirmTimeout(tcp, c.LossTimeout)); err != nil {
		return fmt.Errorf("devicetls: watch whether a connection is lost: %w", err)
	}
	return nil
}

// watchLoss is watchLoss of the configuration. A connection that cannot be watched,
// because it is gone already, is served all the same.
func (s *Server) watchLoss(conn net.Conn) {
	if err := s.cfg.watchLoss(conn); err != nil {
		s.cfg.Log.Debug("a connection may be lost without notice", "err", err)
	}
}

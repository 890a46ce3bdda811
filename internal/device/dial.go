package device

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"

	"github.com/apns-sim/apns-sim/apns"
)

// dial opens a connection to the courier and makes sure who it is: "connection
// trust", in the words of the Local and Remote Notification Programming Guide.
func (d *Device) dial(ctx context.Context) (*tls.Conn, error) {
	raw, err := d.dialTCP(ctx)
	if err != nil {
		return nil, fmt.Errorf("dial courier: %w", err)
	}
	d.trace(StepTCP{Host: d.host, Remote: raw.RemoteAddr()})
	conn := tls.Client(raw, d.tlsConfig())
	if err := conn.HandshakeContext(ctx); err != nil {
		raw.Close()
		return nil, fmt.Errorf("TLS handshake with the courier: %w", err)
	}
	d.trace(StepTLS{ServerName: d.cfg.ServerName, State: conn.ConnectionState()})
	return conn, nil
}

func (d *Device) dialTCP(ctx context.Context) (net.Conn, error) {
	if d.host != "" {
		return d.cfg.DialHost(ctx, d.host)
	}
	return d.cfg.Dial(ctx)
}

// tlsConfig is the device's side of the handshake. The name asked for and checked is
// the bare courier name, whichever courier was dialed. observed: apsd.
func (d *Device) tlsConfig() *tls.Config {
	style := styles[d.cfg.Style]
	cfg := &tls.Config{
		RootCAs:    d.cfg.RootCAs,
		ServerName: d.cfg.ServerName,
		NextProtos: style.alpn,
		MinVersion: style.minVersion,
	}
	if style.inTLS {
		// Shown whichever issuers the courier says it knows: the device has no
		// other certificate.
		cfg.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			d.mu.Lock()
			defer d.mu.Unlock()
			return d.credentials.certificate(), nil
		}
	}
	return cfg
}

// self gives what the device presents in a login, as it stands now.
func (d *Device) self() (credentials, apns.DeviceToken) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.credentials, d.base
}

package integration_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// A record is the ready record.
type record struct {
	Event           string `json:"event"`
	PID             int    `json:"pid"`
	Version         string `json:"version"`
	Provider        string `json:"provider"`
	ProviderSandbox string `json:"providerSandbox"`
	Device          string `json:"device"`
	DeviceSandbox   string `json:"deviceSandbox"`
	Channels        string `json:"channels"`
	ChannelsSandbox string `json:"channelsSandbox"`
	Control         string `json:"control"`
	Proxy           string `json:"proxy"`
	CAFile          string `json:"caFile"`
	Demo            struct {
		TeamID          string `json:"teamId"`
		KeyID           string `json:"keyId"`
		KeyFile         string `json:"keyFile"`
		Topic           string `json:"topic"`
		CertificateFile string `json:"certificateFile"`
	} `json:"defaultTeam"`
}

// The two environments, and the addresses of each.
const (
	production = "production"
	sandbox    = "sandbox"
)

func (r *record) provider(environment string) string {
	if environment == sandbox {
		return r.ProviderSandbox
	}
	return r.Provider
}

func (r *record) device(environment string) string {
	if environment == sandbox {
		return r.DeviceSandbox
	}
	return r.Device
}

// A simulator is a running apns-sim on ports of its own.
type simulator struct {
	*process
	record
	announced []byte // the ready record as it came
	roots     *x509.CertPool

	once   sync.Once
	bearer string // see demoBearer
}

// startSimulator starts one and waits until it is ready.
func startSimulator(t *testing.T, args ...string) *simulator {
	t.Helper()
	return startSimulatorAt(t, append([]string{"--any-port"}, args...)...)
}

// anyPort is --any-port spelled out, so that single listeners can be set.
func anyPort(args ...string) []string {
	return append([]string{
		"--listen=127.0.0.1:0", "--listen-443=off", "--listen-sandbox=127.0.0.1:0",
		"--listen-device=127.0.0.1:0", "--listen-device-sandbox=127.0.0.1:0",
		"--listen-channels=127.0.0.1:0", "--listen-channels-sandbox=127.0.0.1:0", "--listen-control=127.0.0.1:0",
	}, args...)
}

// startSimulatorAt starts one at the listeners the flags name.
func startSimulatorAt(t *testing.T, args ...string) *simulator {
	t.Helper()
	s := &simulator{process: start(t, apnsSim, append([]string{"serve", "--ready", "json"}, args...)...)}
	s.announced = s.line()
	require.NoError(t, json.Unmarshal(s.announced, &s.record), "%s", s.announced)
	root, err := os.ReadFile(s.CAFile)
	require.NoError(t, err)
	s.roots = x509.NewCertPool()
	require.True(t, s.roots.AppendCertsFromPEM(root))
	return s
}

// trust is TLS for a client that trusts this simulator alone.
func (s *simulator) trust(certificates ...tls.Certificate) *tls.Config {
	return &tls.Config{RootCAs: s.roots, Certificates: certificates, MinVersion: tls.VersionTLS12}
}

// demoCertificate is the default team's provider certificate.
func (s *simulator) demoCertificate() tls.Certificate {
	s.t.Helper()
	certificate, err := tls.LoadX509KeyPair(s.Demo.CertificateFile, s.Demo.CertificateFile)
	require.NoError(s.t, err)
	return certificate
}

// hostPort takes the scheme off a URL.
func hostPort(url string) string {
	_, address, _ := strings.Cut(url, "://")
	return address
}

package sim_test

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// forDevices is a control API that answers for some of Apple's hosts with their names.
func forDevices(*sim.Simulator) (*sim.ControlAPI, error) {
	serve := func(ctx context.Context, ln net.Listener) error {
		server := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "for "+r.Host) // the client may be gone
		})}
		defer context.AfterFunc(ctx, func() { _ = server.Close() })()
		if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	}
	return &sim.ControlAPI{Serve: serve, ServeApple: serve, AppleHosts: []string{"init.push.apple.com", "albert.apple.com"}}, nil
}

// throughProxy returns a client that trusts the simulator and goes through its proxy.
func throughProxy(t *testing.T, s *sim.Simulator) *http.Client {
	t.Helper()
	through, err := url.Parse(s.Info().Proxy)
	require.NoError(t, err)
	client := httpClient(t, s)
	client.Transport.(*http.Transport).Proxy = http.ProxyURL(through)
	return client
}

// get returns the text at an address, or why there is none.
func get(client *http.Client, address string) (string, error) {
	response, err := client.Get(address)
	if err != nil {
		return "", err
	}
	body, err := io.ReadAll(response.Body)
	return string(body), errors.Join(err, response.Body.Close())
}

func TestApplesHostsForDevicesAreReachedThroughTheProxy(t *testing.T) {
	s := start(t, sim.Config{Addresses: sim.Addresses{sim.ProxyListener: "127.0.0.1:0", sim.ControlListener: sim.Off}, Control: forDevices})
	client := throughProxy(t, s)
	for address, want := range map[string]string{
		"https://init.push.apple.com/bag":                           "for init.push.apple.com",
		"http://init.push.apple.com/bag":                            "for init.push.apple.com",
		"https://albert.apple.com/deviceservices/deviceActivation":  "for albert.apple.com",
		"https://Albert.Apple.Com./deviceservices/deviceActivation": "for Albert.Apple.Com.",
		"http://init-p01st.push.apple.com/bag":                      "init-p01st.push.apple.com is not reached by http://; use https://\n", // this API has it not
		"http://api.push.apple.com/3/device/00":                     "api.push.apple.com is not reached by http://; use https://\n",
		"http://www.apple.com/":                                     "www.apple.com:80 is no host that the simulator stands for; --proxy-others passes such requests on\n",
	} {
		got, err := get(client, address)
		require.NoError(t, err, address)
		assert.Equal(t, want, got, address)
	}
}

// There are programs that make a tunnel for http:// as well: observed: nodejs/undici.
func TestATunnelToPort80HasNoTLS(t *testing.T) {
	s := start(t, sim.Config{Addresses: sim.Addresses{sim.ProxyListener: "127.0.0.1:0"}, Control: forDevices})
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.Info().Proxy, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "CONNECT init.push.apple.com:80 HTTP/1.1\r\nHost: init.push.apple.com:80\r\n\r\n"+
		"GET /bag HTTP/1.0\r\nHost: init.push.apple.com\r\n\r\n")
	require.NoError(t, err)
	all, err := io.ReadAll(conn)
	require.NoError(t, err)
	assert.Contains(t, string(all), "for init.push.apple.com")
}

// madeBefore makes secrets as they were before the root permitted a domain.
func madeBefore(t *testing.T, domain string) *keystore.Secrets {
	t.Helper()
	made, err := keystore.New(pki.Options{})
	require.NoError(t, err)
	root := made.PKI.Root
	for _, a := range []*pki.Authority{root, made.PKI.ServerCA, made.PKI.ProviderCA, made.PKI.DeviceCA} {
		template := *a.Certificate
		template.PermittedDNSDomains = slices.DeleteFunc(slices.Clone(template.PermittedDNSDomains), func(d string) bool { return d == domain })
		der, err := x509.CreateCertificate(rand.Reader, &template, root.Certificate, a.Key.Public(), root.Key)
		require.NoError(t, err)
		a.Certificate, err = x509.ParseCertificate(der)
		require.NoError(t, err)
	}
	dir := t.TempDir()
	require.NoError(t, made.Save(dir))
	loaded, err := keystore.Load(dir)
	require.NoError(t, err)
	return loaded
}

func TestARootThatWasMadeBeforeServesAllButTheHostOfActivation(t *testing.T) {
	var log logbook
	secrets := madeBefore(t, "albert.apple.com")
	s := start(t, sim.Config{
		Addresses: sim.Addresses{sim.ProxyListener: "127.0.0.1:0"}, Control: forDevices,
		Secrets: secrets, Log: slog.New(slog.NewTextHandler(&log, nil)),
	})
	client := throughProxy(t, s)
	response, err := client.Post("https://api.push.apple.com/3/device/00", "", nil)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.NotEmpty(t, response.Header.Get(apns.HeaderID))
	for address, want := range map[string]string{
		"https://init.push.apple.com/bag":  "for init.push.apple.com",
		"http://albert.apple.com/anything": "for albert.apple.com",
	} {
		got, err := get(client, address)
		require.NoError(t, err, address)
		assert.Equal(t, want, got)
	}

	assert.NotContains(t, strings.Join(log.lines(), "\n"), "albert", "nobody has asked for it")
	_, err = get(client, "https://albert.apple.com/deviceservices/deviceActivation")
	require.ErrorContains(t, err, "Forbidden")
	last := strings.Join(log.lines(), "\n")
	assert.Contains(t, last, "the root in "+secrets.Dir+" was made before its name constraints permitted that host")
	assert.Contains(t, last, "apns-sim ca init --force --certs")
}

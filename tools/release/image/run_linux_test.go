package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A container is the image of this machine's architecture, run without a container
// engine: another user, a root that cannot be written, and the network of the test.
type container struct {
	t      *testing.T
	config v1.Config
	root   string
	env    []string
}

// The address and the name by which others reach the container, and its token.
const (
	outside = "192.0.2.10" // RFC 5737
	alias   = "apns-sim"
	token   = "for-development-only"
)

// newContainer unpacks the image. make image-test runs the test in a network and a mount
// namespace of its own, where this machine has the address.
func newContainer(t *testing.T) *container {
	t.Helper()
	folder := os.Getenv("IMAGE_LAYOUT")
	if folder == "" {
		t.Skip("make image-test sets IMAGE_LAYOUT")
	}
	image, err := find(folder, runtime.GOARCH)
	require.NoError(t, err)
	config, err := image.ConfigFile()
	require.NoError(t, err)
	c := &container{t: t, config: config.Config, root: t.TempDir()}
	c.env = append(c.env, config.Config.Env...)
	c.env = append(c.env, "APNS_SIM_NAME="+alias, "APNS_SIM_CONTROL_TOKEN="+token)
	require.NoError(t, unpack(folder, runtime.GOARCH, c.root))
	require.NoError(t, os.Chmod(c.root, 0o755))
	require.NoError(t, syscall.Mount(c.root, c.root, "", syscall.MS_BIND, ""))
	t.Cleanup(func() { assert.NoError(t, syscall.Unmount(c.root, 0)) })
	require.NoError(t, syscall.Mount("", c.root, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
	return c
}

// command is one in the container.
func (c *container) command(args ...string) *exec.Cmd {
	command := exec.CommandContext(context.WithoutCancel(c.t.Context()), args[0], args[1:]...)
	command.Env, command.Dir = c.env, c.config.WorkingDir
	command.SysProcAttr = &syscall.SysProcAttr{Chroot: c.root, Credential: &syscall.Credential{Uid: user, Gid: user}}
	return command
}

// start runs what the image is for.
func (c *container) start() *bytes.Buffer {
	c.t.Helper()
	var log bytes.Buffer
	command := c.command(c.config.Entrypoint...)
	command.Stderr = &log
	require.NoError(c.t, command.Start())
	c.t.Cleanup(func() {
		assert.NoError(c.t, command.Process.Signal(syscall.SIGTERM))
		assert.NoError(c.t, command.Wait(), log.String())
	})
	deadline := time.Now().Add(10 * time.Second)
	for {
		out, err := c.command(c.config.Healthcheck.Test[1:]...).CombinedOutput()
		if err == nil {
			return &log
		}
		if time.Now().After(deadline) {
			c.t.Fatalf("the health check fails: %v: %s\n%s", err, out, log.String())
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// call asks the control API from outside.
func call(t *testing.T, method, path, body string, reply any) []byte {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+alias+":8197"+path, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := (&http.Client{Transport: &http.Transport{DialContext: dialOutside}}).Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Less(t, response.StatusCode, 300, "%s", text)
	if reply != nil {
		require.NoError(t, json.Unmarshal(text, reply))
	}
	return text
}

// dialOutside is how others reach the container: by a name that leads to its address.
func dialOutside(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if host != alias && host != "api.push.apple.com" {
		return nil, &net.DNSError{Name: host, Err: "only the container is known here"}
	}
	return new(net.Dialer).DialContext(ctx, network, net.JoinHostPort(outside, port))
}

func TestTheImageDeliversAPushFromOutsideOnAReadOnlyRoot(t *testing.T) {
	c := newContainer(t)
	log := c.start()
	assert.Contains(t, log.String(), "is ready")
	_, err := os.Create(c.root + "/tmp/file")
	require.ErrorIs(t, err, syscall.EROFS)

	var space struct {
		Certificate string
		Topics      []string
		Devices     []struct{ Apps []struct{ Token string } }
	}
	call(t, http.MethodPost, "/v1/spaces", "{}", &space)
	certificate, err := tls.X509KeyPair([]byte(space.Certificate), []byte(space.Certificate))
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(call(t, http.MethodGet, "/v1/ca.pem", "", nil)))
	provider := &http.Client{Transport: &http.Transport{
		DialContext: dialOutside, ForceAttemptHTTP2: true,
		TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{certificate}},
	}}
	defer provider.CloseIdleConnections()
	for _, host := range []string{alias + ":2197", alias + ":443", "api.push.apple.com"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+host+"/3/device/"+space.Devices[0].Apps[0].Token, strings.NewReader(`{"aps":{"alert":"hi"}}`))
		require.NoError(t, err)
		request.Header.Set("apns-topic", space.Topics[0])
		response, err := provider.Do(request)
		require.NoError(t, err, host)
		reason, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusOK, response.StatusCode, "%s: %s", host, reason)
		call(t, http.MethodGet, "/v1/notifications/wait?state=delivered&apns-id="+response.Header.Get("apns-id"), "", nil)
	}
}

func TestTheImageCreatesWhatIsAtSeedAndKeepsItsStateAtState(t *testing.T) {
	c := newContainer(t)
	c.volume("state", "")
	c.volume("seed", `{"apps": ["com.example.seeded"], "devices": [{"name": "phone", "apps": ["com.example.seeded"]}]}`)
	c.env = append(c.env, "APNS_SIM_STATE=/state")
	token := func() string {
		var list struct {
			Devices []struct {
				Apps []struct{ Topic, Token string }
			}
		}
		call(t, http.MethodGet, "/v1/devices", "", &list)
		require.Len(t, list.Devices, 1, "the seed is not created twice")
		require.Len(t, list.Devices[0].Apps, 1)
		assert.Equal(t, "com.example.seeded", list.Devices[0].Apps[0].Topic)
		return list.Devices[0].Apps[0].Token
	}
	var first string
	t.Run("first", func(t *testing.T) {
		c.t = t
		c.start()
		first = token()
	})
	t.Run("restarted", func(t *testing.T) {
		c.t = t
		c.start()
		assert.Equal(t, first, token())
	})
}

// volume mounts a folder that the user of the image owns, with a file if there is text.
func (c *container) volume(name, text string) {
	c.t.Helper()
	folder := c.root + "/" + name
	require.NoError(c.t, syscall.Mount("tmpfs", folder, "tmpfs", 0, fmt.Sprintf("uid=%d,mode=0700", user)))
	c.t.Cleanup(func() { assert.NoError(c.t, syscall.Unmount(folder, 0)) })
	if text != "" {
		file := folder + "/seed.json"
		require.NoError(c.t, os.WriteFile(file, []byte(text), 0o644))
	}
}

func TestEveryPortOfTheImageIsOpenOutside(t *testing.T) {
	c := newContainer(t)
	c.start()
	for port := range c.config.ExposedPorts {
		number, _, _ := strings.Cut(port, "/")
		conn, err := net.Dial("tcp", net.JoinHostPort(outside, number))
		if assert.NoError(t, err) {
			assert.NoError(t, conn.Close())
		}
	}
}

func TestTheControlAPIOfTheImageDemandsAToken(t *testing.T) {
	c := newContainer(t)
	c.start()
	client := &http.Client{Transport: &http.Transport{DialContext: dialOutside}}
	for path, want := range map[string]int{"/v1/info": http.StatusUnauthorized, "/readyz": http.StatusOK} {
		response, err := client.Get("http://" + alias + ":8197" + path)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		assert.Equal(t, want, response.StatusCode, path)
	}
}

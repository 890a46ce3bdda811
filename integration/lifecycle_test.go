package integration_test

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
)

func TestTheReadyRecordIsTheSameEverywhere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "ready.json")
	sim := startSimulator(t, "--ready-file", file)

	assert.Equal(t, "ready", sim.Event)
	assert.Equal(t, sim.cmd.Process.Pid, sim.PID)
	assert.Contains(t, run(t, apnsSim, "version").stdout, "apns-sim "+sim.Version+" (")
	for _, url := range []string{sim.Provider, sim.ProviderSandbox} {
		assert.Regexp(t, `^https://127\.0\.0\.1:[1-9][0-9]*$`, url)
	}
	for _, address := range []string{sim.Device, sim.DeviceSandbox} {
		assert.Regexp(t, `^127\.0\.0\.1:[1-9][0-9]*$`, address)
	}
	assert.Regexp(t, `^http://127\.0\.0\.1:[1-9][0-9]*$`, sim.Control)
	assert.Equal(t, "com.example.demo", sim.Demo.Topic)
	for _, id := range []string{sim.Demo.TeamID, sim.Demo.KeyID} {
		assert.Regexp(t, `^[A-Z0-9]{10}$`, id)
	}
	assert.Equal(t, "AuthKey_"+sim.Demo.KeyID+".p8", filepath.Base(sim.Demo.KeyFile), "as Apple names it")
	for _, secret := range []string{sim.Demo.KeyFile, sim.Demo.CertificateFile} {
		info, err := os.Stat(secret)
		require.NoError(t, err)
		assert.Zero(t, info.Mode().Perm()&0o077, "%s is for its owner alone", secret)
	}

	// Standard output comes after the file, which has to be whole by now.
	written, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(sim.announced), string(written))
	beside, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, beside, 1, "nothing is left of writing it aside")
	assert.JSONEq(t, string(sim.announced), sim.get("/v1/info"))
	root, err := os.ReadFile(sim.CAFile)
	require.NoError(t, err)
	assert.Equal(t, string(root), sim.get("/v1/ca.pem"))
	for _, probe := range []string{"/livez", "/readyz"} {
		sim.get(probe)
	}

	sim.stop()
	assert.Empty(t, sim.rest(), "standard output has the record and nothing else")
	for _, removed := range []string{file, sim.CAFile, filepath.Dir(sim.CAFile)} {
		assert.NoFileExists(t, removed)
		assert.NoDirExists(t, removed)
	}
}

// get reads from the control API.
func (s *simulator) get(path string) string {
	s.t.Helper()
	client := http.Client{Timeout: waitTimeout}
	response, err := client.Get(s.Control + path)
	require.NoError(s.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	require.Equal(s.t, http.StatusOK, response.StatusCode, "%s", body)
	return string(body)
}

// "A taken address stops the start with exit code 3 and the flag to change."
func TestATakenAddressIsNamedWithItsFlag(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	address := taken.Addr().String()
	for _, flag := range []string{
		"listen", "listen-443", "listen-sandbox", "listen-device", "listen-device-sandbox", "listen-control",
	} {
		t.Run(flag, func(t *testing.T) {
			ready := filepath.Join(t.TempDir(), "ready.json")
			got := run(t, apnsSim, append([]string{"serve", "--ready", "json", "--ready-file", ready}, anyPort("--"+flag, address)...)...)
			assert.Equal(t, 3, got.code)
			assert.Contains(t, got.stderr, address)
			assert.Contains(t, got.stderr, "--"+flag+",", "the flag to change")
			assert.Empty(t, got.stdout, "it was never ready")
			assert.NoFileExists(t, ready)

			variable := "APNS_SIM_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
			others := anyPort()
			for i, other := range others {
				if strings.HasPrefix(other, "--"+flag+"=") {
					others = append(others[:i], others[i+1:]...)
					break
				}
			}
			got = runCommand(t, append(environment(t), variable+"="+address), program(apnsSim), append([]string{"serve"}, others...)...)
			assert.Equal(t, 3, got.code, "the same by %s", variable)
		})
	}
}

// Providers get a GOAWAY and finish what they have begun, devices a clean end.
func TestTheSimulatorTakesLeave(t *testing.T) {
	t.Parallel()
	for _, signal := range []os.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			sim := startSimulator(t)
			device := sim.startDevice(t, production)
			client := sim.tokenClient(t, production)
			push(t, client, aPush(sim, device, "before"))
			device.expectPayload(sim.Demo.Topic, []byte(`"before"`))
			h := sim.dialCourier(t, sandbox, v3)
			require.Equal(t, []byte{0}, h.login(sim.activate(t), nil).items[0x01])

			idle := dial(t, hostPort(sim.ProviderSandbox), sim.trust())
			for len(idle.settings) == 0 {
				require.NoError(t, idle.read())
			}
			busy := dial(t, hostPort(sim.Provider), sim.trust(sim.demoCertificate()))
			begun := busy.open(pushTo(device.token, nil, field("apns-topic", sim.Demo.Topic)), false)
			whole := busy.send(pushTo("00", []byte(`{}`), field("apns-topic", sim.Demo.Topic)))
			require.Equal(t, 400, whole.status, "so the one before has been seen")

			require.NoError(t, sim.cmd.Process.Signal(signal))
			idle.end()
			assert.Equal(t, []goAway{{http2.ErrCodeNo, 0, ""}}, idle.goAways)
			for len(busy.goAways) == 0 {
				require.NoError(t, busy.read())
			}
			assert.Equal(t, goAway{http2.ErrCodeNo, begun + 2, ""}, busy.goAways[0])
			require.NoError(t, busy.framer.WriteData(begun, true, []byte(`"begun"`)))
			assert.Equal(t, 200, busy.response(begun).status, "what was begun is finished")
			busy.end()
			device.expectPayload(sim.Demo.Topic, []byte(`"begun"`))
			device.expect("disconnected")
			h.expectEnd()
			require.Equal(t, 0, sim.code())

			_, err := client.PushWithContext(t.Context(), aPush(sim, device, "after"))
			require.Error(t, err, "nobody listens any more")
			for _, sign := range []string{"panic", "goroutine ", "level=ERROR"} {
				require.NotContains(t, sim.stderr.String(), sign)
			}
		})
	}
}

func TestTheDeviceTakesLeave(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	device := sim.startDevice(t, production)
	device.stop()
	var last event
	require.NoError(t, json.Unmarshal([]byte(device.rest()), &last))
	assert.Equal(t, event{Event: "disconnected", Device: device.device}, last, "and no error, it wanted to go")
	assert.Empty(t, device.stderr.String())
	sim.stop()
}

package main

import (
	"encoding/json"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// elsewhere is a simulator whose files are not here, and the address at which it is
// reached.
func elsewhere(t *testing.T) (s *server, control string) {
	t.Helper()
	host := addressOfThisMachine(t)
	files := filepath.Join(t.TempDir(), "files")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	s = serve(t, "--any-port", "--listen-all", "0.0.0.0", "--name", host, "--control-token", "0123456789abcdef", "--files", files, "--log-level", "error")
	require.NoError(t, os.RemoveAll(files))
	u, err := url.Parse(s.Control)
	require.NoError(t, err)
	return s, "http://" + host + ":" + u.Port()
}

// addressOfThisMachine is one that is not on loopback: there, env takes the simulator for one
// on this machine.
func addressOfThisMachine(t *testing.T) string {
	t.Helper()
	addresses, err := net.InterfaceAddrs()
	require.NoError(t, err)
	for _, address := range addresses {
		if network, ok := address.(*net.IPNet); ok && network.IP.To4() != nil && !network.IP.IsLoopback() {
			return network.IP.String()
		}
	}
	t.Skip("this machine has loopback addresses only")
	return ""
}

func TestEnvForASimulatorOnAnotherMachineWritesItsFilesHere(t *testing.T) {
	s, control := elsewhere(t)
	dir := t.TempDir()
	t.Setenv("APNS_SIM_CONTROL_TOKEN", "0123456789abcdef")
	var variables map[string]string
	require.NoError(t, json.Unmarshal([]byte(succeed(t, "env", "--json", "--device", "--control", control, "--dir", dir)), &variables))
	u, err := url.Parse(control)
	require.NoError(t, err)
	provider, err := url.Parse(s.Provider)
	require.NoError(t, err)
	assert.Equal(t, "https://"+u.Hostname()+":"+provider.Port(), variables["APNS_SIM_PROVIDER"])
	assert.Contains(t, variables["APNS_SIM_DEVICE"], u.Hostname()+":")
	assert.Equal(t, control, variables["APNS_SIM_CONTROL"])
	for _, name := range []string{"APNS_SIM_CA_FILE", "APNS_SIM_KEY_FILE", "APNS_SIM_CERTIFICATE_FILE", "APNS_SIM_CERTIFICATE_P12"} {
		assert.Equal(t, dir, filepath.Dir(variables[name]), name)
		assert.FileExists(t, variables[name])
	}
	wantMode(t, variables["APNS_SIM_KEY_FILE"], 0o600)
	wantPushes(t, variables["APNS_SIM_TOKEN"], variables)
}

// wantPushes pushes with what the control API gives, and with each of the files.
func wantPushes(t *testing.T, token string, variables map[string]string) {
	t.Helper()
	t.Setenv("APNS_SIM_CONTROL", variables["APNS_SIM_CONTROL"])
	for _, credential := range [][]string{
		nil,
		{"--key-file", variables["APNS_SIM_KEY_FILE"], "--team", variables["APNS_SIM_TEAM"]},
		{"--certificate", variables["APNS_SIM_CERTIFICATE_FILE"]},
	} {
		assert.Contains(t, succeed(t, append([]string{"send", "--token", token}, credential...)...), "200 accepted", credential)
	}
}

func TestAFileOfAnotherSimulatorUnderTheSamePathIsNotTaken(t *testing.T) {
	assert.False(t, sameRoot(filepath.Join(t.TempDir(), "ca.pem"), []byte("root")))
	path := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(path, []byte("another root"), 0o600))
	assert.False(t, sameRoot(path, []byte("root")))
	assert.True(t, sameRoot(path, []byte("another root\n")))
}

func TestEnvForGitHubAppendsToTheFileOfTheJob(t *testing.T) {
	d := drive(t, "--control-token", "0123456789abcdef")
	assert.Contains(t, d.fail(exitUsage, "env", "--for", "github", "--control-token", "0123456789abcdef").stderr, "GITHUB_ENV, which is not set")
	path := filepath.Join(t.TempDir(), "github_env")
	require.NoError(t, os.WriteFile(path, []byte("EARLIER=1\n"), 0o600))
	t.Setenv("GITHUB_ENV", path)
	assert.Equal(t, "::add-mask::0123456789abcdef\n", d.do("env", "--for", "github", "--control-token", "0123456789abcdef"))
	text := read(t, path)
	assert.Contains(t, text, "EARLIER=1\nAPNS_SIM_CA_FILE=")
	assert.Contains(t, text, "\nAPNS_SIM_CONTROL="+d.server.Control+"\n")
	assert.Contains(t, text, "\nAPNS_SIM_CONTROL_TOKEN=0123456789abcdef\n")
}

func TestAValueOfSeveralLinesIsWrittenForGitHubBetweenMarks(t *testing.T) {
	line, ok := gitHubLine("X", "a\nb")
	assert.True(t, ok)
	assert.Equal(t, "X<<END_OF_APNS_SIM_VALUE\na\nb\nEND_OF_APNS_SIM_VALUE", line)
	_, ok = gitHubLine("X", "a\nEND_OF_APNS_SIM_VALUE")
	assert.False(t, ok)
}

package integration_test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// nobody is an address at which nobody listens. Its port is below those that systems
// deal out, so that no other test gets it.
func nobody(t *testing.T) string {
	t.Helper()
	for range 100 {
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(20_000)))
		if err != nil {
			continue
		}
		require.NoError(t, listener.Close())
		return listener.Addr().String()
	}
	require.FailNow(t, "no port is free")
	return ""
}

// A person who makes a mistake reads what it is and what to do.
func TestEveryFailureNamesItsRemedy(t *testing.T) {
	t.Parallel()
	sim, other := startSimulator(t), startSimulator(t)
	certs, empty := t.TempDir(), t.TempDir()
	require.Zero(t, run(t, apnsSim, "ca", "init", "--certs", certs).code)
	notes := filepath.Join(t.TempDir(), "notes.txt")
	require.NoError(t, os.WriteFile(notes, []byte("no PEM"), 0o600))
	away := nobody(t)
	zeros := "0000000000000000000000000000000000000000000000000000000000000000"

	for _, tt := range []struct {
		what    string
		program string
		args    []string
		code    int
		says    []string
	}{
		{"no such flag", apnsSim, []string{"serve", "--prot", "1"}, 2, []string{"unknown flag --prot"}},
		{"no such ready format", apnsSim, []string{"serve", "--any-port", "--ready", "xml"}, 2, []string{`--ready is "xml"`, "json"}},
		{"no address", apnsSim, append([]string{"serve"}, anyPort("--listen", "nowhere")...), 2, []string{"--listen", "nowhere", "write host:port"}},
		{"no secrets", apnsSim, []string{"serve", "--any-port", "--certs", empty}, 2, []string{empty, "apns-sim ca init"}},
		{"half a key", apnsSim, []string{"serve", "--any-port", "--key", "TEAM:KEY"}, 2, []string{"--key", "write TEAM:KEYID:FILE"}},
		{"no key file", apnsSim, []string{"serve", "--any-port", "--key", "ABCDE12345:KEY1234567:" + empty + "/none.p8"}, 2, []string{"--key", empty + "/none.p8"}},
		{"a key that is none", apnsSim, []string{"serve", "--any-port", "--key", "ABCDE12345:KEY1234567:" + notes}, 2, []string{"--key", notes}},
		{"no topic", apnsSim, []string{"serve", "--any-port", "--topic", "two words"}, 2, []string{`"two words"`, "bundle ID"}},
		{"token too long", apnsSim, []string{"serve", "--any-port", "--token-length", "1000"}, 2, []string{"1000", "100"}},

		{"authorities twice", apnsSim, []string{"ca", "init", "--certs", certs}, 2, []string{"--force"}},
		{"p12 on the terminal", apnsSim, []string{"ca", "show", "--certs", certs, "--format", "p12"}, 2, []string{"--out"}},
		{"key of no team", apnsSim, []string{"key", "create", "--certs", certs, "--team", "me"}, 2, []string{"--team", "10 uppercase letters and digits"}},
		{"certificate of no kind", apnsSim, []string{"cert", "create", "--certs", certs, "--topic", "com.example.x", "--service", "mail"}, 2, []string{"mail", "voip"}},
		{"certificate of no topic", apnsSim, []string{"cert", "create", "--certs", certs, "--topic", "a b"}, 2, []string{"--topic", "bundle ID"}},

		{"send to nobody", apnsSim, []string{"send", "--control", "http://" + away, "--token", zeros}, 6, []string{"apns-sim serve", "--control"}},
		{"send to the device listener", apnsSim, []string{"send", "--control", "http://" + sim.Device, "--token", zeros}, 6, []string{sim.Device}},
		{"send with half a key", apnsSim, []string{"send", "--control", sim.Control, "--token", zeros, "--key-file", sim.Demo.KeyFile}, 2, []string{"--team"}},
		{"send from a missing file", apnsSim, []string{"send", "--control", sim.Control, "--token", zeros, "--payload", "@" + empty + "/none"}, 2, []string{empty + "/none"}},
		{"send without a token", apnsSim, []string{"send", "--control", sim.Control}, 2, []string{"--token"}},

		{"device at nobody's", deviceSim, []string{"run", "--control", "http://" + away}, 6, []string{"apns-sim serve", "--control"}},
		{"device without a courier", deviceSim, []string{"run", "--control", sim.Control, "--server", away}, 6, []string{away, "apns-sim serve"}},
		{"device at the provider listener", deviceSim, []string{"run", "--control", sim.Control, "--server", hostPort(sim.Provider)}, 1, []string{"--server"}},
		{"device at the control listener", deviceSim, []string{"run", "--control", sim.Control, "--server", hostPort(sim.Control)}, 1, []string{"--server"}},
		{"device with another's root", deviceSim, []string{"run", "--control", sim.Control, "--server", sim.Device, "--ca", other.CAFile}, 1, []string{"--ca"}},
		{"device without a root", deviceSim, []string{"run", "--control", sim.Control, "--server", sim.Device, "--ca", notes}, 2, []string{notes, "caFile"}},
		{"device with an unknown environment", deviceSim, []string{"run", "--environment", "staging"}, 2, []string{"production", "sandbox"}},
	} {
		t.Run(tt.what, func(t *testing.T) {
			t.Parallel()
			got := run(t, tt.program, tt.args...)
			assert.Equal(t, tt.code, got.code)
			for _, part := range tt.says {
				assert.Contains(t, got.stderr, part)
			}
			if tt.program == apnsSim { // a device tells its story up to there
				assert.Empty(t, got.stdout)
			}
			assert.Contains(t, got.stderr, tt.program+": ")
		})
	}
}

// The command send tells what APNs said, and what Apple says about it.
func TestSendTellsTheResponse(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	for _, environment := range []string{production, sandbox} {
		device := sim.startDevice(t, environment)
		payload := filepath.Join(t.TempDir(), "payload.json")
		require.NoError(t, os.WriteFile(payload, []byte(`{ "aps" : {} }`+"\n"), 0o600))
		to := []string{"send", "--control", sim.Control, "--environment", environment, "--token", device.token}

		got := run(t, apnsSim, append(to, "--topic", sim.Demo.Topic, "--payload", `{"aps":{"badge":1}}`, "--priority", "5")...)
		assert.Equal(t, 0, got.code, got.stderr)
		assert.Regexp(t, `^200 accepted, apns-id [0-9A-F-]{36}\n$`, got.stdout)
		device.expectPayload(sim.Demo.Topic, []byte(`{"aps":{"badge":1}}`))

		got = run(t, apnsSim, append(to, "--payload", "@"+payload, "--certificate", sim.Demo.CertificateFile, "--topic", sim.Demo.Topic)...)
		assert.Equal(t, 0, got.code, got.stdout+got.stderr)
		device.expectPayload(sim.Demo.Topic, []byte(`{ "aps" : {} }`+"\n"))

		got = run(t, apnsSim, append(to, "--topic", "com.example.other")...)
		assert.Equal(t, 1, got.code)
		assert.Contains(t, got.stdout, "400 TopicDisallowed, apns-id ")
		assert.Contains(t, got.stdout, "\n", "the reason in a sentence")
		assert.Empty(t, got.stderr)

		got = run(t, apnsSim, append(to, "--json", "--priority", "7")...)
		assert.Equal(t, 1, got.code)
		assert.Regexp(t, `^\{"status":400,"apnsId":"[0-9A-F-]{36}","reason":"BadPriority"\}\n$`, got.stdout)
	}
}

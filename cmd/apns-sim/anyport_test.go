package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAnyPortLeavesAddressesThatAreSetAsTheyAre(t *testing.T) {
	provider, device, sandbox := free(t), free(t), free(t)
	t.Setenv("APNS_SIM_LISTEN_DEVICE", device)
	s := serve(t, "--any-port", "--listen", provider, "--config", written(t, "listen-sandbox: "+sandbox+"\n"), "--listen-channels", "off")
	assert.Equal(t, "https://"+provider, s.Provider, "by flag")
	assert.Equal(t, device, s.Device, "by variable")
	assert.Equal(t, "https://"+sandbox, s.ProviderSandbox, "by file")
	assert.Empty(t, s.Channels)
	assert.Contains(t, s.ChannelsSandbox, "https://127.0.0.1:")
	assert.Contains(t, s.Control, "http://127.0.0.1:")
	assert.Empty(t, s.Provider443+s.Proxy, "optional listeners stay closed")
}

package courier

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTableOfCommandsIsOrderedAndNamed(t *testing.T) {
	assert.True(t, slices.IsSortedFunc(commands, func(a, b CommandInfo) int { return int(a.Command) - int(b.Command) }))
	names := map[string]bool{}
	for _, c := range commands {
		assert.NotEmpty(t, c.Name, "command %d", c.Command)
		assert.False(t, names[c.Name], "the name %q is there twice", c.Name)
		names[c.Name] = true
		assert.Equal(t, c.Name, c.Command.String())
		assert.NotZero(t, c.Direction(), "%s: nobody sends it", c.Name)
	}
}

func TestConstructorsMakeMessagesOfTheirCommand(t *testing.T) {
	for _, c := range commands {
		for _, empty := range []func() Message{c.fromDevice, c.fromServer} {
			if empty != nil {
				assert.Equal(t, c.Command, empty().Command(), "%T", empty())
			}
		}
	}
}

// observed: apsd accepts these commands from a server, 18 and 19 on tvOS.
func TestServerSendsOnlyWhatADeviceAccepts(t *testing.T) {
	accepted := unhex("07 08 09 0a 0b 0d 0e 0f 10 12 16 17 18 19 1d 1e 20 21 22")
	var sent []byte
	for _, c := range commands {
		if c.Direction()&FromServer != 0 {
			sent = append(sent, byte(c.Command))
		}
	}
	assert.True(t, bytes.Equal(accepted, sent), "want %x\n got %x", accepted, sent)
}

func TestCommandWithoutANamePrintsAsItsNumber(t *testing.T) {
	assert.Equal(t, "command 0x1a", Command(0x1a).String())
	assert.Equal(t, "token request", CmdTokenRequest.String())
}

func TestDirectionPrintsAsAnArrow(t *testing.T) {
	assert.Equal(t, "device → server", FromDevice.String())
	assert.Equal(t, "server → device", FromServer.String())
	assert.Equal(t, "device ↔ server", BothWays.String())
	assert.Equal(t, "direction 0", Direction(0).String())
}

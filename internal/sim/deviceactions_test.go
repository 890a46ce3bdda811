package sim_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/sim"
)

func TestTheSimulatorDoesEveryDeviceActionOfTheTable(t *testing.T) {
	want := map[string]bool{}
	for _, action := range controlapi.DeviceActions() {
		want[action.Name] = action.Outside
	}
	assert.Equal(t, want, sim.DeviceActionNames())
}

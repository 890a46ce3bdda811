package devicecontrol

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

func TestEveryDeviceActionOfTheTableIsImplemented(t *testing.T) {
	want, got := map[string]bool{}, map[string]bool{}
	for _, action := range controlapi.DeviceActions() {
		want[action.Name] = action.External
	}
	for name, action := range deviceActions {
		got[name] = action.external != nil
	}
	assert.Equal(t, want, got)
}

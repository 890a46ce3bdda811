package providerauth_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/providerauth"
)

func TestAnAppMayBroadcastUntilTheCapabilityIsOff(t *testing.T) {
	r := providerauth.New(providerauth.Config{})
	require.NoError(t, r.AddTeam("TEAM000001"))
	require.NoError(t, r.AddApp("TEAM000001", "com.example.app"))
	assert.True(t, r.MayBroadcast("TEAM000001", "com.example.app"), "from the start")
	assert.False(t, r.MayBroadcast("TEAM000001", "com.nobody"))

	require.NoError(t, r.SetBroadcast("TEAM000001", "com.example.app", false))
	assert.False(t, r.MayBroadcast("TEAM000001", "com.example.app"))
	require.NoError(t, r.SetBroadcast("TEAM000001", "com.example.app", true))
	assert.True(t, r.MayBroadcast("TEAM000001", "com.example.app"))
	require.ErrorContains(t, r.SetBroadcast("TEAM000001", "com.nobody", false), "com.nobody")

	require.NoError(t, r.SetBroadcast("TEAM000001", "com.example.app", false))
	require.True(t, r.RemoveApp("TEAM000001", "com.example.app"))
	require.NoError(t, r.AddApp("TEAM000001", "com.example.app"))
	assert.True(t, r.MayBroadcast("TEAM000001", "com.example.app"), "an app that comes again begins anew")
}

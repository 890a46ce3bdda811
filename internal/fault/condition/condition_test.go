package condition_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/fault/condition"
	"github.com/apns-sim/apns-sim/internal/filters"
)

func holds(t *testing.T, condition fault.Condition, s *fault.Attributes) bool {
	t.Helper()
	ok, err := condition(s)
	require.NoError(t, err)
	return ok
}

func TestAnExpressionReadsTheRequest(t *testing.T) {
	s := &fault.Attributes{
		Attributes: filters.Attributes{
			Environment: apns.Sandbox, Space: "TEAM000001", Topic: "com.example.app", PushType: apns.Background,
			Payload: []byte(`{"aps":{"badge":7,"alert":{"title":"hi"}}}`), Reason: apns.Unregistered,
		},
		Listener: fault.ProviderListener, Path: "/3/device/00",
	}
	for expression, want := range map[string]bool{
		`topic == "com.example.app" && type == "background"`: true,
		`environment == "production"`:                        false,
		`payload.aps.badge > 5`:                              true,
		`payload.aps.alert.title contains "h"`:               true,
		`payload.aps.sound.name == "x"`:                      false, // no such field: it does not hold
		`reason == "Unregistered"`:                           true,
		`size < 10`:                                          false,
		`space startsWith "TEAM" and listener == "provider"`: true,
	} {
		t.Run(expression, func(t *testing.T) {
			compiled, err := condition.Compile(expression)
			require.NoError(t, err)
			assert.Equal(t, want, holds(t, compiled, s))
		})
	}
}

func TestExpressionsReadARequestOnce(t *testing.T) {
	s := &fault.Attributes{Attributes: filters.Attributes{Payload: []byte(`{"a":{"b":1}}`)}}
	compiled, err := condition.Compile(`payload.a.b == 1`)
	require.NoError(t, err)
	require.True(t, holds(t, compiled, s))
	other, err := condition.Compile(`payload.a.b == 2`)
	require.NoError(t, err)
	assert.False(t, holds(t, other, s))
	s.Payload = nil
	assert.True(t, holds(t, compiled, s), "what was read is kept")
}

func TestABodyThatIsNotJSONHasNoFields(t *testing.T) {
	compiled, err := condition.Compile(`payload == nil`)
	require.NoError(t, err)
	assert.True(t, holds(t, compiled, &fault.Attributes{Attributes: filters.Attributes{Payload: []byte("text")}}))
}

func TestAnInvalidExpressionIsRejectedWithItsPosition(t *testing.T) {
	for expression, want := range map[string]string{
		`topik == "x"`: "unknown name topik",
		`size`:         "expected bool, but got int",
		`topic ==`:     "unexpected token EOF",
	} {
		_, err := condition.Compile(expression)
		assert.ErrorContains(t, err, want)
	}
}

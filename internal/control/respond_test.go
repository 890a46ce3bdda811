package control

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

func TestWhatFaultsPreventIsNotBlamedOnABusySimulator(t *testing.T) {
	faults := fmt.Errorf("%w; %w: \"mine\"", context.DeadlineExceeded, controlapi.ErrFaults)
	for _, row := range []struct {
		err  error
		busy bool
	}{{context.DeadlineExceeded, true}, {faults, false}} {
		response, ok := errors.AsType[*problem](rejected(row.err))
		require.True(t, ok)
		assert.Equal(t, http.StatusServiceUnavailable, response.Status)
		assert.Contains(t, response.Detail, row.err.Error())
		assert.Equal(t, row.busy, strings.Contains(response.Detail, "busy"))
	}
}

package sim_test

import (
	"crypto/tls"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/sim"
)

func TestAClientThatAsksForAnotherNameIsLoggedWithTheRemedy(t *testing.T) {
	kept, err := keystore.New(pki.Options{})
	require.NoError(t, err)
	for remedy, secrets := range map[string]*keystore.Secrets{
		"start the simulator with --name apns-sim":                                   nil,
		"start the simulator with new authorities: apns-sim ca init --name apns-sim": kept,
	} {
		var log logbook
		s := start(t, sim.Config{Secrets: secrets, Log: slog.New(slog.NewTextHandler(&log, nil))})
		for _, address := range []string{strings.TrimPrefix(s.Info().Provider, "https://"), s.Info().Device} {
			_, err := tls.Dial("tcp", address, &tls.Config{ServerName: "apns-sim", RootCAs: s.Secrets.PKI.RootPool()})
			require.ErrorContains(t, err, "not apns-sim")
		}
		var warnings []string
		for _, line := range log.lines() {
			if strings.Contains(line, "name=apns-sim") {
				warnings = append(warnings, line)
			}
		}
		require.NotEmpty(t, warnings)
		assert.Contains(t, warnings[0], remedy)
	}
}

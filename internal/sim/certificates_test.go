package sim_test

import (
	"encoding/pem"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/sim"
)

func TestTheCertificatesThatWereIssuedAreListed(t *testing.T) {
	s := start(t, sim.Config{FileDir: t.TempDir(), Profile: "strict"})
	assert.Equal(t, "strict", s.Info().Profile)
	list := func(team string) []controlapi.Certificate {
		list, next, err := s.TeamControl.PageCertificates(team, controlapi.Page{})
		require.NoError(t, err)
		assert.Empty(t, next)
		return list
	}
	none := 0
	first, _, err := s.SpaceControl.OpenSpace(t.Context(), controlapi.CreateSpaceRequest{Topics: []string{"com.example.first"}, Devices: &none})
	require.NoError(t, err)
	second, identity, err := s.SpaceControl.OpenSpace(t.Context(), controlapi.CreateSpaceRequest{Devices: &none})
	require.NoError(t, err)

	all := list("")
	require.Len(t, all, 3)
	demo, err := os.ReadFile(s.Info().DefaultTeam.CertificateFile)
	require.NoError(t, err)
	block, _ := pem.Decode(demo)
	require.NotNil(t, block)
	assert.Equal(t, sim.DefaultTeam, all[0].Team)
	assert.Equal(t, sim.DefaultTopic, all[0].Topic)
	assert.Equal(t, []string{"production", "sandbox"}, all[0].Environments)
	assert.Len(t, all[0].Fingerprint, 64)
	assert.Equal(t, "com.example.first", all[1].Topic)
	assert.Equal(t, first.Team, all[1].Team)
	assert.False(t, all[2].Revoked)
	assert.Equal(t, all[2:], list(second.Team))
	page, next, err := s.TeamControl.PageCertificates("", controlapi.Page{Limit: 2})
	require.NoError(t, err)
	assert.Equal(t, all[:2], page)
	page, _, err = s.TeamControl.PageCertificates("", controlapi.Page{Limit: 2, After: next})
	require.NoError(t, err)
	assert.Equal(t, all[2:], page)

	require.NoError(t, s.TeamControl.RevokeSerial(all[2].Serial))
	assert.True(t, s.Secrets.PKI.Revoked(identity.Certificate.SerialNumber))
	assert.True(t, list(second.Team)[0].Revoked)
	require.ErrorIs(t, s.TeamControl.RevokeSerial("4711"), controlapi.ErrNotFound)
	_, _, err = s.TeamControl.PageCertificates("NOBODY0001", controlapi.Page{})
	require.ErrorIs(t, err, controlapi.ErrNotFound)

	require.NoError(t, s.SpaceControl.CloseSpace(first.Team))
	assert.Len(t, list(""), 2, "those of a deleted team are revoked and forgotten")
}

func TestACertificateFileThatCannotBeReadIsNotListed(t *testing.T) {
	s := start(t, sim.Config{})
	list, _, err := s.TeamControl.PageCertificates("", controlapi.Page{})
	require.NoError(t, err)
	assert.Empty(t, list, "nothing was written, so the default team has none")
}

package main

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// membersOf returns the names that a struct has in JSON.
func membersOf(of reflect.Type) (names []string) {
	for field := range of.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return slices.Sorted(slices.Values(names))
}

func TestEachMemberOfTheReadyRecordIsDescribed(t *testing.T) {
	response, err := http.Get(serve(t, "--any-port").Control + "/v1/openapi.json")
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	type schema struct{ Properties map[string]json.RawMessage }
	var document struct {
		Paths map[string]map[string]struct {
			Responses map[string]struct {
				Content map[string]struct{ Schema schema }
			}
		}
	}
	require.NoError(t, json.Unmarshal(text, &document))
	record := document.Paths["/v1/info"]["get"].Responses["200"].Content["application/json"].Schema
	assert.Equal(t, membersOf(reflect.TypeFor[sim.Info]()), slices.Sorted(maps.Keys(record.Properties)))
	var demo schema
	require.NoError(t, json.Unmarshal(record.Properties["defaultTeam"], &demo))
	assert.Equal(t, membersOf(reflect.TypeFor[sim.DefaultTeamInfo]()), slices.Sorted(maps.Keys(demo.Properties)))
}

func TestTheReadyRecordNamesTheProfile(t *testing.T) {
	assert.Equal(t, "faithful", serve(t, "--any-port").Profile)
	assert.Equal(t, "strict", serve(t, "--any-port", "--profile", "strict").Profile)
	file := filepath.Join(t.TempDir(), "settings.yaml")
	require.NoError(t, os.WriteFile(file, []byte("profile: lenient\n"), 0o600))
	assert.Equal(t, "lenient", serve(t, "--any-port", "--config", file).Profile)
}

func TestCertificatesAreListedAndRevokedByCommands(t *testing.T) {
	d := drive(t)
	d.do("space", "create", "--team", "TEAM000001", "--topic", "com.example.one")
	all := lines[controlapi.Certificate](t, d.do("cert", "list", "--json"))
	require.Len(t, all, 2, "that of the default team, and that of the space")
	assert.Equal(t, sim.DefaultTopic, all[0].Topic)
	own := lines[controlapi.Certificate](t, d.do("cert", "list", "--team", "TEAM000001", "--json"))
	require.Len(t, own, 1)
	d.do("cert", "revoke", own[0].Serial)
	assert.Contains(t, d.do("cert", "list"), "revoked")
	assert.Contains(t, d.fail(exitFailure, "cert", "revoke", "4711").stderr, "4711")
	assert.Contains(t, d.fail(exitFailure, "cert", "list", "--team", "NOBODY0001").stderr, "NOBODY0001")
}

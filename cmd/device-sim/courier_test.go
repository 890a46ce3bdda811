package main

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
)

func TestTheCourierIsTheOneThatTheControlAPINames(t *testing.T) {
	reply := ""
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "/v1/info", r.URL.Path)
		_, err := w.Write([]byte(reply))
		assert.NoError(t, err)
	}))
	defer api.Close()
	for _, tc := range []struct {
		name, url, server, info string
		env                     apns.Environment
		want, failure           string
	}{
		{"production", api.URL, "", `{"device":"127.0.0.1:41","deviceSandbox":"127.0.0.1:42"}`, apns.Production, "127.0.0.1:41", ""},
		{"sandbox", api.URL, "", `{"device":"127.0.0.1:41","deviceSandbox":"127.0.0.1:42"}`, apns.Sandbox, "127.0.0.1:42", ""},
		{"given", api.URL, "192.0.2.1:5", `{"device":"127.0.0.1:41"}`, apns.Production, "192.0.2.1:5", ""},
		{"closed", api.URL, "", `{"device":"127.0.0.1:41"}`, apns.Sandbox, "", "no courier for this environment"},
		{"no control API", "http://127.0.0.1:1", "", "", apns.Sandbox, sandboxServer, ""},
		{"no simulator", api.URL, "", "no JSON", apns.Production, productionServer, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			reply = tc.info
			got, err := newControl(tc.url, "").courier(t.Context(), tc.server, tc.env)
			if tc.failure != "" {
				require.ErrorContains(t, err, tc.failure)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tc.want, got)
		})
	}
	assert.Equal(t, "sim.test:41", newControl("http://sim.test:8197", "").near("127.0.0.1:41"), "its loopback is not ours")
	assert.Equal(t, "192.0.2.7:41", newControl("http://sim.test:8197", "").near("192.0.2.7:41"))
}

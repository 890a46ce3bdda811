package control_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/control"
)

const token = "0123456789abcdef"

func TestWithATokenTheAPIIsForThoseWhoShowIt(t *testing.T) {
	for _, row := range []struct {
		name, path, authorization string
		want                      int
	}{
		{"none", "/v1/info", "", 401},
		{"right", "/v1/info", "Bearer " + token, 200},
		{"the scheme in lower case", "/v1/info", "bearer " + token, 200}, // RFC 9110, 11.1
		{"another scheme", "/v1/info", "Basic " + token, 401},
		{"no scheme", "/v1/info", token, 401},
		{"shorter", "/v1/info", "Bearer " + token[1:], 401},
		{"longer", "/v1/info", "Bearer " + token + "0", 401},
		{"empty", "/v1/info", "Bearer ", 401},
		{"nothing is told of what is not there", "/v1/nothing", "", 401},
		{"but to those who may know", "/v1/nothing", "Bearer " + token, 404},
		{"alive", "/livez", "", 200},
		{"what to trust", "/v1/ca.pem", "", 200},
		{"what to push with", "/v1/credentials", "", 401},
		{"ready", "/readyz", "", 200},
		{"the document", "/v1/openapi.json", "", 200},
		{"the page", "/docs", "", 200},
		{"what devices know from Apple", "/bag", "", 200},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := newAPIWith(t, control.Config{Token: token})
			w := a.send(request{method: http.MethodGet, path: row.path, header: map[string]string{"Authorization": row.authorization}})
			assert.Equal(t, row.want, w.Code, w.Body.String())
			if row.want == http.StatusUnauthorized {
				wantProblem(t, w, http.StatusUnauthorized, "send it as Authorization: Bearer TOKEN")
				assert.Equal(t, "Bearer", w.Header().Get("WWW-Authenticate"), "RFC 6750, 3")
			}
			assert.NotContains(t, a.log.String(), token[1:], "a secret is not for the log")
		})
	}
}

func TestTheDocumentTellsWhereATokenIsDemanded(t *testing.T) {
	read := func(cfg control.Config) (document struct {
		Security   []map[string][]string
		Paths      map[string]map[string]struct{ Security *[]map[string][]string }
		Components struct{ SecuritySchemes map[string]map[string]string }
	},
	) {
		require.NoError(t, json.Unmarshal(newAPIWith(t, cfg).get("/v1/openapi.json").Body.Bytes(), &document))
		return document
	}
	open := read(control.Config{})
	assert.Equal(t, []map[string][]string{{"bearer": {}}, {}}, open.Security, "it may be sent")
	guarded := read(control.Config{Token: token})
	assert.Equal(t, []map[string][]string{{"bearer": {}}}, guarded.Security)
	assert.Equal(t, map[string]string{"type": "http", "scheme": "bearer"}, guarded.Components.SecuritySchemes["bearer"])
	assert.Nil(t, guarded.Paths["/v1/info"]["get"].Security)
	require.NotNil(t, guarded.Paths["/livez"]["get"].Security)
	assert.Equal(t, []map[string][]string{{}}, *guarded.Paths["/livez"]["get"].Security)
}

func TestATokenThatIsNoneIsRefused(t *testing.T) {
	for bad, detail := range map[string]string{
		"secret":             "has 6 characters; use at least 16",
		"0123456789 abcdef":  "character 11 of the control token is not allowed in a header",
		"0123456789abcdef\n": "character 17",
	} {
		_, err := control.New(control.Config{Parts: control.Parts{General: &simulator{}}, Token: bad})
		require.ErrorContains(t, err, detail)
		assert.NotContains(t, err.Error(), bad)
	}
}

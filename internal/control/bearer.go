package control

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// minToken is the length of the shortest bearer token, in characters.
const minToken = 16

// bearerScheme is the name of the security scheme in the OpenAPI document.
const bearerScheme = "bearer"

// noToken, as the Security of an operation, means that no token is required even if the API
// requires one: for health checks, the OpenAPI document and the routes of Apple's that
// devices request.
var noToken = []map[string][]string{{}}

// CheckToken rejects a token that is too short, or that cannot be sent in a header.
func CheckToken(token string) error {
	if token == "" {
		return nil
	}
	if len(token) < minToken {
		return fmt.Errorf("the control token has %d characters; use at least %d, for example from: openssl rand -hex 16", len(token), minToken)
	}
	for i, c := range []byte(token) {
		if c <= ' ' || c > '~' {
			return fmt.Errorf("character %d of the control token is not allowed in a header; use letters and digits", i+1)
		}
	}
	return nil
}

// describeToken says in the OpenAPI document whether a token is required. If none is, a
// client may still send one, as clients generated from the document can.
func (r *router) describeToken() {
	api := r.api.OpenAPI()
	api.Components.SecuritySchemes = map[string]*huma.SecurityScheme{bearerScheme: {Type: "http", Scheme: bearerScheme}}
	api.Security = []map[string][]string{{bearerScheme: {}}}
	if r.server.token == "" {
		api.Security = append(api.Security, noToken...)
	}
}

// guardToken rejects requests without the token, if there is one. The comparison
// takes the same time wherever a wrong token differs.
func (r *router) guardToken(next http.Handler) http.Handler {
	if r.server.token == "" {
		return next
	}
	want := sha256.Sum256([]byte(r.server.token))
	unauthorized := r.server.handle((*Server).unauthorized)
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		scheme, token, _ := strings.Cut(request.Header.Get("Authorization"), " ")
		got := sha256.Sum256([]byte(token))
		good := subtle.ConstantTimeCompare(got[:], want[:]) == 1 && strings.EqualFold(scheme, bearerScheme)
		if _, pattern := r.mux.Handler(request); good || r.open[pattern] || appleHost(request) {
			next.ServeHTTP(w, request)
			return
		}
		unauthorized.ServeHTTP(w, request)
	})
}

// unauthorized answers a request without the token: RFC 6750, 3.
func (s *Server) unauthorized(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("WWW-Authenticate", "Bearer")
	return reject(http.StatusUnauthorized,
		"the control API requires its token; send it as Authorization: Bearer TOKEN. "+
			"It is the value of --control-token, or the content of the file that the ready record names as controlTokenFile")
}

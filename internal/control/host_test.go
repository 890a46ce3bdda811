package control_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A page that makes its own name resolve to this machine (DNS rebinding) is of
// the same origin as the API, as far as a browser can tell. Its name betrays it.
func TestOnlyLoopbackAndAllowedHostsAreAnswered(t *testing.T) {
	a := newAPI(t, "Sim.Internal", "192.0.2.7", "2001:DB8::7")
	rows := []struct {
		host string
		want int
	}{
		{"localhost", 200},
		{"localhost:8197", 200},
		{"LocalHost.:8197", 200},
		{"sim.localhost:8197", 200}, // RFC 6761, 6.3
		{"127.0.0.1:8197", 200},
		{"127.1.2.3", 200},
		{"[::1]:8197", 200},
		{"[::1]", 200},
		{"[::ffff:127.0.0.1]:8197", 200},
		{"sim.internal:8197", 200},
		{"host.docker.internal:8197", 200},
		{"host.containers.internal", 200},
		{"SIM.INTERNAL.", 200},
		{"192.0.2.7:80", 200},
		{"[2001:db8:0::7]:80", 200},

		{"evil.example", 421},
		{"evil.example:8197", 421},
		{"localhost.evil.example", 421},
		{"notlocalhost", 421},
		{"127.0.0.1.evil.example", 421},
		{"0.0.0.0:8197", 421}, // reaches loopback on some systems
		{"[::]", 421},
		{"192.0.2.8", 421},
		{"sub.sim.internal", 421},
		{":8197", 421},
	}
	for _, row := range rows {
		t.Run(row.host, func(t *testing.T) {
			w := a.send(request{method: http.MethodGet, path: "/v1/info", host: row.host})
			assert.Equal(t, row.want, w.Code)
			if row.want != http.StatusOK {
				wantProblem(t, w, http.StatusMisdirectedRequest, "allow it with --name")
			}
		})
	}
}

func TestProbesAndMetricsAreAnsweredUnderAnyHostAndWithoutOne(t *testing.T) {
	a := newAPI(t)
	for _, path := range []string{"/livez", "/readyz"} {
		for _, host := range []string{"10.1.2.3:8197", "pod.example", ""} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
			r.Host = host
			w := httptest.NewRecorder()
			a.handler.ServeHTTP(w, r)
			assert.Equal(t, http.StatusOK, w.Code, "%s under %q", path, host)
		}
		foreign := a.send(request{method: http.MethodGet, path: path, host: "evil.example", header: map[string]string{"Sec-Fetch-Site": "cross-site"}})
		wantProblem(t, foreign, http.StatusForbidden, "a page of another origin")
	}
}

func TestEveryPathIsGuardedAgainstForeignHosts(t *testing.T) {
	a := newAPI(t)
	for _, path := range []string{"/v1/info", "/v1/ca.pem", "/v1/check", "/docs", "/nothing", "/readyz/"} {
		w := a.send(request{method: http.MethodGet, path: path, host: "evil.example"})
		wantProblem(t, w, http.StatusMisdirectedRequest, `not under "evil.example"`)
	}
}

func TestAForeignPageCannotActivate(t *testing.T) {
	a := newAPI(t)
	for name, header := range map[string]map[string]string{
		"fetch metadata": {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
		"origin alone":   {"Origin": "https://evil.example"},
	} {
		t.Run(name, func(t *testing.T) {
			w := a.send(request{
				method: http.MethodPost, path: "/v1/activation", header: header,
				contentType: "application/json", body: strings.NewReader("{}"),
			})
			wantProblem(t, w, http.StatusForbidden, `a page of another origin ("https://evil.example")`)
		})
	}
}

func TestAForeignPageReadsNothing(t *testing.T) {
	a := newAPI(t)
	for _, row := range []struct {
		name   string
		header map[string]string
		want   int
	}{
		{"a program", nil, http.StatusOK},
		{"a foreign page", map[string]string{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, http.StatusForbidden},
		{"a foreign page without CORS", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, http.StatusForbidden},
		{"another port of this host", map[string]string{"Origin": "http://127.0.0.1:1", "Sec-Fetch-Site": "same-site"}, http.StatusForbidden},
		{"an old browser", map[string]string{"Origin": "https://evil.example"}, http.StatusForbidden},
		{"a page without an origin", map[string]string{"Origin": "null"}, http.StatusForbidden},
		{"our own page", map[string]string{"Origin": "http://127.0.0.1:8197", "Sec-Fetch-Site": "same-origin"}, http.StatusOK},
		{"a link", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, http.StatusOK},
		{"a frame", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, http.StatusForbidden},
		{"what is typed", map[string]string{"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}, http.StatusOK},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := a.send(request{method: http.MethodGet, path: "/v1/info", host: "127.0.0.1:8197", header: row.header})
			assert.Equal(t, row.want, w.Code)
		})
	}
}

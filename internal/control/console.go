package control

import (
	"net/http"
	"strings"

	"github.com/apns-sim/apns-sim/internal/console"
)

// registerConsole mounts the console. Its files are open to anybody, since a browser
// sends no token with them; what they show comes from the API, which demands it.
func registerConsole(r *router) {
	page := console.Handler()
	files := "GET " + console.Prefix
	r.mux.Handle(files, page)
	const root = "GET /{$}"
	r.mux.Handle(root, r.server.handle(func(_ *Server, w http.ResponseWriter, request *http.Request) error {
		if !strings.Contains(request.Header.Get("Accept"), "text/html") {
			return r.notFound(request) // a program, for which there is nothing here
		}
		page.ServeHTTP(w, request)
		return nil
	}))
	r.open[root], r.open[files] = true, true
}

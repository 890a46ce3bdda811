package console

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"net/http"
	"path"
	"strings"
	"sync"
)

// web is the page as it is served: no build step, so that go install is complete.
//
//go:embed web
var web embed.FS

// Prefix is where the files of the page are, except for the page itself, which is at "/".
const Prefix = "/console/"

// Handler serves the page at "/" and its files below [Prefix]. Nothing is read or
// compressed before the first request.
func Handler() http.Handler {
	var files sync.Map // name to *asset
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := "index.html"
		if r.URL.Path != "/" {
			name = strings.TrimPrefix(r.URL.Path, Prefix)
		}
		kept, ok := files.Load(name)
		if !ok {
			fresh := load(name)
			if fresh == nil {
				http.NotFound(w, r)
				return
			}
			kept, _ = files.LoadOrStore(name, fresh)
		}
		serve(w, r, kept.(*asset))
	})
}

// FileHandler serves a file that another package has, as [Handler] serves its own. The
// extension of the name tells its type.
func FileHandler(name, text string) http.Handler {
	file := sync.OnceValue(func() *asset { return newAsset(contentTypes[path.Ext(name)], []byte(text)) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { serve(w, r, file()) })
}

var policy = sync.OnceValue(contentSecurityPolicy)

// serve answers with a file, under the policy of the page.
func serve(w http.ResponseWriter, r *http.Request, file *asset) {
	header := w.Header()
	header.Set("Content-Security-Policy", policy())
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	file.serve(w, r)
}

// The import map is the one script that stands in the page: browsers take no file for it.
const (
	mapBegin = `<script type="importmap">`
	mapEnd   = `</script>`
)

// contentSecurityPolicy lets the page load its own files and ask its own origin, and
// nothing else. The import map is allowed by its hash:
// https://www.w3.org/TR/CSP3/#external-hash.
func contentSecurityPolicy() string {
	page, _ := web.ReadFile("web/index.html") // it is embedded
	_, rest, _ := strings.Cut(string(page), mapBegin)
	importMap, _, _ := strings.Cut(rest, mapEnd)
	sum := sha256.Sum256([]byte(importMap))
	return "default-src 'none'; script-src 'self' 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; " +
		"style-src 'self'; img-src 'self'; connect-src 'self'; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

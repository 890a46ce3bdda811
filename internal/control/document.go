package control

import (
	"embed"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// documentPath is where the OpenAPI document is.
const documentPath = "/v1/openapi.json"

// page is the reader's view of the document: one page, one script, one sheet of
// style, all ours.
//
//go:embed docs
var page embed.FS

// pagePolicy lets the page load what is its own and nothing else, so that
// reading the documentation sends no request anywhere.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// pageFiles is what the page consists of.
var pageFiles = []struct{ path, file, contentType string }{
	{"/docs", "docs/index.html", "text/html; charset=utf-8"},
	{"/docs/page.js", "docs/page.js", "text/javascript; charset=utf-8"},
	{"/docs/page.css", "docs/page.css", "text/css; charset=utf-8"},
}

// serveDocument writes the OpenAPI document of what is registered so far, and
// serves it and the page that shows it.
func (r *router) serveDocument() error {
	// Huma describes its own errors; ours stand in their place.
	for _, own := range []string{"ErrorModel", "ErrorDetail"} {
		delete(r.api.OpenAPI().Components.Schemas.Map(), own)
	}
	r.dropOwnKeywords()
	document, err := json.MarshalIndent(r.api.OpenAPI(), "", "  ")
	if err != nil {
		return err
	}
	r.file(documentPath, "application/openapi+json", append(document, '\n'))
	for _, f := range pageFiles {
		content, err := page.ReadFile(f.file)
		if err != nil {
			return err
		}
		r.file(f.path, f.contentType, content)
	}
	return nil
}

// dropOwnKeywords takes out of the document what OpenAPI does not know: the words that
// huma has for a pattern in its refusals, which it has read by now.
func (r *router) dropOwnKeywords() {
	for _, schema := range r.api.OpenAPI().Components.Schemas.Map() {
		for _, property := range schema.Properties {
			property.PatternDescription = ""
		}
	}
	for _, item := range r.api.OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op == nil {
				continue
			}
			for _, parameter := range op.Parameters {
				parameter.Schema.PatternDescription = ""
			}
		}
	}
}

// file serves bytes that do not change.
func (r *router) file(path, contentType string, content []byte) {
	r.plain(huma.Operation{Method: http.MethodGet, Path: path, Hidden: true, Security: anybody},
		func(s *Server, w http.ResponseWriter, _ *http.Request) error {
			w.Header().Set("Content-Security-Policy", pagePolicy)
			s.write(w, http.StatusOK, contentType, content)
			return nil
		})
}

package control

import (
	"embed"
	"encoding/json"
	"iter"
	"net/http"
	"path"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// documentPath is where the OpenAPI document is.
const documentPath = "/v1/openapi.json"

// page is the page that shows the document and sends requests to its routes: small
// modules, and a layout on top of the console's style sheet.
//
//go:embed docs
var page embed.FS

// pagePolicy lets the page load and ask its own origin, and nothing else.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// pageTypes are the content types of the files of the page.
var pageTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
}

// servePage serves index.html at /docs, and the other files below it.
func (r *router) servePage() error {
	files, err := page.ReadDir("docs")
	if err != nil {
		return err
	}
	for _, f := range files {
		content, err := page.ReadFile("docs/" + f.Name())
		if err != nil {
			return err
		}
		address := "/docs"
		if f.Name() != "index.html" {
			address += "/" + f.Name()
		}
		r.file(address, pageTypes[path.Ext(f.Name())], content)
	}
	return nil
}

// serveDocument writes the OpenAPI document of what is registered so far, and
// serves it and the page that shows it.
func (r *router) serveDocument() error {
	// Huma describes its own errors; ours stand in their place.
	for _, own := range []string{"ErrorModel", "ErrorDetail"} {
		delete(r.api.OpenAPI().Components.Schemas.Map(), own)
	}
	r.dropOwnKeywords()
	r.describeStatuses()
	document, err := json.MarshalIndent(r.api.OpenAPI(), "", "  ")
	if err != nil {
		return err
	}
	r.file(documentPath, "application/openapi+json", append(document, '\n'))
	return r.servePage()
}

// dropOwnKeywords takes out of the document what OpenAPI does not know: the words that
// huma has for a pattern in its rejections, which it has read by now.
func (r *router) dropOwnKeywords() {
	for _, schema := range r.api.OpenAPI().Components.Schemas.Map() {
		for _, property := range schema.Properties {
			property.PatternDescription = ""
		}
	}
	for op := range r.operations() {
		for _, parameter := range op.Parameters {
			parameter.Schema.PatternDescription = ""
		}
	}
}

// operations goes through the operations of the document.
func (r *router) operations() iter.Seq[*huma.Operation] {
	return func(yield func(*huma.Operation) bool) {
		for _, item := range r.api.OpenAPI().Paths {
			for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
				if op != nil && !yield(op) {
					return
				}
			}
		}
	}
}

// statusSentences say what a status means where an operation says no more of it.
var statusSentences = map[int]string{
	http.StatusOK:                    "The request succeeded.",
	http.StatusCreated:               "It was created.",
	http.StatusNoContent:             "The request succeeded; the response has no content.",
	http.StatusBadRequest:            "The request is malformed.",
	http.StatusNotFound:              "Something that the request names does not exist.",
	http.StatusRequestTimeout:        "It did not happen in time.",
	http.StatusConflict:              "The state of the simulator does not permit it.",
	http.StatusRequestEntityTooLarge: "The body is too large.",
	http.StatusUnsupportedMediaType:  "The content type of the body is not supported.",
	http.StatusUnprocessableEntity:   "A parameter or the body is invalid.",
	http.StatusTooManyRequests:       "Too many requests of this kind are open.",
	http.StatusServiceUnavailable:    "The simulator cannot do it at the moment.",
}

// describeStatuses puts a sentence in the place of each description that is but the name of
// the status.
func (r *router) describeStatuses() {
	for op := range r.operations() {
		for status, response := range op.Responses {
			code, err := strconv.Atoi(status)
			if sentence := statusSentences[code]; err == nil && sentence != "" && response.Description == http.StatusText(code) {
				response.Description = sentence
			}
		}
	}
}

// file serves bytes that do not change.
func (r *router) file(address, contentType string, content []byte) {
	r.plain(huma.Operation{Method: http.MethodGet, Path: address, Hidden: true, Security: noToken},
		func(s *Server, w http.ResponseWriter, _ *http.Request) error {
			w.Header().Set("Content-Security-Policy", pagePolicy)
			s.write(w, http.StatusOK, contentType, content)
			return nil
		})
}

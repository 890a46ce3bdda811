package control_test

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheDocumentIsServed(t *testing.T) {
	w := newAPI(t).get("/v1/openapi.json")
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, "application/openapi+json", w.Header().Get("Content-Type"))
	var document struct {
		OpenAPI string
		Paths   map[string]map[string]struct{ OperationID string }
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &document))
	assert.Equal(t, "3.1.0", document.OpenAPI)
	assert.Equal(t, "activate", document.Paths["/v1/activation"]["post"].OperationID)
	assert.NotContains(t, document.Paths, "/docs", "the page is for people")
}

// The page shows the document without asking anybody else: it loads files of ours alone,
// and its policy forbids all others.
func TestThePageSendsNoForeignRequest(t *testing.T) {
	a := newAPI(t)
	reference := regexp.MustCompile(`(?:src|href|URL|from) ?=? ?"(\.?/[^"]*)"`)
	foreign := regexp.MustCompile(`(?:https?:)?//[a-z0-9]`)
	for path, contentType := range pageFiles(t) {
		w := a.get(path)
		require.Equal(t, http.StatusOK, w.Code, path)
		assert.Equal(t, contentType, w.Header().Get("Content-Type"))
		policy := w.Header().Get("Content-Security-Policy")
		assert.Contains(t, policy, "default-src 'none'")
		assert.NotContains(t, policy, "unsafe")
		assert.NotRegexp(t, foreign, policy)
		assert.NotRegexp(t, foreign, w.Body.String(), path)
		assert.NotRegexp(t, `innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(`, w.Body.String(), "text is written as text")
		for _, match := range reference.FindAllStringSubmatch(w.Body.String(), -1) {
			if match[1] == "/" {
				continue // the console, which is shown to a browser
			}
			assert.Equal(t, http.StatusOK, a.get(strings.Replace(match[1], "./", "/docs/", 1)).Code, "%s refers to %s", path, match[1])
		}
	}
}

// pageFiles returns the addresses of the page and its files, with their content types.
func pageFiles(t *testing.T) map[string]string {
	files := map[string]string{"/docs": "text/html; charset=utf-8", "/docs/page.css": "text/css; charset=utf-8"}
	scripts, err := filepath.Glob("docs/*.js")
	require.NoError(t, err)
	require.NotEmpty(t, scripts)
	for _, name := range scripts {
		files["/"+filepath.ToSlash(name)] = "text/javascript; charset=utf-8"
	}
	return files
}

// What is shown is text: an element in a list that is not spread would be written as
// [object HTMLParagraphElement].
func TestThePageShowsTheWholeDocument(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("the page is a script for browsers, and there is no node to run it")
	}
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("docs")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"type": "module"}`), 0o600)) // as browsers take it
	document := filepath.Join(dir, "openapi.json")
	require.NoError(t, os.WriteFile(document, newAPI(t).get("/v1/openapi.json").Body.Bytes(), 0o600))
	out, err := exec.CommandContext(t.Context(), node, "testdata/page_test.js", filepath.Join(dir, "page.js"), document).CombinedOutput()
	require.NoError(t, err, "%s", out)
	text := string(out)
	assert.NotContains(t, text, "[object")
	assert.NotContains(t, text, "undefined")
	assert.NotContains(t, text, "`", "what is in backticks is shown as code")
	assert.Contains(t, text, "Observes and controls a simulator of the Apple Push Notification service.")
	assert.Contains(t, text, "/v1/notifications/wait")
	assert.Contains(t, text, "curl -X POST 'http://127.0.0.1:8197/v1/activation' -H 'Content-Type: application/json' --data-raw '{")
}

// Generators and linters stumble over these.
func TestTheDocumentIsFitForGenerators(t *testing.T) {
	text := newAPI(t).get("/v1/openapi.json").Body.String()
	var document struct {
		Servers    []struct{ URL string }
		Info       struct{ License struct{ Identifier string } }
		Components struct{ Schemas map[string]any }
	}
	require.NoError(t, json.Unmarshal([]byte(text), &document))
	require.Len(t, document.Servers, 1)
	assert.Equal(t, "/", document.Servers[0].URL, "whence it was fetched")
	assert.Equal(t, "Apache-2.0", document.Info.License.Identifier)
	assert.NotContains(t, text, "patternDescription", "OpenAPI does not know it")
	for name := range document.Components.Schemas {
		// openapi-generator writes NewX for X in Go.
		of, made := strings.CutPrefix(name, "New")
		assert.False(t, made && document.Components.Schemas[of] != nil, "%s is the constructor of %s in Go", name, of)
	}
}

func TestEachResponseIsDescribedInASentence(t *testing.T) {
	var document struct {
		Paths map[string]map[string]struct {
			Responses map[string]struct{ Description string }
		}
	}
	require.NoError(t, json.Unmarshal(newAPI(t).get("/v1/openapi.json").Body.Bytes(), &document))
	for path, methods := range document.Paths {
		for method, operation := range methods {
			for status, response := range operation.Responses {
				assert.Regexp(t, `^[A-Z].* .*\.$`, response.Description, "%s %s, %s", method, path, status)
			}
		}
	}
	assert.Equal(t, "The process is alive.", document.Paths["/livez"]["get"].Responses["200"].Description)
	assert.Equal(t, "The simulator accepts connections.", document.Paths["/readyz"]["get"].Responses["200"].Description)
}

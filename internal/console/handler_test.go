package console_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/console"
)

func get(t *testing.T, path string, header map[string]string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	for name, value := range header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	console.Handler().ServeHTTP(w, r)
	return w
}

func TestThePageMayLoadItsOwnFilesAlone(t *testing.T) {
	w := get(t, "/", nil)
	require.Equal(t, http.StatusOK, w.Code)
	importMap := regexp.MustCompile(`(?s)<script type="importmap">(.*?)</script>`).FindSubmatch(w.Body.Bytes())
	require.NotNil(t, importMap)
	sum := sha256.Sum256(importMap[1])
	assert.Equal(t, "default-src 'none'; script-src 'self' 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'; style-src 'self'; "+
		"img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", w.Header().Get("Content-Security-Policy"))
	assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
	assert.Equal(t, "no-referrer", w.Header().Get("Referrer-Policy"))
	inline := regexp.MustCompile(`<script[^>]*>`).FindAllString(w.Body.String(), -1)
	assert.Equal(t, []string{`<script type="importmap">`, `<script type="module" src="/console/main.js">`}, inline)
	assert.NotRegexp(t, `\s(style|on\w+)=`, w.Body.String(), "nothing of that runs under the policy")
}

func TestAFileIsCompressedForThoseWhoTakeIt(t *testing.T) {
	plain := get(t, "/console/main.js", nil)
	packed := get(t, "/console/main.js", map[string]string{"Accept-Encoding": "br, gzip"})
	assert.Empty(t, plain.Header().Get("Content-Encoding"))
	require.Equal(t, "gzip", packed.Header().Get("Content-Encoding"))
	z, err := gzip.NewReader(packed.Body)
	require.NoError(t, err)
	unpacked, err := io.ReadAll(z)
	require.NoError(t, err)
	assert.Equal(t, plain.Body.String(), string(unpacked))
	assert.Equal(t, "text/javascript; charset=utf-8", packed.Header().Get("Content-Type"))
}

func TestAFileOfAnotherPackageIsCompressedToo(t *testing.T) {
	const style = ".step { margin: 0 }"
	handler := console.FileHandler("lesson.css", style)
	ask := func(name, value string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/console/lesson.css", nil)
		r.Header.Set(name, value)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w
	}
	w := ask("Accept-Encoding", "gzip")
	assert.Equal(t, "text/css; charset=utf-8", w.Header().Get("Content-Type"))
	require.Equal(t, "gzip", w.Header().Get("Content-Encoding"))
	z, err := gzip.NewReader(w.Body)
	require.NoError(t, err)
	unpacked, err := io.ReadAll(z)
	require.NoError(t, err)
	assert.Equal(t, style, string(unpacked))
	assert.Equal(t, style, ask("Accept-Encoding", "identity").Body.String())
	assert.Equal(t, http.StatusNotModified, ask("If-None-Match", w.Header().Get("ETag")).Code)
}

func TestAFileThatTheBrowserHasIsNotSentAgain(t *testing.T) {
	tag := get(t, "/console/console.css", nil).Header().Get("ETag")
	require.NotEmpty(t, tag)
	w := get(t, "/console/console.css", map[string]string{"If-None-Match": tag})
	assert.Equal(t, http.StatusNotModified, w.Code)
	assert.Empty(t, w.Body.Bytes())
}

func TestWhatIsNoFileIsNotFound(t *testing.T) {
	for _, path := range []string{"/console/", "/console/views", "/console/nothing.js", "/console/../handler.go", "/console/vendor/SHA256SUMS"} {
		assert.Equal(t, http.StatusNotFound, get(t, path, nil).Code, path)
	}
}

// The page is for a machine that may have no network, and for a start that is not felt.
func TestThePageIsSmall(t *testing.T) {
	const most = 150_000
	total := 0
	require.NoError(t, fs.WalkDir(os.DirFS("web"), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(name, "SHA256SUMS") || strings.HasSuffix(name, ".txt") {
			return err
		}
		w := get(t, "/console/"+name, map[string]string{"Accept-Encoding": "gzip"})
		assert.Equal(t, http.StatusOK, w.Code, name)
		total += w.Body.Len()
		return nil
	}))
	t.Logf("%d bytes, compressed", total)
	assert.Less(t, total, most)
}

// Text of peers is hostile: it becomes text nodes and attributes, and never markup.
func TestNoScriptOfThePageWritesMarkup(t *testing.T) {
	scripts, err := filepath.Glob("web/*.js")
	require.NoError(t, err)
	views, err := filepath.Glob("web/views/*.js")
	require.NoError(t, err)
	require.NotEmpty(t, views)
	for _, name := range append(scripts, views...) {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		assert.True(t, bytes.HasPrefix(text, []byte("// @ts-check\n")), "%s is checked by tsc", name)
		for _, way := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "http://", "https://"} {
			if name == "web/snippets.js" || name == "web/requestcode.js" {
				continue // they show addresses; what they show is text
			}
			assert.NotContains(t, string(text), way, name)
		}
	}
}

func TestTheLibrariesAreThoseOfTheirSums(t *testing.T) {
	sums, err := os.ReadFile("web/vendor/SHA256SUMS")
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(sums)), "\n")
	require.Len(t, lines, 6)
	for _, line := range lines {
		want, name, ok := strings.Cut(line, "  ")
		require.True(t, ok, line)
		text, err := os.ReadFile("web/vendor/" + name)
		require.NoError(t, err)
		assert.Equal(t, want, hexSum(text), "%s: tools/console-vendor.sh fetches it anew", name)
	}
}

func hexSum(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

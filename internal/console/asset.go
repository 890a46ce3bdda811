package console

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// contentTypes are those of the files there are. The table of the mime package depends
// on the machine.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".mjs":  "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".svg":  "image/svg+xml",
	".txt":  "text/plain; charset=utf-8",
}

// An asset is a file of the page, as it is and compressed.
type asset struct {
	contentType, tag  string
	plain, compressed []byte
}

// load reads and compresses a file; nil if there is none.
func load(name string) *asset {
	contentType, known := contentTypes[path.Ext(name)]
	if !known || !fs.ValidPath(name) {
		return nil
	}
	plain, err := web.ReadFile("web/" + name)
	if err != nil {
		return nil
	}
	return newAsset(contentType, plain)
}

// newAsset compresses a file.
func newAsset(contentType string, plain []byte) *asset {
	var compressed bytes.Buffer
	z, _ := gzip.NewWriterLevel(&compressed, gzip.BestCompression) // the level exists
	_, _ = z.Write(plain)                                          // a bytes.Buffer takes everything
	_ = z.Close()
	sum := sha256.Sum256(plain)
	return &asset{contentType, `"` + hex.EncodeToString(sum[:8]) + `"`, plain, compressed.Bytes()}
}

// serve answers a request for the file. A browser keeps it, and asks each time whether
// it is still the one: another simulator may listen on the same port tomorrow.
func (a *asset) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Cache-Control", "no-cache")
	header.Set("ETag", a.tag)
	header.Set("Vary", "Accept, Accept-Encoding")
	if r.Header.Get("If-None-Match") == a.tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := a.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		body = a.compressed
		header.Set("Content-Encoding", "gzip")
	}
	header.Set("Content-Type", a.contentType)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the browser has left: nobody to tell
	}
}

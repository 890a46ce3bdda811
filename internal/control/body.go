package control

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
)

// maxBody is the longest request body, in bytes. A signing request has about
// one thousand.
const maxBody = 64 << 10

// readActivation reads an activation in either of its forms: the JSON object,
// or the signing request alone.
func readActivation(w http.ResponseWriter, r *http.Request) (*activation, error) {
	body, err := readBody(w, r)
	if err != nil {
		return nil, err
	}
	// A request with an unreadable type has none of the types below.
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch mediaType {
	case "application/json":
		var asked activation
		if err := decodeJSON(body, &asked); err != nil {
			return nil, err
		}
		return &asked, nil
	case "application/pkcs10", "application/x-pem-file":
		return &activation{CSR: string(body)}, nil
	}
	return nil, reject(http.StatusUnsupportedMediaType,
		"the content type is %q; send application/json, or the signing request alone as application/pkcs10 or application/x-pem-file",
		r.Header.Get("Content-Type"))
}

// readBody reads a request body of at most maxBody bytes.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, reject(http.StatusRequestEntityTooLarge, "the body is longer than %d bytes; send less", maxBody)
	}
	if err != nil {
		return nil, reject(http.StatusBadRequest, "the body ended early: %v; send it again", err)
	}
	return body, nil
}

// decodeJSON reads one JSON object that has no unknown members.
func decodeJSON(body []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return reject(http.StatusBadRequest, `the body is not what is expected: %v; send {"csr":"<PEM>","topics":["com.example.app"]}`, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return reject(http.StatusBadRequest, "something follows the JSON object; send the object alone")
	}
	return nil
}

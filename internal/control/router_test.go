package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An echo is a resource that has what resources have.
type echoInput struct {
	Name  string `path:"name" maxLength:"5"`
	Count int    `query:"count" minimum:"1" maximum:"9" default:"1"`
	Body  struct {
		Words []string `json:"words"`
		Loud  bool     `json:"loud,omitempty"`
	}
}

type echoOutput struct {
	Body struct {
		Words []string `json:"words"`
	}
}

// serveEcho is a router with an echo that answers err, if there is one.
func serveEcho(t *testing.T, err error) (router *router, log *bytes.Buffer) {
	t.Helper()
	log = new(bytes.Buffer)
	r := newRouter(&Server{log: slog.New(slog.NewTextHandler(log, nil))})
	register(r, huma.Operation{
		OperationID: "echo", Method: http.MethodPost, Path: "/v1/echo/{name}", Errors: []int{http.StatusConflict},
		RequestBody: exampleBody(map[string]any{"words": []string{"a"}}),
		Middlewares: huma.Middlewares{noDeadline},
	}, func(_ context.Context, in *echoInput) (*echoOutput, error) {
		out := new(echoOutput)
		out.Body.Words = in.Body.Words
		return out, err
	})
	return r, log
}

func post(t *testing.T, r *router, path, contentType, body string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body))
	request.Header.Set("Content-Type", contentType)
	r.mux.ServeHTTP(w, request)
	return w
}

func TestWhatIsWrongWithARequestIsSaidWithItsPlace(t *testing.T) {
	const usual = `{"words":["a"]}`
	for _, row := range []struct {
		name, path, contentType, body string
		status                        int
		detail                        string
	}{
		{"good", "/v1/echo/a?count=9", "application/json", usual, 200, ""},
		{"no content type is JSON", "/v1/echo/a", "", usual, 200, ""},
		{"curl -d says that it is a form", "/v1/echo/a", "application/x-www-form-urlencoded", usual, 200, ""},
		{"a form is no JSON", "/v1/echo/a", "application/x-www-form-urlencoded", "words=a", 400, "body: invalid character"},
		{"path", "/v1/echo/abcdef", "application/json", usual, 422, "path.name: expected length <= 5"},
		{"query", "/v1/echo/a?count=10", "application/json", usual, 422, "query.count: expected number <= 9"},
		{"no number", "/v1/echo/a?count=x", "application/json", usual, 422, "query.count: invalid integer"},
		{"unknown query", "/v1/echo/a?cuont=1", "application/json", usual, 422, "query.cuont: unknown query parameter"},
		{"no body", "/v1/echo/a", "application/json", "", 400, "request body is required"},
		{"no JSON", "/v1/echo/a", "application/json", "words", 400, "body: invalid character"},
		{"a member is missing", "/v1/echo/a", "application/json", "{}", 422, "body: expected required property words to be present"},
		{"a member is unknown", "/v1/echo/a", "application/json", `{"words":[],"lout":true}`, 422, "body.lout: unexpected property"},
		{"a member has another kind", "/v1/echo/a", "application/json", `{"words":["a",1]}`, 422, "body.words[1]: expected string"},
		{"all at once", "/v1/echo/abcdef?count=0", "application/json", `{"words":1}`, 422, "path.name: expected length <= 5; query.count: expected number >= 1; body.words: expected array"},
		{"another content type", "/v1/echo/a", "text/xml", usual, 415, "body: unknown content type: text/xml"},
		{"too long", "/v1/echo/a", "application/json", strings.Repeat(" ", maxBody+1), 413, "too large"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, _ := serveEcho(t, nil)
			w := post(t, r, row.path, row.contentType, row.body)
			require.Equal(t, row.status, w.Code, w.Body.String())
			if row.status == http.StatusOK {
				assert.JSONEq(t, `{"words":["a"]}`, w.Body.String())
				return
			}
			wantDetail(t, w, row.status, row.detail)
			wantDetail(t, w, row.status, "/docs#echo describes what POST /v1/echo/{name} takes")
		})
	}
}

func wantDetail(t *testing.T, w *httptest.ResponseRecorder, status int, detail string) {
	t.Helper()
	assert.Equal(t, status, w.Code)
	assert.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
	var p map[string]any
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &p))
	assert.Len(t, p, 3)
	assert.Equal(t, http.StatusText(status), p["title"])
	assert.EqualValues(t, status, p["status"])
	assert.Contains(t, p["detail"], detail)
}

func TestARefusalOfAHandlerIsItsResponse(t *testing.T) {
	r, log := serveEcho(t, reject(http.StatusConflict, "there is an echo already; be quiet"))
	wantDetail(t, post(t, r, "/v1/echo/a", "application/json", `{"words":[]}`), http.StatusConflict, "be quiet")
	assert.Contains(t, log.String(), `level=INFO msg="control request rejected"`)
	assert.Contains(t, log.String(), `err="POST /v1/echo/a: there is an echo already; be quiet"`)
}

func TestAnyOtherErrorIsAFaultOfOursAndStaysInTheLog(t *testing.T) {
	r, log := serveEcho(t, errors.New("out of paint"))
	w := post(t, r, "/v1/echo/a", "application/json", `{"words":[]}`)
	wantDetail(t, w, http.StatusInternalServerError, "its log says why")
	assert.NotContains(t, w.Body.String(), "paint")
	assert.Contains(t, log.String(), `level=ERROR msg="control request failed"`)
	assert.Contains(t, log.String(), "out of paint")
}

func TestWhatWasSentIsNotInTheLog(t *testing.T) {
	r, log := serveEcho(t, nil)
	w := post(t, r, "/v1/echo/a", "application/json", `{"words":"my secret"}`)
	assert.NotContains(t, w.Body.String()+log.String(), "secret")
}

func TestTheDocumentHasOurRefusals(t *testing.T) {
	r, _ := serveEcho(t, nil)
	require.NoError(t, r.serveDocument())
	op := r.api.OpenAPI().Paths["/v1/echo/{name}"].Post
	for _, status := range []string{"409", "default"} {
		require.Contains(t, op.Responses, status)
		assert.Equal(t, "#/components/schemas/Problem", op.Responses[status].Content["application/problem+json"].Schema.Ref)
	}
	assert.NotContains(t, r.api.OpenAPI().Components.Schemas.Map(), "ErrorModel")
	assert.NotNil(t, op.RequestBody.Content["application/json"].Schema)
	assert.NotNil(t, op.RequestBody.Content["application/json"].Example)
}

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// The OpenAPI document is a promise to programs in any language. This test reads
// it as one of them would: it sends the example of every operation to a running
// simulator and holds the response against what the document says of it.

// A contract is a simulator and the document it hands out.
type contract struct {
	server  *server
	dir     string               // of its certificates and keys
	schemas *jsonschema.Compiler // knows the document
	// values stand in the place of the examples of parameters: what only a
	// running simulator knows, by "operation parameter".
	values map[string]string
}

// An operation is what the document says of a method of a path, as far as the
// test wants to know.
type operation struct {
	OperationID, Summary string
	Tags                 []string
	Parameters           []struct {
		Name, In, Description string
		Example               any
		Schema                struct{ Examples []any }
	}
	RequestBody *struct {
		Content map[string]struct{ Example any }
	}
	Responses map[string]struct{ Content map[string]any }

	method, path string
}

// preparations make what the example of an operation needs. They are run before
// the operation and may set values.
var preparations = map[string]func(*contract, *testing.T){
	"get-fault":              (*contract).addFault,
	"remove-fault":           (*contract).addFault,
	"follow-events":          (*contract).push,
	"wait-for-notifications": (*contract).push,
	"show-notification":      (*contract).push,
	"replay-notification":    (*contract).push,
	"revoke-certificate":     (*contract).findCertificate,
}

// addFault adds the fault of the examples to a space; the operation before has taken
// away the one there was.
func (c *contract) addFault(t *testing.T) {
	t.Helper()
	status, _, response := c.send(t, http.MethodPost, "/v1/faults", "application/json", []byte(`{"name":"busy","space":"SIMTEAM001","what":{"do":"discard"}}`))
	require.Equal(t, http.StatusCreated, status, string(response))
}

// findCertificate has a certificate revoked that there is.
func (c *contract) findCertificate(t *testing.T) {
	t.Helper()
	status, _, response := c.send(t, http.MethodGet, "/v1/certificates", "", nil)
	require.Equal(t, http.StatusOK, status, string(response))
	var list struct{ Certificates []controlapi.Certificate }
	require.NoError(t, json.Unmarshal(response, &list))
	require.NotEmpty(t, list.Certificates)
	c.values["revoke-certificate serial"] = list.Certificates[0].Serial
}

// push sends a push that is accepted, with the id of the examples.
func (c *contract) push(t *testing.T) {
	t.Helper()
	succeed(t, "send", "--control", c.server.Control, "--token", issued(t, c.dir, apns.Production), "--id", "eabeae54-14a8-11e5-b60b-1697f925ec7b")
}

func TestEveryOperationOfTheDocumentAnswersItsExample(t *testing.T) {
	dir := initialized(t)
	c := &contract{server: serve(t, "--any-port", "--certs", dir, "--state", t.TempDir()), dir: dir, schemas: jsonschema.NewCompiler(), values: map[string]string{}}
	ids := map[string]bool{}
	for _, op := range c.read(t) {
		require.NotEmpty(t, op.OperationID, op.path)
		assert.False(t, ids[op.OperationID], "two operations are called %s", op.OperationID)
		ids[op.OperationID] = true
		t.Run(op.OperationID, func(t *testing.T) {
			assert.NotEmpty(t, op.Summary)
			require.Len(t, op.Tags, 1, "the page groups by the tag")
			if prepare := preparations[op.OperationID]; prepare != nil {
				prepare(c, t)
			}
			for _, b := range op.bodies(t) {
				c.try(t, op, b)
			}
		})
	}
	for id := range preparations {
		assert.True(t, ids[id], "something is prepared for %s, which is no operation", id)
	}
}

// documentName is what the schemas call the document.
const documentName = "openapi.json"

// read takes the document from the simulator.
func (c *contract) read(t *testing.T) []*operation {
	t.Helper()
	status, contentType, text := c.send(t, http.MethodGet, "/v1/openapi.json", "", nil)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "application/openapi+json", contentType)
	whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	require.NoError(t, c.schemas.AddResource(documentName, whole))
	var document struct {
		OpenAPI string
		Paths   map[string]map[string]*operation
	}
	require.NoError(t, json.Unmarshal(text, &document))
	require.Equal(t, "3.1.0", document.OpenAPI, "whose schemas are JSON Schema 2020-12")
	var list []*operation
	for _, path := range slices.Sorted(maps.Keys(document.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(document.Paths[path])) {
			op := document.Paths[path][method]
			op.method, op.path = method, path
			list = append(list, op)
		}
	}
	return list
}

func (c *contract) send(t *testing.T, method, path, contentType string, body []byte) (status int, responseType string, content []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, c.server.Control+path, bytes.NewReader(body))
	require.NoError(t, err)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	content, err = io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, response.Header.Get("Content-Type"), content
}

// A body is one of the forms in which an operation takes its example.
type body struct {
	contentType string
	content     []byte
}

// bodies returns the example in each of the content types of an operation; an
// operation without a body has an empty one.
func (op *operation) bodies(t *testing.T) []body {
	t.Helper()
	if op.RequestBody == nil {
		return []body{{}}
	}
	var list []body
	for contentType, media := range op.RequestBody.Content {
		require.NotNil(t, media.Example, "the body has no example as %s; give the operation an exampleBody", contentType)
		content, isText := media.Example.(string)
		if !isText || contentType == "application/json" {
			text, err := json.Marshal(media.Example)
			require.NoError(t, err)
			content = string(text)
		}
		list = append(list, body{contentType, []byte(content)})
	}
	return list
}

// try sends an example. It has to succeed: an example that is refused teaches
// nobody.
func (c *contract) try(t *testing.T, op *operation, b body) {
	t.Helper()
	code, contentType, response := c.send(t, strings.ToUpper(op.method), c.fill(t, op), b.contentType, b.content)
	require.Less(t, code, 300, "the example is refused: %s", response)
	status := strconv.Itoa(code)
	require.Contains(t, op.Responses, status, "the document does not know the status")
	described := op.Responses[status].Content
	if len(described) == 0 {
		assert.Empty(t, response, "the document promises no content")
		return
	}
	require.Contains(t, described, contentType, "the document does not know the content type")
	if contentType != "application/json" {
		return
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(response))
	require.NoError(t, err)
	schema, err := c.schemas.Compile(documentName + "#" + pointer("paths", op.path, op.method, "responses", status, "content", contentType, "schema"))
	require.NoError(t, err)
	assert.NoError(t, schema.Validate(value), "%s", response)
}

// pointer is a JSON pointer in a URI fragment: RFC 6901, 6.
func pointer(parts ...string) string {
	var p strings.Builder
	for _, part := range parts {
		p.WriteString("/" + url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(part)))
	}
	return p.String()
}

// fill puts the examples of the parameters into the path.
func (c *contract) fill(t *testing.T, op *operation) string {
	t.Helper()
	path, query := op.path, url.Values{}
	for _, p := range op.Parameters {
		// Nothing matches the examples of all filter words at once; each is read by
		// a test of its own.
		if strings.HasPrefix(p.Description, "Filter: ") {
			continue
		}
		value, ok := c.values[op.OperationID+" "+p.Name]
		if !ok {
			example := p.Example
			if example == nil && len(p.Schema.Examples) > 0 {
				example = p.Schema.Examples[0]
			}
			require.NotNil(t, example, "parameter %s has no example; give it the tag", p.Name)
			text, err := json.Marshal(example)
			require.NoError(t, err)
			value = strings.Trim(string(text), `"`)
		}
		switch p.In {
		case "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(value))
		case "query":
			query.Set(p.Name, value)
		}
	}
	require.NotContains(t, path, "{", "a parameter of the path is not described")
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return path
}

//go:build unix

package integration_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var updateRecord = flag.Bool("record.update", false, "write docs/tasks/record.md anew, with the record of this run")

const recordPage = "../docs/tasks/record.md"

const recordIntro = `# One record in full

Everything that is known of a push is one record: ` + "`apns-sim show ID --json`" + `, or ` + "`GET /v1/notifications/ID`" + `. This one is of a push that was slowed
down by a fault, stored because its device was offline, and delivered when the device came back. Its payload has a mistake that APNs accepts:
the badge is a string.

[notifications.md](../notifications.md) describes how to find records and to wait for them. This page is generated from a record and the OpenAPI document
(` + "`/v1/openapi.json`" + `) by ` + "`cd integration && go test -run RecordInFull . -args -record.update`" + `; do not edit it.

`

// slowPush is the push of the page.
const slowPush = `apns-sim device offline >/dev/null
apns-sim fault add '{"name":"slow","what":{"do":"delay","delay":{"fixed":"20ms"}}}' >/dev/null
apns-sim send --collapse-id order-17 --expiration "$(($(date +%s) + 3600))" \
	--payload '{"aps":{"alert":{"title":"Order 17","body":"It is on its way."},"badge":"1"}}' >/dev/null
apns-sim device online >/dev/null
apns-sim wait --state delivered >/dev/null
apns-sim show 1 --json`

// Each field of the record is in the page, with its meaning, and the page has no other field.
func TestTheRecordInFullHasEachFieldOfARecordWithItsMeaning(t *testing.T) {
	env := append(environment(t), "PATH="+binDir+":"+os.Getenv("PATH"))
	made := runCommand(t, env, program(apnsSim), "exec", "--log-level", "error", "--", "sh", "-c", slowPush)
	require.Zero(t, made.code, made.stderr)
	fields := &recordFields{schemas: openAPISchemas(t)}
	if *updateRecord {
		require.NoError(t, os.WriteFile(recordPage, []byte(fields.page(t, []byte(made.stdout))), 0o644))
	}
	page, err := os.ReadFile(recordPage)
	require.NoError(t, err)
	sample := regexp.MustCompile("(?s)```json\n(.*?)```").FindSubmatch(page)
	require.NotNil(t, sample)
	assert.Equal(t, fields.of(t, []byte(made.stdout)), fields.of(t, sample[1]), "the fields of a record and those of the sample")
	assert.Equal(t, fields.page(t, sample[1]), string(page), "the page is made anew with -record.update")
}

// openAPISchemas are the types of the control API by name.
func openAPISchemas(t *testing.T) map[string]schema {
	t.Helper()
	sim := startSimulator(t)
	response, err := http.Get(sim.Control + "/v1/openapi.json")
	require.NoError(t, err)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	var document struct {
		Components struct{ Schemas map[string]schema }
	}
	require.NoError(t, json.Unmarshal(content, &document))
	return document.Components.Schemas
}

// A schema is what the OpenAPI document says of a value.
type schema struct {
	Ref         string `json:"$ref"`
	Description string
	Properties  map[string]schema
	Items       *schema
	Enum        []string
}

// recordFields are the fields of a record by their paths, such as request.headers[].name.
type recordFields struct{ schemas map[string]schema }

// all gives the meaning of each field that a record may have.
func (f *recordFields) all() map[string]string {
	found := map[string]string{}
	f.walk(f.schemas["FullNotification"], "", found)
	return found
}

func (f *recordFields) walk(s schema, at string, found map[string]string) {
	if s.Ref != "" {
		s = f.schemas[path.Base(s.Ref)]
	}
	if s.Items != nil {
		f.walk(*s.Items, at+"[]", found)
	}
	for name, field := range s.Properties {
		if name == "$schema" {
			continue
		}
		under := strings.TrimPrefix(at+"."+name, ".")
		found[under] = field.Description
		if len(field.Enum) > 0 {
			found[under] += ": " + strings.Join(field.Enum, ", ")
		}
		f.walk(field, under, found)
	}
}

// of gives the paths of the fields of a record, in its order, without those within a payload and the like, whose
// fields are the caller's.
func (f *recordFields) of(t *testing.T, record []byte) (paths []string) {
	t.Helper()
	known := f.all()
	decoder := json.NewDecoder(bytes.NewReader(record))
	var read func(at string)
	read = func(at string) {
		token, err := decoder.Token()
		require.NoError(t, err)
		switch token {
		case json.Delim('{'):
			for decoder.More() {
				name, err := decoder.Token()
				require.NoError(t, err)
				under := strings.TrimPrefix(fmt.Sprint(at, ".", name), ".")
				if _, is := known[under]; is && !slices.Contains(paths, under) {
					paths = append(paths, under)
				}
				read(under)
			}
			_, err = decoder.Token()
			require.NoError(t, err)
		case json.Delim('['):
			for decoder.More() {
				read(at + "[]")
			}
			_, err = decoder.Token()
			require.NoError(t, err)
		}
	}
	read("")
	return paths
}

// page is the text of the page for a record.
func (f *recordFields) page(t *testing.T, record []byte) string {
	t.Helper()
	var text bytes.Buffer
	require.NoError(t, json.Indent(&text, bytes.TrimSpace(record), "", "  "))
	known, here := f.all(), f.of(t, record)
	var b strings.Builder
	b.WriteString(recordIntro)
	b.WriteString("```json\n" + text.String() + "\n```\n\n## Its fields\n\n| Field | Meaning |\n|---|---|\n")
	row := func(name string) {
		assert.NotEmpty(t, known[name], "the field %s has no description in the OpenAPI document", name)
		fmt.Fprintf(&b, "| `%s` | %s |\n", name, known[name])
	}
	for _, name := range here {
		row(name)
	}
	b.WriteString("\n## Fields of other records\n\n| Field | Meaning |\n|---|---|\n")
	var others []string
	for name := range known {
		if !slices.Contains(here, name) {
			others = append(others, name)
		}
	}
	slices.Sort(others)
	for _, name := range others {
		row(name)
	}
	return b.String()
}
